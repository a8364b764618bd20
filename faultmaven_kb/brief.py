"""A value in one line, for a person at a prompt or in a traceback; whole values are printed field by field.

And how many there are of something, for a message.
"""

from typing import Any

__all__ = ["brief", "counted"]

_MOST = 200
"""Two lines of a terminal: what a person reads of a value that is printed by the way."""

_FIELD = 60
"""What one field may take of it, so that a long text does not hide the fields behind."""


def brief(value: object, **fields: Any) -> str:
    """`Name(field=value, …)` with long values shortened and tuples counted, at most 200 characters."""
    parts = (f"{name}={_short(field)}" for name, field in fields.items())
    return _cut(f"{type(value).__name__}({', '.join(parts)})", _MOST)


def counted(number: int, word: str) -> str:
    """`1 runbook`, `2 runbooks`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _short(value: object) -> str:
    if isinstance(value, tuple | list | dict) and value:
        kind = type(value).__name__
        return f"<{kind} of {len(value)}>"
    return _cut(repr(value[:_FIELD] if isinstance(value, str) and len(value) > _FIELD else value), _FIELD)


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 2]}…{text[-1]}"
