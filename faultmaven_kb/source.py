"""The text of a document and the places in it. Everyone who reports a place uses this room.

A `Source` keeps the text exactly as decoded, line ends and byte order mark included, so that an edit at an offset
restores every untouched byte. Lines end at ``\\n``, ``\\r\\n`` or ``\\r`` and nowhere else: `str.splitlines` would also
split at U+2028 and form feeds, which Markdown and editors do not. Columns count code points from 1; `utf16_column` and
`utf8_column` convert for consumers that count otherwise.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from faultmaven_kb.brief import brief

__all__ = [
    "BYTE_ORDER_MARK",
    "START",
    "KeyPath",
    "Position",
    "Source",
    "Span",
    "utf8_column",
    "utf16_column",
    "without_surrogates",
]

BYTE_ORDER_MARK = "\ufeff"
KeyPath = tuple[str | int, ...]
"""Where a value is in a document, as pydantic and jsonschema name it: `("tags", 2)`."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """One place: line and column, both from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text: lines and columns from 1 in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def start(self) -> Position:
        """The place of the first character."""
        return Position(self.line, self.column)

    @property
    def end(self) -> Position:
        """The place after the last character."""
        return Position(self.end_line, self.end_column)

    def contains_line(self, line: int) -> bool:
        """Whether `line` (from 1) lies within the span."""
        return self.line <= line <= self.end_line


START = Span(1, 1, 1, 1)
"""The beginning of a file: the place of what belongs to no line of it."""


@dataclass(frozen=True)
class Source:
    """A decoded document. `exact` is false when bytes had to be replaced, so that it cannot be written back."""

    text: str
    path: str = "<text>"
    exact: bool = field(default=True, kw_only=True)

    def __repr__(self) -> str:
        return brief(self, path=self.path, text=self.text)

    @cached_property
    def _bounds(self) -> tuple[list[int], list[str]]:
        if "\r" not in self.text:
            lines = self.text.split("\n")
            return list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0)), lines
        starts, lines, begin = [0], [], 0
        for match in _LINE_END.finditer(self.text):
            lines.append(self.text[begin : match.start()])
            begin = match.end()
            starts.append(begin)
        lines.append(self.text[begin:])
        return starts, lines

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; the last one is empty when the text ends with a line end."""
        return self._bounds[1]

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its end; empty beyond the last line."""
        lines = self.lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def offset(self, position: Position) -> int:
        """The index into `text` of a position; a column beyond the line is its end."""
        starts, lines = self._bounds
        line = min(max(position.line, 1), len(lines))
        return starts[line - 1] + min(position.column - 1, len(lines[line - 1]))

    def position(self, offset: int) -> Position:
        """The position of an index into `text`."""
        line = bisect_right(self._bounds[0], offset)
        return Position(line, offset - self._bounds[0][line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        """The span between two indexes into `text`, the end exclusive."""
        first, last = self.position(start), self.position(end)
        return Span(first.line, first.column, last.line, last.column)

    def line_span(self, line: int, end_line: int | None = None) -> Span:
        """The span of whole lines, from the first character that is not a space to the last one."""
        lines = self.lines
        text = lines[line - 1]
        column = len(text) - len(text.lstrip()) + 1
        if end_line is None or end_line == line:
            return Span(line, column, line, max(len(text.rstrip()) + 1, column))
        return Span(line, column, end_line, len(lines[end_line - 1].rstrip()) + 1)

    def find(self, needle: str, line: int, end_line: int | None = None) -> Span | None:
        """The first place of `needle` in the given lines, or None; `needle` has no line end."""
        for number in range(line, (end_line or line) + 1):
            column = self.line(number).find(needle)
            if column >= 0:
                return Span(number, column + 1, number, column + 1 + len(needle))
        return None

    def slice(self, span: Span) -> str:
        """The text of a span."""
        return self.text[self.offset(span.start) : self.offset(span.end)]


def without_surrogates(text: str) -> str:
    """The text with each lone surrogate, which cannot be written as UTF-8, replaced by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def utf16_column(line: str, column: int) -> int:
    """A code point column (from 1) of `line` in UTF-16 code units, as the Language Server Protocol counts."""
    return len(line[: column - 1].encode("utf-16-le", "surrogatepass")) // 2 + 1


def utf8_column(line: str, column: int) -> int:
    """A code point column (from 1) of `line` in UTF-8 bytes, as rdjson counts."""
    return len(line[: column - 1].encode("utf-8", "surrogatepass")) + 1
