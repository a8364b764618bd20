"""Orders the runbooks for a question: BM25 over all fields, then a closer look at the best of them.

The closer look adds what a bag of words cannot see: one passage (a symptom, the title, the purpose) that explains much
of the question by itself counts extra, and less so the more it says besides; a runbook pays for the words of its title
that the question neither says nor means, and more when a sibling's title has the words that were said instead; one of
another technology than the one asked about is damped, and so is one that only quotes a generic error which has a
runbook of its own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.search.arrays import Floats, Numbers, Sought
from faultmaven_kb.search.fields import ALIASES, TITLE
from faultmaven_kb.search.index import Index
from faultmaven_kb.search.questions.question import Question
from faultmaven_kb.search.vocabulary.background import share
from faultmaven_kb.search.vocabulary.signatures import topics
from faultmaven_kb.search.vocabulary.technologies import agree

__all__ = ["Ranked", "Terms", "rank", "terms_in"]

_CANDIDATES = 30
_BLOCK = 64
_PASSAGE = 0.3
_EXACTNESS = 0.7
_OTHER_TECHNOLOGY = 0.75
_CONTRAST, _CONTRAST_HALF = 0.3, 2.0
"""What a title that says only other things costs, and the nats at which half of it is paid. Chosen on
tests/data/search, benchmarks/siblings.py, 166 alerts and notes on 138 faults; 0.2 to 0.4 and 1 to 6 nats do as well."""

_OUTDONE, _SIBLING, _SAID = 0.2, 1.5, 0.8
"""What being outdone by a sibling costs; the nats that titles of siblings have in common; the share of its own title
words that must be said. Chosen on benchmarks/siblings.py, 166 alerts and the shipped runbooks' own symptoms, each taken
out before it was asked; costs of 0.15 to 0.3 and shares of 0.8 to 1 do as well."""

_NOTHING = 1e-9
_SIBLINGS = 10
"""How many of the best are compared by their titles."""

_BY_SYNONYM = 0.6
_QUOTES = 0.7


class Terms(NamedTuple):
    """A question's terms that the index knows: their numbers and weights, synonyms after the words, which of them the
    question says itself, and the shares of operations texts in which each is expected; `sought` finds them, its terms
    are at `order`."""

    numbers: NDArray[np.int32]
    weights: NDArray[np.float32]
    said: NDArray[np.bool_]
    priors: Floats
    sought: Sought
    order: Numbers


class Ranked(NamedTuple):
    """Runbooks by their positions in the index, best first, with their scores, what their best passage is worth, and
    how much of their titles is asked (from 0 to 1; of the nearest ones, for others 0)."""

    runbooks: Numbers
    scores: Floats
    passages: Floats
    titles: Floats


def terms_in(question: Question, index: Index) -> Terms:
    """The terms of a question, and those that synonyms bring, as the index numbers them."""
    known = index.vocabulary
    pairs = [
        (number, weight, terms is question.terms, share(term))
        for terms in (question.terms, question.synonyms)
        for term, weight in terms.items()
        if (number := known.get(term)) is not None
    ]
    numbers, weights, said, priors = zip(*pairs, strict=True) if pairs else ((), (), (), ())
    return Terms(
        np.array(numbers, dtype=np.int32),
        np.array(weights, dtype=np.float32),
        np.array(said, dtype=np.bool_),
        np.array(priors, dtype=np.float64),
        Sought(numbers),
        np.array(numbers, dtype=np.int32).argsort(),
    )


def rank(
    question: Question,
    terms: Terms,
    index: Index,
    *,
    technologies: Sequence[frozenset[str]],
    damping: Floats,
) -> Ranked:
    """The best runbooks for a question; `damping` multiplies each runbook's score (0 leaves it out)."""
    scores = index.scores(terms.numbers, terms.weights, terms.priors)
    scores *= damping
    best = largest(scores, _CANDIDATES)
    passages = _passages(best, terms, index)
    looked = scores[best] + _PASSAGE * damping[best] * passages
    nearest = np.argsort(-looked, kind="stable")[:_SIBLINGS]
    contrast, outdone = np.full(len(best), 1.0), np.zeros(len(best))
    contrast[nearest], outdone[nearest] = _titles(best[nearest], terms, index)
    looked *= 1 - _CONTRAST * contrast  # what is not compared pays in full, or it would overtake what is
    looked *= 1 - _OUTDONE * outdone
    if question.topics:
        looked[_quotes(best, question, index, technologies)] *= _QUOTES
    if question.technologies:
        looked *= _technology(best, question, technologies)
    order = np.argsort(-looked, kind="stable")
    return Ranked(best[order], looked[order], passages[order], 1 - contrast[order])


