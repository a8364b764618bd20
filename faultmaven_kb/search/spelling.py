"""Words of a question that a base does not know: what was probably meant.

Only unknown words are looked at, never one that the base, or a table of this package, knows. A word is two known ones
written together ("crashloop"), or a typing error: one letter more, less, other or swapped (two from eight letters on;
F. Damerau, "A technique for computer detection and correction of spelling errors", 1964). The first letter is taken for
right. Product names are compared as they are typed, other words by their stems, so "redy" is near "ready", not "redis".
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.search.terms import is_name, stem

__all__ = ["Speller", "distance"]

_SHORTEST = 4
_ONE_ERROR, _TWO_ERRORS = 5, 8
_LONGEST = 30
_LEAST_PART = 3
_LEAST_COMPOUND = 8
_KEPT = 2_000


class Speller:
    """Guesses at unknown words for a fixed vocabulary; `frequency` decides between equally near terms."""

    def __init__(self, vocabulary: dict[str, int], frequency: NDArray[np.int64]) -> None:
        self._vocabulary = vocabulary
        self._frequency = frequency
        self._terms: list[str] = []
        self._letters: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._lengths: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._initials: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.meant = lru_cache(maxsize=_KEPT)(self._meant)

    def _meant(self, word: str) -> tuple[str, ...]:
        """The terms that an unknown word in lower case probably stands for; none where nothing is near enough."""
        if not (_SHORTEST <= len(word) <= _LONGEST and word.isascii() and word.isalpha()):
            return ()
        return self._parts(word) or self._nearest(word)

    def _parts(self, word: str) -> tuple[str, ...]:
        if len(word) < _LEAST_COMPOUND:
            return ()
        for cut in range(len(word) - _LEAST_PART, _LEAST_PART - 1, -1):
            parts = (stem(word[:cut]), stem(word[cut:]))
            if all(part in self._vocabulary for part in parts):
                return parts
        return ()

    def _nearest(self, word: str) -> tuple[str, ...]:
        if not self._terms:
            self._read_vocabulary()
        root, most = stem(word), 2 if len(word) >= _TWO_ERRORS else 1
        best: tuple[int, int, str] | None = None
        for typed, names in ((word, True), (root, False)):
            for term in self._candidates(typed, most):
                errors = distance(typed, term) if is_name(term) == names else most + 1
                if errors <= most and (len(word) >= _ONE_ERROR or len(typed) != len(term)):
                    found = (errors, -int(self._frequency[self._vocabulary[term]]), term)
                    best = min(best, found) if best else found
        return (best[2],) if best else ()

    def _candidates(self, word: str, most: int) -> list[str]:
        """The terms whose length, first letter and set of letters allow them to be near."""
        places = np.flatnonzero((np.abs(self._lengths - len(word)) <= most) & (self._initials == ord(word[0])))
        other = self._letters[places] ^ np.int64(_letter_set(word))
        for _ in range(2 * most):  # each step takes one letter away; an error changes two letters of the set at most
            other &= other - 1
        return [self._terms[place] for place in places[other == 0].tolist()]

    def _read_vocabulary(self) -> None:
        self._terms = [term for term in self._vocabulary if len(term) >= _SHORTEST and term.isascii() and term.isalpha()]
        self._letters = np.array([_letter_set(term) for term in self._terms], dtype=np.int64)
        self._lengths = np.array([len(term) for term in self._terms], dtype=np.int64)
        self._initials = np.array([ord(term[0]) for term in self._terms], dtype=np.int64)


def _letter_set(word: str) -> int:
    """The letters of a word as bits."""
    found = 0
    for letter in word:
        found |= 1 << (ord(letter) & 31)
    return found


def distance(one: str, other: str) -> int:
    """How many letters are missing, too many, other or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, against in enumerate(other, 1):
            best = min(last[column] + 1, here[-1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                best = min(best, before[column - 2] + 1)
            here.append(best)
        before, last = last, here
    return last[-1]
