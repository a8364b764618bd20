"""Reads a file that a stranger may have put there: a regular file or an error, in bounded time and memory.

A pipe that nobody writes to would block for ever, a device may never end, and opening one can have side effects.
So what is not a regular file is never opened for long, whatever it is called and whichever link leads to it.
"""

import os
import stat
from pathlib import Path
from typing import IO

from faultmaven_kb.errors import PathError

__all__ = ["open_regular", "read_regular", "read_start"]

_FLAGS = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_CLOEXEC", "O_NOINHERIT"))

_LIMIT = 200_000_000
"""Bytes of a file that is read whole where nothing smaller is known: questions, runs and exports of a large base."""


def open_regular(path: Path) -> IO[bytes]:
    """The file, open for reading. Raises `PathError` for what cannot be opened or is not a regular file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _refused(path, "expected a regular file")
        file = os.fdopen(os.open(path, os.O_RDONLY | _FLAGS), "rb")
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file
        file.close()  # it took the place of the file that was looked at
    except (OSError, RuntimeError, ValueError) as error:  # Python 3.11 raises RuntimeError for a link to itself
        raise _refused(path, str(getattr(error, "strerror", None) or error)) from error
    raise _refused(path, "expected a regular file")


def read_regular(path: Path, *, limit: int = _LIMIT) -> bytes:
    """The content of a file. Raises `PathError` for what cannot be read, is not a regular file, or is larger than
    `limit` bytes.
    """
    data = read_start(path, most=limit + 1)
    if len(data) > limit:
        raise _refused(path, f"it is larger than {limit:,} bytes")
    return data


def read_start(path: Path, *, most: int) -> bytes:
    """The first `most` bytes of a file. Raises `PathError` for what cannot be read or is not a regular file."""
    with open_regular(path) as file:
        try:
            return file.read(most) or b""  # None where there is nothing yet, as in some files of /proc
        except OSError as error:
            raise _refused(path, error.strerror or str(error)) from error


def _refused(path: Path, why: str) -> PathError:
    return PathError(f"cannot read {str(path)!r}: {why}")
