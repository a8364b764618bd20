"""A second opinion by meaning, for questions that the words alone do not decide.

It is silent when the answer by words is clear (a match of high confidence) and when the question is technical text:
measured on alerts, errors and logs, vectors only lose. On complaints in plain words they find what shares no word. When
it speaks it orders the hits again and says so; it may turn silence into an answer, and a doubtful answer into silence.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.answer import Answer, Evidence, Hit
from faultmaven_kb.semantic.embedders import Embedder, Vectors
from faultmaven_kb.semantic.passages import passages_of
from faultmaven_kb.semantic.quantised import Quantised, unit
from faultmaven_kb.semantic.vectors import Progress, VectorStore

__all__ = ["LIKE", "SecondOpinion", "is_clear", "is_plain_words"]

_CLEAR = 0.9  # fitted with all-MiniLM-L6-v2 on this project's questions (docs/how-to/search-by-meaning.md)
_MATCH, _NEAR = 0.5, 0.06
_DEPTH = 20  # chosen: the hits that the model may put in another order
_WEIGHT = 2.5  # fitted with all-MiniLM-L6-v2 on this project's questions
_LEAST_SCALE = 0.1  # chosen: keeps a model without any contrast from dividing by zero
_BIAS, _NEARNESS, _BY_WORDS = -2.79, 3.49, 0.39  # `python -m benchmarks.fit_meaning`
_LEAST = 0.01  # chosen: a confidence by words below it says no less
_TECHNICAL = re.compile(r"[\d_/\\(){}\[\]=<>|\"'`@#%\n]|\w[:.]\w|[a-z][A-Z]")
LIKE = (
    ("the disk is full", "no space is left on the drive"),
    ("the database refuses new connections", "nobody can log in to the database"),
    ("the host name cannot be resolved", "name lookups fail"),
    ("the container was killed for its memory", "a process used too much memory and was shot"),
    ("the web page answers with an error", "visitors of the site see an error page"),
    ("queries have become slow", "the reports take much longer than before"),
    ("the certificate has expired", "the certificate is no longer valid"),
    ("the network connection times out", "the remote host does not answer in time"),
)
"""Pairs that say the same; across pairs, texts that do not. They give every model's similarities the same scale."""


