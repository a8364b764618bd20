"""Writes a file whole: a reader finds the old bytes or the new ones, whatever happens in between.

The new bytes go to a draft next to the file, which takes its place by a rename. On Linux the draft has no name until it
is complete, so a process that is killed leaves nothing; elsewhere, and between naming and renaming, it is called
`.fmkb-….part`, which nothing reads, and the next write in that folder removes what no living process has locked.

A file with several names (hard links) is refused: a rename would give the names different contents, and writing into
the file would leave half of it when the process is killed. A torn file is worse than one that is not written.
"""

import contextlib
import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

from faultmaven_kb.errors import PathError

__all__ = ["create_file", "lock", "replace_file", "replacing", "swap_in"]

_BEGIN, _END = ".fmkb-", ".part"
_OPEN_FILES = "/proc/self/fd"
_NOT_SUPPORTED = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT)
_SHARED = os.name == "nt"
"""Whether a file that somebody has open cannot be replaced."""

_PAUSES = (0.01, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between tries to replace such a file: scanners and indexers let go of it within a second."""


def replace_file(path: Path, data: bytes) -> None:
    """Write a file again, or write a new one, as `replacing` does."""
    with replacing(path) as file:
        file.write(data)


def create_file(path: Path, data: bytes) -> None:
    """Write a file where there is nothing. Raises `PathError` when something is there, or when it cannot be written."""
    with _as_path_error(path), _Draft(path.parent) as draft:
        draft.file.write(data)
        draft.finish()
        draft.put(path, new=True)
        _sync(path.parent)


def swap_in(path: Path, data: bytes) -> None:
    """Put a file in the place of whatever entry was there, without waiting for the disk: for what can be made again.

    Raises `PathError` when it cannot be written.
    """
    with _as_path_error(path), _Draft(path.parent) as draft:
        draft.file.write(data)
        draft.file.flush()
        draft.put(path)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of `path` when the block ends well; else nothing has changed.

    Mode, owner, group and extended attributes stay those of the file before. Raises `PathError` when it cannot be
    written, and for what is not replaced: a link, a file with several names, one that is read-only or whose owner would
    change, and what is not a regular file.
    """
    with _as_path_error(path):
        before = _replaceable(path)
        with _Draft(path.parent) as draft:
            yield draft.file
            draft.file.flush()
            if before:
                _take_over(path, before, draft.file.fileno())
            draft.finish()
            draft.put(path)
            _sync(path.parent)


@contextlib.contextmanager
def _as_path_error(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise PathError(f"{str(path)!r} exists already") from error
    except OSError as error:
        raise _refused(path, error.strerror or str(error)) from error


def _refused(path: Path, why: str) -> PathError:
    return PathError(f"cannot write {str(path)!r}: {why}")


def _replaceable(path: Path) -> os.stat_result | None:
    """What is known of the file that is replaced, None if there is none."""
    try:
        state = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(state.st_mode):
        raise _refused(path, "it is a link, expected the file that it leads to")
    if not stat.S_ISREG(state.st_mode):
        raise _refused(path, "expected a regular file")
    if state.st_nlink > 1:
        raise _refused(path, f"it has {state.st_nlink} names (hard links), which would no longer be one file; copy it")
    if not (state.st_mode & 0o222 and os.access(path, os.W_OK)):  # the superuser could, and is not asked to
        raise _refused(path, "it is read-only")
    return state


def _take_over(path: Path, before: os.stat_result, handle: int) -> None:
    """Give a draft what the file before it had besides its content."""
    if sys.platform == "win32":
        return
    now = os.fstat(handle)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.fchown(handle, before.st_uid, before.st_gid)
        except PermissionError:
            raise _refused(path, "its owner or group would change; expected to run as its owner") from None
    os.fchmod(handle, stat.S_IMODE(before.st_mode))
    if sys.platform == "linux":
        for name in os.listxattr(path):
            with contextlib.suppress(OSError):  # an attribute that only the system may set, or that is there already
                os.setxattr(handle, name, os.getxattr(path, name))


class _Draft:
    """A file in a folder that becomes another one there, or nothing: a name is only known where one is needed."""

    def __init__(self, folder: Path) -> None:
        _remove_leftovers(folder)
        self._folder = folder
        self._name: Path | None = None
        handle = _nameless(folder)
        if handle is None:
            self._name = self._part()
            binary = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
            handle = os.open(self._name, os.O_RDWR | os.O_CREAT | os.O_EXCL | binary, 0o666)
        self.file: IO[bytes] = os.fdopen(handle, "w+b")
        lock(self.file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(OSError):  # what a full disk did not take is tried once more, and was reported already
            self.file.close()
        if self._name:
            self._name.unlink(missing_ok=True)

    def finish(self) -> None:
        """Wait until the content is on the disk: a rename that is there before it would leave an empty file."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def put(self, path: Path, *, new: bool = False) -> None:
        """Give the draft its place: of what was there, or where there is nothing yet."""
        if self._name is None:
            target = path if new else self._part()
            _link(self.file.fileno(), self._folder, target)
            if new:
                return
            self._name = target
        if _SHARED:
            self.file.close()
        if new:
            _move(self._name, path)
        else:
            _replace(self._name, path)
            self._name = None

    def _part(self) -> Path:
        return self._folder / f"{_BEGIN}{secrets.token_hex(8)}{_END}"


def _nameless(folder: Path) -> int | None:
    """A file without a name in a folder, None where the system or the file system has none."""
    if sys.platform != "linux" or not os.path.isdir(_OPEN_FILES):  # noqa: PTH112 - asked for every file of a cache
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno in _NOT_SUPPORTED and folder.is_dir():
            return None
        raise


def _link(handle: int, folder: Path, path: Path) -> None:
    """Give an open file without a name one."""
    top = os.open(folder, os.O_RDONLY)
    try:  # only with a folder's handle Python follows the link in /proc
        os.link(f"{_OPEN_FILES}/{handle}", path, src_dir_fd=top, follow_symlinks=True)
    finally:
        os.close(top)


def _move(name: Path, path: Path) -> None:
    """Rename to where there is nothing. Raises `FileExistsError` where there is something."""
    try:
        os.link(name, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        _replace(name, path)


def _replace(name: Path, path: Path) -> None:
    for pause in _PAUSES if _SHARED else ():
        try:
            name.replace(path)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    name.replace(path)


def _sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where a folder can be opened for that."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_leftovers(folder: Path) -> None:
    """Remove the drafts of killed processes; one that is being written is locked."""
    with os.scandir(folder) as entries:
        parts = [entry.path for entry in entries if entry.name.startswith(_BEGIN) and entry.name.endswith(_END)]
    for part in parts:
        with contextlib.suppress(OSError):
            if stat.S_ISREG(os.lstat(part).st_mode):
                with open(part, "r+b") as file:  # noqa: PTH123
                    abandoned = lock(file)
                    if abandoned and not _SHARED:
                        os.unlink(part)  # noqa: PTH108
                if abandoned and _SHARED:  # only a closed file can be removed
                    os.unlink(part)  # noqa: PTH108


if sys.platform == "win32":
    import msvcrt

    def lock(file: IO[bytes]) -> bool:
        """Whether the file is ours alone until it is closed."""
        at = file.tell()
        file.seek(1 << 40)  # far behind the data, which others go on reading
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(at)
        return True

else:
    import fcntl

    def lock(file: IO[bytes]) -> bool:
        """Whether the file is ours alone until it is closed."""
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
