"""The runbooks of the editor's folders by id and by path: what links can point to.

Only front matter is read, so that a base of a thousand runbooks is listed at once. A path that is not in the catalogue
is never opened, whatever a link says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from faultmaven_kb.disk.folders import real_path
from faultmaven_kb.errors import PathError
from faultmaven_kb.reading.files import find_runbooks
from faultmaven_kb.text.characters.decoding import decode, read_bytes
from faultmaven_kb.text.values.frontmatter import read_front_matter

__all__ = ["Catalogue", "Entry", "read_catalogue"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One runbook of a folder."""

    id: str
    title: str
    technology: str
    path: Path


@dataclass(frozen=True)
class Catalogue:
    """The runbooks in the order of their paths; of two with one id the first counts."""

    entries: tuple[Entry, ...] = ()
    by_id: dict[str, Entry] = field(default_factory=dict)
    by_path: dict[Path, Entry] = field(default_factory=dict)

    @property
    def technologies(self) -> tuple[str, ...]:
        """The technologies of all runbooks, sorted."""
        return tuple(sorted({entry.technology for entry in self.entries if entry.technology}))


def read_catalogue(folders: Iterable[Path]) -> Catalogue:
    """The runbooks below some folders; folders and files that cannot be read are left out."""
    entries = tuple(entry for folder in folders for entry in _entries(folder))
    by_id = {entry.id: entry for entry in reversed(entries)}
    return Catalogue(entries, by_id, {real_path(entry.path): entry for entry in entries})


def _entries(folder: Path) -> Iterator[Entry]:
    if not folder.is_dir():
        return
    root = real_path(folder)
    for path in find_runbooks([folder]):
        try:
            data = read_bytes(path) if real_path(path).is_relative_to(root) else b""
        except PathError:
            continue
        source, _ = decode(data, path.as_posix())
        values = read_front_matter(source).values if source else {}
        if values:
            words = (values.get(key) for key in ("id", "title", "technology"))
            identity, title, technology = (word if isinstance(word, str) else "" for word in words)
            yield Entry(identity or path.stem, title or path.stem, technology, path)
