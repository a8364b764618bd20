"""The inverted index: every text of every runbook as numbers, and one matrix of BM25 weights.

Each field is weighed by itself (BM25 as Lucene counts it; Robertson and Zaragoza 2009, "The Probabilistic Relevance
Framework"); since a search adds the fields' scores, the weighted fields are added into one matrix here, once. Scored
apart and added: in a single weighted BM25F a hit in the title saturates away. The texts themselves are kept as term
numbers, line by line, so that evidence and phrases are looked up without reading any text again. What an index is made
of are functions of some texts, so that a base on disk is built from them piece by piece (see `storage`).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.search.arrays import Array, Floats, InMemory, Numbers, TermLookup, Terms
from faultmaven_kb.search.fields import FIELDS, POINTED, SUBJECT
from faultmaven_kb.search.passages import PassageArrays, PassageMatches, Passages, SubjectArrays, Subjects
from faultmaven_kb.search.vocabulary.background import share
from faultmaven_kb.search.vocabulary.terms import LINE_END, line_terms

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = [
    "END",
    "RANKING_PRIOR",
    "Index",
    "Parts",
    "TermNumbers",
    "Text",
    "average_lengths",
    "common_terms",
    "field_lengths",
    "information",
    "parts_in",
    "passages_in",
    "rarity",
    "read_text",
    "row_of",
    "subjects_in",
    "sums",
]

K1, B = 2.0, 0.7
RANKING_PRIOR = 10.0
"""How many runbooks the prior counts as in the ranking. Chosen among 0, 10, 20, 40 and 80 on tests/data/search,
benchmarks/siblings.py and 166 alerts: more prior gives fewer false matches, but from 20 on siblings that differ in an
everyday word are mixed up."""

END = 0
"""The number of the term that ends a segment or a line."""

_PRIOR = 40.0  # chosen: the background counts as this many runbooks; `fmkb eval` measures it
_ABOUT = 0.65  # chosen: share of fields about the fault against the whole text; `fmkb eval` measures it
_MOST_INFORMATION = 5.0  # nats, chosen: a word in one of 150 runbooks
_CHUNK = 2_048  # runbooks counted at once, chosen
_COMMON = 0.25
"""The share of runbooks from which on a term has, beside its list, a row with its weight in every runbook: half of all
postings are of such terms, and adding a row is several times faster than adding to places."""


class Text(NamedTuple):
    """A runbook's terms, field after field; a field begins at its entry of `starts`, a segment ends at each of `ends`,
    where the term is `END`."""

    terms: Terms
    starts: tuple[int, ...]
    ends: Numbers

    def first_segments(self) -> list[int]:
        """The number of each field's first segment in the text, and that of all its segments."""
        numbers: list[int] = self.ends.searchsorted(self.starts).tolist()
        return numbers

    @property
    def pointed(self) -> int:
        """Where the fields end that say what the runbook is about."""
        return self.starts[POINTED]


class Parts(NamedTuple):
    """The BM25 parts of some texts: for each term of each, in the order of the terms and then of the texts, the
    weighted sum over the fields without the rarity of the term."""

    terms: Numbers
    texts: Numbers
    values: Floats


