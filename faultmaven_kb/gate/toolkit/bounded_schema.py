"""A JSON Schema of somebody else's, checked in bounded time, whatever it says and whatever is checked.

Patterns run on RE2, which takes time in proportion to the text; what it does not know (look-around, back references) is
refused when the schema is read. The number of keywords that are evaluated is counted, so that references which multiply
end at a limit that is the same on every machine. Items are compared by their text, not each with each.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

import re2
from jsonschema import SchemaError, ValidationError
from jsonschema.validators import extend, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from faultmaven_kb.errors import ConfigurationError

__all__ = ["BoundedSchema", "SchemaLimitError"]

_Keyword = Callable[..., "Iterator[ValidationError] | None"]

_STEPS = 10_000_000
"""Steps for a document of no size at all; a step may copy the value it mentions, so a larger one gets fewer."""

_LEAST_STEPS = 300  # chosen: a large document gets at least this many
_PARTS = 1000  # chosen: half a second to check (half a millisecond each)
_DEPTH = 60
"""Keywords within keywords. Python's own recursion limit must not be the one that is met: each level takes some five
frames, and a library in Rust that meets that limit panics, which no `except Exception` stops."""
_TOO_MANY = "takes too many steps to check by the organisation's schema, expected less of either"
_REFUSED = ("unevaluatedProperties", "unevaluatedItems")


class SchemaLimitError(Exception):
    """A document took more steps than it may, or the schema cannot be applied to it; the text completes a sentence."""


class _Steps(threading.local):
    left = 0
    depth = 0

    def spend(self, count: int) -> None:
        """Count steps. Raises `SchemaLimitError` when none are left."""
        self.left -= count
        if self.left < 0:
            raise SchemaLimitError(_TOO_MANY)


class BoundedSchema:
    """A schema that was read. Raises `ConfigurationError` for what is none, or none that ends in bounded time."""

    def __init__(self, text: str) -> None:
        try:
            schema = json.loads(text)
            if not _may_be_schema(schema):
                raise ConfigurationError("schema is not a JSON Schema, expected an object")
            parts = list(_parts(schema))
            if len(parts) > _PARTS:  # each takes a good half of a millisecond to check
                raise ConfigurationError(f"schema has {len(parts)} parts, expected at most {_PARTS}")
            kind = validator_for(schema)
            kind.check_schema(schema)
            for part in parts:
                _refuse(part)
        except (ValueError, RecursionError) as error:
            raise ConfigurationError(f"schema is not JSON: {error}") from error
        except SchemaError as error:
            place = "/".join(str(part) for part in error.absolute_path) or "its top"
            raise ConfigurationError(f"schema is not a JSON Schema, at {place}: {error.message}") from error
        self.described: tuple[str, ...] = tuple(schema.get("properties", {})) if isinstance(schema, dict) else ()
        self._steps = _Steps()
        keywords: dict[str, _Keyword] = {**kind.VALIDATORS, **_KEYWORDS}
        own = {name: partial(_counted, keywords[name], self._steps, len(parts)) for name in kind.VALIDATORS}
        self._validator = extend(kind, own)(schema, registry=Registry())  # type: ignore[no-untyped-call]

    def errors(self, values: Mapping[str, Any]) -> list[ValidationError]:
        """What is wrong with a document. Raises `SchemaLimitError` when that cannot be said in bounded time."""
        try:
            size = len(json.dumps(values, default=str))
            self._steps.left = max(_LEAST_STEPS, _STEPS // (1000 + size))
            self._steps.depth = 0
            return list(self._validator.iter_errors(values))
        except (RecursionError, ValueError) as error:
            raise SchemaLimitError(_TOO_MANY) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, Unresolvable) as error:
            # a reference to nowhere, or to what is no schema; a number that no float holds
            raise SchemaLimitError(f"cannot be checked by the organisation's schema: {error}") from error


def _may_be_schema(schema: object) -> bool:
    """Whether a value is one that the library takes at all, before it says what is wrong with it."""
    return isinstance(schema, bool) or (isinstance(schema, dict) and isinstance(schema.get("$schema", ""), str))


def _parts(schema: object) -> Iterator[dict[str, Any]]:
    """Every object in a schema."""
    rest = [schema]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            yield part
            rest += part.values()
        elif isinstance(part, list):
            rest += part


def _refuse(part: dict[str, Any]) -> None:
    for name in ("$ref", "$dynamicRef", "$recursiveRef"):
        reference = part.get(name)
        if isinstance(reference, str) and not reference.startswith("#"):
            raise ConfigurationError(f'schema refers to "{reference}", expected a reference within the schema')
    for name in _REFUSED:
        if isinstance(part.get(name), (bool, dict)):
            raise ConfigurationError(f'schema uses "{name}", expected additionalProperties or items')
    several = part.get("patternProperties")
    for pattern in (part.get("pattern"), *(several if isinstance(several, dict) else ())):
        if isinstance(pattern, str):
            _compiled(pattern)


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error, re2.error) else "not Unicode"
        raise ConfigurationError(
            f'schema has the pattern "{pattern}", expected one without look-around and back references: {reason}'
        ) from error


def _matches(pattern: str, text: object) -> bool:
    if not isinstance(text, str):
        return False
    return bool(_compiled(pattern).search(text.encode("utf-8", "replace").decode()))


def _counted(
    keyword: _Keyword, steps: _Steps, parts: int, validator: Any, value: Any, instance: Any, schema: Any
) -> "Iterator[ValidationError]":
    length = len(instance) if isinstance(instance, str) else 0
    if isinstance(value, str) and value[:1] == "#" and value[1:2] not in ("", "/"):
        steps.spend(parts)  # to find an anchor all parts are looked through
    steps.spend(1 + length // 1000 + (len(value) if isinstance(value, (list, dict)) else 0))
    if steps.depth == _DEPTH:
        raise SchemaLimitError(_TOO_MANY)
    steps.depth += 1
    try:
        yield from keyword(validator, value, instance, schema) or ()
    finally:
        steps.depth -= 1


def _pattern(validator: Any, value: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not _matches(value, instance):
        yield ValidationError(f"{instance!r} does not match {value!r}")


def _pattern_properties(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "object"):
        for pattern, inner in value.items():
            for key in [key for key in instance if _matches(pattern, key)]:
                yield from validator.descend(instance[key], inner, path=key, schema_path=pattern)


def _additional_properties(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extra = [key for key in instance if key not in known and not any(_matches(pattern, key) for pattern in patterns)]
    if value is False and extra:
        error = ValidationError(f"additional properties {extra!r} were unexpected")
        error.instance = {key: instance[key] for key in extra}
        yield error
    elif isinstance(value, dict):
        for key in extra:
            yield from validator.descend(instance[key], value, path=key)


def _unique_items(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if value and validator.is_type(instance, "array"):
        texts = {json.dumps(_plain(item), sort_keys=True, default=str) for item in instance}
        if len(texts) < len(instance):
            yield ValidationError(f"{instance!r} has non-unique elements")


def _plain(item: Any) -> Any:
    """1 and 1.0 are the same number in JSON."""
    return int(item) if isinstance(item, float) and item.is_integer() else item


_KEYWORDS: dict[str, _Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
}
"""The keywords whose own implementation runs patterns, or compares each item with each."""