class SecondOpinion:
    """A model's view of a fixed list of runbooks. Built once; questions only read it."""

    def __init__(
        self,
        runbooks: Sequence[Runbook],
        embedder: Embedder,
        *,
        folder: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Embed the runbooks; vectors are kept in `folder`, if there is one, and `progress` is told how far it is.

        Raises `ConfigurationError` when the model gives something else than vectors.
        """
        self.runbooks = tuple(runbooks)
        self._embedder = embedder
        sentences = [text for texts in zip(*LIKE, strict=True) for text in texts]
        pairs = Quantised.together(VectorStore(embedder, folder).embed([sentences])).vectors()
        self._low, self._high = _scale(pairs[: len(LIKE)], pairs[len(LIKE) :])
        passages = [passages_of(runbook) for runbook in self.runbooks]
        self._vectors = VectorStore(embedder, folder, progress).embed(passages)
        self._width = pairs.shape[1]
        self._starts = np.cumsum([0, *map(len, passages)])

    def review(
        self,
        question: str,
        ask: Callable[[int], Answer],
        *,
        limit: int,
        accept: Callable[[Runbook], bool] | None = None,
    ) -> Answer:
        """The answer by words, or the one by words and meaning; `ask` gives the former for a number of hits."""
        answer = ask(limit)
        if not self.runbooks or is_clear(answer) or not is_plain_words(question):
            return answer
        nearness, best = self._nearness(question)
        if accept is not None:
            nearness[[not accept(runbook) for runbook in self.runbooks]] = -math.inf
        return self._together(answer, ask(max(limit, _DEPTH)).hits, nearness, best, limit)

    def _nearness(self, question: str) -> tuple[NDArray[np.float64], Callable[[int], str]]:
        """How near each runbook's best passage is (0: unrelated, 1: says the same), and what finds that passage."""
        (vector,) = unit(self._embedder.embed([question]))
        if vector.shape != (self._width,):
            message = (
                f"kept vectors have {self._width} numbers, the model's {len(vector)}; remove them: fmkb cache clean"
            )
            raise ConfigurationError(message)
        similar = np.concatenate([part.similar(vector) for part in self._vectors]).astype(np.float64)

        def best(number: int) -> str:
            own = similar[self._starts[number] : self._starts[number + 1]]
            return passages_of(self.runbooks[number])[int(np.argmax(own))]

        nearest = np.maximum.reduceat(similar, self._starts[:-1])
        return (nearest - self._low) / (self._high - self._low), best

    def _together(
        self,
        answer: Answer,
        hits: Sequence[Hit],
        nearness: NDArray[np.float64],
        best: Callable[[int], str],
        limit: int,
    ) -> Answer:
        by_words = {hit.runbook.id: hit for hit in hits}
        scores = self._scores(hits, nearness)
        order = [int(n) for n in np.argsort(-scores, kind="stable")[:limit] if math.isfinite(scores[n])]
        if not order:
            return answer
        first = order[0]
        by_word = by_words.get(self.runbooks[first].id)
        sure = _confidence(*_figures(float(nearness[first]), by_word.confidence if by_word else 0.0))
        reordered = tuple(
            self._hit(n, by_words, float(scores[n]), sure if n == first else 1 - sure, best(n), capped=n != first)
            for n in order
        )
        return _answer(answer, reordered, sure, float(scores[first] - scores[order[1]]) if len(order) > 1 else math.inf)

    def _scores(self, hits: Sequence[Hit], nearness: NDArray[np.float64]) -> NDArray[np.float64]:
        """Words and meaning together for each runbook; the surer the words are, the less the meaning counts."""
        by_words = {hit.runbook.id: hit.score for hit in hits}
        top = max(by_words.values(), default=0.0) or 1.0
        weight = _WEIGHT * math.sqrt(1 - hits[0].confidence) if hits else _WEIGHT
        return np.array([by_words.get(runbook.id, 0.0) / top for runbook in self.runbooks]) + weight * nearness

    def _hit(
        self, number: int, by_words: dict[str, Hit], score: float, confidence: float, passage: str, *, capped: bool
    ) -> Hit:
        runbook = self.runbooks[number]
        known = by_words.get(runbook.id)
        meaning = Evidence("meaning", passage, ())
        if known is None:
            return Hit(runbook, score, 0.0 if capped else confidence, 0.0, (meaning,))
        if capped:
            confidence = min(confidence, known.confidence)
        return replace(known, score=score, confidence=confidence, evidence=(*known.evidence, meaning))


def is_clear(answer: Answer) -> bool:
    """Whether the words alone decide: a match with a confidence of 0.9 and more. Such an answer is never touched."""
    return answer.verdict == "match" and answer.hits[0].confidence >= _CLEAR


def is_plain_words(question: str) -> bool:
    """Whether a question is one line without numbers, identifiers, paths or quotes."""
    return bool(question.strip()) and not _TECHNICAL.search(question.strip())


def _scale(left: Vectors, right: Vectors) -> tuple[float, float]:
    """The mean similarity of texts that have nothing in common, and of texts that say the same."""
    table = left @ right.T
    size = len(table)
    high = float(np.trace(table)) / size
    low = float(table.sum() - np.trace(table)) / (size * (size - 1))
    return low, max(high, low + _LEAST_SCALE)


def _figures(nearness: float, by_words: float) -> tuple[float, float]:
    """What the confidence of the first hit is made from: its nearness, and the log odds of its confidence by words."""
    likely = min(max(by_words, _LEAST), 1 - _LEAST)
    return nearness, math.log(likely / (1 - likely))


def _confidence(nearness: float, by_words: float) -> float:
    value = _BIAS + _NEARNESS * nearness + _BY_WORDS * by_words
    return 1 / (1 + math.exp(-max(-30.0, min(value, 30.0))))


def _answer(answer: Answer, hits: tuple[Hit, ...], sure: float, lead: float) -> Answer:
    nearest = hits[0].runbook.id
    if sure < _MATCH:
        reason = f"neither words nor meaning point to a runbook, the nearest is {nearest}"
        return replace(answer, verdict="none", hits=hits, reason=reason)
    if lead < _NEAR:
        reason = f"by words and meaning {nearest} and {hits[1].runbook.id} fit about equally well"
        return replace(answer, verdict="ambiguous", hits=hits, reason=reason)
    reason = f"{nearest} is nearest by words and meaning together; the words alone do not decide"
    return replace(answer, verdict="match", hits=hits, reason=reason)
