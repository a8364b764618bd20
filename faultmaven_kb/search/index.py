"""The inverted index: every text of every runbook as numbers, and one matrix of BM25 weights.

bm25s weighs each field by itself (BM25 as Lucene counts it; Robertson and Zaragoza 2009, "The Probabilistic Relevance
Framework"); since a search adds the fields' scores, the weighted fields are added into one matrix here, once. Scored
apart and added: in a single weighted BM25F a hit in the title saturates away. The texts themselves are kept as term
numbers, line by line, so that evidence and phrases are looked up without reading any text again.
"""

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import NamedTuple

import bm25s
import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.background import share
from faultmaven_kb.search.fields import FIELDS, POINTED
from faultmaven_kb.search.terms import LINE_END, NEGATION, line_terms, tokens_of

__all__ = ["END", "RANKING_PRIOR", "Flags", "Floats", "Index", "Numbers", "Passages", "Text", "ranges"]

K1, B = 2.0, 0.7
RANKING_PRIOR = 10.0
"""How many runbooks the prior counts as in the ranking. Chosen among 0, 10, 20, 40 and 80 on tests/data/search,
benchmarks/siblings.py and 166 alerts: more prior gives fewer false matches, but from 20 on siblings that differ in an
everyday word are mixed up."""

END = 0
"""The number of the term that ends a segment or a line."""

_PRIOR = 40.0
_ABOUT = 0.65
_MOST_INFORMATION = 5.0

Numbers = NDArray[np.int64]
Terms = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Text(NamedTuple):
    """A runbook's terms, field after field; a field begins at its entry of `starts`, a segment ends at each of `ends`,
    where the term is `END`."""

    terms: Terms
    starts: tuple[int, ...]
    ends: Numbers

    @property
    def pointed(self) -> int:
        """Where the fields end that say what the runbook is about."""
        return self.starts[POINTED]

    def first_segment(self, field: int) -> int:
        """The number of a field's first segment in the text."""
        return int(self.ends.searchsorted(self.starts[field]))


class Passages(NamedTuple):
    """The short texts that say what a runbook is about, as sets of terms.

    `terms` and `segments` run in parallel, a runbook's from `starts[runbook]` to `starts[runbook + 1]`; `information`
    is what each segment says in all.
    """

    terms: Terms
    segments: Numbers
    starts: Numbers
    information: Floats


class Titles(NamedTuple):
    """The terms of the titles, each once in a title; a runbook's from `starts[runbook]` to `starts[runbook + 1]`."""

    terms: Terms
    starts: Numbers


