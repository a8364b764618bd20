"""Makes untrusted text safe to print: control, bidirectional and invisible characters become visible marks.

A terminal obeys escape sequences, so runbook text and questions pass through here before anything prints them.
"""

import re

__all__ = ["printable"]

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


def printable(text: str) -> str:
    """The text with unsafe characters shown: control characters as their Unicode pictures, others as `<U+202E>`."""
    return _UNSAFE.sub(_show, text)


def _show(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"
