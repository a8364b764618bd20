"""Why a question missed: what the right runbook lacks that the first one has, so that a curator can change the text.

It compares words, not scores. A question's word counts when it is not an everyday word of operations; a runbook says it
in a text about what the runbook is (symptoms, title, aliases, causes, purpose), only elsewhere, or nowhere. The search
knows more (synonyms, the order of words), so what it prints is a hint and not an account of the ranking.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from faultmaven_kb.evaluation.evaluation import Evaluation, Outcome
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.fields import BODY, FIELDS, POINTED
from faultmaven_kb.search.questions.question import read_question
from faultmaven_kb.search.vocabulary.background import is_known
from faultmaven_kb.search.vocabulary.terms import NEGATION, terms_of

__all__ = ["Explanation", "explain_misses"]

_LONGEST_ALIAS = 6  # words, chosen: an alias is a name, not a sentence


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one missed question says of the right runbook (`right`) and the one that came first (`first`).

    `missing` are words of the question that `first` says and `right` nowhere does; `aside` those that `right` says only
    outside of the texts which the search trusts most; `claim` is the text of `first` with most of the question's words.
    `explained` and `explained_first` are the shares of the question's words that `right` and `first` say anywhere.
    `alias` is what could be added to the aliases of `right`, empty where it says everything or lacks a whole sentence.
    """

    question: str
    right: str
    first: str
    missing: tuple[str, ...]
    aside: tuple[str, ...]
    claim: str
    alias: str
    explained: float
    explained_first: float

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain values."""
        return {
            "question": self.question,
            "right": self.right,
            "first": self.first,
            "missing": list(self.missing),
            "aside": list(self.aside),
            "claim": self.claim,
            "alias": self.alias,
            "explained": round(self.explained, 4),
            "explained_first": round(self.explained_first, 4),
        }


def explain_misses(run: Evaluation, get: Callable[[str], Runbook | None]) -> tuple[Explanation, ...]:
    """An explanation for each question whose right runbook is in the base and was not the first, in their order.

    `get` gives the runbook with an id, None where the base has none.
    """
    explanations = []
    for outcome in run.misses():
        names = [
            name
            for name, _ in sorted(outcome.question.expected, key=lambda expectation: (-expectation[1], expectation[0]))
        ]
        right = next((runbook for name in names if (runbook := get(name))), None)
        first = get(outcome.ranking[0]) if outcome.ranking else None
        if right and first:
            explanations.append(_explained(outcome, right, first))
    return tuple(explanations)


def _explained(outcome: Outcome, right: Runbook, first: Runbook) -> Explanation:
    words = _words(outcome.question.text)
    trusted, all_of_right, all_of_first = _pointed(right), _said(right), _said(first)
    missing = [word for word, terms in words.items() if not terms & all_of_right and terms & all_of_first]
    aside = [word for word, terms in words.items() if terms & all_of_right and not terms & trusted]
    lacking = [word for word, terms in words.items() if not terms & trusted]
    return Explanation(
        outcome.question.id,
        right.id,
        first.id,
        tuple(missing),
        tuple(aside),
        _claim(first, frozenset().union(*words.values())),
        " ".join(lacking) if len(lacking) <= _LONGEST_ALIAS else "",
        _share(words, all_of_right),
        _share(words, all_of_first),
    )


def _words(text: str) -> dict[str, frozenset[str]]:
    """The words of a question that tell something, in lower case, with their terms."""
    words = ((word.text.lower(), frozenset(word.terms) - {NEGATION}) for word in read_question(text).words)
    return {word: terms for word, terms in words if terms and not all(map(is_known, terms))}


def _share(words: dict[str, frozenset[str]], known: frozenset[str]) -> float:
    """The share of a question's words that are said, 0 for a question of everyday words only."""
    return sum(bool(terms & known) for terms in words.values()) / len(words) if words else 0.0


def _said(runbook: Runbook) -> frozenset[str]:
    return _pointed(runbook).union(terms_of(FIELDS[BODY].texts(runbook)))


def _pointed(runbook: Runbook) -> frozenset[str]:
    return frozenset(term for field in FIELDS[:POINTED] for term in terms_of(field.texts(runbook)))


def _claim(runbook: Runbook, terms: frozenset[str]) -> str:
    """The short text of a runbook that holds most of some terms; of equal ones the first, empty where none has one."""
    texts = [segment.text for field in FIELDS[:POINTED] for segment in field.segments(runbook)]
    best = max(texts, key=lambda text: len(terms.intersection(terms_of(text))), default="")
    return best if terms.intersection(terms_of(best)) else ""
