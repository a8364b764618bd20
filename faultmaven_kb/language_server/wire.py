"""The bytes an editor sends, checked before the protocol library sees them.

A header that does not say how long its message is makes the library read the next messages as headers, without an
answer and without an end. Here the first such header ends the input, and `fault` says why, so that the process ends
with a message and the editor starts a new one.
"""

import re
from typing import BinaryIO

__all__ = ["Wire"]

_LENGTH = re.compile(rb"content-length:[ \t]*([0-9]{1,9})[ \t]*\r?\n", re.IGNORECASE)
_HEADER = re.compile(rb"[A-Za-z-]+:[^\r\n]*\r?\n")
_LONGEST_HEADER, _MOST_HEADERS, _LONGEST_MESSAGE = 1_000, 20, 64_000_000


class Wire:
    """Reads from `stream` as the protocol library does: header lines, then as many bytes as they say."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._waiting = stream, b""
        self.fault = ""

    def readline(self) -> bytes:
        """The next header line; a whole block of headers is read and checked at its first one. Empty at the end."""
        if self._waiting:
            line, self._waiting = self._waiting, b""
            return line
        length = None if self.fault else self._length()
        if length is None:
            return b""
        self._waiting = b"\r\n"
        return b"Content-Length: %d\r\n" % length

    def read(self, size: int) -> bytes:
        """The next `size` bytes."""
        return self._stream.read(size)

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def _length(self) -> int | None:
        """The length that the next block of headers says; None at the end of the input, and after a fault."""
        length = None
        for _ in range(_MOST_HEADERS):
            line = self._stream.readline(_LONGEST_HEADER)
            if not line:
                return None
            if not line.strip() and line.endswith(b"\n"):
                if length is None or not 0 < length <= _LONGEST_MESSAGE:
                    self._refuse("headers without a usable Content-Length")
                    return None
                return length
            if match := _LENGTH.fullmatch(line):
                length = int(match[1])
            elif not _HEADER.fullmatch(line) or line[:14].lower() == b"content-length":
                self._refuse(f"the header {line[:60]!r}")
                return None
        self._refuse(f"more than {_MOST_HEADERS} header lines")
        return None

    def _refuse(self, what: str) -> None:
        self.fault = f"the editor sent {what}, expected Content-Length: NUMBER and an empty line"
