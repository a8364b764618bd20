"""One segment of a base, read in place: the runbooks of some files, their texts, postings and passages."""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.search.arrays import Array, Floats, Numbers, Terms
from faultmaven_kb.search.fields import FIELDS
from faultmaven_kb.search.index import Text, sums
from faultmaven_kb.search.passages import Passages, Subjects
from faultmaven_kb.storage.file_format.records import (
    COLUMNS,
    Record,
    diagnostics_from,
    runbook_from,
    seen_from,
    text_from,
)
from faultmaven_kb.storage.file_format.sections import Sections
from faultmaven_kb.storage.file_format.strings import Strings

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

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
        self._terms, self._starts = sections.whole("terms"), sections.offsets("starts", "documents")
        self._documents, self._weights = sections["documents"], sections["weights"]
        self.passages = Passages(
            sections["passage_terms"],
            sections["passage_segments"],
            sections.offsets("passage_starts", "passage_terms"),
            sections["passage_worth"],
        )
        self.subjects = Subjects(sections["subject_terms"], sections.offsets("subject_starts", "subject_terms"))
        self._rows = {term: row for row, term in enumerate(sections.whole("common_terms").tolist())}

    def runbook(self, place: int) -> "Runbook":
        """The runbook at a position."""
        return runbook_from(self._bytes("models", place))

    def seen(self, place: int) -> "Runbook":
        """The runbook at a position for reading its values only."""
        return seen_from(self._bytes("models", place))

    def diagnostics(self, place: int) -> tuple[Diagnostic, ...]:
        """What is wrong with the file at a position."""
        return diagnostics_from(self._bytes("diagnostics", place))

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
            self._bytes("diagnostics", place),
            bool(self.unread[place]),
            (self.ids[place], *(self.words[code] for code in codes)),
            tuple(self.words[code] for code in self._tags[start:stop].tolist()),
            self.text(place),
            bool(self.by_file[place]),
        )

    def postings(self, terms: Terms) -> tuple[Numbers, Numbers]:
        """Where the postings of each of some terms begin and end: one for each runbook of the segment that has it."""
        if not len(self._terms):
            return np.zeros(len(terms), dtype=np.int64), np.zeros(len(terms), dtype=np.int64)
        places = np.minimum(self._terms.searchsorted(terms), len(self._terms) - 1)
        known = self._terms[places] == terms
        return np.where(known, self._starts[places], 0), np.where(known, self._starts[places + 1], 0)

    def scores(self, terms: Terms, starts: Numbers, ends: Numbers, weights: Floats) -> Floats:
        """What weighted terms count in each runbook of the segment; `starts` and `ends` are their `postings`."""
        rows: list[tuple[Array, float]] = []
        lists: list[tuple[Array, Array, float]] = []
        size = self.size
        for term, start, stop, weight in zip(
            terms.tolist(), starts.tolist(), ends.tolist(), weights.tolist(), strict=True
        ):
            row = self._rows.get(term)
            if not 0 <= start <= stop:
                raise IndexError("the postings of a term lie outside of their arrays")
            if row is not None:
                rows.append((self.sections["rows"].part(row * size, (row + 1) * size), weight))
            elif stop > start:
                lists.append((self._documents.part(start, stop), self._weights.part(start, stop), weight))
        return sums(rows, lists, size)

    def places_with(self, column: str, value: str) -> NDArray[np.bool_]:
        """Which positions have a value in a column, whatever its case."""
        codes = self._codes(value)
        return np.isin(self.columns[:, COLUMNS.index(column)], codes)

    def places_tagged(self, tag: str) -> NDArray[np.bool_]:
        """Which positions have a tag, whatever its case."""
        owners = np.repeat(np.arange(self.size), np.diff(self._tag_starts))
        tagged = np.zeros(self.size, dtype=bool)
        tagged[owners[np.isin(self._tags, self._codes(tag))]] = True
        return tagged

    def _codes(self, value: str) -> list[int]:
        value = value.casefold()
        return [code for code, word in enumerate(self._table) if word.casefold() == value]

    @property
    def have_runbook(self) -> NDArray[np.bool_]:
        """For each position whether a runbook was read from the file."""
        return np.diff(self.sections.whole("models_at")) > 0

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
        return self.sections.offsets("tag_starts", "tags")

    @cached_property
    def _tags(self) -> Array:
        return self.sections.whole("tags")

    def _bytes(self, name: str, place: int) -> bytes:
        start, stop = self.sections.whole(f"{name}_at")[place : place + 2].tolist()
        return self.sections[name].part(start, stop).tobytes()
