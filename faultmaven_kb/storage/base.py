"""An open base: its runbooks by id, its diagnostics, its searcher, and what it was built from.

A base is never changed under the one who reads it; `building.refreshed` opens the next state as its own base.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import error as ZlibError  # noqa: N812

import numpy as np

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.reading.files import find_states
from faultmaven_kb.reading.ids import Naming, unique_ids
from faultmaven_kb.search.answer import Answer
from faultmaven_kb.search.filters import Filter
from faultmaven_kb.storage.container import Array, Container, Sections, damaged
from faultmaven_kb.storage.records import NO_DIGEST
from faultmaven_kb.storage.segment import Segment
from faultmaven_kb.storage.stamp import library_stamp
from faultmaven_kb.storage.stored_index import Lazy, Places, StoredSearcher
from faultmaven_kb.storage.strings import Strings, string_arrays

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["Files", "Origin", "StoredBase", "StoredRunbooks", "state_arrays"]

_KEPT = 512  # runbooks, chosen: bounds the memory
_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, MemoryError, ZlibError)


class Origin(NamedTuple):
    """What a base was built from: paths, the folder where the relative ones begin, and a team's own headings with the
    ones they are read as."""

    folder: str
    paths: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...] = ()


class Files(NamedTuple):
    """The files of a base in their order: name, size and time of change as they were, hash of the content, and how
    many runbooks each gave (at least 1, for a file without any too); `places` are the positions of these in a row."""

    names: list[str]
    sizes: Array
    changed: Array
    digests: list[bytes]
    counts: Array
    places: Array

    @property
    def held(self) -> list[range]:
        """The positions of what each file gave."""
        ends = np.cumsum(self.counts)
        starts = self.places[ends - self.counts].tolist()
        return [range(start, start + count) for start, count in zip(starts, self.counts.tolist(), strict=True)]


def state_arrays(files: Files, namings: Sequence[Naming]) -> dict[str, Array]:
    """The arrays of a state; `namings` are those of what the files gave: ids are made unique among all of them."""
    ids = unique_ids(namings)
    answers = np.array([each is not None for each in ids], dtype=bool)
    renamed = {row: each for row, each in enumerate(ids) if each is not None and each != namings[row].id}
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
            self.origin = Origin(folder if home is None else str(home), tuple(paths), aliases)
            self.segments = tuple(Segment(Sections(self.container, entry)) for entry in directory["segments"])
            self.state = Sections(self.container, directory["state"])
            self.places = Places(self.segments)
            held = self.state.whole("places")[self.state.whole("answers") != 0]
            if len(held) and not 0 <= held.min() <= held.max() < len(self.places):
                raise damaged(path, "a runbook lies outside of its segments")
            answers = np.zeros(len(self.places), dtype=bool)
            answers[held] = True
            self.runbooks = Lazy(len(self.places), self._runbook, kept=_KEPT)
            seen = Lazy(len(self.places), self._seen, kept=_KEPT)
            self.searcher = StoredSearcher(self.places, answers, self.runbooks, seen, self.id_at, self.guarded)
            self.by_id = StoredRunbooks(self, held)

    def search(self, question: str, *, limit: int, accept: "Callable[[Runbook], bool] | None", about: str) -> Answer:
        """The answer, as `Searcher.search` gives it."""
        with self.guarded():
            return self.searcher.search(question, limit=limit, accept=accept, about=about)

    def places_with(self, wanted: Filter) -> Iterator[int]:
        """The positions of the runbooks that pass a filter, in the order of the base."""
        with self.guarded():
            passed = self.searcher.places_with(wanted)
        return (place for place in self.by_id.positions.tolist() if passed[place])

    @property
    def technologies(self) -> tuple[str, ...]:
        """The technologies of the runbooks, sorted."""
        with self.guarded():
            found = set()
            for segment in self.segments:
                found |= {segment.words[code] for code in np.unique(segment.columns[:, 0]).tolist()}
            return tuple(sorted(found - {""}))

    def diagnostics(self, *, unread: bool = False) -> Iterator[Diagnostic]:
        """What is wrong with the files, in their order; `unread`: only of files where it keeps something from being
        found."""
        with self.guarded():
            for place in self.state.whole("places").tolist():
                segment, inner = self.places.find(place)
                if not unread or segment.unread[inner]:
                    yield from segment.diagnostics(inner)

    def duplicates(self) -> Iterator[tuple[str, str, str]]:
        """The ids that more than one runbook has: id, the file that counts, the other one."""
        with self.guarded():
            answers, places = self.state.whole("answers"), self.state.whole("places")
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
                    yield runbook_id, "" if earlier is None else names[files[earlier]], names[files[number]]

    def id_at(self, place: int) -> str | None:
        """The id of the runbook at a position, None if there is none."""
        segment, inner = self.places.find(place)
        return self.renamed.get(place, segment.ids[inner]) if segment.has_runbook(inner) else None

    def naming_at(self, place: int, name: str) -> Naming:
        """How the runbook at a position, read from the file `name`, came to its id."""
        segment, inner = self.places.find(place)
        runbook_id = segment.ids[inner] if segment.has_runbook(inner) else None
        return Naming(runbook_id, name, bool(segment.by_file[inner]))

    @cached_property
    def renamed(self) -> dict[int, str]:
        """The ids that others in the base have changed, by position."""
        return dict(zip(self.state.whole("renamed").tolist(), Strings(self.state, "renamed_ids"), strict=True))

    @cached_property
    def files(self) -> Files:
        """The files as they were read."""
        with self.guarded():
            digests = self.state.whole("digests").tobytes()
            size = len(NO_DIGEST)
            return Files(
                list(Strings(self.state, "names")),
                self.state.whole("sizes"),
                self.state.whole("changed"),
                [digests[at : at + size] for at in range(0, len(digests), size)],
                self.state.whole("counts"),
                self.state.whole("places"),
            )

    def verify(self) -> None:
        """Read all of it once, which finds any damage."""
        for sections in (self.state, *(segment.sections for segment in self.segments)):
            sections.verify()

    def is_current(self) -> bool:
        """Whether the files are as they were when they were read, by their names, sizes and times of change (which a
        base that travels does not have).

        Raises `PathError` when a path is gone.
        """
        states = find_states(self.origin.paths, start=self.origin.folder)
        with self.guarded():
            names = string_arrays("names", [state.name for state in states])
            return (
                np.array_equal(names["names_at"], self.state.whole("names_at"))
                and np.array_equal(names["names"], self.state.whole("names"))
                and self.state.whole("sizes").tolist() == [state.size for state in states]
                and (self.home is not None or self._changed == [state.changed for state in states])
            )

    @property
    def _changed(self) -> list[int]:
        changed: list[int] = self.state.whole("changed").tolist()
        return changed

    def _runbook(self, place: int) -> "Runbook":
        with self.guarded():
            segment, inner = self.places.find(place)
            found = segment.runbook(inner)
            corrected = self._corrected(place, found.path)
            return found.model_copy(update=corrected) if corrected else found

    def _seen(self, place: int) -> "Runbook":
        if "faultmaven_kb.model.runbook" in sys.modules:  # what costs is loading it; then the model is read faster
            return self.runbooks[place]
        with self.guarded():
            segment, inner = self.places.find(place)
            seen = segment.seen(inner)
            for name, value in self._corrected(place, seen.path).items():
                setattr(seen, name, value)
            return seen

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
        except _FAULTS as error:
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
            found = ((place, *find(place)) for place in self.positions.tolist())
            return {renamed.get(place) or segment.ids[inner]: place for place, segment, inner in found}
