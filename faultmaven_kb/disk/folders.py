"""Where files are written: the top of the repository around a folder, and a folder that takes a command's files.

A checkout may contain what a stranger planted: a link where a file is to be written, a link in place of the folder.
What is written goes into the folder that was named and nowhere else, and over nothing that was not written by this
package before: a list of those files, `.fmkb-export`, lies in the folder.
"""

import contextlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from faultmaven_kb.disk.regular import read_regular, read_start
from faultmaven_kb.disk.replacing import create_file, replace_file, swap_in
from faultmaven_kb.errors import PathError

__all__ = [
    "create_below",
    "entries_below",
    "real_path",
    "refuse_links",
    "remove_below",
    "repository_top",
    "write_below",
    "write_output",
]

_LIST = ".fmkb-export"
_LIST_LIMIT = 16_000_000  # bytes, chosen: bounds the memory for a planted file


def real_path(path: Path) -> Path:
    """The absolute path without links; of a link to itself as far as it leads, where `Path.resolve` may raise.

    A chain of more links than any system follows stays as it is: it leads nowhere.
    """
    try:
        return Path(os.path.realpath(path))
    except RecursionError:
        return path.absolute()


def repository_top(folder: Path) -> Path | None:
    """The nearest folder from `folder` upwards that contains a `.git`, None if there is none."""
    return next((candidate for candidate in (folder, *folder.parents) if os.path.lexists(candidate / ".git")), None)


def entries_below(folder: str | Path, *, hidden: bool = False) -> Iterator["os.DirEntry[str]"]:
    """What lies below a folder and is not a folder itself, in the order of the sorted paths.

    Links to folders are not followed; hidden folders are entered only with `hidden`. A path may be as deep as the
    system allows, which is deeper than functions can call each other.
    """
    open_folders = [_listing(folder)]
    while open_folders:
        for entry in open_folders[-1]:
            if not entry.is_dir(follow_symlinks=False):
                yield entry
            elif hidden or not entry.name.startswith("."):
                open_folders.append(_listing(entry.path))
                break
        else:
            open_folders.pop()


def _listing(folder: str | Path) -> Iterator["os.DirEntry[str]"]:
    try:
        with os.scandir(os.fspath(folder)) as entries:
            return iter(sorted(entries, key=lambda entry: os.path.normcase(entry.name)))
    except OSError:  # a folder that cannot be listed has nothing to give
        return iter(())


def write_below(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made where it is missing; names are relative to it, with forward slashes.

    Each file is written whole. Raises `PathError`, before anything is written, for a name that leads out of the folder,
    a link on the way, and a file that is there and was not written by this function; and when one cannot be written.
    """
    _make(folder)
    own_files = _listed(folder)
    places = {name: _place(folder, name) for name in files}
    todo = {name: data for name, data in files.items() if not _is_there(places[name], data, ours=name in own_files)}
    for name in todo:
        _make(places[name].parent)
    if not own_files.issuperset(files):  # before the files: one that is written is always listed
        names = json.dumps({"files": sorted({*own_files, *files})}, ensure_ascii=False, indent=1)
        replace_file(folder / _LIST, f"{names}\n".encode())
    for name, data in todo.items():
        replace_file(places[name], data)


def create_below(folder: Path, name: str, data: bytes) -> Path:
    """Write one new file into a folder; its path. Raises `PathError` as `write_below` does, and for one that exists."""
    _make(folder)
    place = _place(folder, name)
    _make(place.parent)
    create_file(place, data)
    return place


def place_below(folder: Path, name: str, data: bytes) -> None:
    """Write one file into a folder whose files the caller keeps a list of, without waiting for the disk.

    Raises `PathError` for a name that leads out of the folder, and for a folder behind a link.
    """
    _make(folder)
    place = _place(folder, name)
    _make(place.parent)
    swap_in(place, data)


def remove_below(folder: Path, name: str) -> None:
    """Remove a file from a folder whose files the caller keeps a list of; nothing where it is gone.

    Raises `PathError` for a name that leads out of the folder, and for a folder behind a link.
    """
    refuse_links(folder)
    _place(folder, name).unlink(missing_ok=True)


def write_output(path: Path, data: bytes) -> None:
    """Write the file that a user named for output, over an earlier one. Raises `PathError` as `replacing` does, and for
    a folder that is behind a link out of the current folder.
    """
    refuse_links(path.parent)
    replace_file(path, data)


def _make(folder: Path) -> None:
    refuse_links(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except RecursionError:
        raise PathError(f"cannot make the folder {str(folder)!r}: it is too deep") from None
    except OSError as error:
        raise PathError(f"cannot make the folder {str(folder)!r}: {error.strerror or error}") from error


def refuse_links(folder: Path) -> None:
    """Raises `PathError` for a folder that is a link, or behind a link that leads out of the current folder or into the
    one of git: the author of a checkout must not choose where files are written.
    """
    here, there = Path.cwd(), Path(os.path.abspath(folder))  # noqa: PTH100 - `resolve` would follow the links
    if there.is_relative_to(here):
        real = real_path(folder)  # not of `there`: the system follows a link before the `..` behind it
        if not real.is_relative_to(real_path(here)) or (".git" in real.parts and ".git" not in there.parts):
            raise PathError(
                f"cannot write to {str(folder)!r}: a link leads to {str(real)!r}; name that folder if it is meant"
            )
    elif there.is_symlink():
        real = real_path(there)
        raise PathError(
            f"cannot write to {str(folder)!r}: it is a link to {str(real)!r}; name that folder if it is meant"
        )


def _place(folder: Path, name: str) -> Path:
    """The path of a file in a folder, which no link and no `..` leads out of."""
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or any(set(part) & set("\\/:\0") for part in parts):
        raise PathError(f"cannot write {name!r}: expected the name of a file inside of {str(folder)!r}")
    place = folder
    for part in parts[:-1]:
        place /= part
        if place.is_symlink():
            raise PathError(f"cannot write to {str(place)!r}: it is a link to {str(real_path(place))!r}")
    return place / parts[-1]


def _is_there(place: Path, data: bytes, *, ours: bool) -> bool:
    """Whether a file has its content already. Raises `PathError` for one that is not ours to replace."""
    try:
        state = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise PathError(f"cannot write {str(place)!r}: {error.strerror or error}") from error
    if stat.S_ISREG(state.st_mode):
        if state.st_size == len(data) and read_start(place, most=len(data) + 1) == data:
            return True
        if ours:
            return False
    raise PathError(f"cannot write {str(place)!r}: it exists and was not exported; move it away or name another folder")


def _listed(folder: Path) -> set[str]:
    """The names of the files that were written before; a list that is damaged or planted names none."""
    return set(_names(folder / _LIST)) if os.path.lexists(folder / _LIST) else set()


def _names(file: Path) -> Iterator[str]:
    with contextlib.suppress(PathError, ValueError, RecursionError):
        value = json.loads(read_regular(file, limit=_LIST_LIMIT))
        names = value.get("files") if isinstance(value, dict) else None
        yield from (name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
