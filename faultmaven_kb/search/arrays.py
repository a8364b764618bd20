"""Arrays of term numbers: what they are called, and how a few terms are found in long ones.

A question looks for some dozens of terms in the texts of some dozens of runbooks. A table with a place for every term
of the base would have to be made for each question; this takes as long whatever the base knows.
"""

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Flags", "Floats", "InMemory", "Numbers", "Readable", "TermLookup", "Terms", "joined", "ranges"]

Numbers = NDArray[np.int64]
Terms = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Array = NDArray[Any]

_FEWEST_SLOTS, _MOST_SLOTS = 1 << 12, 1 << 16  # chosen: a page, and what fits into the processor's cache
_SLOTS_EACH = 64  # chosen: terms that share a slot with one that is sought are rare


class TermLookup:
    """Some terms that are looked for; `numbers` are theirs, each once, in ascending order."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.numbers = np.array(sorted(set(numbers)), dtype=np.int64)
        size = _FEWEST_SLOTS
        while size < min(_SLOTS_EACH * len(self.numbers), _MOST_SLOTS):
            size *= 2
        self._slots = np.zeros(size, dtype=np.bool_)
        self._slots[self.numbers & (size - 1)] = True

    def occurrences_in(self, terms: Array) -> tuple[Numbers, Numbers]:
        """The places of an array that hold such a term, in their order, and for each the term's place in `numbers`."""
        places = self._slots.take(terms & (len(self._slots) - 1)).nonzero()[0]
        which, same = self.places_of(terms[places])
        return places[same], which[same]

    def places_of(self, terms: Array) -> tuple[Numbers, Flags]:
        """For each of a few terms its place in `numbers`, and whether it is there."""
        which = self.numbers.searchsorted(terms)
        return which, self.numbers.take(which, mode="clip") == terms


class Readable(Protocol):
    """An array, in memory or in a file."""

    def parts(self, starts: Numbers, ends: Numbers) -> Array:
        """The values of several ranges in a row."""

    def each(self, places: Numbers) -> Array:
        """The values at some places."""


class InMemory:
    """A `Readable` array in memory."""

    def __init__(self, array: Array) -> None:
        self._array = array

    def parts(self, starts: Numbers, ends: Numbers) -> Array:
        """The values of several ranges in a row."""
        return joined(self._array, starts, ends)

    def each(self, places: Numbers) -> Array:
        """The values at some places."""
        return self._array[places]


def joined(array: Array, starts: Numbers, ends: Numbers) -> Array:
    """The values of several ranges of an array in a row."""
    return np.concatenate(
        [array[:0], *(array[start:stop] for start, stop in zip(starts.tolist(), ends.tolist(), strict=True))]
    )


def ranges(starts: Numbers, ends: Numbers) -> Numbers:
    """The numbers of several ranges in a row."""
    lengths = ends - starts
    total = int(lengths.sum())
    offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return offsets + np.arange(total)
