"""Bytes to text: the first stage. It refuses what cannot be a runbook before anything expensive sees it.

Text that is not UTF-8 is still read as far as it goes (undecodable bytes become U+FFFD), so that one wrong byte does
not hide every other finding; only empty, binary and oversized input ends here. UTF-16 is believed only when a byte
order mark proves it.
"""

import codecs
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic, Fix, Level
from faultmaven_kb.disk.regular import read_start
from faultmaven_kb.source import Source, Span, without_surrogates

__all__ = ["SIZE_LIMIT", "decode", "read_bytes"]

SIZE_LIMIT = 200_000
"""Largest document in bytes: ten times the largest runbook, and no command takes seconds for a file of this size."""

_START = Span(1, 1, 1, 1)


def read_bytes(path: Path) -> bytes:
    """The content of a document, cut one byte beyond the size limit. Raises `PathError` when it cannot be read."""
    return read_start(path, most=SIZE_LIMIT + 1)


def decode(
    data: bytes | str, path: str = "<text>", *, limit: int = SIZE_LIMIT
) -> tuple[Source | None, tuple[Diagnostic, ...]]:
    """The source of a document with what is wrong with its bytes; no source when there is nothing to read.

    `limit` is in bytes; the library's own contains whatever it says.
    """
    limit = min(limit, SIZE_LIMIT)
    if len(data) > limit:
        message = f"file is larger than {limit:,} bytes, split it or move attachments out"
        return None, (_error("RB006", "file-too-large", message, path),)
    source, diagnostics = _decode_bytes(data, path) if isinstance(data, bytes) else (_decoded(data, path), ())
    if source is not None and not source.text.strip("\ufeff \t\r\n"):
        message = "file is empty, expected front matter and sections"
        return None, (*diagnostics, _error("RB011", "empty-file", message, path))
    return source, diagnostics


def _decoded(text: str, path: str) -> Source:
    """A text from a program: halves of surrogate pairs, which no file can contain, become U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return Source(without_surrogates(text), path, exact=False)
    return Source(text, path)


def _decode_bytes(data: bytes, path: str) -> tuple[Source | None, tuple[Diagnostic, ...]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        source = Source(data.decode("utf-16", "replace"), path, exact=False)
        return source, (_utf16(data, path),)
    try:
        return Source(data.decode("utf-8"), path), ()
    except UnicodeDecodeError as failure:
        if b"\0" in data:
            return None, (_error("RB001", "not-utf8", "file is binary, expected UTF-8 text", path),)
        source = Source(data.decode("utf-8", "replace"), path, exact=False)
        start = source.position(len(data[: failure.start].decode("utf-8", "replace")))
        place = Span(start.line, start.column, start.line, start.column + 1)
        message = f"byte 0x{data[failure.start]:02x} is not UTF-8 (save the file as UTF-8)"
        return source, (_error("RB001", "not-utf8", message, path, place),)


def _utf16(data: bytes, path: str) -> Diagnostic:
    """UTF-16 with its mark. The fix has no edits: to write the text that was read, as UTF-8, is all it takes."""
    message = "file is UTF-16, expected UTF-8 (save it again as UTF-8)"
    try:
        data.decode("utf-16")
    except UnicodeDecodeError:
        return _error("RB001", "not-utf8", message, path)
    fix = Fix("save it as UTF-8", (), safe=False)
    return Diagnostic("RB001", "not-utf8", Level.ERROR, message, path, _START, fix)


def _error(code: str, name: str, message: str, path: str, span: Span = _START) -> Diagnostic:
    return Diagnostic(code, name, Level.ERROR, message, path, span)
