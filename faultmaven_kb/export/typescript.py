"""TypeScript types from a JSON Schema, for front ends that read exported runbooks.

Covers what the published schemas use (objects, arrays, unions, enumerations, references, maps) and refuses the rest
rather than calling it `any`. A property with a default is always there, because the export always writes it.
"""

import re
from collections.abc import Iterator
from typing import Any

__all__ = ["to_typescript"]

_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_JSON_VALUE = """\
/** Any JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
"""


def to_typescript(schema: dict[str, Any]) -> str:
    """The declarations for a schema and its definitions, the root last. Raises ValueError for anything else."""
    parts = [f"// Generated from {schema.get('$id', 'a JSON Schema')}, do not edit.\n"]
    for name, definition in sorted(schema.get("$defs", {}).items()):
        parts.append(_JSON_VALUE if not definition else _declaration(name, definition))
    parts.append(_declaration(str(schema["title"]), schema))
    return "\n".join(parts)


def _declaration(name: str, schema: dict[str, Any]) -> str:
    lines = [*_comment(schema.get("description", "")), f"export interface {name} {{"]
    for key, value in schema.get("properties", {}).items():
        lines += [f"  {line}" for line in _comment(value.get("description", ""))]
        optional = "" if key in schema.get("required", ()) or "default" in value else "?"
        label = key if _IDENTIFIER.fullmatch(key) else f'"{key}"'
        lines.append(f"  readonly {label}{optional}: {_type(value)};")
    return "\n".join([*lines, "}", ""])


def _comment(text: str) -> Iterator[str]:
    lines = text.replace("*/", "*\\/").split("\n") if text else []
    if len(lines) == 1:
        yield f"/** {lines[0]} */"
    elif lines:
        yield "/**"
        yield from (f" * {line}".rstrip() for line in lines)
        yield " */"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"])
    kind = schema.get("type")
    if kind == "array" and "items" in schema:
        inner = _type(schema["items"])
        return f"readonly ({inner})[]" if "|" in inner else f"readonly {inner}[]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{{ readonly [key: string]: {_type(schema['additionalProperties'])} }}"
    if kind in _PLAIN:
        return _PLAIN[kind]
    raise ValueError(f"cannot express {schema!r} in TypeScript")
