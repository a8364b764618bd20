"""Measures a search with labelled questions: how often the right runbook comes first, and how honest the answers are.

`evaluate` asks, `Outcome` is what came back for one question, `Evaluation` holds the outcomes and derives every figure
from them, so a run that was kept as JSON gives the same figures again. It knows no engine: the search is a function
from a question to an answer. Time is measured only with a clock that the caller gives.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.evaluation.labelled import LabelledQuestion
from faultmaven_kb.evaluation.metrics import (
    DEPTH,
    Bin,
    Interval,
    calibration_error,
    gain,
    interval,
    reciprocal_rank,
    reliability,
    success,
    threshold_keeping,
)
from faultmaven_kb.search.answer import Answer, Verdict

__all__ = ["MEASURES", "Evaluation", "Outcome", "VerdictShares", "evaluate"]

_KEPT = 0.9  # convention of the report: negatives above the confidence that keeps 90 %


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search answered to one labelled question.

    `confidence` is that of the first hit, 0.0 without one; `seconds` is None without a clock.
    """

    question: LabelledQuestion
    verdict: Verdict
    ranking: tuple[str, ...]
    confidence: float
    seconds: float | None = None

    @property
    def rank(self) -> int | None:
        """The rank of the first right runbook, None when it is not among the first ten."""
        grades = self.question.grades
        return next((rank for rank, name in enumerate(self.ranking, 1) if name in grades), None)

    @property
    def first_is_right(self) -> bool:
        """Whether the first hit answers the question; never on a negative."""
        return self.rank == 1


MEASURES: tuple[tuple[str, Callable[[Outcome], float]], ...] = (
    ("S@1", lambda outcome: success(outcome.ranking, outcome.question.grades, 1)),
    ("S@3", lambda outcome: success(outcome.ranking, outcome.question.grades, 3)),
    ("S@5", lambda outcome: success(outcome.ranking, outcome.question.grades, 5)),
    ("MRR@10", lambda outcome: reciprocal_rank(outcome.ranking, outcome.question.grades)),
    ("nDCG@10", lambda outcome: gain(outcome.ranking, outcome.question.grades)),
)
"""The figures of the ranking, each a mean over the questions that have a runbook."""


@dataclass(frozen=True, slots=True)
class VerdictShares:
    """How questions were answered (shares of `count`); `right` is the share of the matches whose first hit is right,
    None where nothing was a match."""

    count: int
    match: float
    ambiguous: float
    none: float
    right: float | None