class Index:
    """Scores every runbook for weighted terms; `size` is the number of runbooks."""

    def __init__(self, runbooks: "Sequence[Runbook]") -> None:
        self.size = len(runbooks)
        numbers = TermNumbers({LINE_END: END})
        self.texts: Sequence[Text] = tuple(read_text(runbook, numbers) for runbook in runbooks)
        self.vocabulary: Mapping[str, int] = dict(numbers)
        self._weigh()
        about = np.zeros(len(self.vocabulary))
        for text in self.texts:
            about[np.unique(text.terms[: text.pointed])] += 1
        self.information = information(self.vocabulary, about, self.document_frequency, self.size)
        passages, subjects = passages_in(self.texts, self.information), subjects_in(self.texts)
        self._passages = Passages(
            InMemory(passages.terms), InMemory(passages.segments), passages.starts, InMemory(passages.information)
        )
        self._subjects = Subjects(InMemory(subjects.terms), subjects.starts)

    def _weigh(self) -> None:
        """One matrix of weights, column by column in the order of the terms."""
        averages = average_lengths(field_lengths(self.texts))
        chunks = [parts_in(self.texts[at : at + _CHUNK], averages) for at in range(0, self.size, _CHUNK)]
        terms = np.concatenate([np.empty(0, dtype=np.int64), *(chunk.terms for chunk in chunks)])
        order = np.argsort(terms, kind="stable")
        documents = [chunk.texts + number * _CHUNK for number, chunk in enumerate(chunks)]
        values = np.concatenate([np.empty(0), *(chunk.values for chunk in chunks)])[order]
        self._documents = np.concatenate([np.empty(0, dtype=np.int64), *documents])[order].astype(np.int32)
        self.document_frequency = np.bincount(terms, minlength=len(self.vocabulary))
        priors = np.array([share(term) for term in self.vocabulary])
        rare = rarity(self.document_frequency, priors, self.size)
        self._weights = (values * rare[terms[order]]).astype(np.float32)
        self._starts = np.concatenate(([0], np.cumsum(self.document_frequency)))
        self._rows = {
            term: row_of(*self._postings(int(self._starts[term]), int(self._starts[term + 1])), self.size)
            for term in common_terms(self._starts, self.size).tolist()
        }

    def information_of(self, term: str) -> float:
        """How much a term tells, in nats from 0 to 5: rarity in this base, mixed with rarity in operations at large.

        The prior counts as much as a few dozen runbooks, so the value hardly moves while a base grows.
        """
        number = self.vocabulary.get(term)
        return float(self.information[number]) if number else _nats_of_unknown(share(term), self.size)

    def passage_matches(self, runbooks: Numbers, lookup: TermLookup, worth: Floats) -> PassageMatches:
        """What the passages of some runbooks, by their positions, tell: see `Passages.matches`."""
        return self._passages.matches(runbooks, lookup, worth)

    def passage_terms(self, runbook: int) -> Terms:
        """The terms of all passages of the runbook at a position."""
        return self._passages.of(runbook)

    def subjects_of(self, runbooks: Numbers) -> tuple[Terms, Numbers]:
        """The terms of the titles of some runbooks in a row, by their positions, and how many each has."""
        return self._subjects.of(runbooks)

    def scores(self, terms: Terms, weights: NDArray[np.float32], priors: Floats) -> Floats:
        """One score for each runbook, in their order: the weighted sum over terms and fields. Zero: nothing shared.

        `priors` are the shares of texts in which the terms are expected; here they are in the matrix already.
        """
        starts, ends = self._starts[terms].tolist(), self._starts[terms + 1].tolist()
        rows: list[tuple[Array, float]] = []
        lists: list[tuple[Array, Array, float]] = []
        for term, weight, start, stop in zip(terms.tolist(), weights.tolist(), starts, ends, strict=True):
            row = self._rows.get(term)
            if row is not None:
                rows.append((row, weight))
            else:
                lists.append((*self._postings(start, stop), weight))
        return sums(rows, lists, self.size)

    def _postings(self, start: int, stop: int) -> tuple[Array, Array]:
        return self._documents[start:stop], self._weights[start:stop]


def field_lengths(texts: Sequence[Text]) -> Numbers:
    """The number of terms in each field of each text, a row a text; -1 where the text has no such field."""
    bounds = np.array([text.starts for text in texts], dtype=np.int64).reshape(len(texts), len(FIELDS) + 1)
    ended = np.array([text.ends.searchsorted(text.starts).tolist() for text in texts], dtype=np.int64).reshape(
        bounds.shape
    )
    return np.where(np.diff(bounds) > 0, np.diff(bounds) - np.diff(ended), -1)


def average_lengths(lengths: Numbers) -> Floats:
    """The mean length of each field over the texts that have it, which BM25 measures a text against."""
    having = lengths >= 0
    averages: Floats = np.where(having, lengths, 0).sum(axis=0) / np.maximum(having.sum(axis=0), 1)
    return averages