class Index:
    """Scores every runbook for weighted terms; `size` is the number of runbooks."""

    def __init__(self, runbooks: Sequence[Runbook]) -> None:
        self.size = len(runbooks)
        numbers = _Numbers({LINE_END: END})
        self.texts = tuple(_read(runbook, numbers) for runbook in runbooks)
        self.vocabulary: dict[str, int] = dict(numbers)
        self._weigh()
        self.information = self._information()
        self.passages = self._passages()
        self.titles = self._titles(runbooks)

    def _weigh(self) -> None:
        """Add the weighted BM25 matrices of all fields into one, column by column in the order of the terms."""
        found = [self._field(number) for number in range(len(FIELDS))]
        keys = np.concatenate([keys for keys, _ in found])
        unique, place = np.unique(keys, return_inverse=True)
        columns = unique // max(self.size, 1)
        self.document_frequency = np.bincount(columns, minlength=len(self.vocabulary))
        self._priors = np.array([share(term) for term in self.vocabulary])
        rarity = rarity_of(self.document_frequency, self._priors, self.size)
        weights = np.bincount(place, np.concatenate([weights for _, weights in found]), len(unique))
        self._weights = (weights * rarity[columns]).astype(np.float32)
        self._documents = (unique % max(self.size, 1)).astype(np.int32)
        self._starts = np.concatenate(([0], np.cumsum(self.document_frequency)))

    def _field(self, number: int) -> tuple[Numbers, Floats]:
        """The keys (term, runbook) and weighted BM25 parts of a field without the rarity of the term.

        Only the runbooks that have the field are indexed, and rarity is that of the whole base: a term in one of three
        symptom lists is not rare because the other hundred runbooks have no such list.
        """
        read = [text.terms[text.starts[number] : text.starts[number + 1]] for text in self.texts]
        having = np.array([runbook for runbook, terms in enumerate(read) if len(terms)], dtype=np.int64)
        documents = [terms[terms != END].tolist() for terms in read if len(terms)]
        if not any(documents):
            return np.empty(0, dtype=np.int64), np.empty(0)
        engine = bm25s.BM25(k1=K1, b=B)
        engine.index((documents, self.vocabulary), show_progress=False)
        starts = engine.scores["indptr"]
        columns = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        frequency = np.diff(starts)[columns]
        rarity = np.log(1 + (len(having) - frequency + 0.5) / (frequency + 0.5))
        runbooks = having[engine.scores["indices"]]
        return columns * self.size + runbooks, engine.scores["data"] * (FIELDS[number].weight / rarity)

    def _titles(self, runbooks: Sequence[Runbook]) -> Titles:
        """The terms of every title, without the wholes of identifiers, which say the same again."""
        found = [
            dict.fromkeys(
                self.vocabulary[term]
                for token in tokens_of(runbook.title)
                for term in (token.terms if len(token.terms) < 3 else token.terms[:-1])
                if term != NEGATION and term in self.vocabulary
            )
            for runbook in runbooks
        ]
        starts = np.array([0, *accumulate(map(len, found))], dtype=np.int64)
        return Titles(np.array(list(chain.from_iterable(found)), dtype=np.int32), starts)

    def _information(self) -> Floats:
        about = np.zeros(len(self.vocabulary))
        for text in self.texts:
            about[np.unique(text.terms[: text.pointed])] += 1
        found = _nats(_ABOUT * about + (1 - _ABOUT) * self.document_frequency, self._priors, self.size)
        found[END] = 0
        return found

    def _passages(self) -> Passages:
        """Every segment of the pointed fields as a sorted set of terms."""
        read = [text.terms[: text.pointed] for text in self.texts]
        terms = np.concatenate([*read, np.empty(0, dtype=np.int32)]).astype(np.int64)
        runbook = np.repeat(np.arange(self.size), [len(each) for each in read])
        ends = terms == END
        segment = (np.cumsum(ends) - ends)[~ends]
        size = len(self.vocabulary)
        key, place = np.unique(segment * size + terms[~ends], return_index=True)
        starts = np.searchsorted(runbook[~ends][place], np.arange(self.size + 1))
        segments = key // size
        information = np.bincount(segments, self.information[key % size]).astype(np.float64)
        return Passages((key % size).astype(np.int32), segments, starts, information)

    def information_of(self, term: str) -> float:
        """How much a term tells, in nats from 0 to 5: rarity in this base, mixed with rarity in operations at large.

        The prior counts as much as a few dozen runbooks, so the value hardly moves while a base grows.
        """
        number = self.vocabulary.get(term)
        return float(self.information[number] if number else _nats(0, share(term), self.size))

    def scores(self, terms: Terms, weights: NDArray[np.float32]) -> Floats:
        """One score for each runbook, in their order: the weighted sum over terms and fields. Zero: nothing shared."""
        starts, ends = self._starts[terms], self._starts[terms + 1]
        places = ranges(starts, ends)
        values = self._weights[places] * np.repeat(weights, ends - starts)
        return np.bincount(self._documents[places], values, self.size).astype(np.float64)


class _Numbers(dict[str, int]):
    """The number of every term; a new term gets the next one."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


def _read(runbook: Runbook, numbers: _Numbers) -> Text:
    fields = [
        [numbers[term] for term in line_terms(text + LINE_END)] if text else []
        for text in (field.texts(runbook) for field in FIELDS)
    ]
    terms = np.array(list(chain.from_iterable(fields)), dtype=np.int32)
    return Text(terms, tuple(accumulate(map(len, fields), initial=0)), np.flatnonzero(terms == END))


def ranges(starts: Numbers, ends: Numbers) -> Numbers:
    """The numbers of several ranges in a row."""
    lengths = ends - starts
    total = int(lengths.sum())
    offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return offsets + np.arange(total)


def rarity_of(frequency: Numbers, prior: Floats, size: int) -> Floats:
    """How much a hit on each term weighs in the ranking: the idf of BM25 in this base and as many others as the prior
    stands for."""
    expected = frequency + RANKING_PRIOR * prior
    rarity: Floats = np.log(1 + (size + RANKING_PRIOR - expected + 0.5) / (expected + 0.5))
    return rarity


def _nats(frequency: Floats | int, prior: Floats | float, size: int) -> Floats:
    expected = (frequency + _PRIOR * prior) / (size + _PRIOR)
    return np.clip(-np.log(expected), 0.0, _MOST_INFORMATION)
