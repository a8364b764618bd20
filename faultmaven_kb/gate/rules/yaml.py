"""RB1xx: the YAML block. Most of it is diagnosed while it is read; here stands why, and what YAML does to words."""

from collections.abc import Iterator
from typing import Any

from faultmaven_kb.diagnostics import Edit, Fix, Level
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, reading_rule, rule
from faultmaven_kb.source import KeyPath

__all__ = ["RULES"]

_TEXT_FIELDS = (
    "id",
    "title",
    "technology",
    "severity",
    "difficulty",
    "version",
    "last_updated",
    "verified_by",
    "status",
)
_LISTS = ("tags", "aliases")


@rule("RB109", "yaml-implicit-type", Level.ERROR, Profile.INGEST)
def yaml_implicit_type(checked: Checked) -> Iterator[Finding]:
    """Without quotes YAML turns 1.0 into a number, no into false and a date into a date: the text that was written is
    lost to the next reader."""
    front_matter = checked.document.front_matter
    for path, value in _texts(front_matter.values):
        span, key = front_matter.value_span(*path), path[0]
        written = checked.document.source.slice(span)
        quoted = Fix("quote it", (Edit(span, f'"{written}"'),), safe=True)
        if not isinstance(value, str):
            kind = "a yes/no value" if isinstance(value, bool) else "a number"
            yield Finding(f'{key}: {written} is read as {kind}, expected text in quotes: "{written}"', span, quoted)
        elif key == "last_updated" and written[:1] not in "\"'" and len(written) == 10:
            message = f'{key}: {written} is read as a date by other tools, expected text in quotes: "{written}"'
            yield Finding(message, span, quoted, level=Level.WARNING)


def _texts(values: dict[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """The values that ought to be texts, with their paths: those of the fields and the items of their lists."""
    for key in _TEXT_FIELDS:
        value = values.get(key)
        if value is not None and not isinstance(value, list | dict):
            yield (key,), value
    for key in _LISTS:
        items = values.get(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if item is not None and not isinstance(item, list | dict):
                yield (key, index), item


RULES: tuple[Rule, ...] = (
    reading_rule(
        "RB101", "frontmatter-missing", "Without front matter a runbook has no id, no severity and no version."
    ),
    reading_rule(
        "RB102", "frontmatter-not-first", "Front matter that is not on line 1 is silently ignored by most readers."
    ),
    reading_rule(
        "RB103", "frontmatter-unclosed", "Without a closing line the whole file is taken for YAML, or none of it."
    ),
    reading_rule("RB104", "yaml-syntax", "YAML that does not parse gives no metadata at all."),
    reading_rule(
        "RB105", "yaml-duplicate-key", "YAML readers silently keep one of two equal keys, not always the same one."
    ),
    reading_rule("RB106", "yaml-tab", "YAML allows no tab in the indentation."),
    reading_rule("RB107", "frontmatter-not-mapping", "A list or a single value is silently read as no metadata."),
    reading_rule(
        "RB108", "yaml-unsafe-construct", "Anchors, aliases, tags and merge keys hide values and blow up small files."
    ),
    yaml_implicit_type,
    reading_rule(
        "RB110", "frontmatter-split", "A line of three hyphens inside a value ends the front matter too early."
    ),
    reading_rule("RB111", "yaml-typographic-quotes", "Curly quotes do not quote: they become part of the value."),
    reading_rule("RB112", "frontmatter-empty", "The fences are there, nothing is in them."),
)
