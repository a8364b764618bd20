"""The files that links may lead to: a folder on disk or a revision of it, never anything outside its root.

Names are compared letter by letter through the listings of folders, so the answer is the same on file systems that
fold case. A symbolic link that leads out of the root is neither followed nor read; it is `outside`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from faultmaven_kb.errors import PathError
from faultmaven_kb.text.characters.decoding import read_bytes

__all__ = ["DiskTree", "Kind", "SnapshotTree", "Tree", "actual_name", "kind_of"]

Kind = Literal["file", "folder", "outside"]


class Tree(Protocol):
    """Files below a root. Paths are relative to it, with forward slashes; the root itself is the empty path."""

    def relative(self, path: str) -> str | None:
        """A document's path relative to the root, None when it lies outside."""

    def entries(self, folder: str) -> Mapping[str, Kind]:
        """The names in a folder and what they are; empty for what is not a folder."""

    def data(self, path: str) -> bytes | None:
        """The bytes of a file, None if there is none."""


@dataclass(frozen=True)
class DiskTree:
    """The files below a folder. Listings are kept, so a tree is made for one run."""

    root: Path
    _listings: dict[str, Mapping[str, Kind]] = field(default_factory=dict, repr=False)
    _relative: dict[str, str | None] = field(default_factory=dict, repr=False)

    def relative(self, path: str) -> str | None:
        """A path as given (relative to the current folder or absolute), relative to the root."""
        folder, _, name = path.rpartition("/")
        if folder not in self._relative:
            try:
                inside = Path(folder or ("/" if path.startswith("/") else ".")).resolve().relative_to(self._real)
                self._relative[folder] = inside.as_posix().removeprefix(".").removeprefix("/")
            except (ValueError, OSError, RuntimeError):
                self._relative[folder] = None
        parent = self._relative[folder]
        return None if parent is None else f"{parent}/{name}" if parent else name

    @property
    def _real(self) -> Path:
        return self.root.resolve()

    def entries(self, folder: str) -> Mapping[str, Kind]:
        """The names in a folder, listed once."""
        if folder not in self._listings:
            self._listings[folder] = self._list(folder)
        return self._listings[folder]

    def _list(self, folder: str) -> Mapping[str, Kind]:
        try:
            with os.scandir(self.root / folder) as entries:
                return {entry.name: self._kind(entry) for entry in entries}
        except (OSError, ValueError):
            return {}

    def _kind(self, entry: "os.DirEntry[str]") -> Kind:
        try:
            if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(self._real):
                return "outside"
        except RuntimeError:  # a link to itself, in Python 3.11 and 3.12
            return "outside"
        return "folder" if entry.is_dir() else "file"

    def data(self, path: str) -> bytes | None:
        """The bytes of a file inside the root, cut at the size limit."""
        if kind_of(self, path) != "file":
            return None
        try:
            return read_bytes(self.root / path)
        except PathError:
            return None


@dataclass(frozen=True)
class SnapshotTree:
    """Files as they were: paths relative to the root, each with a way to its bytes.

    `names` says at which path the file of a document is, by the document's name.
    """

    files: Mapping[str, Callable[[], bytes]]
    names: Mapping[str, str] = field(default_factory=dict)
    _folders: dict[str, dict[str, Kind]] = field(default_factory=dict, repr=False)

    def relative(self, path: str) -> str | None:
        """The path that a document's name represents."""
        return self.names.get(path)

    def entries(self, folder: str) -> Mapping[str, Kind]:
        """The names in a folder, worked out from all paths once."""
        if not self._folders:
            self._folders[""] = {}
            for path in self.files:
                self._add(path, "file")
        return self._folders.get(folder, {})

    def _add(self, path: str, kind: Kind) -> None:
        parent, _, name = path.rpartition("/")
        if parent not in self._folders:
            self._folders[parent] = {}
            self._add(parent, "folder")
        self._folders[parent][name] = kind

    def data(self, path: str) -> bytes | None:
        """The bytes of a file."""
        return self.files[path]() if path in self.files else None


def kind_of(tree: Tree, path: str) -> Kind | None:
    """What is at a path, letter by letter; None for nothing."""
    path = path.strip("/")
    if path in ("", "."):
        return "folder"
    folder = ""
    parts = path.split("/")
    for part in parts[:-1]:
        kind = tree.entries(folder).get(part)
        if kind != "folder":
            return "outside" if kind == "outside" else None
        folder = f"{folder}/{part}" if folder else part
    return tree.entries(folder).get(parts[-1])


def actual_name(tree: Tree, path: str) -> str | None:
    """The one path that differs from `path` in upper and lower case only, None if there is none."""
    folder = ""
    for part in path.strip("/").split("/"):
        near = sorted(name for name in tree.entries(folder) if name.casefold() == part.casefold())
        name = part if part in near else near[0] if near else None
        if name is None:
            return None
        folder = f"{folder}/{name}" if folder else name
    return folder
