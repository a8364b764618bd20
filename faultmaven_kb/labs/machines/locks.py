"""Locks between processes that make, use and remove the same folders; the kernel releases those of a killed one."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["locked"]


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock that the kernel releases when this process ends, however it ends; yields whether it was acquired.

    Its file is removed when it is released.
    """
    while True:
        with path.open("w") as file:
            acquired = _take(file.fileno(), wait=wait)
            # the one before us may have removed the file while we waited: a lock on it excludes nobody
            if acquired and not _is_at(path, file.fileno()):
                continue
            try:
                yield acquired
            finally:
                if acquired and sys.platform != "win32":
                    path.unlink()
            return


def _take(number: int, *, wait: bool) -> bool:
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - not on Windows, where labs can be read

        try:
            fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
    return True


def _is_at(path: Path, number: int) -> bool:
    """Whether an open file is still the one at a path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(number))
    except FileNotFoundError:
        return False
