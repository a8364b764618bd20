"""Orders the runbooks for a question: BM25 over all fields, then a closer look at the best of them.

The closer look adds what a bag of words cannot see: one passage (a symptom, the title, the purpose) that explains much
of the question by itself counts extra, and less so the more it says besides; a runbook pays for the words of its title
that the question neither says nor means, and more when a sibling's title has the words that were said instead; one of
another technology than the one asked about is damped, and so is one that only quotes a generic error which has a
runbook of its own.

Those within reach of the first are read: what of the question stands together in them counts, and so does what is
missing. Last, a runbook whose title says what was asked overtakes the sibling whose title says something else and whose
texts do not speak of it: siblings describe the same fault, so what the text of one explains holds for the other. A
sibling that explains the whole question is not overtaken. And where a short text of a runbook, mostly an alias,
says what was asked and nothing else, its curator has answered: the runbook comes first.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.search.arrays import Flags, Floats, Numbers, TermLookup
from faultmaven_kb.search.fields import ALIASES, TITLE
from faultmaven_kb.search.index import Index
from faultmaven_kb.search.questions.question import LOUD, Question
from faultmaven_kb.search.strength import Explained
from faultmaven_kb.search.vocabulary.background import share
from faultmaven_kb.search.vocabulary.signatures import topics
from faultmaven_kb.search.vocabulary.technologies import agree
from faultmaven_kb.search.vocabulary.terms import terms_of

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

_REACH, _MOST_READ = 0.8, 5
_LINKED, _MISSING, _MOST_MISSING = 0.65, 0.05, 4
_OVERTAKES, _WHOLE = 1.2, 0.95
"""The share of the first one's score from which on a runbook is read, and how many are; what it gains when it has all
of the question in phrases, and pays for each telling word that is missing (a fifth one costs nothing more); how far it
is ahead of a sibling that it overtakes, unless that one explains this share of the question. Chosen on
tests/data/search, benchmarks/siblings.py and alerts: 332 about 108 runbooks, 88 about 76 health checks, 64 about 54
others. From 0.7 to 0.8, 0.5 to 0.8, 0.03 to 0.08 and 1.1 to 1.3 no set of them changes by more than two and a half
points."""

_SAYS_SO, _SAYS_SO_TOO = 1.3, 0.9
"""How far a runbook of which a short text is the question itself is ahead of those without one, and the least of that
which the second such runbook gets. Chosen: with 1.2 fewer aliases of the shipped runbooks are a match, with 1.5
"connection refused" alone would be one (tests/search/test_named.py)."""

_NAME = re.compile(r"(?:[A-Z]+[a-z0-9]+){2,}[A-Z][A-Za-z0-9]*")
"""A name in three parts or more, "KubePodNotReady"; "LoadBalancer" is too common to name a fault."""

_FEW_LINES = 20
"""Lines, chosen, of an alert as it is sent to people; a log has names of all kinds."""

_NOTHING = 1e-9
_SAME = 0.001
"""Nats by which sums of the same terms may differ: bases on disk keep shorter numbers."""

_SIBLINGS = 10
"""How many of the best are compared by their titles."""

_BY_SYNONYM = 0.6
_QUOTES = 0.7


class Terms(NamedTuple):
    """A question's terms that the index knows: their numbers and weights, synonyms after the words, which of them the
    question says itself, and the shares of operations texts in which each is expected; `lookup` finds them, its terms
    are at `order`."""

    numbers: NDArray[np.int32]
    weights: NDArray[np.float32]
    said: NDArray[np.bool_]
    priors: Floats
    lookup: TermLookup
    order: Numbers


class Ranked(NamedTuple):
    """Runbooks by their positions in the index, best first, with their scores, what their best passage is worth, how
    much of their titles is asked (from 0 to 1; of the nearest ones, for others 0), and whether the question has a name
    that is a short text of this runbook only."""

    runbooks: Numbers
    scores: Floats
    passages: Floats
    titles: Floats
    named: Flags


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
        TermLookup(numbers),
        places.argsort(),
    )


def rank(
    question: Question,
    terms: Terms,
    index: Index,
    *,
    technologies: Sequence[frozenset[str]],
    damping: Floats,
    explained: Callable[[int], Explained],
) -> Ranked:
    """The best runbooks for a question; `damping` multiplies each runbook's score (0 leaves it out), `explained` says
    what one, by its position in the index, explains."""
    scores = index.scores(terms.numbers, terms.weights, terms.priors)
    scores *= damping
    best = largest(scores, _CANDIDATES)
    passages, are_asked, are_named = _passages(best, question, terms, index)
    adjusted = scores[best] + _PASSAGE * damping[best] * passages
    nearest = (-adjusted).argsort(kind="stable")[:_SIBLINGS]
    contrast = np.full(len(best), 1.0)
    contrast[nearest], outdone = _titles(best[nearest], terms, index)
    adjusted *= 1 - _CONTRAST * contrast  # what is not compared pays in full, or it would overtake what is
    if outdone is not None:
        adjusted[nearest] *= 1 - _OUTDONE * outdone.max(axis=1)
    standing = damping[best]
    if question.topics:
        quotes = np.where(_quotes(best, question, index, technologies), _QUOTES, 1.0)
        adjusted, standing = adjusted * quotes, standing * quotes
    if question.technologies:
        named = _technology(best, question, technologies)
        adjusted, standing = adjusted * named, standing * named
    _read(adjusted, best, explained)
    if outdone is not None:
        _overtake(adjusted, standing, best, nearest, outdone, terms, index, explained)
    _put_first(adjusted, (are_asked | are_named) & (standing >= 1))
    order = (-adjusted).argsort(kind="stable")
    named = are_named & (standing >= 1) & (are_named.sum() == 1)
    return Ranked(best[order], adjusted[order], passages[order], 1 - contrast[order], named[order])


def _overtake(
    scores: Floats,
    standing: Floats,
    runbooks: Numbers,
    nearest: Numbers,
    outdone: Floats,
    terms: Terms,
    index: Index,
    explained: Callable[[int], Explained],
) -> None:
    """Puts those of the nearest runbooks that outdo a sibling before it, as far as their `standing` allows, what they
    are damped by. A sibling that explains the whole question stays where it is."""
    before = scores[nearest] / standing[nearest]
    for row, column in np.argwhere(outdone).tolist():
        place, sibling = int(nearest[column]), int(runbooks[nearest[row]])
        if explained(sibling).share < _WHOLE and not _tells_of(sibling, int(runbooks[place]), terms, index):
            ahead = _OVERTAKES * outdone[row, column] * before[row]
            scores[place] = max(scores[place], ahead * standing[place])


def _read(scores: Floats, runbooks: Numbers, explained: Callable[[int], Explained]) -> None:
    """Changes the scores of some runbooks by what those within reach of the first explain of the question.

    The order is that of the whole factors, the scores have their roots, or the lead would say too much. The one that
    explains most keeps its score; those that are not read pay what the worst of the others pays, so that none overtakes
    one that was read.
    """
    order = np.argsort(-scores, kind="stable")
    near = order[:_MOST_READ][scores[order[:_MOST_READ]] >= _REACH * scores[order[:1]]]
    if len(near) < 2:
        return
    explanations = [explained(runbook) for runbook in runbooks[near].tolist()]
    missing = [min(explanation.strength.missing, _MOST_MISSING) for explanation in explanations]
    factors = (
        1 + _LINKED * np.array([explanation.linked for explanation in explanations]) - _MISSING * np.array(missing)
    )
    factors /= factors.max()
    roots = np.sqrt(factors)
    values = np.sort(scores[near] * roots)[::-1]
    scores[order[len(near) :]] *= roots.min()
    scores[near[np.argsort(-scores[near] * factors, kind="stable")]] = values


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
    places = (scores >= bound if bound > 0 else scores > 0).nonzero()[0]
    if len(places) > most and blocks > most:
        places = places[scores[places] >= _largest(scores[places], most)]
    if len(places) > most:
        places = np.sort(places[np.argsort(-scores[places], kind="stable")[:most]])
    return places


def _largest(scores: Floats, number: int) -> float:
    """The score with a number, from 1, counted from the largest."""
    return float(np.partition(scores, -number)[-number])


def _technology(runbooks: Numbers, question: Question, technologies: Sequence[frozenset[str]]) -> Floats:
    """What the score of each runbook is multiplied by for its technology."""
    factor_of: dict[frozenset[str], float] = {}
    factors = []
    for runbook in runbooks.tolist():
        own = technologies[runbook]
        if own not in factor_of:
            factor_of[own] = 1.0 if agree(question.technologies, own) else _OTHER_TECHNOLOGY
        factors.append(factor_of[own])
    return np.array(factors)


def _titles(runbooks: Numbers, terms: Terms, index: Index) -> tuple[Floats, Floats | None]:
    """For each runbook how much its title says that the question neither says nor means, from 0 to below 1; and, in a
    row for each, how far it is outdone by each of them, from 0 to 1, None where none is.

    Siblings have words of their titles in common. One outdoes the other where the question says what only its own title
    says, and hardly anything of what only the other's does.
    """
    titles, lengths = index.subjects_of(runbooks)
    known = np.array(sorted(set(titles.tolist())), dtype=titles.dtype)
    membership = np.zeros((len(runbooks), len(known)))
    membership[np.arange(len(runbooks)).repeat(lengths), known.searchsorted(titles)] = 1.0
    which, is_said = terms.lookup.places_of(known)
    weights = np.zeros(len(known))
    weights[is_said] = np.where(terms.said, 1.0, _BY_SYNONYM)[terms.order[which[is_said]]]
    information = index.information[known]
    all_of, asked = (membership * information) @ membership.T, (membership * (information * weights)) @ membership.T
    says, answers = all_of.diagonal(), asked.diagonal()
    unasked = says - answers
    contrast = unasked / (unasked + _CONTRAST_HALF)
    own = says[:, None] - all_of  # of the row's title, what the column's does not say
    siblings = (all_of >= _SIBLING) & (own > _NOTHING)
    if not siblings.any():
        return contrast, None
    share = np.where(own > _NOTHING, (answers[:, None] - asked) / np.maximum(own, _NOTHING), 0.0)
    outdone = siblings & (share.T >= _SAID) & (share <= 1 - _SAID)
    if not outdone.any():
        return contrast, None
    return contrast, np.where(outdone, share.T - share, 0.0)


def _tells_of(runbook: int, other: int, terms: Terms, index: Index) -> bool:
    """Whether a runbook's own short texts have the words that the question says and only the other one's title has."""
    titles, lengths = index.subjects_of(np.array([runbook, other]))
    own = set(titles[lengths[0] :].tolist()).difference(titles[: lengths[0]].tolist())
    return own.intersection(terms.numbers.tolist()) <= set(index.passage_terms(runbook).tolist())


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
    is_named = np.array(
        [bool(question.technologies & technologies[runbook]) for runbook in runbooks.tolist()], dtype=bool
    )
    quoting = np.zeros(len(runbooks), dtype=bool)
    for name, words in topics():
        if name in question.topics:
            numbers = {known.get(word) for word in words}
            titles = (_field(index, runbook, TITLE, ALIASES) for runbook in runbooks.tolist())
            about = np.array([not numbers.isdisjoint(terms.tolist()) for terms in titles], dtype=bool)
            if about.any():
                quoting |= ~(about | is_named)
    return quoting


def _passages(runbooks: Numbers, question: Question, terms: Terms, index: Index) -> tuple[Floats, Flags, Flags]:
    """For each runbook what its best passage explains, less for a passage that says much besides; whether one of its
    passages is the question, with all of its terms and no other; and whether one is a name in the question."""
    worth = np.minimum(terms.weights, 1.0) * index.information[terms.numbers]
    matches = index.passage_matches(runbooks, terms.lookup, worth[terms.order])
    best = np.zeros(len(runbooks))
    np.maximum.at(best, matches.owners, matches.asked * np.minimum(matches.asked / matches.all, 1.0) ** _EXACTNESS)

    def says(texts: Iterable[Collection[str]]) -> Flags:
        flags = np.zeros(len(runbooks), dtype=np.bool_)
        for text in texts:
            if all(term in index.vocabulary for term in text):  # a word that no runbook has is in no passage
                numbers = [index.vocabulary[term] for term in text]
                (whole,) = (np.abs(matches.all - index.information[numbers].sum()) < _SAME).nonzero()
                if len(whole):
                    asked = worth[np.isin(terms.numbers, numbers) & terms.said].sum()
                    flags[matches.owners[whole[matches.asked[whole] > asked - _SAME]]] = True
        return flags

    return best, says([question.terms]), says(_names_in(question))


def _names_in(question: Question) -> set[frozenset[str]]:
    """The terms of each name that monitoring prints as one word."""
    if question.kind != "alert" and question.lines and question.lines[-1].number > _FEW_LINES:
        return set()
    names = {word.text for word in question.words if word.weight > LOUD and _NAME.fullmatch(word.text)}
    return {frozenset(terms_of(name)) for name in names}


def _put_first(scores: Floats, says_so: Flags) -> None:
    """Puts the runbooks that say the question itself before all others, in their order."""
    if not says_so.any() or says_so.all():
        return
    own = scores[says_so]
    ahead = _SAYS_SO * scores[~says_so].max()
    scores[says_so] = np.maximum(own, ahead * (_SAYS_SO_TOO + (1 - _SAYS_SO_TOO) * own / own.max()))
