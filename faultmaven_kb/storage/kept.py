"""Bases in the user's cache folder: one for each set of paths, made and brought up to date without being asked.

A base is named by the paths and the library that made it, so nothing has to be invalidated; the folder may be deleted
at any time. The bases that were not used for longest go when all of them take too much room. A folder that cannot be
written is not an error: there is no base then, and the files are read.
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.reading.files import find_states
from faultmaven_kb.storage.base import StoredBase
from faultmaven_kb.storage.file_format.container import SUFFIX
from faultmaven_kb.storage.stamp import kept_file
from faultmaven_kb.text.aliases import NO_ALIASES

__all__ = ["Cache"]

_MOST = 2_000_000_000  # bytes (SECURITY.md)
_NAME = re.compile(rf"[0-9a-f]{{32}}{re.escape(SUFFIX)}|\.fmkb-[0-9a-f]+\.part")


@dataclass(frozen=True)
class Cache:
    """A folder of bases. It is made when the first one is kept; `most` bounds what all of them take, in bytes."""

    folder: Path
    most: int = _MOST

    def base(
        self, paths: Sequence[str | Path], *, jobs: int = 1, aliases: Mapping[str, str] = NO_ALIASES
    ) -> StoredBase | None:
        """The base of the runbooks at some paths as the files are now, read with a team's own headings; None where it
        cannot be kept.

        Raises `PathError` for a path that does not exist.
        """
        file = kept_file(self.folder, paths, aliases)
        with contextlib.suppress(ConfigurationError, PathError):
            base = StoredBase(file)
            states = base.states_now()
            if not base.is_current(states):
                from faultmaven_kb.storage.building import refresh  # noqa: PLC0415 - mostly nothing has changed

                base = refresh(base, jobs=jobs, states=states)
                if not base.is_current(states):  # another process is writing to it just now
                    return None
            with contextlib.suppress(OSError):
                os.utime(file)
            return base
        find_states(paths)  # a path that is missing is the caller's mistake, a folder that is full is not
        from faultmaven_kb.storage.building import build  # noqa: PLC0415

        if file.parent.is_symlink():  # anybody who made it does not choose where files are written and removed
            return None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)  # it cannot be opened, and may be anything
            base = build(paths, file, jobs=jobs, aliases=aliases)
        except (OSError, PathError):
            return None
        self._trim(file)
        return base

    def clean(self) -> int:
        """Remove all bases; the number of bytes that this frees. Raises `PathError` for one that cannot be removed."""
        freed = 0
        for file, size, _ in self._bases():
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise PathError(f"cannot remove {str(file)!r}: {error.strerror or error}") from error
            freed += size
        return freed

    def _bases(self) -> Iterator[tuple[Path, int, int]]:
        """The files of all bases with their sizes and the times of their last use."""
        folder = self.folder / "bases"
        for file in () if folder.is_symlink() else sorted(folder.iterdir()) if folder.is_dir() else ():
            if _NAME.fullmatch(file.name):
                with contextlib.suppress(OSError):
                    state = file.lstat()
                    if not stat.S_ISDIR(state.st_mode):
                        yield file, state.st_size, state.st_mtime_ns

    def _trim(self, newest: Path) -> None:
        total = 0
        for file, size, _ in sorted(self._bases(), key=lambda base: (base[0] != newest, -base[2])):
            total += size
            if total > self.most and file != newest:
                with contextlib.suppress(OSError):
                    file.unlink()
