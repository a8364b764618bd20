"""An open base: its runbooks by id, its diagnostics, its searcher, and what it was built from.

A base is never changed while somebody reads it; `building.refresh` opens the next state as another base.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.reading.files import FileState
from faultmaven_kb.reading.ids import Naming, unique_ids
from faultmaven_kb.search.answer import Answer
from faultmaven_kb.search.arrays import Array, Numbers, ranges
from faultmaven_kb.search.filters import Filter
from faultmaven_kb.storage.current import ROWS, is_current, states_now
from faultmaven_kb.storage.file_format.container import FAULTS, Container, damaged
from faultmaven_kb.storage.file_format.records import NO_DIGEST
from faultmaven_kb.storage.file_format.sections import Sections
from faultmaven_kb.storage.file_format.segment import Segment
from faultmaven_kb.storage.file_format.strings import Strings, string_arrays
from faultmaven_kb.storage.reported import id_taken, reported
from faultmaven_kb.storage.stamp import library_stamp
from faultmaven_kb.storage.stored_index import Lazy, Places, StoredSearcher

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["MOST_SEGMENTS", "Files", "Origin", "StoredBase", "StoredRunbooks", "change_arrays", "state_arrays"]

MOST_SEGMENTS = 256  # chosen (docs/explanation/storage.md)
"""How many segments a base has at most: each is work when the file is opened, however little is in it."""

_KEPT = 512  # runbooks, chosen: bounds the memory


class Origin(NamedTuple):
    """What a base was built from: paths, the folder where the relative ones begin, and a team's own headings with the
    ones they are read as."""

    folder: str
    paths: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Files:
    """The files of a base in their order: name, size and time of change as they were, hash of the content, and how
    many runbooks each gave (at least 1, for a file without any too); `places` are the positions of these in a row."""

    names: list[str]
    sizes: Array
    changed: Array
    digests: list[bytes]
    counts: Array
    places: Array

    @cached_property
    def held(self) -> list[range]:
        """The positions of what each file gave."""
        ends = np.cumsum(self.counts)
        starts = self.places[ends - self.counts].tolist()
        return [range(start, start + count) for start, count in zip(starts, self.counts.tolist(), strict=True)]


def state_arrays(files: Files, namings: Sequence[Naming]) -> dict[str, Array]:
    """The arrays of a state; `namings` are those of what the files gave: ids are made unique among all of them."""
    ids = unique_ids(namings)
    answers = np.array([name is not None for name in ids], dtype=bool)
    renamed = {row: new_id for row, new_id in enumerate(ids) if new_id is not None and new_id != namings[row].id}
    return {
        **string_arrays("names", files.names),
        "sizes": np.asarray(files.sizes, dtype=np.int64),
        "changed": np.asarray(files.changed, dtype=np.int64),
        "digests": np.frombuffer(b"".join(files.digests), dtype=np.uint8),
        "counts": np.asarray(files.counts, dtype=np.int64),
        "places": np.asarray(files.places, dtype=np.int64),
        "renamed": np.asarray(files.places, dtype=np.int64)[np.array(list(renamed), dtype=np.int64)],
        **string_arrays("renamed_ids", list(renamed.values())),
        "answers": answers.astype(np.uint8),
    }


def change_arrays(files: Files, rows: Numbers) -> dict[str, Array]:
    """The arrays that correct an older state: what the files in some rows are now."""
    ends = np.cumsum(files.counts)[rows]
    place_rows = ranges(ends - files.counts[rows], ends)
    return {
        "rows": rows,
        "sizes": files.sizes[rows],
        "changed": files.changed[rows],
        "digests": np.frombuffer(b"".join(files.digests[row] for row in rows.tolist()), dtype=np.uint8),
        "place_rows": place_rows,
        "places": files.places[place_rows],
    }


class StoredBase:
    """A base in a file. Raises `PathError` when it cannot be read, `ConfigurationError` when it is damaged or was made
    by another version; so does everything that reads more of it.

    `home` is where the folder of a base lies that was built to travel with it (see `prebuilt`).
    """

    def __init__(self, path: Path, *, home: Path | None = None) -> None:
        self.path, self.home = path, home
        self.container = Container(path)
        with self.guarded():
            directory = self.container.directory
            if directory["stamp"] != library_stamp():
                raise damaged(path, "another version of faultmaven_kb built it")
            folder, *paths = map(str, directory["origin"])
            aliases = tuple((str(heading), str(meant)) for heading, meant in directory["aliases"])
            if len(directory["segments"]) > MOST_SEGMENTS:
                raise damaged(path, f"it has more than {MOST_SEGMENTS} segments")
            if self.container.is_shared:
                raise damaged(path, "its arrays share a part of the file")
            self.origin = Origin(folder if home is None else str(home), tuple(paths), aliases)
            self.segments = tuple(Segment(Sections(self.container, entry)) for entry in directory["segments"])
            self.state, self.changes = Sections(self.container, directory["state"]), None
            if directory["changes"]:
                self.changes = Sections(self.container, directory["changes"])
            self.places = Places(self.segments)
            held = self.state_array("places")[self.state.whole("answers") != 0]
            if len(held) and not 0 <= held.min() <= held.max() < len(self.places):
                raise damaged(path, "a runbook lies outside of its segments")
            answers = np.zeros(len(self.places), dtype=bool)
            answers[held] = True
            self.runbooks = Lazy(len(self.places), self._runbook, kept=_KEPT)
            seen = Lazy(len(self.places), self._seen, kept=_KEPT)
            self.searcher = StoredSearcher(self.places, answers, self.runbooks, seen, self.id_at, self.guarded)
            self.by_id = StoredRunbooks(self, held)

    def search(self, question: str, *, limit: int, accept: Filter | None, about: str) -> Answer:
        """The answer, as `Searcher.search` gives it."""
        with self.guarded():
            return self.searcher.search(question, limit=limit, accept=accept, about=about)

    def passing(self, accept: Filter) -> "Iterator[Runbook]":
        """The runbooks that pass a filter, in the order of the base."""
        with self.guarded():
            passed = self.searcher.places_with(accept)
        return (self.runbooks[place] for place in self.by_id.positions.tolist() if passed[place])

    @property
    def technologies(self) -> tuple[str, ...]:
        """The technologies of the runbooks, sorted."""
        with self.guarded():
            names = set()
            for segment in self.segments:
                names |= {segment.words[code] for code in np.unique(segment.columns[:, 0]).tolist()}
            return tuple(sorted(names - {""}))

    def diagnostics(self, *, unread: bool = False) -> tuple[Diagnostic, ...]:
        """What is wrong with the files, by file and place; `unread`: only what keeps something from being found."""
        with self.guarded():
            return reported((*self._read_diagnostics(unread=unread), *self._taken_ids()), unread=unread)

    def _read_diagnostics(self, *, unread: bool) -> Iterator[Diagnostic]:
        """Those that reading gave; `unread`: all of the files where one of them keeps something from being found."""
        for place in self.state_array("places").tolist():
            segment, inner = self.places.find(place)
            if not unread or segment.unread[inner]:
                yield from segment.diagnostics(inner)

    def _taken_ids(self) -> Iterator[Diagnostic]:
        answers, places = self.state.whole("answers"), self.state_array("places")
        others = [
            (runbook_id, number)
            for number in np.flatnonzero(answers == 0).tolist()
            if (runbook_id := self.id_at(int(places[number]))) is not None
        ]
        if others:
            names, counts = Strings(self.state, "names"), self.state.whole("counts")
            files = np.repeat(np.arange(len(counts)), counts).tolist()
            first = {self.id_at(int(places[number])): number for number in np.flatnonzero(answers).tolist()}
            for runbook_id, number in others:
                earlier = first.get(runbook_id)
                yield id_taken(runbook_id, None if earlier is None else names[files[earlier]], names[files[number]])

    def id_at(self, place: int) -> str | None:
        """The id of the runbook at a position, None if there is none."""
        segment, inner = self.places.find(place)
        return self.renamed.get(place, segment.ids[inner]) if segment.has_runbook(inner) else None

    def state_array(self, name: str) -> Array:
        """An array of the state, with what was changed since it was written."""
        array = self.state.whole(name)
        if self.changes is None or name not in ROWS:
            return array
        rows = self.changes.whole(ROWS[name])
        corrected = array.copy().reshape(-1, len(NO_DIGEST)) if name == "digests" else array.copy()
        corrected[rows] = self.changes.whole(name).reshape(len(rows), *corrected.shape[1:])
        return corrected.reshape(-1)

    def identity(self, place: int) -> tuple[str | None, bool]:
        """What `identities` says of one position."""
        segment, inner = self.places.find(place)
        return segment.ids[inner] if segment.has_runbook(inner) else None, bool(segment.by_file[inner])

    def identities(self) -> list[tuple[str | None, bool]]:
        """For each position the id that the runbook was read with (None: there is none), and whether it is the name of
        its file."""
        with self.guarded():
            return [
                (runbook_id if has_runbook else None, bool(by_file))
                for segment in self.segments
                for runbook_id, has_runbook, by_file in zip(
                    segment.ids, segment.have_runbook.tolist(), segment.by_file.tolist(), strict=True
                )
            ]

    @cached_property
    def renamed(self) -> dict[int, str]:
        """The ids that others in the base have changed, by position."""
        return dict(zip(self.state.whole("renamed").tolist(), Strings(self.state, "renamed_ids"), strict=True))

    @cached_property
    def files(self) -> Files:
        """The files as they were read."""
        with self.guarded():
            digests = self.state_array("digests").tobytes()
            size = len(NO_DIGEST)
            return Files(
                list(Strings(self.state, "names")),
                self.state_array("sizes"),
                self.state_array("changed"),
                [digests[at : at + size] for at in range(0, len(digests), size)],
                self.state.whole("counts"),
                self.state_array("places"),
            )

    @property
    def is_sparse(self) -> bool:
        """Whether less than half of the file counts."""
        with self.guarded():
            return self.container.is_sparse

    def verify(self) -> None:
        """Read all of it once, which finds any damage."""
        for sections in (self.state, self.changes, *(segment.sections for segment in self.segments)):
            if sections is not None:
                sections.verify()

    def states_now(self) -> list[FileState]:
        """Its files as they are now. Raises `PathError` when a path is gone."""
        with self.guarded():
            return states_now(self.container, self.home)

    def is_current(self, states: Sequence[FileState] | None = None) -> bool:
        """Whether the files are as they were when they were read, by their names, sizes and times of change (which a
        base that travels does not have). Pass `states` if you already have those of `states_now`.

        Raises `PathError` when a path is gone.
        """
        with self.guarded():
            return is_current(self.container, self.home, self.states_now() if states is None else states)

    def _runbook(self, place: int) -> "Runbook":
        with self.guarded():
            segment, inner = self.places.find(place)
            runbook = segment.runbook(inner)
            corrected = self._corrected(place, runbook.path)
            return runbook.model_copy(update=corrected) if corrected else runbook

    def _seen(self, place: int) -> "Runbook":
        if "faultmaven_kb.model.runbook" in sys.modules:  # what costs is loading it; then the model is read faster
            return self.runbooks[place]
        with self.guarded():
            segment, inner = self.places.find(place)
            runbook = segment.seen(inner)
            for name, value in self._corrected(place, runbook.path).items():
                setattr(runbook, name, value)
            return runbook

    def _corrected(self, place: int, path: str | None) -> dict[str, str]:
        """What is not as it was read from the file: an id that others have too, the path of a base that travelled."""
        corrected = {"id": self.renamed[place]} if place in self.renamed else {}
        if self.home is not None and path is not None:
            corrected["path"] = f"{self.home.as_posix()}/{path}"
        return corrected

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """What cannot be read is an error with a remedy: a checksum finds damage, this also finds ill will."""
        try:
            yield
        except FaultmavenError:
            raise
        except FAULTS as error:
            raise damaged(self.path, f"{type(error).__name__} while reading it") from error

    def __reduce__(self) -> Any:
        return partial(StoredBase, home=self.home), (self.path,)


class StoredRunbooks(Mapping[str, "Runbook"]):
    """The runbooks of a base by id, in the order of their files; each is read when it is asked for."""

    def __init__(self, base: StoredBase, positions: Array) -> None:
        self._base = base
        self.positions = positions

    def __len__(self) -> int:
        return len(self.positions)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __contains__(self, runbook_id: object) -> bool:
        return runbook_id in self._places

    def __getitem__(self, runbook_id: str) -> "Runbook":
        return self._base.runbooks[self._places[runbook_id]]

    @cached_property
    def _places(self) -> dict[str, int]:
        with self._base.guarded():
            find, renamed = self._base.places.find, self._base.renamed
            located = ((place, *find(place)) for place in self.positions.tolist())
            return {renamed.get(place) or segment.ids[inner]: place for place, segment, inner in located}