def parts_in(texts: Sequence[Text], averages: Floats) -> Parts:
    """The BM25 parts of some texts.

    Only the texts that have a field take part in its average length, and rarity comes later, from the whole base: a
    term in one of three symptom lists is not rare because the other hundred runbooks have no such list.
    """
    size, fields = len(texts), len(FIELDS)
    lengths = field_lengths(texts)
    terms = np.concatenate([np.empty(0, dtype=np.int32), *(text.terms for text in texts)]).astype(np.int64)
    bounds = np.array([text.starts for text in texts], dtype=np.int64).reshape(size, fields + 1)
    place = np.repeat(np.arange(size * fields), np.diff(bounds).ravel())
    keys, counts = np.unique((terms * (size * fields) + place)[terms != END], return_counts=True)
    text, field = np.divmod(keys % (size * fields), fields)
    length = K1 * (1 - B + B * lengths[text, field] / np.maximum(averages, 1e-9)[field])
    parts = np.array([spec.weight for spec in FIELDS])[field] * counts / (length + counts)
    pairs = keys // fields
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    values = np.add.reduceat(parts, first) if len(first) else np.empty(0)
    return Parts(pairs[first] // max(size, 1), pairs[first] % max(size, 1), values)


def common_terms(starts: Numbers, size: int) -> Numbers:
    """Which terms a good part of `size` runbooks have; the postings of each end where those of the next one begin."""
    return np.flatnonzero(np.diff(starts) >= max(size * _COMMON, 1))


def row_of(documents: Array, weights: Array, size: int) -> NDArray[np.float32]:
    """The postings of a term as a row with its weight in each of `size` runbooks."""
    row = np.zeros(size, dtype=np.float32)
    row[documents] = weights
    return row


def sums(rows: Sequence[tuple[Array, float]], lists: Sequence[tuple[Array, Array, float]], size: int) -> Floats:
    """For each of `size` runbooks the sum of weighted rows and of weighted lists, whose places and values are given."""
    if lists:
        places = np.concatenate([places for places, _, _ in lists])
        values = np.concatenate([values * weight for _, values, weight in lists])
        if len(places) and int(places.max()) >= size:
            raise IndexError("a posting lies outside of the index")
        totals: Floats = np.bincount(places, values, size).astype(np.float64, copy=False)
    else:
        totals = np.zeros(size)
    for row, weight in rows:
        totals += row * weight
    return totals


def rarity(frequency: Numbers, priors: Floats, size: int) -> Floats:
    """How rare terms are that so many of `size` runbooks have: the inverse document frequency of BM25 in the base and
    as many texts of operations at large as the prior is worth; `priors` are the terms' shares there."""
    expected = frequency + RANKING_PRIOR * priors
    values: Floats = np.log(1 + (size + RANKING_PRIOR - expected + 0.5) / (expected + 0.5))
    return values


def information(terms: Iterable[str], about: Floats, frequency: Numbers, size: int) -> Floats:
    """How much each term tells, in nats; `about` is the number of runbooks that have it in a pointed field."""
    prior = np.array([share(term) for term in terms])
    nats = _nats(_ABOUT * about + (1 - _ABOUT) * frequency, prior, size)
    nats[:1] = 0  # the end of a line says nothing
    return nats


def passages_in(texts: Sequence[Text], weights: Floats) -> PassageArrays:
    """Every segment of the pointed fields of some texts as a sorted set of terms; `weights` is what each term tells."""
    read = [text.terms[: text.pointed] for text in texts]
    terms = np.concatenate([*read, np.empty(0, dtype=np.int32)]).astype(np.int64)
    runbook = np.repeat(np.arange(len(texts)), [len(numbers) for numbers in read])
    ends = terms == END
    segment = (np.cumsum(ends) - ends)[~ends]
    size = len(weights)
    key, place = np.unique(segment * size + terms[~ends], return_index=True)
    starts = np.searchsorted(runbook[~ends][place], np.arange(len(texts) + 1))
    segments = key // size
    worth = np.bincount(segments, weights[key % size], int(ends.sum())).astype(np.float64)
    return PassageArrays((key % size).astype(np.int32), segments, starts, worth)


def subjects_in(texts: Sequence[Text]) -> SubjectArrays:
    """The terms of the titles of some texts."""
    subjects = [np.unique(text.terms[text.starts[SUBJECT] : text.starts[SUBJECT + 1]]) for text in texts]
    subjects = [terms[terms != END] for terms in subjects]
    return SubjectArrays(
        np.concatenate([np.empty(0, dtype=np.int32), *subjects]),
        np.array(list(accumulate(map(len, subjects), initial=0)), dtype=np.int64),
    )


class TermNumbers(dict[str, int]):
    """The number of every term; a new term gets the next one."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


def read_text(runbook: "Runbook", numbers: dict[str, int]) -> Text:
    """A runbook's terms by their numbers; `numbers` gives a new term the next one."""
    fields = [
        [numbers[term] for term in line_terms(text + LINE_END)] if text else []
        for text in (field.texts(runbook) for field in FIELDS)
    ]
    terms = np.array(list(chain.from_iterable(fields)), dtype=np.int32)
    return Text(terms, tuple(accumulate(map(len, fields), initial=0)), np.flatnonzero(terms == END))


@lru_cache(maxsize=64)  # the shares of the background are few
def _nats_of_unknown(prior: float, size: int) -> float:
    return float(_nats(np.zeros(1), np.array([prior]), size)[0])


def _nats(frequency: Floats, prior: Floats, size: int) -> Floats:
    expected = (frequency + _PRIOR * prior) / (size + _PRIOR)
    return np.clip(-np.log(expected), 0.0, _MOST_INFORMATION)
