"""Why a runbook was found: its texts that hold the question's words, with the place of every such word.

The text that explains most of the question comes first, then the others in the order in which their fields are
trusted. One is shown when it holds a telling word of the question that none before it held, so a handful of lines
explains a hit completely and no word is shown again for its own sake. Of a synonym of several words all must be in the
text. Which texts those are, the index knows; only they are read again, and what was read is kept for the next question.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from faultmaven_kb.search.answer import Evidence
from faultmaven_kb.search.fields import BODY, FIELDS, SUBJECT, Segment, segment_at
from faultmaven_kb.search.index import Index, Text
from faultmaven_kb.search.questions.question import Question
from faultmaven_kb.search.strength import Occurrences
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
_KEPT_BODIES = 200  # runbooks, chosen: bounds the memory


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
        complete = terms & self.single
        for phrase in self.phrases:
            if phrase <= terms:
                complete |= phrase
        return complete


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
        source_lines = [line for term in sorted(expansion.said) for line in lines.get(known.get(term, -1), ())]
        for member in expansion.others:
            terms = frozenset(known.get(term, -1) for term in member if term != NEGATION)
            if terms and -1 not in terms:
                alike.add(terms)
                for number in terms - own:
                    lines[number].update(dict.fromkeys(source_lines))
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
        self._own = lru_cache(maxsize=_KEPT_BODIES)(self._read_own)

    def evidence(
        self, place: int, occurrences: Occurrences, targets: Wanted, *, most: int = MOST
    ) -> tuple[Evidence, ...]:
        """The evidence for a runbook, by its position in the index, best fields first."""
        text = self._index.texts[place]
        starts = text.first_segments()
        return tuple(
            self._marked(place, row.field, row.segment - starts[row.field], row.terms, targets)
            for row in islice(_telling(text, occurrences, targets), most)
        )

    def distinguishing_words(self, places: Sequence[int], question: Question) -> tuple[tuple[str, ...], ...]:
        """For each of some runbooks, by position, the telling words of its title that the other titles lack, then those
        of its symptoms that the others lack anywhere; not those of the question."""
        own = [self._own(place) for place in places]
        titles, texts = [item.title for item in own], [item.texts for item in own]
        return tuple(
            _own_words(item, _union_without(titles, number), _union_without(texts, number), question.terms)
            for number, item in enumerate(own)
        )

    def _read_segment(self, place: int, field: int, number: int) -> tuple[Segment, list[_Place]]:
        segment = self._body(place)[number] if field == BODY else segment_at(self._runbooks[place], field, number)
        known = self._index.vocabulary
        tokens = tokens_of(segment.said)
        return segment, [_Place(*token[:2], tuple(known.get(term, -1) for term in token.terms)) for token in tokens]

    def _marked(self, place: int, field: int, number: int, counted: set[int], targets: Wanted) -> Evidence:
        segment, tokens = self._read(place, field, number)
        words: list[tuple[int, int]] = []
        lines: set[int] = set()
        for start, end, terms in tokens:
            if not counted.isdisjoint(terms):
                words.append((start, end))
                for term in terms:
                    lines.update(targets.lines.get(term, ()))
        return Evidence(
            FIELDS[field].name, segment.text, tuple(words), segment.span, tuple(sorted(lines)[:_MOST_LINES])
        )

    def _read_own(self, place: int) -> "_Own":
        index, runbook = self._index, self._runbooks[place]
        known = index.vocabulary
        return _Own(
            frozenset(known.get(term, -1) for term in terms_of(runbook.title)),
            frozenset(index.passage_terms(place).tolist()),
            tuple(self._telling_words(runbook.title, _TELLS_SOMETHING)),
            tuple(word for symptom in runbook.symptoms for word in self._telling_words(symptom.text, _DISTINCT)),
        )

    def _telling_words(self, text: str, least: float) -> Iterator["_OwnWord"]:
        index = self._index
        for token in tokens_of(text):
            word = text[token.start : token.end]
            information = max(index.information_of(term) for term in token.terms)
            if information >= least and word[0].isalpha():
                yield _OwnWord(word, token.terms, frozenset(map(index.vocabulary.get, token.terms)), information)


class _OwnWord(NamedTuple):
    """A word of a runbook with its terms, their numbers (None: not known to the index), and what it tells in nats."""

    text: str
    terms: tuple[str, ...]
    numbers: frozenset[int | None]
    information: float


class _Own(NamedTuple):
    """What may distinguish a runbook from another one: the terms of its title and of all its short texts, and the
    telling words of its title and of its symptoms, in their order."""

    title: frozenset[int]
    texts: frozenset[int]
    title_words: tuple[_OwnWord, ...]
    symptom_words: tuple[_OwnWord, ...]


def _own_words(
    own: _Own, titles: frozenset[int], texts: frozenset[int], question_terms: Container[str]
) -> tuple[str, ...]:
    """The words that neither other titles (for symptoms: texts) nor the question have, most telling first."""
    own_words: list[str] = []
    for others, candidates in ((titles, own.title_words), (texts, own.symptom_words)):
        words: dict[str, float] = {}
        for word in candidates:
            if (
                others.isdisjoint(word.numbers)
                and word.text not in own_words
                and not any(term in question_terms for term in word.terms)
            ):
                words.setdefault(word.text, word.information)
        own_words += sorted(words, key=lambda word: -words[word])
    return tuple(own_words[:_MOST_DISTINCT])


def _union_without(sets: Sequence[frozenset[int]], number: int) -> frozenset[int]:
    """All that the sets hold, but the one with this number."""
    return frozenset().union(*sets[:number], *sets[number + 1 :])


class _SegmentMatch(NamedTuple):
    """A segment: its field, its worth in nats below 0, its number in the text, and the terms that count in it.

    Their order is that of evidence: fields as they are trusted, in a field those first that tell most.
    """

    field: int
    less: float
    segment: int
    terms: set[int]


def _telling(text: Text, occurrences: Occurrences, targets: Wanted) -> Iterator[_SegmentMatch]:
    """The segments that hold a telling term which none before them held.

    First the one that tells most, the most trusted of equal ones; it is given whatever it tells. Lines of the body are
    most of all segments and come last: one is weighed only where it could be the first or holds a term that is missing.
    """
    starts = text.first_segments()
    split = bisect_left(occurrences.segments, starts[BODY])
    rows = _matches(_by_segment(occurrences, 0, split), starts, targets)
    lines = _by_segment(occurrences, split, len(occurrences.segments))
    least = -min((row.less for row in rows), default=0.0) / (max(targets.worth.values(), default=0.0) * _BODY or 1.0)
    long = {segment: terms for segment, terms in lines.items() if len(terms) >= least}
    best = min(chain(rows, _matches(long, starts, targets)), key=_trusted, default=None)
    if best is None:
        return
    yield best
    remaining = targets.telling - best.terms
    for row in rows:
        if not remaining.isdisjoint(row.terms):
            remaining -= row.terms
            yield row
    missing = {segment: terms for segment, terms in lines.items() if not remaining.isdisjoint(terms)}
    for row in _matches(missing, starts, targets):
        if not remaining.isdisjoint(row.terms):
            remaining -= row.terms
            yield row


def _trusted(row: _SegmentMatch) -> float:
    """What a segment tells, below 0; a line of the body less, for it may be about something else."""
    return row.less * _BODY if row.field == BODY else row.less


def _by_segment(occurrences: Occurrences, start: int, end: int) -> dict[int, set[int]]:
    """The terms that each segment holds, of a range of the occurrences."""
    by_segment: dict[int, set[int]] = {}
    for segment, term in zip(occurrences.segments[start:end], occurrences.terms[start:end], strict=True):
        terms = by_segment.get(segment)
        if terms is None:
            by_segment[segment] = {term}
        else:
            terms.add(term)
    return by_segment


def _matches(by_segment: dict[int, set[int]], starts: Sequence[int], targets: Wanted) -> list[_SegmentMatch]:
    """Those of some segments that hold a term that counts, in the order of evidence."""
    worth = targets.worth.__getitem__
    matches = []
    for segment, own in by_segment.items():
        terms = targets.among(own)
        if terms:
            field = bisect_right(starts, segment) - 1
            if field != SUBJECT:
                matches.append(_SegmentMatch(field, -fsum(map(worth, terms)), segment, terms))
    matches.sort()
    return matches
