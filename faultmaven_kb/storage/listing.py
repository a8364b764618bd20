"""The ids in a base with the titles of their runbooks, read without numpy.

The shell asks for them while somebody types, and loading numpy would take longer than all the rest.
"""

import json
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.storage.current import is_current, state_numbers, states_now
from faultmaven_kb.storage.file_format.compressed import unpacked
from faultmaven_kb.storage.file_format.container import FAULTS, Container
from faultmaven_kb.storage.stamp import library_stamp

__all__ = ["listed"]


def listed(
    path: Path, beginning: str, *, titles: int, home: Path | None = None, as_built: bool = False
) -> list[tuple[str, str]] | None:
    """The ids with a beginning, in the order of the base, the first `titles` of them with their titles.

    None where there is no such base that is whole, made by this library, and of the files as they are, unless it may
    be `as_built`; it travelled with its folder where that is `home` (see `prebuilt`).
    """
    try:
        container = Container(path)
        directory = container.directory
        if directory["stamp"] != library_stamp() or not (as_built or _is_current(container, home)):
            return None
        matches = (entry for entry in _ids(container) if entry[0].startswith(beginning))
        with_titles = [(name, _title(models, inner)) for name, models, inner in islice(matches, titles)]
        return [*with_titles, *((name, "") for name, _, _ in matches)]
    except (FaultmavenError, *FAULTS):
        return None


def _is_current(container: Container, home: Path | None) -> bool:
    return is_current(container, home, states_now(container, home))


class _Texts:
    """Pieces of one array, cut by another one."""

    def __init__(self, container: Container, entries: Any, name: str) -> None:
        self._raw = container.raw(entries[name])
        self._ends = container.raw(entries[f"{name}_at"]).numbers()

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._raw.part(self._ends[number], self._ends[number + 1]))

    def __iter__(self) -> Iterator[str]:
        return (str(self._raw.part(*ends), "utf-8", "surrogatepass") for ends in pairwise(self._ends))


def _ids(container: Container) -> Iterator[tuple[str, _Texts, int]]:
    """The id of each runbook that answers, the models of its segment, and its place among them."""
    directory = container.directory
    state = directory["state"]
    ids = [list(_Texts(container, entries, "ids")) for entries in directory["segments"]]
    models = [_Texts(container, entries, "models") for entries in directory["segments"]]
    renamed = dict(zip(container.raw(state["renamed"]).numbers(), _Texts(container, state, "renamed_ids"), strict=True))
    places = [(number, inner) for number, names in enumerate(ids) for inner in range(len(names))]
    answers = state_numbers(container, "answers")
    for place, answering in zip(state_numbers(container, "places"), answers, strict=True):
        if answering:
            number, inner = places[place]
            yield renamed.get(place) or ids[number][inner], models[number], inner


def _title(models: _Texts, inner: int) -> str:
    return str(json.loads(unpacked(models[inner]))["title"])
