"""The search's view of a base on disk: the same functions as in memory, over arrays that are read where they lie."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.search.arrays import Floats, Numbers, TermLookup, Terms
from faultmaven_kb.search.engine import DEPRECATED, Searcher
from faultmaven_kb.search.evidence import Witness
from faultmaven_kb.search.filters import Filter
from faultmaven_kb.search.index import Index, Text, rarity
from faultmaven_kb.search.passages import PassageMatches
from faultmaven_kb.storage.file_format.records import COLUMNS
from faultmaven_kb.storage.file_format.segment import Segment
from faultmaven_kb.storage.file_format.strings import Vocabulary

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["Lazy", "Places", "StoredIndex", "StoredSearcher"]

_KEPT_TEXTS = 512  # chosen: bounds the memory
_LARGE = 100_000  # chosen: bounds the memory; the values are small
_NOTHING = PassageMatches(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
_NO_SUBJECTS = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)

_Value = TypeVar("_Value")


class Places:
    """The positions of a base: those of its first segment, then those of the next one."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self.starts = np.cumsum([0, *(segment.size for segment in self.segments)])
        self._starts: list[int] = self.starts.tolist()

    def __len__(self) -> int:
        return int(self.starts[-1])

    def find(self, place: int) -> tuple[Segment, int]:
        """The segment of a position, and the position in it."""
        number = bisect_right(self._starts, place) - 1
        return self.segments[number], place - self._starts[number]

    def runs(self, places: Numbers) -> Iterator[tuple[Segment, Numbers]]:
        """Positions in their order, cut into runs of one segment: the segment, and the positions in it."""
        if len(self.segments) == 1:
            yield self.segments[0], places
            return
        numbers = self.starts.searchsorted(places, side="right") - 1
        bounds = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
        for start, stop in pairwise([*bounds, len(places)]):
            number = int(numbers[start])
            yield self.segments[number], places[start:stop] - self.starts[number]


class Lazy(Sequence[_Value]):
    """A value for each position, made when it is asked for; the last ones are kept."""

    def __init__(self, size: int, make: Callable[[int], _Value], *, kept: int) -> None:
        self._size = size
        self._make = lru_cache(maxsize=kept)(make)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> _Value: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[_Value]: ...
    def __getitem__(self, place: int | slice) -> _Value | Sequence[_Value]:
        if isinstance(place, slice):
            return [self._make(position) for position in range(*place.indices(self._size))]
        if not 0 <= place < self._size:
            raise IndexError(place)
        return self._make(place)

    def __iter__(self) -> Iterator[_Value]:
        return map(self._make, range(self._size))


class StoredIndex(Index):
    """The index of some segments. A term's rarity counts all of them; `size` counts the runbooks that answer."""

    def __init__(self, places: Places, *, answering: int) -> None:
        self.places = places
        self.size = max(answering, 1)
        self.texts = Lazy(len(places), self._text, kept=_KEPT_TEXTS)
        self.vocabulary: Vocabulary = Vocabulary([segment.sections for segment in places.segments])
        figures = [segment.sections.whole("information") for segment in places.segments]
        self.information = figures[0] if len(figures) == 1 else np.concatenate([np.empty(0), *figures])

    def scores(self, terms: Terms, weights: NDArray[np.float32], priors: Floats) -> Floats:
        """One score for each position: the weighted sum over terms and fields. Zero: nothing shared."""
        postings = [segment.postings(terms) for segment in self.places.segments]
        frequency = np.zeros(len(terms), dtype=np.int64)
        for starts, ends in postings:
            frequency += ends - starts
        figures = weights * rarity(frequency, priors, max(self.size, int(frequency.max(initial=0))))
        scores = [
            segment.scores(terms, starts, ends, figures)
            for segment, (starts, ends) in zip(self.places.segments, postings, strict=True)
        ]
        return scores[0] if len(scores) == 1 else np.concatenate([np.empty(0), *scores])

    def passage_matches(self, runbooks: Numbers, lookup: TermLookup, worth: Floats) -> PassageMatches:
        """What the passages of some runbooks, by their positions, tell: see `Passages.matches`."""
        if len(self.places.segments) == 1:
            return self.places.segments[0].passages.matches(runbooks, lookup, worth)
        runbooks_before, parts = 0, [_NOTHING]
        for segment, places in self.places.runs(runbooks):
            part = segment.passages.matches(places, lookup, worth)
            parts.append(part._replace(owners=part.owners + runbooks_before))
            runbooks_before += len(places)
        return PassageMatches(*map(np.concatenate, zip(*parts, strict=True)))

    def passage_terms(self, runbook: int) -> Terms:
        """The terms of all passages of the runbook at a position."""
        segment, inner = self.places.find(runbook)
        return segment.passages.of(inner)

    def subjects_of(self, runbooks: Numbers) -> tuple[Terms, Numbers]:
        """The terms of the titles of some runbooks in a row, by their positions, and how many each has."""
        if len(self.places.segments) == 1:
            return self.places.segments[0].subjects.of(runbooks)
        parts = (segment.subjects.of(places) for segment, places in self.places.runs(runbooks))
        terms, counts = zip(_NO_SUBJECTS, *parts, strict=True)
        return np.concatenate(terms), np.concatenate(counts)

    def _text(self, place: int) -> Text:
        segment, inner = self.places.find(place)
        return segment.text(inner)


class StoredSearcher(Searcher):
    """Answers questions from a base on disk; `answers` says which positions may be found, `id_at` gives their ids, and
    what hits read later is read within `guarded`."""

    def __init__(
        self,
        places: Places,
        answers: NDArray[np.bool_],
        runbooks: "Sequence[Runbook]",
        seen: "Sequence[Runbook]",
        id_at: Callable[[int], str | None],
        guarded: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self.runbooks, self.seen = runbooks, seen
        self._id_at, self.guarded = id_at, guarded
        self.places, self._answers = places, answers
        self.index: StoredIndex = StoredIndex(places, answering=int(answers.sum()))
        self.witness = Witness(self.seen, self.index)
        self._technologies = Lazy(len(places), self._technologies_at, kept=_LARGE)
        old = [segment.places_with("status", "deprecated") for segment in places.segments]
        self._damping = np.where(np.concatenate([np.empty(0, dtype=bool), *old]), DEPRECATED, 1.0) * answers

    def _id(self, place: int) -> str:
        return self._id_at(place) or ""

    def _accepted(self, accept: "Callable[[Runbook], bool]") -> NDArray[np.bool_]:
        if isinstance(accept, Filter):
            return self.places_with(accept)
        return np.array([accept(self.runbooks[n]) if ok else False for n, ok in enumerate(self._answers.tolist())])

    def places_with(self, accept: Filter) -> NDArray[np.bool_]:
        """The positions that answer and pass a filter, without reading a runbook."""
        passed = self._answers.copy()
        for start, segment in zip(self.places.starts.tolist(), self.places.segments, strict=False):
            here = passed[start : start + segment.size]
            for column, value in accept.values:
                here &= segment.places_with(column, value)
            if accept.tag is not None:
                here &= segment.places_tagged(accept.tag)
        return passed

    def _technologies_at(self, place: int) -> frozenset[str]:
        segment, inner = self.places.find(place)
        words = segment.words[int(segment.columns[inner, len(COLUMNS)])]
        return frozenset(words.split("\n")) if words else frozenset()
