"""Which files of a folder are runbooks: the one place that knows the names that are not.

Folders are walked without following links to folders, so a loop cannot trap the walk, and a link to a file outside of
the folder is not followed either: a contributed link must not bring in what lies elsewhere. The order is that of the
sorted paths on every system.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.disk.folders import entries_below, real_path
from faultmaven_kb.errors import PathError
from faultmaven_kb.source import Span
from faultmaven_kb.text.characters.decoding import read_bytes

__all__ = [
    "NOT_RUNBOOKS",
    "FileState",
    "files_at",
    "find_other_markup",
    "find_runbooks",
    "find_states",
    "find_strays",
    "is_runbook",
    "other_markup",
    "read_file",
    "shown_name",
]


class FileState(NamedTuple):
    """A file: its name in diagnostics (with forward slashes), where it is, its size (-1: cannot be looked at) and the
    time of its last change in nanoseconds."""

    name: str
    path: str
    size: int
    changed: int


NOT_RUNBOOKS = frozenset({"README.md", "TEMPLATE.md", "CONTRIBUTING.md", "REVIEW_GUIDELINES.md", "_index.md"})


_OTHER_MARKUPS = {
    **dict.fromkeys((".adoc", ".asciidoc"), ("AsciiDoc", "npx downdoc FILE")),
    **dict.fromkeys((".rst", ".rest"), ("reStructuredText", "pandoc -f rst -t gfm FILE -o FILE.md")),
    ".org": ("Org", "pandoc -f org -t gfm FILE -o FILE.md"),
    ".textile": ("Textile", "pandoc -f textile -t gfm FILE -o FILE.md"),
}


def find_runbooks(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The runbook files at the paths, each once: a file as it is, a folder's `*.md` files below it, sorted.

    Raises `PathError` for a path that does not exist.
    """
    return files_at(paths, lambda folder: (file for file in _walk(folder) if not _leads_out(file, folder)))


def files_at(paths: Iterable[str | Path], below: Callable[[Path], Iterable[Path]]) -> Iterator[Path]:
    """The files at the paths, each once: a file as it is, of a folder what `below` finds in it, sorted.

    Raises `PathError` for a path that does not exist.
    """
    seen: set[Path] = set()
    for path in map(Path, paths):
        if path.is_dir():
            files = sorted(below(path))
        elif path.exists():
            files = [path]
        else:
            raise PathError(f"no such file or folder: {str(path)!r}")
        for file in files:
            if file not in seen:
                seen.add(file)
                yield file


def find_states(paths: Iterable[str | Path], *, start: str | Path = "") -> list[FileState]:
    """The runbook files at the paths as `find_runbooks` has them, each with its size and time of change.

    Relative paths begin at `start`, and names are as they are from there. Made for many files: one look at each.
    Raises `PathError` for a path that does not exist.
    """
    by_name: dict[str, FileState] = {}
    tops = list(map(Path, paths))
    for path in tops:
        place = Path(start, path)
        if place.is_dir():
            states = _states_below(path.as_posix(), place)
        elif place.exists():
            states = iter([_state(path.as_posix(), os.fspath(place), place)])
        else:
            raise PathError(f"no such file or folder: {str(place)!r}")
        if len(tops) == 1:  # then no name comes twice
            return list(states)
        for state in states:
            by_name.setdefault(state.name, state)
    return list(by_name.values())


def _states_below(top: str, folder: Path) -> Iterator[FileState]:
    begin = len(os.path.join(os.fspath(folder), ""))  # noqa: PTH118 - with the separator at its end
    top = "" if top == "." else f"{top.rstrip('/')}/"
    for entry in _entries(folder):
        path = entry.path
        if not (entry.is_symlink() and _leads_out(Path(path), folder)):
            name = path[begin:]
            yield _state(top + (name if os.sep == "/" else name.replace(os.sep, "/")), path, entry)


def _state(name: str, path: str, entry: "os.DirEntry[str] | Path") -> FileState:
    try:
        state = entry.stat()
    except OSError:  # removed since the folder was listed, or a link to nowhere: reading it will say so
        return FileState(name, path, -1, 0)
    return FileState(name, path, state.st_size, state.st_mtime_ns)


def other_markup(name: str) -> str | None:
    """Why a file of a markup that is not read is none, and how to convert it; None for any other name."""
    markup, convert = _OTHER_MARKUPS.get(PurePath(name).suffix.lower(), ("", ""))
    return f"file is {markup}, expected Markdown (convert it: {convert})" if markup else None


def find_other_markup(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The files of a markup that is not read below the given folders, sorted, without those that are not runbooks."""
    for path in map(Path, paths):
        if path.is_dir():
            entries = (entry for entry in entries_below(path) if other_markup(entry.name))
            yield from sorted(
                Path(entry.path) for entry in entries if f"{Path(entry.name).stem}.md" not in NOT_RUNBOOKS
            )


def find_strays(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The symbolic links below the given folders that look like runbooks and lead out of their folder, sorted."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(file for file in _walk(path) if _leads_out(file, path))


def read_file(path: Path) -> tuple[str, bytes | Diagnostic]:
    """A file's name as it is shown, and its content or why it is not read (RB013).

    A name that is not UTF-8 could be written to no report, no cache and no index: such a file is not read.
    """
    name, shown = path.as_posix(), shown_name(path)
    try:
        if shown != name:
            raise PathError("file name is not UTF-8, rename the file")
        if other := other_markup(path.name):
            raise PathError(other)
        return name, read_bytes(path)
    except PathError as error:
        return shown, Diagnostic("RB013", "unreadable-file", Level.ERROR, str(error), shown, Span(1, 1, 1, 1))


def shown_name(path: Path) -> str:
    """A path with forward slashes; bytes that are not UTF-8 are written out (`b\\xff.md`)."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_runbook(path: str) -> bool:
    """Whether a path below a folder of runbooks (with forward slashes) is that of a runbook, by its name alone."""
    name = path.rpartition("/")[2]
    return name.endswith(".md") and name not in NOT_RUNBOOKS and not path.startswith(".") and "/." not in path


def _leads_out(file: Path, folder: Path) -> bool:
    return file.is_symlink() and not real_path(file).is_relative_to(real_path(folder))


def _walk(folder: Path) -> Iterator[Path]:
    return (Path(entry.path) for entry in _entries(folder))


def _entries(folder: str | Path) -> Iterator["os.DirEntry[str]"]:
    """The runbooks below a folder and the links that look like one, in the order of their sorted paths."""
    # a pipe or a device as well: reading it says why it is not read
    return (entry for entry in entries_below(folder) if is_runbook(entry.name))