@dataclass(frozen=True)
class Evaluation:
    """The outcomes of one run, in the order of the questions, and every figure that follows from them."""

    outcomes: tuple[Outcome, ...]
    seed: int = 0

    @cached_property
    def positives(self) -> tuple[Outcome, ...]:
        """The outcomes of questions that have a runbook."""
        return tuple(outcome for outcome in self.outcomes if outcome.question.expected)

    @cached_property
    def negatives(self) -> tuple[Outcome, ...]:
        """The outcomes of questions that no runbook covers."""
        return tuple(outcome for outcome in self.outcomes if not outcome.question.expected)

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of the questions, sorted."""
        return tuple(sorted({outcome.question.category for outcome in self.outcomes}))

    def of(self, category: str) -> "Evaluation":
        """The same run, only the questions of one category."""
        outcomes = tuple(outcome for outcome in self.outcomes if outcome.question.category == category)
        return Evaluation(outcomes, self.seed)

    def ranking_figures(self) -> dict[str, Interval | None]:
        """S@1, S@3, S@5, MRR@10 and nDCG@10 with confidence intervals; None without positives."""
        return {
            name: interval([measure(outcome) for outcome in self.positives], seed=self.seed)
            for name, measure in MEASURES
        }

    def verdicts(self, *, positive: bool) -> VerdictShares:
        """How the questions with a runbook, or those without, were answered."""
        return _shares(self.positives if positive else self.negatives)

    def false_answers_when_keeping(self) -> float | None:
        """The share of negatives above the confidence that keeps 90 % of the right first hits.

        None when there are no negatives or no right answers. It judges the confidence alone, whatever the verdicts.
        """
        confidences = [outcome.confidence for outcome in self.positives if outcome.first_is_right]
        if not confidences or not self.negatives:
            return None
        threshold = threshold_keeping(confidences, _KEPT)
        return sum(outcome.confidence >= threshold for outcome in self.negatives) / len(self.negatives)

    def reliability(self) -> tuple[Bin, ...]:
        """Confidence against outcome in ten bins, over all questions that got a hit, negatives included."""
        answered = [outcome for outcome in self.outcomes if outcome.ranking]
        return reliability(
            [outcome.confidence for outcome in answered], [outcome.first_is_right for outcome in answered]
        )

    def calibration_error(self) -> float:
        """The expected calibration error over the reliability table, 0 (perfect) to 1."""
        return calibration_error(self.reliability())

    def latency(self) -> dict[str, float] | None:
        """Milliseconds per question: p50, p95 and the longest; None for a run without a clock."""
        times = sorted(outcome.seconds * 1_000 for outcome in self.outcomes if outcome.seconds is not None)
        if not times:
            return None
        last = len(times) - 1
        return {"p50": times[last // 2], "p95": times[round(last * 0.95)], "max": times[last]}

    def misses(self) -> tuple[Outcome, ...]:
        """Questions whose right runbook is not first, and negatives that were answered as a match."""
        return tuple(
            outcome
            for outcome in self.outcomes
            if (not outcome.first_is_right if outcome.question.expected else outcome.verdict == "match")
        )

    def to_dict(self) -> dict[str, Any]:
        """The run as plain values: the figures, and all outcomes, from which `from_dict` makes the run again."""
        return {
            **_figures(self),
            "categories": {name: _figures(self.of(name)) for name in self.categories if name},
            "seed": self.seed,
            "outcomes": [_outcome_dict(outcome) for outcome in self.outcomes],
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "Evaluation":
        """The run that `to_dict` wrote. Raises `ConfigurationError` for anything else."""
        try:
            return cls(tuple(_outcome(outcome) for outcome in value["outcomes"]), int(value["seed"]))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise ConfigurationError("the run cannot be read, expected the output of `fmkb eval --json`") from None


def evaluate(
    questions: Iterable[LabelledQuestion],
    ask: Callable[[str], Answer],
    *,
    clock: Callable[[], float] | None = None,
    seed: int = 0,
) -> Evaluation:
    """Ask every question and keep what came back.

    `ask` should return ten hits, or the figures at 10 are those of fewer. `clock` returns seconds (such as
    `time.perf_counter`); without one no latency is measured and two runs are equal byte for byte.
    """
    return Evaluation(tuple(_ask(question, ask, clock) for question in questions), seed)


def _ask(question: LabelledQuestion, ask: Callable[[str], Answer], clock: Callable[[], float] | None) -> Outcome:
    before = clock() if clock else 0.0
    answer = ask(question.text)
    seconds = clock() - before if clock else None
    hits = answer.hits[:DEPTH]
    confidence = hits[0].confidence if hits else 0.0
    return Outcome(question, answer.verdict, tuple(hit.runbook.id for hit in hits), confidence, seconds)


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "questions": len(evaluation.outcomes),
        "with_runbook": len(evaluation.positives),
        "ranking": {name: estimate and estimate.to_dict() for name, estimate in evaluation.ranking_figures().items()},
        "verdicts": {
            "with_runbook": _shares_dict(evaluation.verdicts(positive=True)),
            "without_runbook": _shares_dict(evaluation.verdicts(positive=False)),
            "false_answers_keeping_90_percent": _rounded(evaluation.false_answers_when_keeping()),
        },
        "reliability": [
            {
                "low": row.low,
                "high": row.high,
                "count": row.count,
                "confidence": _rounded(row.confidence),
                "right": row.right,
            }
            for row in evaluation.reliability()
        ],
        "calibration_error": _rounded(evaluation.calibration_error()),
        "latency_ms": {key: _rounded(ms) for key, ms in latency.items()} if (latency := evaluation.latency()) else None,
    }


def _shares(outcomes: Sequence[Outcome]) -> VerdictShares:
    count = len(outcomes)
    shares = {
        name: sum(outcome.verdict == name for outcome in outcomes) / max(count, 1)
        for name in ("match", "ambiguous", "none")
    }
    matches = [outcome.first_is_right for outcome in outcomes if outcome.verdict == "match"]
    return VerdictShares(count, **shares, right=sum(matches) / len(matches) if matches else None)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _shares_dict(shares: VerdictShares) -> dict[str, Any]:
    return {
        "count": shares.count,
        "match": _rounded(shares.match),
        "ambiguous": _rounded(shares.ambiguous),
        "none": _rounded(shares.none),
        "match_right": _rounded(shares.right),
    }


def _outcome_dict(outcome: Outcome) -> dict[str, Any]:
    question = outcome.question
    return {
        "id": question.id,
        "text": question.text,
        "category": question.category,
        "expected": question.grades,
        "verdict": outcome.verdict,
        "rank": outcome.rank,
        "ranking": list(outcome.ranking),
        "confidence": round(outcome.confidence, 6),
        "seconds": outcome.seconds,
    }


def _outcome(value: dict[str, Any]) -> Outcome:
    expected = tuple(sorted((str(key), int(grade)) for key, grade in value["expected"].items()))
    question = LabelledQuestion(str(value["id"]), str(value["text"]), expected, str(value["category"]))
    verdict = value["verdict"]
    if verdict not in ("match", "ambiguous", "none"):
        raise ValueError(verdict)
    confidence = float(value["confidence"])
    if not 0 <= confidence <= 1 or any(grade > 1_000_000 for _, grade in expected):
        raise ValueError(value)
    seconds = None if value["seconds"] is None else float(value["seconds"])
    return Outcome(question, verdict, tuple(map(str, value["ranking"])), confidence, seconds)
