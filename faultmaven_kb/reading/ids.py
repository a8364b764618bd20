"""The ids of many runbooks together: one that only a file's name gave is qualified by its folder where another has it.

Teams keep `billing/runbook.md` beside `search/runbook.md`: both are read, as `billing/runbook` and `search/runbook`. An
id that an author wrote is never changed, so two equal ones stay a fault. A page of many runbooks has one name of its
own, and what comes behind its `#` follows it.
"""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["Naming", "naming_of", "own_name", "short_forms", "unique_ids"]


class Naming(NamedTuple):
    """An id, the file it belongs to, and whether the file's name gave it; no id where there is no runbook."""

    id: str | None
    path: str
    by_file: bool


def naming_of(runbook: "Runbook") -> Naming:
    """How a runbook came to its id."""
    path = runbook.path or ""
    by_file = runbook.metadata.id is None and _page(runbook.id) == PurePosixPath(path).stem
    return Naming(runbook.id, path, by_file)


def own_name(runbook_id: str) -> str:
    """An id without the folders that qualify it, which depend on what else is in the base."""
    page, mark, anchor = runbook_id.partition("#")
    return page.rpartition("/")[2] + mark + anchor


def unique_ids(namings: Sequence[Naming]) -> list[str | None]:
    """The ids in force, in the same order; None where there is no runbook and for the later ones of equal ids."""
    qualified = _qualified(namings)
    seen: set[str] = set()
    ids: list[str | None] = []
    for naming in namings:
        runbook_id = naming.id
        if runbook_id is not None:
            page, mark, anchor = runbook_id.partition("#")
            runbook_id = qualified.get((page, naming.path), page) + mark + anchor if naming.by_file else runbook_id
        ids.append(None if runbook_id is None or runbook_id in seen else runbook_id)
        if runbook_id is not None:
            seen.add(runbook_id)
    return ids


def short_forms(name: str, ids: Iterable[str]) -> tuple[str, ...]:
    """The ids that a short form may mean: an id's end after a `/` or a `#`, whatever its case."""
    folded = name.casefold()
    ends = tuple(mark + folded for mark in "/#")
    return tuple(
        candidate for candidate in ids if candidate.casefold() == folded or candidate.casefold().endswith(ends)
    )


def _page(runbook_id: str) -> str:
    return runbook_id.partition("#")[0]


def _qualified(namings: Sequence[Naming]) -> dict[tuple[str, str], str]:
    """The qualified name of each page whose name came from its file and is taken more than once."""
    first: dict[str, str] = {}
    named = [(_page(naming.id), naming) for naming in namings if naming.id is not None]
    shared = {page for page, naming in named if first.setdefault(page, naming.path) != naming.path}
    files: dict[str, dict[str, bool]] = {}
    for page, naming in named if shared else ():  # mostly there are none among many
        if page in shared:
            files.setdefault(page, {})[naming.path] = naming.by_file
    return {
        (page, path): name
        for page, owners in files.items()
        for path, name in _names(page, [path for path, by_file in owners.items() if by_file]).items()
    }


def _names(page: str, paths: list[str]) -> dict[str, str]:
    """The page with as many folders before it as it takes to keep the paths apart."""
    folders = {path: PurePosixPath(path).parts[:-1] for path in paths}
    names: dict[str, str] = {}
    for depth in range(1, max((len(parts) for parts in folders.values()), default=0) + 1):
        names = {path: "/".join((*parts[-depth:], page)).lstrip("/") for path, parts in folders.items()}
        if len(set(names.values())) == len(names):
            break
    return names
