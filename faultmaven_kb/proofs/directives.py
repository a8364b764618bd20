"""Directives: HTML comments right before a fence that say how a lab treats it; a rendered page does not show them.

    <!-- lab: skip REASON -->          never run, and the report says why
    <!-- lab: file PATH -->            the fence is the content of a file; `file PATH append` adds it at the end
    <!-- lab: expect TEXT -->          the output of the fence contains this text
    <!-- lab: rc NUMBER -->            the last command of the fence exits with this code
    <!-- lab: background -->           the fence never ends by itself and is left running

They are for exceptions. A fence without one is executed by its language, or is not executable.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, get_args

from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.source import Source

__all__ = ["Directive", "DirectiveKind", "directives_before", "is_exit_code"]

DirectiveKind = Literal["skip", "file", "expect", "rc", "background"]
_KINDS: tuple[str, ...] = get_args(DirectiveKind)
_COMMENT = re.compile(r"<!--\s*+lab:\s*+(?P<kind>(?:(?!-->)\S)*)(?!(?!-->)\S)\s*+(?P<value>(?:(?!-->).)*)-->")


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive; `fault` says what is wrong with it, and is empty when nothing is."""

    kind: str
    value: str
    line: int
    fault: str = ""


def directives_before(source: Source, line: int) -> tuple[Directive, ...]:
    """The directives in the comment lines right above `line` (from 1), blank lines ignored, in their order."""
    directives: list[Directive] = []
    number = line - 1
    while number > 0:
        text = source.line(number).strip().lstrip("> ")
        match = _COMMENT.fullmatch(text)
        if match:
            directives.append(_directive(match["kind"], match["value"].rstrip(), number))
        elif text:
            break
        number -= 1
    return tuple(reversed(directives))


def is_exit_code(text: str) -> bool:
    """Whether a text is a number that a command can end with."""
    return len(text) <= 3 and text.isascii() and text.isdigit()


def _directive(kind: str, value: str, line: int) -> Directive:
    return Directive(kind, value, line, _fault(kind, value))


def _fault(kind: str, value: str) -> str:
    if kind not in _KINDS:
        return f'unknown directive "{kind}", expected one of {", ".join(_KINDS)}{did_you_mean(kind, _KINDS)}'
    if kind in ("skip", "expect") and not value:
        return (
            f'directive "{kind}" has no text, expected {"a reason" if kind == "skip" else "what the output contains"}'
        )
    if kind == "rc" and not is_exit_code(value):
        return f'directive "rc" has "{value}", expected an exit code such as 1'
    if kind == "file":
        path, _, mode = value.partition(" ")
        if not PurePosixPath(path).is_absolute() or mode not in ("", "append"):
            return f'directive "file" has "{value}", expected an absolute path and at most the word append'
    return ""
