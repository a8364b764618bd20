"""Places in a document as the Language Server Protocol counts them: lines from 0, columns in the agreed encoding."""

from lsprotocol import types

from faultmaven_kb.source import Position, Source, Span, utf8_column, utf16_column

__all__ = ["Encoding", "from_position", "offset_of", "to_range"]

Encoding = types.PositionEncodingKind | str | None
"""How a client counts columns; None is the protocol's default, UTF-16."""


def _column(line: str, column: int, encoding: Encoding) -> int:
    """A column in code points from 1 as a column from 0 in the encoding."""
    if encoding == types.PositionEncodingKind.Utf32:
        return column - 1
    convert = utf8_column if encoding == types.PositionEncodingKind.Utf8 else utf16_column
    return convert(line, column) - 1


def to_range(source: Source, span: Span, encoding: Encoding) -> types.Range:
    """A span as a range; places beyond the document end at its end."""
    return types.Range(_to(source, span.start, encoding), _to(source, span.end, encoding))


def from_position(source: Source, position: types.Position, encoding: Encoding) -> Position:
    """The place of a protocol position; a column beyond the line is its end."""
    line, left = source.line(position.line + 1), position.character
    for column, character in enumerate(line, 1):
        left -= _column(character, 2, encoding)
        if left < 0:
            return Position(position.line + 1, column)
    return Position(position.line + 1, len(line) + 1)


def offset_of(text: str, position: types.Position, encoding: Encoding) -> int:
    """The index of a protocol position in a text, without splitting it; a column beyond the line is its end."""
    start, after = _line_start(text, position.line), _line_start(text, position.line + 1)
    line = text[start : min(after, start + position.character)].rstrip("\r\n")
    if line.isascii() or encoding == types.PositionEncodingKind.Utf32:
        return start + len(line)
    codec, width = ("utf-8", 1) if encoding == types.PositionEncodingKind.Utf8 else ("utf-16-le", 2)
    units = line.encode(codec, "surrogatepass")[: position.character * width]
    return start + len(units.decode(codec, "ignore"))


def _line_start(text: str, line: int) -> int:
    """The index at which a line (from 0) begins, the end of the text for one beyond the last."""
    low, high, ends = 0, len(text), line
    if line == 0 or _line_ends(text, low, high) < line:
        return high if line else 0
    while high - low > 1:  # the end that is looked for is the one with the number `ends` in `text[low:high]`
        middle = (low + high) // 2
        middle += text.startswith("\r\n", middle - 1)  # the two characters of an end stay together
        if middle == high:
            break
        before = _line_ends(text, low, middle)
        if before >= ends:
            high = middle
        else:
            low, ends = middle, ends - before
    return high


def _line_ends(text: str, start: int, end: int) -> int:
    ends = text.count("\n", start, end)
    if text.find("\r", start, end) == -1:  # much faster than counting none
        return ends
    return ends + text.count("\r", start, end) - text.count("\r\n", start, end)


def _to(source: Source, position: Position, encoding: Encoding) -> types.Position:
    last = len(source.lines)
    line, column = (position.line, position.column) if position.line <= last else (last, len(source.lines[-1]) + 1)
    text = source.line(line)
    return types.Position(line - 1, _column(text, min(column, len(text) + 1), encoding))
