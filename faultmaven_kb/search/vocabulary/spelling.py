"""Words of a question that a base does not know: what was probably meant.

Only unknown words are looked at, never one that the base, or a table of this package, knows; and only words of the
field are guessed, for an unknown word is mostly a right one: "food" is no "flood". A typing error is one letter more,
less or swapped, in longer words also another one, and two errors from eight letters on (F. Damerau, "A technique for
computer detection and correction of spelling errors", 1964). The first letter is taken for right. Product names are
compared as they are typed, other words by their stems, so "redy" is near "ready", not "redis".
"""

from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.search.vocabulary.tables import rows
from faultmaven_kb.search.vocabulary.terms import is_name, stem, terms_of

__all__ = ["Speller", "distance", "telling_terms"]

_SHORTEST, _SHORTEST_TERM = 4, 5
_ONE_ERROR, _OTHER_LETTER, _TWO_ERRORS = 5, 7, 8
_LONGEST = 30  # letters, chosen: longer ones are identifiers
_KEPT = 2_000  # words, chosen: bounds the memory


@cache
def telling_terms() -> frozenset[str]:
    """The terms that a typing error may have meant: product names, and the words of the field that tell something."""
    common = (word for group, words in rows("background") if group == "common" for word in words.split())
    synonyms = (member for group in rows("synonyms") for member in group if " " not in member)
    names = (word for row in rows("technologies") for word in " ".join(row[1:]).split())
    return frozenset(term for word in (*common, *synonyms, *names) for term in terms_of(word))


class Speller:
    """Guesses at unknown words for a fixed vocabulary; nothing is read before the first guess."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._terms: list[str] = []
        self._letters: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._lengths: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._initials: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.meant = lru_cache(maxsize=_KEPT)(self._meant)

    def _meant(self, word: str) -> tuple[str, ...]:
        """The terms that an unknown word in lower case probably means; none where nothing is near enough."""
        if not (_SHORTEST <= len(word) <= _LONGEST and word.isascii() and word.isalpha()):
            return ()
        return self._nearest(word)

    def _nearest(self, word: str) -> tuple[str, ...]:
        if not self._terms:
            self._read_vocabulary()
        best: tuple[int, str] | None = None
        for typed, names in ((word, True), (stem(word), False)):
            most = 2 if len(typed) >= _TWO_ERRORS else 1
            other = 1 if len(typed) >= _OTHER_LETTER else 2  # "bread" is no "break"
            for term in self._candidates(typed, most):
                errors = distance(typed, term, other=other) if is_name(term) == names else most + 1
                if errors <= most and (len(word) >= _ONE_ERROR or len(typed) != len(term)):
                    candidate = (errors, term)
                    best = min(best, candidate) if best else candidate
        return (best[1],) if best else ()

    def _candidates(self, word: str, most: int) -> list[str]:
        """The terms whose length, first letter and set of letters allow them to be near."""
        places = np.flatnonzero((np.abs(self._lengths - len(word)) <= most) & (self._initials == ord(word[0])))
        differ = self._letters[places] ^ np.int64(_letter_set(word))
        for _ in range(2 * most):  # each step takes one letter away; an error changes two letters of the set at most
            differ &= differ - 1
        return [self._terms[place] for place in places[differ == 0].tolist()]

    def _read_vocabulary(self) -> None:
        self._terms = [
            term
            for term in sorted(telling_terms())
            if len(term) >= _SHORTEST_TERM and term.isascii() and term.isalpha() and term in self._vocabulary
        ]
        self._letters = np.array([_letter_set(term) for term in self._terms], dtype=np.int64)
        self._lengths = np.array([len(term) for term in self._terms], dtype=np.int64)
        self._initials = np.array([ord(term[0]) for term in self._terms], dtype=np.int64)


def _letter_set(word: str) -> int:
    """The letters of a word as bits."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 31)
    return bits


def distance(typed: str, term: str, *, other: int = 1) -> int:
    """How many letters are missing, too many, other or swapped with their neighbour (optimal string alignment).

    `other` is what another letter counts.
    """
    before: list[int] = []
    last = list(range(len(term) + 1))
    for row, letter in enumerate(typed, 1):
        here = [row]
        for column, against in enumerate(term, 1):
            best = min(last[column] + 1, here[-1] + 1, last[column - 1] + other * (letter != against))
            if row > 1 and column > 1 and letter == term[column - 2] and typed[row - 2] == against:
                best = min(best, before[column - 2] + 1)
            here.append(best)
        before, last = last, here
    return last[-1]
