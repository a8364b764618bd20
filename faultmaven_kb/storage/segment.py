"""One segment of a base, read in place: the runbooks of some files, their texts, postings and passages."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.fields import FIELDS
from faultmaven_kb.search.index import Floats, Numbers, Terms, Text
from faultmaven_kb.storage.container import Array, Sections
from faultmaven_kb.storage.records import COLUMNS, Record, diagnostics_from, runbook_from, text_from
from faultmaven_kb.storage.strings import Strings

__all__ = ["Segment"]

_BOUNDS = len(FIELDS) + 1


class Segment:
    """Read by the position of a file in the segment; values come as they are asked for."""

    def __init__(self, sections: Sections) -> None:
        self.sections = sections
        self.ids = Strings(sections, "ids")
        self.words = Strings(sections, "values")
        self.size = len(self.ids)
        self.columns: Numbers = sections.whole("columns").reshape(self.size, len(COLUMNS) + 1)
        self._terms, self._starts = sections.whole("terms"), sections.whole("starts")
        self._documents, self._weights = sections["documents"], sections["weights"]
        self._passage_starts = sections.whole("passage_starts")

    def runbook(self, place: int) -> Runbook:
        """The runbook at a position."""
        return runbook_from(self._bytes("models", place))

    def diagnostics(self, place: int) -> tuple[Diagnostic, ...]:
        """What is wrong with the file at a position."""
        return diagnostics_from(self._bytes("told", place))

    def has_runbook(self, place: int) -> bool:
        """Whether a runbook was read from the file at a position."""
        start, stop = self.sections.whole("models_at")[place : place + 2].tolist()
        return bool(stop > start)

    def text(self, place: int) -> Text:
        """The terms of the runbook at a position."""
        starts = self.sections["bounds"].part(place * _BOUNDS, (place + 1) * _BOUNDS)
        return text_from(self._bytes("texts", place), tuple(starts.tolist()))

    def record(self, place: int, name: str, digest: bytes) -> Record:
        """The file at a position as it was read, its terms with the base's numbers."""
        codes = self.columns[place].tolist()
        start, stop = self._tag_starts[place : place + 2].tolist()
        return Record(
            name,
            digest,
            self._bytes("models", place),
            self._bytes("told", place),
            bool(self.unread[place]),
            (self.ids[place], *(self.words[code] for code in codes)),
            tuple(self.words[code] for code in self._tags[start:stop].tolist()),
            self.text(place),
            bool(self.by_file[place]),
        )

    def frequency(self, terms: Terms) -> Numbers:
        """How many runbooks of the segment have each of some terms."""
        starts, ends = self._ranges(terms)
        return ends - starts

    def add_scores(self, scores: Floats, terms: Terms, weights: Floats) -> None:
        """Add what weighted terms count in each runbook of the segment."""
        starts, ends = self._ranges(terms)
        for start, stop, weight in zip(starts.tolist(), ends.tolist(), weights.tolist(), strict=True):
            if stop > start:  # a runbook has one posting of a term, so the places differ
                scores[self._documents.part(start, stop)] += self._weights.part(start, stop) * weight

    def passages(self, place: int) -> tuple[Terms, Numbers, Floats]:
        """The terms of the short texts at a position, the number of each one's text from 0, and what each text says."""
        start, stop = self._passage_starts[place : place + 2].tolist()
        terms = self.sections["passage_terms"].part(start, stop)
        numbers = self.sections["passage_segments"].part(start, stop)
        if not len(numbers):
            return terms, numbers, np.empty(0)
        first, last = int(numbers[0]), int(numbers[-1])
        return terms, numbers - first, self.sections["passage_worth"].part(first, last + 1)

    def places_with(self, column: str, value: str) -> NDArray[np.bool_]:
        """Which positions have a value in a column, whatever its case."""
        codes = self._codes(value)
        return np.isin(self.columns[:, COLUMNS.index(column)], codes)

    def places_tagged(self, tag: str) -> NDArray[np.bool_]:
        """Which positions have a tag, whatever its case."""
        owners = np.repeat(np.arange(self.size), np.diff(self._tag_starts))
        found = np.zeros(self.size, dtype=bool)
        found[owners[np.isin(self._tags, self._codes(tag))]] = True
        return found

    def _codes(self, value: str) -> list[int]:
        value = value.casefold()
        return [code for code, word in enumerate(self._table) if word.casefold() == value]

    @cached_property
    def unread(self) -> Array:
        """For each position whether its diagnostics keep something from being found."""
        return self.sections.whole("unread")

    @cached_property
    def by_file(self) -> Array:
        """For each position whether the runbook's id is its file's name."""
        return self.sections.whole("by_file")

    @cached_property
    def _table(self) -> list[str]:
        return list(self.words)

    @cached_property
    def _tag_starts(self) -> Numbers:
        return self.sections.whole("tag_starts")

    @cached_property
    def _tags(self) -> Array:
        return self.sections.whole("tags")

    def _ranges(self, terms: Terms) -> tuple[Numbers, Numbers]:
        places = self._terms.searchsorted(terms)
        found = self._terms[np.minimum(places, len(self._terms) - 1)] == terms if len(self._terms) else places < 0
        return np.where(found, self._starts[places * found], 0), np.where(
            found, self._starts[places * found + found], 0
        )

    def _bytes(self, name: str, place: int) -> bytes:
        start, stop = self.sections.whole(f"{name}_at")[place : place + 2].tolist()
        return self.sections[name].part(start, stop).tobytes()
