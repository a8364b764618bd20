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
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from faultmaven_kb.search.answer import Evidence
from faultmaven_kb.search.fields import BODY, FIELDS, SUBJECT, Segment, segment_at
from faultmaven_kb.search.index import Index, Text
from faultmaven_kb.search.questions.question import Question
from faultmaven_kb.search.strength import Found
from faultmaven_kb.search.vocabulary.terms import NEGATION, terms_of, tokens_of

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["MOST", "Wanted", "Witness", "wanted_terms"]

MOST = 6
"""How many texts are shown for a hit."""

_MOST_LINES = 5  # chosen: what an answer can show
_SYNONYM = 0.4  # chosen: below the word itself
_BODY = 0.8  # chosen: a symptom or title before a sentence of the body
_TELLS_SOMETHING = 1.0  # nats, chosen: a word in about one of three runbooks
_DISTINCT = 2.0  # nats, chosen: a word in about one of seven runbooks
_MOST_DISTINCT = 4  # chosen: what an answer can show
_KEPT_TEXTS = 20_000  # chosen: bounds the memory
_KEPT_BODIES = 200  # chosen: bounds the memory


class Wanted(NamedTuple):
    """What counts as evidence, as the index numbers terms.

    `lines` are the numbers of the input lines that each term comes from, `worth` what it tells in nats (synonyms less),
    `own` the terms that the question says itself, `telling` those of them that tell something, `alike` single terms and
    `phrases` sets of terms that say the same as a word of the question; `single` are those of `own` and of `alike`.
    """

    lines: dict[int, tuple[int, ...]]
    worth: dict[int, float]
    own: frozenset[int]
    telling: frozenset[int]
    alike: frozenset[int]
    single: frozenset[int]
    phrases: tuple[frozenset[int], ...]

    def among(self, terms: set[int]) -> set[int]:
        """Those of some terms that count: the question's own, and synonyms that are complete."""
        found = terms & self.single
        for phrase in self.phrases:
            if phrase <= terms:
                found |= phrase
        return found


def wanted_terms(question: Question, index: Index) -> Wanted:
    """The terms of a question and of its synonyms that the index knows, with their lines."""
    known, information = index.vocabulary, index.information
    lines: dict[int, dict[int, None]] = defaultdict(dict)
    for word in question.words:
        for term in word.terms:
            if term in known and term != NEGATION:
                lines[known[term]][word.line] = None
    own = frozenset(lines)
    alike: set[frozenset[int]] = set()
    for expansion in question.expansions:
        said = [line for term in sorted(expansion.said) for line in lines.get(known.get(term, -1), ())]
        for member in expansion.others:
            terms = frozenset(known.get(term, -1) for term in member if term != NEGATION)
            if terms and -1 not in terms:
                alike.add(terms)
                for number in terms - own:
                    lines[number].update(dict.fromkeys(said))
    single = frozenset(term for phrase in alike if len(phrase) == 1 for term in phrase)
    worth = {term: float(information[term]) * (1 if term in own else _SYNONYM) for term in lines}
    return Wanted(
        {term: tuple(sorted(numbers)[:_MOST_LINES]) for term, numbers in lines.items()},
        worth,
        own,
        frozenset(term for term in own if worth[term] >= _TELLS_SOMETHING),
        single,
        own | single,
        tuple(sorted((phrase for phrase in alike if len(phrase) > 1), key=sorted)),
    )


class _Place(NamedTuple):
    start: int
    end: int
    terms: tuple[int, ...]


