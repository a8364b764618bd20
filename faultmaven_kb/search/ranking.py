"""Orders the runbooks for a question: BM25 over all fields, then a closer look at the best of them.

The closer look adds what a bag of words cannot see: one passage (a symptom, the title, the purpose) that explains much
of the question by itself counts extra, and less so the more it says besides; a runbook pays for the words of its title
that the question neither says nor means, which tells siblings apart; one of another technology than the one asked about
is damped, and so is one that only quotes a generic error which has a runbook of its own.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.search.index import Floats, Index, Numbers, ranges
from faultmaven_kb.search.question import Question
from faultmaven_kb.search.technologies import agree

__all__ = ["Ranked", "Terms", "rank", "terms_in"]

_CANDIDATES = 30
_PASSAGE = 0.3
_EXACTNESS = 0.7
_OTHER_TECHNOLOGY = 0.75
_CONTRAST, _CONTRAST_HALF = 0.3, 2.0
"""What a title that says only other things costs, and the nats at which half of it is paid. Chosen on
tests/data/search, benchmarks/siblings.py, 166 alerts and notes on 138 faults; 0.2 to 0.4 and 1 to 6 nats do as well."""

_BY_SYNONYM = 0.6


class Terms(NamedTuple):
    """A question's terms that the index knows: their numbers and weights, synonyms after the words, and which of them
    the question says itself."""

    numbers: NDArray[np.int32]
    weights: NDArray[np.float32]
    said: NDArray[np.bool_]


class Ranked(NamedTuple):
    """Runbooks by their positions in the index, best first, with their scores and what their best passage is worth."""

    runbooks: Numbers
    scores: Floats
    passages: Floats


def terms_in(question: Question, index: Index) -> Terms:
    """The terms of a question, and those that synonyms bring, as the index numbers them."""
    known = index.vocabulary
    pairs = [
        (known[term], weight, terms is question.terms)
        for terms in (question.terms, question.synonyms)
        for term, weight in terms.items()
        if term in known
    ]
    numbers, weights, said = zip(*pairs, strict=True) if pairs else ((), (), ())
    return Terms(np.array(numbers, dtype=np.int32), np.array(weights, dtype=np.float32), np.array(said, dtype=np.bool_))


def rank(
    question: Question,
    terms: Terms,
    index: Index,
    *,
    technologies: tuple[frozenset[str], ...],
    damping: Floats,
) -> Ranked:
    """The best runbooks for a question; `damping` multiplies each runbook's score (0 leaves it out)."""
    scores = index.scores(terms.numbers, terms.weights) * damping
    if len(scores) > _CANDIDATES:
        best = np.argpartition(-scores, _CANDIDATES)[:_CANDIDATES]
        best = best[np.argsort(best)]
    else:
        best = np.arange(len(scores))
    best = best[scores[best] > 0]
    passages = _passages(best, terms, index)
    looked = scores[best] + _PASSAGE * damping[best] * passages
    looked *= 1 - _CONTRAST * _unasked(best, terms, index)
    for place, runbook in enumerate(best.tolist()):
        if not agree(question.technologies, technologies[runbook]):
            looked[place] *= _OTHER_TECHNOLOGY
    order = np.argsort(-looked, kind="stable")
    return Ranked(best[order], looked[order], passages[order])


def _unasked(runbooks: Numbers, terms: Terms, index: Index) -> Floats:
    """For each runbook how much its title says that the question neither says nor means, from 0 to below 1."""
    numbers, starts = index.titles
    begin, end = starts[runbooks], starts[runbooks + 1]
    said = np.zeros(len(index.vocabulary))
    said[terms.numbers] = np.where(terms.said, 1.0, _BY_SYNONYM)
    places = ranges(begin, end)
    left = index.information[numbers[places]] * (1 - said[numbers[places]])
    owner = np.repeat(np.arange(len(runbooks)), end - begin)
    unasked = np.bincount(owner, left, len(runbooks))
    contrast: Floats = unasked / (unasked + _CONTRAST_HALF)
    return contrast


def _passages(runbooks: Numbers, terms: Terms, index: Index) -> Floats:
    """For each runbook what its best passage explains, less for a passage that says much besides."""
    passages = index.passages
    starts, ends = passages.starts[runbooks], passages.starts[runbooks + 1]
    places = ranges(starts, ends)
    if not len(places):
        return np.zeros(len(runbooks))
    told = np.zeros(len(index.vocabulary))
    told[terms.numbers] = np.minimum(terms.weights, 1.0) * index.information[terms.numbers]
    values = told[passages.terms[places]]
    owner = np.repeat(np.arange(len(runbooks)), ends - starts)[values > 0]
    segments = passages.segments[places[values > 0]]
    values = values[values > 0]
    if not len(values):
        return np.zeros(len(runbooks))
    first = np.concatenate(([True], segments[1:] != segments[:-1]))
    explained = np.add.reduceat(values, np.flatnonzero(first))
    share = explained / passages.information[segments[first]]
    best = np.zeros(len(runbooks))
    np.maximum.at(best, owner[first], explained * np.minimum(share, 1.0) ** _EXACTNESS)
    return best
