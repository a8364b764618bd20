"""A question to an answer: the stages of a search in order.

The searcher is built once for a list of runbooks and is never changed; questions only read it, so one searcher serves
many threads.
"""

from collections.abc import Callable, Sequence

import numpy as np

from faultmaven_kb.runbook import Runbook
from faultmaven_kb.search.answer import Answer, Hit, Verdict
from faultmaven_kb.search.evidence import explain
from faultmaven_kb.search.index import Index
from faultmaven_kb.search.pasted import signal
from faultmaven_kb.search.terms import terms_of, tokens_of
from faultmaven_kb.search.verdict import Strength, confidence, decide

__all__ = ["Searcher"]

_TELLING = 1.0


class Searcher:
    """Answers questions about a fixed list of runbooks."""

    def __init__(self, runbooks: Sequence[Runbook]) -> None:
        self.runbooks = tuple(runbooks)
        self._index = Index(self.runbooks)

    def search(self, question: str, *, limit: int = 5, accept: Callable[[Runbook], bool] | None = None) -> Answer:
        """The answer to a question of any length; `accept` leaves out runbooks, `limit` bounds the hits."""
        cleaned = signal(question)
        terms = terms_of(cleaned)
        scores = self._index.scores(terms)
        if accept is not None:
            scores *= np.array([accept(runbook) for runbook in self.runbooks], dtype=np.float32)
        order = [int(i) for i in np.argsort(-scores, kind="stable")[: max(limit, 2)] if scores[i] > 0]
        distinct = tuple(dict.fromkeys(terms))
        hits = [self._hit(position, order[rank + 1 :], scores, distinct) for rank, position in enumerate(order)]
        found = hits[:limit]
        first, second = ([hit.confidence for hit in hits] + [0.0, 0.0])[:2]
        verdict = decide(first, second)
        explained = {term for hit in found[:1] for term in explain(hit.runbook, distinct)[1]}
        unexplained = _words(cleaned, set(distinct) - explained)
        return Answer(question, verdict, tuple(found), unexplained, _reason(verdict, found, unexplained))

    def _hit(self, position: int, behind: list[int], scores: np.ndarray, terms: tuple[str, ...]) -> Hit:
        runbook = self.runbooks[position]
        evidence, explained = explain(runbook, terms)
        rarity = {term: self._index.rarity(term) for term in terms}
        mass = sum(rarity.values()) or 1.0
        lead = 1 - float(scores[behind[0]] / scores[position]) if behind else 1.0
        telling = sum(1.0 for term in explained if rarity[term] >= _TELLING)
        coverage = sum(rarity[term] for term in explained) / mass
        return Hit(runbook, float(scores[position]), confidence(Strength(coverage, telling, lead)), evidence)


def _words(text: str, terms: set[str]) -> tuple[str, ...]:
    """The question's own words for some terms, each once, in order."""
    found = (text[token.start : token.end] for token in tokens_of(text) if terms.issuperset(token.terms))
    return tuple(dict.fromkeys(found))


def _reason(verdict: Verdict, hits: list[Hit], unexplained: tuple[str, ...]) -> str:
    if not hits:
        return "no runbook has a word of the question"
    missing = ", ".join(f'"{word}"' for word in unexplained[:5])
    if verdict == "match":
        return f"{hits[0].runbook.id} explains the question best"
    if verdict == "ambiguous" and len(hits) > 1:
        return f"{hits[0].runbook.id} and {hits[1].runbook.id} explain the question about equally well"
    if verdict == "ambiguous":
        return f"{hits[0].runbook.id} is not the only runbook that explains the question"
    return f"the nearest runbook does not explain {missing}" if missing else "the question says too little to choose"
