"""RB1xx: the YAML block. Most of it is diagnosed while it is read; here is why, and what YAML does to words."""

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
_LISTS = ("tags", "aliases", "alerts")


@rule("RB109", "yaml-implicit-type", Level.ERROR, Profile.INGEST)
def yaml_implicit_type(checked: Checked) -> Iterator[Finding]:
    """Checks that text fields are read as text. A date without quotes is a warning, because other tools read it as
    a date.

    Without quotes, YAML reads `1.0` as a number and `no` as false, and the text that was written is lost.
    """
    front_matter = checked.document.front_matter
    for path, value in _texts(front_matter.values):
        span, key = front_matter.value_span(*path), path[0]
        literal = checked.document.source.slice(span)
        quoted = Fix("quote it", (Edit(span, f'"{literal}"'),), safe=True)
        if not isinstance(value, str):
            kind = "a yes/no value" if isinstance(value, bool) else "a number"
            yield Finding(f'{key}: {literal} is read as {kind}, expected text in quotes: "{literal}"', span, quoted)
        elif key == "last_updated" and literal[:1] not in "\"'" and len(literal) == 10:
            message = f'{key}: {literal} is read as a date by other tools, expected text in quotes: "{literal}"'
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
        "RB101",
        "frontmatter-missing",
        "Checks that the file has front matter. If only the opening `---` is missing, the fix adds it.",
        "Without front matter a runbook has no id, severity or version.",
    ),
    reading_rule(
        "RB102",
        "frontmatter-not-first",
        "Checks that the front matter opens on line 1.",
        "Most readers ignore front matter that starts on a later line, without a warning.",
    ),
    reading_rule(
        "RB103",
        "frontmatter-unclosed",
        "Checks that the front matter has a closing `---`.",
        "Without the closing line, readers take the whole file for YAML or ignore the front matter.",
    ),
    reading_rule(
        "RB104",
        "yaml-syntax",
        "Checks that the front matter is valid YAML.",
        "If the YAML does not parse, the runbook has no metadata.",
    ),
    reading_rule(
        "RB105",
        "yaml-duplicate-key",
        "Checks that no key occurs twice in the front matter.",
        "YAML readers keep one of the two values without a warning, and not all of them keep the same one.",
    ),
    reading_rule(
        "RB106",
        "yaml-tab",
        "Checks for tabs in the indentation of the front matter.",
        "YAML does not allow tabs in indentation, so the front matter does not parse.",
    ),
    reading_rule(
        "RB107",
        "frontmatter-not-mapping",
        "Checks that the front matter consists of `key: value` lines.",
        "Readers treat a list or a single value as if there were no metadata.",
    ),
    reading_rule(
        "RB108",
        "yaml-unsafe-construct",
        "Checks for anchors, aliases, tags and merge keys in the front matter.",
        "They hide values from the reader, and a few nested aliases can expand to gigabytes.",
    ),
    yaml_implicit_type,
    reading_rule(
        "RB110",
        "frontmatter-split",
        "Checks for a line `---` inside a value of the front matter.",
        "The line closes the front matter too early. The rest of the metadata becomes part of the body.",
    ),
    reading_rule(
        "RB111",
        "yaml-typographic-quotes",
        "Checks for typographic quotes around values in the front matter.",
        "YAML does not treat curly quotes as quotes. They become part of the value.",
    ),
    reading_rule(
        "RB112",
        "frontmatter-empty",
        "Checks that the front matter contains fields.",
        "The `---` lines are there, but the runbook has no metadata.",
    ),
)
