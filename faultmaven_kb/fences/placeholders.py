"""Placeholders such as `<pod-name>` in commands, and the values that a lab puts in their place.

The value replaces the text as it is, because the runbook's own quotes stand around it, just as a reader would type it.
What is left over after filling is an error, never a guess. `$XY` and `<<EOF` are shell, not placeholders.
"""

import re
from collections.abc import Mapping

__all__ = ["fill", "mask", "placeholders_in"]

_PLACEHOLDER = re.compile(r"(?<![<$])<(?P<name>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)>")


def placeholders_in(text: str) -> tuple[str, ...]:
    """The names of the placeholders in a text, each once, in order of appearance, without their brackets."""
    return tuple(dict.fromkeys(match["name"] for match in _PLACEHOLDER.finditer(text)))


def mask(text: str) -> str:
    """The text with a word of equal length in place of each placeholder, which a shell's grammar understands."""
    return _PLACEHOLDER.sub(lambda match: "_" * len(match[0]), text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the values that are known in place of their placeholders; others stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match["name"], match[0]), text)
