"""Places in a document as the Language Server Protocol counts them: lines from 0, columns in the agreed encoding."""

from lsprotocol import types

from faultmaven_kb.source import Position, Source, Span, utf8_column, utf16_column

__all__ = ["Encoding", "from_position", "to_range"]

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


def _to(source: Source, position: Position, encoding: Encoding) -> types.Position:
    last = len(source.lines)
    line, column = (position.line, position.column) if position.line <= last else (last, len(source.lines[-1]) + 1)
    text = source.line(line)
    return types.Position(line - 1, _column(text, min(column, len(text) + 1), encoding))
