"""Writes a fence that contains any code, for every room that puts code into Markdown."""

import re

__all__ = ["fence"]

_TICKS = re.compile(r"^[ \t]*(`{3,})", re.MULTILINE)


def fence(code: str, language: str = "") -> str:
    """A fenced block; its marks are longer than any that the code contains."""
    longest = max((len(match[1]) for match in _TICKS.finditer(code)), default=2)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{code.rstrip(chr(10))}\n{marks}"
