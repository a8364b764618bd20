"""What a field of a lab's files should have been, in our own words: pydantic's change with its versions.

Only the type of an error and the limits that it names are used, which pydantic documents; its sentences are not.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["expectation"]

_KINDS = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list",
    "list": "a list",
    "dict": "a mapping",
    "model": "a mapping",
}


def expectation(error: Mapping[str, Any]) -> str:
    """The sentence's end for one of `ValidationError.errors()`, such as "expected 0 or more"."""
    kind, limits = str(error["type"]), error.get("ctx", {})
    match kind:
        case "value_error":  # raised by a validator of ours
            return str(limits["error"])
        case "literal_error":
            return f"expected {limits['expected']}"
        case "greater_than_equal":
            return f"expected {limits['ge']:g} or more"
        case "less_than_equal":
            return f"expected {limits['le']:g} or less"
        case "string_pattern_mismatch":
            return f"expected a text like {limits['pattern']}"
        case "string_too_short" | "too_short":
            unit = "characters" if kind == "string_too_short" else "items"
            return f"expected at least {limits['min_length']} {unit}"
    return f"expected {_KINDS.get(kind.split('_', 1)[0], 'a value that the schema allows')}"
