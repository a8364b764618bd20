"""Why a runbook was found: its texts that hold the question's words, with the place of every such word.

The fields are read in their order of trust; a text is shown when it holds a telling word of the question that no text
before it held, so a handful of lines explains a hit completely. Which texts those are, the index knows; only they are
read again, and what was read is kept for the next question.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from math import fsum

import numpy as np

from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.answer import Distinction, Evidence
from faultmaven_kb.search.fields import FIELDS, Segment, segment_at
from faultmaven_kb.search.index import Index, Text
from faultmaven_kb.search.question import Question
from faultmaven_kb.search.strength import Found
from faultmaven_kb.search.terms import NEGATION, Token, tokens_of

__all__ = ["MOST", "Wanted", "Witness", "wanted_terms"]

MOST = 6
"""How many texts are shown for a hit."""

_MOST_LINES = 5
_TELLS_SOMETHING = 1.0
_DISTINCT = 2.0
_MOST_DISTINCT = 4
_KEPT_TEXTS = 20_000

Wanted = dict[str, tuple[int, ...]]
"""The terms that count as evidence, each with the numbers of the input lines it comes from."""


def wanted_terms(question: Question) -> Wanted:
    """The terms of a question and of its synonyms, with their lines."""
    lines: dict[str, dict[int, None]] = defaultdict(dict)
    for word in question.words:
        for term in word.terms:
            lines[term][word.line] = None
    for expansion in question.expansions:
        said = [line for term in sorted(expansion.said) for line in lines.get(term, ())]
        for member in expansion.others:
            for term in member:
                if term not in question.terms and term != NEGATION:
                    lines[term].update(dict.fromkeys(said))
    return {term: tuple(sorted(numbers)[:_MOST_LINES]) for term, numbers in lines.items()}


class Witness:
    """Gives evidence for the runbooks of one index."""

    def __init__(self, runbooks: Sequence[Runbook], index: Index) -> None:
        self._runbooks = runbooks
        self._index = index
        self._read = lru_cache(maxsize=_KEPT_TEXTS)(self._read_segment)

    def evidence(self, place: int, found: Found, wanted: Wanted, *, most: int = MOST) -> tuple[Evidence, ...]:
        """The evidence for a runbook, by its position in the index, best fields first."""
        telling = islice(_telling(self._index.texts[place], found, self._index), most)
        return tuple(self._marked(place, field, number, wanted) for field, number in telling)

    def told_apart(self, places: Sequence[int], question: Question) -> tuple[Distinction, ...]:
        """For each of some runbooks, by position, the telling words of its title and symptoms that the others lack."""
        passages = self._index.passages_of(np.array(places, dtype=np.int64))
        held = [set(terms.tolist()) for terms in np.split(passages.terms, passages.starts[1:-1])]
        return tuple(
            Distinction(
                self._runbooks[place],
                self._own_words(self._runbooks[place], set().union(*held[:number], *held[number + 1 :]), question),
            )
            for number, place in enumerate(places)
        )

    def _read_segment(self, place: int, field: int, number: int) -> tuple[Segment, list[Token]]:
        segment = segment_at(self._runbooks[place], field, number)
        return segment, tokens_of(segment.text)

    def _marked(self, place: int, field: int, number: int, wanted: Wanted) -> Evidence:
        segment, tokens = self._read(place, field, number)
        words: list[tuple[int, int]] = []
        lines: set[int] = set()
        for start, end, terms in tokens:
            if not wanted.keys().isdisjoint(terms):
                words.append((start, end))
                for term in terms:
                    lines.update(wanted.get(term, ()))
        return Evidence(
            FIELDS[field].name, segment.text, tuple(words), segment.span, tuple(sorted(lines)[:_MOST_LINES])
        )

    def _own_words(self, runbook: Runbook, others: set[int], question: Question) -> tuple[str, ...]:
        index = self._index
        words: dict[str, float] = {}
        for text in (runbook.title, *(symptom.text for symptom in runbook.symptoms)):
            for token in tokens_of(text):
                told = max(index.information_of(term) for term in token.terms)
                new = not any(index.vocabulary.get(term) in others or term in question.terms for term in token.terms)
                if new and told >= _DISTINCT:
                    words.setdefault(text[token.start : token.end], told)
        best = sorted(words, key=lambda word: -words[word])[:_MOST_DISTINCT]
        return tuple(word for word in words if word in best)


def _telling(text: Text, found: Found, index: Index) -> Iterator[tuple[int, int]]:
    """The segments, by field and number, that hold a telling term which none before them held."""
    remaining = set(found.terms)
    information = dict(zip(remaining, index.information[list(remaining)].tolist(), strict=True))
    start = 0
    for field in range(len(FIELDS)):
        stop = bisect_left(found.places, text.starts[field + 1], start)
        by_segment: dict[int, set[int]] = {}
        for segment, term in zip(found.segments[start:stop], found.terms[start:stop], strict=True):
            if term in remaining:
                by_segment.setdefault(segment, set()).add(term)
        start = stop
        if by_segment:
            first = int(text.ends.searchsorted(text.starts[field]))
            told = {segment: fsum(map(information.__getitem__, terms)) for segment, terms in by_segment.items()}
            for segment in sorted(by_segment, key=lambda number: (-told[number], number)):
                new = by_segment[segment] & remaining
                if new and fsum(map(information.__getitem__, new)) >= _TELLS_SOMETHING:
                    remaining -= new
                    yield field, segment - first
