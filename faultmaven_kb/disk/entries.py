"""A folder of results that can be made again: kept by key, bounded in size, and never a reason to fail.

Each entry is a file with a checksum before its content, so one that was torn, damaged or put there by somebody else is
ignored. The entries lie in 256 folders by the first two digits of their keys, and each folder is kept below its share
of the bound: one entry in sixteen looks after its folder when it is kept, and removes what was kept longest ago.
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.disk.replacing import swap_in
from faultmaven_kb.errors import PathError

__all__ = ["Entries"]

_FOLDERS = 256  # two hexadecimal digits
_MOST = 500_000_000
"""Bytes of all entries: some 50,000 checked runbooks."""

_LARGEST = 50_000_000  # bytes, chosen: bounds the memory for a planted file
_SUM = 16  # bytes of the checksum
_FOLDER_NAME = re.compile(r"[0-9a-f]{2}")
_NAME = re.compile(r"[0-9a-f]{20,}|\.fmkb-[0-9a-f]+\.part")


@dataclass(frozen=True)
class Entries:
    """The entries in a folder, which is made with the first one; `most` bounds what all of them take, in bytes."""

    folder: Path
    most: int = _MOST

    def get(self, key: str) -> bytes | None:
        """The content that is kept under a key (hexadecimal digits), None if there is none or it is damaged."""
        try:
            data = read_regular(self.file(key), limit=_LARGEST)
        except PathError:
            return None
        content = data[_SUM:]
        return content if data[:_SUM] == _checksum(key, content) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep a content; it appears complete or not at all. What cannot be written is not kept."""
        file = self.file(key)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.parent.is_symlink() or self.folder.is_symlink():
                return
            swap_in(file, _checksum(key, content) + content)
            if key[2] == "0":
                self._trim(file.parent)
        except (OSError, PathError):
            return

    def clean(self) -> int:
        """Remove all entries and nothing else; the number of bytes that this frees.

        Raises `PathError` for one that cannot be removed.
        """
        freed = 0
        for folder in self._folders():
            for file, state in _files(folder):
                try:
                    file.unlink(missing_ok=True)
                except OSError as error:
                    raise PathError(f"cannot remove {str(file)!r}: {error.strerror or error}") from error
                freed += state.st_size
        return freed

    def file(self, key: str) -> Path:
        """Where the entry of a key lies."""
        return self.folder / key[:2] / key[2:]

    def _folders(self) -> Iterator[Path]:
        if self.folder.is_dir() and not self.folder.is_symlink():
            for entry in sorted(self.folder.iterdir()):
                if _FOLDER_NAME.fullmatch(entry.name) and entry.is_dir() and not entry.is_symlink():
                    yield entry

    def _trim(self, folder: Path) -> None:
        total = 0
        for file, state in sorted(_files(folder), key=lambda pair: -pair[1].st_mtime_ns):
            total += state.st_size
            if total > self.most // _FOLDERS:
                file.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The entries in one folder, and the drafts of entries."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                with contextlib.suppress(FileNotFoundError):  # another process has removed it
                    state = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(state.st_mode):
                        yield Path(entry.path), state


def _checksum(key: str, content: bytes) -> bytes:
    return blake2b(content, digest_size=_SUM, key=key[:64].encode()).digest()