class Witness:
    """Gives evidence for the runbooks of one index."""

    def __init__(self, runbooks: "Sequence[Runbook]", index: Index) -> None:
        self._runbooks = runbooks
        self._index = index
        self._body = lru_cache(maxsize=_KEPT_BODIES)(lambda place: tuple(FIELDS[BODY].segments(runbooks[place])))
        self._read = lru_cache(maxsize=_KEPT_TEXTS)(self._read_segment)

    def evidence(self, place: int, found: Found, wanted: Wanted, *, most: int = MOST) -> tuple[Evidence, ...]:
        """The evidence for a runbook, by its position in the index, best fields first."""
        text = self._index.texts[place]
        return tuple(
            self._marked(place, each.field, each.segment - text.first_segment(each.field), each.terms, wanted)
            for each in islice(_telling(text, found, wanted), most)
        )

    def told_apart(self, places: Sequence[int], question: Question) -> tuple[tuple[str, ...], ...]:
        """For each of some runbooks, by position, the telling words of its title that the other titles lack, then those
        of its symptoms that the others lack anywhere; not those of the question."""
        passages = self._index.passages_of(np.array(places, dtype=np.int64))
        texts = [set(terms.tolist()) for terms in np.split(passages.terms, passages.starts[1:-1])]
        known = self._index.vocabulary
        titles = [{known.get(term, -1) for term in terms_of(self._runbooks[place].title)} for place in places]
        return tuple(
            self._own_words(
                self._runbooks[place], _union_without(titles, number), _union_without(texts, number), question
            )
            for number, place in enumerate(places)
        )

    def _read_segment(self, place: int, field: int, number: int) -> tuple[Segment, list[_Place]]:
        segment = self._body(place)[number] if field == BODY else segment_at(self._runbooks[place], field, number)
        known = self._index.vocabulary
        tokens = tokens_of(segment.said)
        return segment, [_Place(*token[:2], tuple(known.get(term, -1) for term in token.terms)) for token in tokens]

    def _marked(self, place: int, field: int, number: int, counted: set[int], wanted: Wanted) -> Evidence:
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

    def _own_words(self, runbook: "Runbook", titles: set[int], texts: set[int], question: Question) -> tuple[str, ...]:
        index = self._index
        found: list[str] = []
        symptoms = tuple(each.text for each in runbook.symptoms)
        for others, sources, least in ((titles, (runbook.title,), _TELLS_SOMETHING), (texts, symptoms, _DISTINCT)):
            words: dict[str, float] = {}
            for text in sources:
                for token in tokens_of(text):
                    word = text[token.start : token.end]
                    told = max(index.information_of(term) for term in token.terms)
                    new = not any(
                        index.vocabulary.get(term) in others or term in question.terms for term in token.terms
                    )
                    if new and told >= least and word[0].isalpha() and word not in found:
                        words.setdefault(word, told)
            found += sorted(words, key=lambda word: -words[word])
        return tuple(found[:_MOST_DISTINCT])


def _union_without(sets: Sequence[set[int]], number: int) -> set[int]:
    """All that the sets hold, but the one with this number."""
    return set().union(*sets[:number], *sets[number + 1 :])


class _Told(NamedTuple):
    """A segment of a text: its field, its number in the text, the terms that count in it, and their worth in nats."""

    field: int
    segment: int
    terms: set[int]
    worth: float


def _telling(text: Text, found: Found, wanted: Wanted) -> Iterator[_Told]:
    """The segments that hold a telling term which none before them held.

    First the one that tells most, the most trusted of equal ones; it is given whatever it tells.
    """
    told = _told(text, found, wanted)
    if not told:
        return
    best = max(told, key=lambda each: (_trusted(each), -each.field, -each.segment))
    yield best
    remaining = wanted.telling - best.terms
    for each in told:
        if not remaining.isdisjoint(each.terms):
            remaining -= each.terms
            yield each


def _trusted(told: _Told) -> float:
    """What a segment tells; a line of the body less, for it may be about something else."""
    return told.worth * _BODY if told.field == BODY else told.worth


def _told(text: Text, found: Found, wanted: Wanted) -> list[_Told]:
    """All segments that hold a term that counts: fields in their order, in a field those first that tell most."""
    by_segment: dict[int, set[int]] = {}
    fields: dict[int, int] = {}
    for place, segment, term in zip(found.places, found.segments, found.terms, strict=True):
        held = by_segment.get(segment)
        if held is None:
            field = bisect_right(text.starts, place) - 1
            if field != SUBJECT:
                by_segment[segment] = {term}
                fields[segment] = field
        else:
            held.add(term)
    result = []
    for segment, held in by_segment.items():
        terms = wanted.among(held)
        if terms:
            result.append(_Told(fields[segment], segment, terms, fsum(map(wanted.worth.__getitem__, terms))))
    result.sort(key=lambda each: (each.field, -each.worth, each.segment))
    return result
