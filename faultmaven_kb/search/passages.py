"""The short texts that say what runbooks are about, and the terms of their titles, as arrays of term numbers.

The same code reads them in memory and from a base on disk.
"""

from typing import NamedTuple

import numpy as np

from faultmaven_kb.search.arrays import Floats, Numbers, Readable, TermLookup, Terms

__all__ = ["PassageArrays", "PassageMatches", "Passages", "SubjectArrays", "Subjects"]


class PassageArrays(NamedTuple):
    """The short texts of some runbooks as sets of terms: `terms` and `segments` run in parallel, a runbook's from
    `starts[runbook]` to `starts[runbook + 1]`; `information` is what each segment says in all."""

    terms: Terms
    segments: Numbers
    starts: Numbers
    information: Floats


class SubjectArrays(NamedTuple):
    """The terms of the titles of some runbooks, each once, from `starts[runbook]` to `starts[runbook + 1]`."""

    terms: Terms
    starts: Numbers


class PassageMatches(NamedTuple):
    """The passages of some runbooks that have a term of the question: for each the place of its runbook among them, the
    worth of the asked terms that it has, and that of all its terms."""

    owners: Numbers
    asked: Floats
    all: Floats


class Passages(NamedTuple):
    """`PassageArrays` that are read as they are asked for."""

    terms: Readable
    segments: Readable
    starts: Numbers
    information: Readable

    def of(self, runbook: int) -> Terms:
        """The terms of the passages of the runbook at a position."""
        terms: Terms = self.terms.parts(*self._bounds(np.array([runbook], dtype=np.int64)))
        return terms

    def matches(self, runbooks: Numbers, lookup: TermLookup, worth: Floats) -> PassageMatches:
        """What the passages of some runbooks tell; `worth` is that of each of the terms looked for. A passage that
        tells nothing is left out."""
        starts, ends = self._bounds(runbooks)
        places, which = lookup.occurrences_in(self.terms.parts(starts, ends))
        values = worth[which]
        telling = values > 0
        if not telling.all():
            places, values = places[telling], values[telling]
        if not len(places):
            return PassageMatches(places, values, values)
        offsets = (ends - starts).cumsum()
        owners = offsets.searchsorted(places, side="right")
        segments = self.segments.each(places + (ends - offsets)[owners])
        first = np.empty(len(segments), dtype=np.bool_)
        first[0] = True
        np.not_equal(segments[1:], segments[:-1], out=first[1:])
        return PassageMatches(
            owners[first], np.add.reduceat(values, first.nonzero()[0]), self.information.each(segments[first])
        )

    def _bounds(self, runbooks: Numbers) -> tuple[Numbers, Numbers]:
        return self.starts[runbooks], self.starts[runbooks + 1]


class Subjects(NamedTuple):
    """`SubjectArrays` that are read as they are asked for."""

    terms: Readable
    starts: Numbers

    def of(self, runbooks: Numbers) -> tuple[Terms, Numbers]:
        """The terms of some runbooks in a row, and how many each has."""
        starts, ends = self.starts[runbooks], self.starts[runbooks + 1]
        terms: Terms = self.terms.parts(starts, ends)
        return terms, ends - starts
