"""Why a runbook was found: its texts that hold the question's words, with the place of every such word.

The text that explains most of the question comes first, then the others in the order in which their fields are
trusted. One is shown when it holds a telling word of the question that none before it held, so a handful of lines
explains a hit completely and no word is shown again for its own sake. Of a synonym of several words all must be in the
text. Which texts those are, the index knows; only they are read again, and what was read is kept for the next question.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from math import fsum
from typing import NamedTuple

from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.answer import Distinction, Evidence
from faultmaven_kb.search.fields import BODY, FIELDS, Segment, segment_at
from faultmaven_kb.search.index import Index, Text
from faultmaven_kb.search.question import Question
from faultmaven_kb.search.strength import Found
from faultmaven_kb.search.terms import NEGATION, Token, tokens_of

__all__ = ["MOST", "Wanted", "Witness", "wanted_terms"]

MOST = 6
"""How many texts are shown for a hit."""

_MOST_LINES = 5
_SYNONYM = 0.4
_BODY = 0.8
_TELLS_SOMETHING = 1.0
_DISTINCT = 2.0
_MOST_DISTINCT = 4
_KEPT_TEXTS = 20_000


class Wanted(NamedTuple):
    """What counts as evidence: the numbers of the input lines that each term comes from, the terms that the question
    says itself, and the sets of terms that say the same as one of its words."""

    lines: dict[str, tuple[int, ...]]
    own: frozenset[str]
    phrases: tuple[frozenset[str], ...]

    def among(self, terms: set[str]) -> set[str]:
        """Those of some terms that count: the question's own, and synonyms that are complete."""
        found = terms & self.own
        for phrase in self.phrases:
            if phrase <= terms:
                found |= phrase
        return found


def wanted_terms(question: Question) -> Wanted:
    """The terms of a question and of its synonyms, with their lines."""
    lines: dict[str, dict[int, None]] = defaultdict(dict)
    for word in question.words:
        for term in word.terms:
            lines[term][word.line] = None
    phrases: dict[frozenset[str], None] = {}
    for expansion in question.expansions:
        said = [line for term in sorted(expansion.said) for line in lines.get(term, ())]
        for member in expansion.others:
            phrases[member - {NEGATION}] = None
            for term in member:
                if term not in question.terms and term != NEGATION:
                    lines[term].update(dict.fromkeys(said))
    numbered = {term: tuple(sorted(numbers)[:_MOST_LINES]) for term, numbers in lines.items()}
    own = frozenset(term for term in question.terms if term != NEGATION)
    return Wanted(numbered, own, tuple(phrase for phrase in phrases if phrase))


class Witness:
    """Gives evidence for the runbooks of one index."""

    def __init__(self, runbooks: Sequence[Runbook], index: Index) -> None:
        self._runbooks = runbooks
        self._index = index
        self._read = lru_cache(maxsize=_KEPT_TEXTS)(self._read_segment)

    def evidence(self, place: int, found: Found, wanted: Wanted, *, most: int = MOST) -> tuple[Evidence, ...]:
        """The evidence for a runbook, by its position in the index, best fields first."""
        telling = islice(_telling(self._index.texts[place], found, self._index, wanted), most)
        return tuple(self._marked(place, field, number, terms, wanted) for field, number, terms in telling)

    def told_apart(self, places: Sequence[int], question: Question) -> tuple[Distinction, ...]:
        """For each of some runbooks, by position, the telling words of its title and symptoms that the others lack."""
        passages = self._index.passages
        held = [set(passages.terms[passages.starts[place] : passages.starts[place + 1]].tolist()) for place in places]
        return tuple(
            Distinction(
                self._runbooks[place],
                self._own_words(self._runbooks[place], set().union(*held[:number], *held[number + 1 :]), question),
            )
            for number, place in enumerate(places)
        )

    def _read_segment(self, place: int, field: int, number: int) -> tuple[Segment, list[Token]]:
        segment = segment_at(self._runbooks[place], field, number)
        return segment, tokens_of(segment.said)

    def _marked(self, place: int, field: int, number: int, counted: set[str], wanted: Wanted) -> Evidence:
        segment, tokens = self._read(place, field, number)
        words: list[tuple[int, int]] = []
        lines: set[int] = set()
        for start, end, terms in tokens:
            if not counted.isdisjoint(terms):
                words.append((start, end))
                for term in terms:
                    lines.update(wanted.lines.get(term, ()))
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


class _Told(NamedTuple):
    """A segment of a text: its field, its number there, the terms that count in it, and their information in nats."""

    field: int
    number: int
    terms: set[str]
    information: float


def _telling(text: Text, found: Found, index: Index, wanted: Wanted) -> Iterator[tuple[int, int, set[str]]]:
    """The segments, by field and number, that hold a telling term which none before them held, and their terms.

    First the one that tells most, the most trusted of equal ones; a runbook's first segment is always given.
    """
    told = _told(text, found, index, wanted)
    if not told:
        return
    best = max(told, key=lambda each: (_trusted(each), -each.field, -each.number))
    shown: set[str] = set()
    for each in (best, *(each for each in told if each is not best)):
        new = each.terms - shown
        if each is best or any(index.information_of(term) >= _TELLS_SOMETHING for term in new & wanted.own):
            shown |= each.terms
            yield each.field, each.number, each.terms


def _trusted(told: _Told) -> float:
    """What a segment tells; a line of the body less, for it may be about something else."""
    return round(told.information * (_BODY if told.field == BODY else 1), 6)


def _told(text: Text, found: Found, index: Index, wanted: Wanted) -> list[_Told]:
    """All segments that hold a term that counts: fields in their order, in a field those first that tell most."""
    by_segment: dict[tuple[int, int], set[str]] = {}
    names = index.names
    for place, segment, term in zip(found.places, found.segments, found.terms, strict=True):
        field = bisect_right(text.starts, place) - 1
        by_segment.setdefault((field, segment), set()).add(names[term])
    result = []
    for (field, segment), held in by_segment.items():
        terms = wanted.among(held)
        if terms:
            first = int(text.ends.searchsorted(text.starts[field]))
            told = fsum(index.information_of(term) * (1 if term in wanted.own else _SYNONYM) for term in sorted(terms))
            result.append(_Told(field, segment - first, terms, told))
    result.sort(key=lambda each: (each.field, -each.information, each.number))
    return result
