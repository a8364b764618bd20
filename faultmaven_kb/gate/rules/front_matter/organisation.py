"""RB222 and RB223: what an organisation asks of the front matter beyond the format, by its configuration.

Vocabularies are lists of words; the schema is any JSON Schema. Its errors carry paths, which become places in the text.
How a schema ends in bounded time is `bounded_schema`'s business.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from faultmaven_kb.diagnostics import Edit, Fix, Level, did_you_mean, nearest, suggestion
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.source import Span

if TYPE_CHECKING:
    from faultmaven_kb.gate.toolkit.bounded_schema import BoundedSchema

__all__ = ["RULES", "compile_schema"]


@rule(
    "RB222",
    "not-in-vocabulary",
    Level.ERROR,
    Profile.CONTRIBUTE,
    options=("vocabulary.technologies", "vocabulary.tags"),
)
def not_in_vocabulary(checked: Checked) -> Iterator[Finding]:
    """Checks `technology` and `tags` against the configured vocabularies.

    When a team has agreed on its words, nobody who filters by them finds a runbook that uses another word.
    """
    metadata, settings = checked.document.runbook.metadata, checked.settings
    if metadata.technology and settings.technologies:
        yield from _unknown(checked, ("technology",), metadata.technology, settings.technologies)
    for index, tag in enumerate(metadata.tags if settings.tags else ()):
        yield from _unknown(checked, ("tags", index), tag, settings.tags)


def _unknown(checked: Checked, path: tuple[str | int, ...], word: str, known: tuple[str, ...]) -> Iterator[Finding]:
    if word in known:
        return
    near = nearest(word, known)
    span = checked.value_span(*path)
    fix = Fix(f"use {near}", (Edit(span, near),), safe=False) if near else None
    field = "tag" if path[0] == "tags" else str(path[0])
    yield Finding(f'{field} is "{word}", expected a word of the configured vocabulary{suggestion(near)}', span, fix)


@rule("RB223", "schema-violation", Level.ERROR, Profile.INGEST, options=("schema",))
def schema_violation(checked: Checked) -> Iterator[Finding]:
    """Checks the front matter against the organisation's own JSON Schema.

    The organisation's programs rely on these fields.
    """
    front_matter = checked.document.front_matter
    if checked.settings.schema and front_matter.readable and front_matter.values:
        from faultmaven_kb.gate.toolkit.bounded_schema import SchemaLimitError  # noqa: PLC0415 - only with a schema

        try:
            errors = compile_schema(checked.settings.schema).errors(front_matter.values)
        except SchemaLimitError as limit:
            yield Finding(f"front matter {limit}", Span(1, 1, 1, 4))
            return
        places: dict[tuple[object, ...], Any] = {}
        for breach in errors:  # of several errors of one keyword at one place the first speaks for all
            places.setdefault((tuple(breach.absolute_path), tuple(breach.absolute_schema_path)), breach)
        for breach in places.values():
            yield from _findings(checked, breach)


@lru_cache(maxsize=4)
def compile_schema(text: str) -> "BoundedSchema":
    """A validator for a JSON Schema's text. Raises `ConfigurationError` for what is not a schema."""
    from faultmaven_kb.gate.toolkit.bounded_schema import BoundedSchema  # noqa: PLC0415 - loads the schema library

    return BoundedSchema(text)


def _findings(checked: Checked, error: Any) -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    name = " ".join(f"item {part + 1}" if isinstance(part, int) else str(part) for part in path) or "front matter"
    span = checked.value_span(*path)
    if error.validator == "required":
        for field in error.validator_value:
            if field not in error.instance:
                message = f"{field} is missing, expected by the organisation's schema{_described(error.schema, field)}"
                yield Finding(message, _top(path, span))
    elif error.validator == "additionalProperties" and len(path) == 0 and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        for key in error.instance:
            if key not in known:
                place = checked.document.front_matter.key_span(key)
                yield Finding(f'field "{key}" is not in the organisation\'s schema{did_you_mean(key, known)}', place)
    else:
        yield Finding(f"{name} is {_shown(error.instance)}, expected {_expected(error)}", span)


def _top(path: tuple[str | int, ...], span: Span) -> Span:
    """A missing field is at the top of the front matter, a missing part at what it is missing from."""
    return span if path else Span(1, 1, 1, 4)


def _described(schema: dict[str, Any], field: str) -> str:
    words = schema.get("properties", {}).get(field, {}).get("description", "")
    return f": {words}" if words else ""


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _expected(error: Any) -> str:
    value = error.validator_value
    if error.validator == "enum":
        options = [str(option) for option in value]
        return f"one of {', '.join(options)}{did_you_mean(str(error.instance), options)}"
    words = {
        "type": f"the type {value}",
        "pattern": f"text that matches {value}",
        "const": f"{_shown(value)}",
        "minLength": f"at least {value} characters",
        "maxLength": f"at most {value} characters",
        "minItems": f"at least {value} items",
        "maxItems": f"at most {value} items",
        "minimum": f"at least {value}",
        "maximum": f"at most {value}",
        "format": f"the format {value}",
        "uniqueItems": "unique items",
    }
    return words.get(str(error.validator), f"what the schema asks for ({error.validator})")


RULES: tuple[Rule, ...] = (not_in_vocabulary, schema_violation)