def largest(scores: Floats, most: int) -> Numbers:
    """The places of the `most` largest scores above 0, in ascending order; of equal ones the first.

    The maxima of blocks give a bound that at least so many scores reach, so that few are compared with each other.
    """
    blocks = len(scores) // _BLOCK
    bound = 0.0
    if blocks > most:
        maxima = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        bound = float(np.partition(maxima, blocks - most)[blocks - most])
    found = np.flatnonzero(scores >= bound if bound > 0 else scores > 0)
    if len(found) > most:
        found = found[scores[found] >= np.partition(scores[found], -most)[-most]]
    if len(found) > most:
        found = np.sort(found[np.argsort(-scores[found], kind="stable")[:most]])
    return found


def _technology(runbooks: Numbers, question: Question, technologies: Sequence[frozenset[str]]) -> Floats:
    """What the score of each runbook is multiplied by for its technology."""
    factors: dict[frozenset[str], float] = {}
    found = []
    for runbook in runbooks.tolist():
        named = technologies[runbook]
        if named not in factors:
            factors[named] = 1.0 if agree(question.technologies, named) else _OTHER_TECHNOLOGY
        found.append(factors[named])
    return np.array(found)


def _titles(runbooks: Numbers, terms: Terms, index: Index) -> tuple[Floats, Floats]:
    """For each runbook how much its title says that the question neither says nor means, from 0 to below 1; and how
    far it is outdone by a sibling, from 0 to 1.

    Siblings have words of their titles in common. One outdoes the other where the question says what only its own title
    says, and hardly anything of what only the other's does.
    """
    titles, lengths = index.subjects_of(runbooks)
    known = np.array(sorted(set(titles.tolist())), dtype=titles.dtype)
    held = np.zeros((len(runbooks), len(known)))
    held[np.repeat(np.arange(len(runbooks)), lengths), known.searchsorted(titles)] = 1.0
    said = np.zeros(len(known))
    places, which = terms.sought.found_in(known)
    said[places] = np.where(terms.said, 1.0, _BY_SYNONYM)[terms.order[which]]
    told = index.information[known]
    all_of, asked = (held * told) @ held.T, (held * (told * said)) @ held.T
    says, answers = all_of.diagonal(), asked.diagonal()
    own = says[:, None] - all_of  # of the row's title, what the column's does not say
    has_own = own > _NOTHING
    share = np.where(has_own, (answers[:, None] - asked) / np.maximum(own, _NOTHING), 0.0)
    lost = np.where(has_own, share, 1.0)
    unasked = says - answers
    outdone = (all_of >= _SIBLING) & (share.T >= _SAID) & (lost <= 1 - _SAID)
    return unasked / (unasked + _CONTRAST_HALF), np.where(outdone, share.T - lost, 0.0).max(axis=1, initial=0.0)


def _field(index: Index, runbook: int, first: int, last: int) -> NDArray[np.int32]:
    """The terms of a runbook in some neighbouring fields."""
    text = index.texts[runbook]
    return text.terms[text.starts[first] : text.starts[last + 1]]


def _quotes(
    runbooks: Numbers, question: Question, index: Index, technologies: Sequence[frozenset[str]]
) -> NDArray[np.bool_]:
    """Which runbooks only quote a generic error of the question that another one of them is about.

    A runbook of a technology that the question names may well be about that error on that technology.
    """
    known = index.vocabulary
    named = np.array([bool(question.technologies & technologies[each]) for each in runbooks.tolist()], dtype=bool)
    found = np.zeros(len(runbooks), dtype=bool)
    for name, words in topics():
        if name in question.topics:
            numbers = {known.get(word) for word in words}
            told = (_field(index, each, TITLE, ALIASES) for each in runbooks.tolist())
            about = np.array([not numbers.isdisjoint(terms.tolist()) for terms in told], dtype=bool)
            if about.any():
                found |= ~(about | named)
    return found


def _passages(runbooks: Numbers, terms: Terms, index: Index) -> Floats:
    """For each runbook what its best passage explains, less for a passage that says much besides."""
    worth = np.minimum(terms.weights, 1.0) * index.information[terms.numbers]
    told = index.told(runbooks, terms.sought, worth[terms.order])
    best = np.zeros(len(runbooks))
    np.maximum.at(best, told.owners, told.asked * np.minimum(told.asked / told.all, 1.0) ** _EXACTNESS)
    return best
