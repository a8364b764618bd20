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
    numbers: list[int] = []
    weights: list[float] = []
    priors: list[float] = []
    said = 0
    for terms in (question.terms, question.synonyms):
        said = len(numbers)
        for term, weight in terms.items():
            number = known.get(term)
            if number is not None:
                numbers.append(number)
                weights.append(weight)
                priors.append(share(term))
    own = np.zeros(len(numbers), dtype=np.bool_)
    own[:said] = True
    places = np.array(numbers, dtype=np.int32)
    return Terms(
        places,
        np.array(weights, dtype=np.float32),
        own,
        np.array(priors, dtype=np.float64),
        Sought(numbers),
        places.argsort(),
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
    nearest = (-looked).argsort(kind="stable")[:_SIBLINGS]
    asked, costs = np.zeros(len(best)), np.full(len(best), 1 - _CONTRAST)
    contrast, outdone = _titles(best[nearest], terms, index)
    asked[nearest], costs[nearest] = 1 - contrast, 1 - _CONTRAST * contrast
    looked *= costs  # what is not compared pays in full, or it would overtake what is
    if outdone is not None:
        looked[nearest] *= 1 - _OUTDONE * outdone
    if question.topics:
        looked[_quotes(best, question, index, technologies)] *= _QUOTES
    if question.technologies:
        looked *= _technology(best, question, technologies)
    order = (-looked).argsort(kind="stable")
    return Ranked(best[order], looked[order], passages[order], asked[order])


def largest(scores: Floats, most: int) -> Numbers:
    """The places of the `most` largest scores above 0, in ascending order; of equal ones the first.

    The maxima of blocks give a bound that at least so many scores reach, so that few are compared with each other.
    """
    blocks = len(scores) // _BLOCK
    bound = 0.0
    if blocks > most:
        bound = _largest(scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1), most)
    elif len(scores) > most:
        bound = _largest(scores, most)
    found = (scores >= bound if bound > 0 else scores > 0).nonzero()[0]
    if len(found) > most and blocks > most:
        found = found[scores[found] >= _largest(scores[found], most)]
    if len(found) > most:
        found = np.sort(found[np.argsort(-scores[found], kind="stable")[:most]])
    return found


def _largest(scores: Floats, number: int) -> float:
    """The score with a number, from 1, counted from the largest."""
    return float(np.partition(scores, -number)[-number])


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


def _titles(runbooks: Numbers, terms: Terms, index: Index) -> tuple[Floats, Floats | None]:
    """For each runbook how much its title says that the question neither says nor means, from 0 to below 1; and how
    far it is outdone by a sibling, from 0 to 1, None where none is.

    Siblings have words of their titles in common. One outdoes the other where the question says what only its own title
    says, and hardly anything of what only the other's does.
    """
    titles, lengths = index.subjects_of(runbooks)
    known = np.array(sorted(set(titles.tolist())), dtype=titles.dtype)
    held = np.zeros((len(runbooks), len(known)))
    held[np.arange(len(runbooks)).repeat(lengths), known.searchsorted(titles)] = 1.0
    which, is_said = terms.sought.places_of(known)
    said = np.zeros(len(known))
    said[is_said] = np.where(terms.said, 1.0, _BY_SYNONYM)[terms.order[which[is_said]]]
    told = index.information[known]
    all_of, asked = (held * told) @ held.T, (held * (told * said)) @ held.T
    says, answers = all_of.diagonal(), asked.diagonal()
    unasked = says - answers
    contrast = unasked / (unasked + _CONTRAST_HALF)
    own = says[:, None] - all_of  # of the row's title, what the column's does not say
    siblings = (all_of >= _SIBLING) & (own > _NOTHING)
    if not siblings.any():
        return contrast, None
    share = np.where(own > _NOTHING, (answers[:, None] - asked) / np.maximum(own, _NOTHING), 0.0)
    outdone = siblings & (share.T >= _SAID) & (share <= 1 - _SAID)
    return contrast, np.where(outdone, share.T - share, 0.0).max(axis=1, initial=0.0)


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
