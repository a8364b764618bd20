"""The figures of a search, as pure functions of rankings, confidences and hits.

They know no runbook and no engine: a ranking is a sequence of ids. Every figure is a mean over questions, so that one
bootstrap serves them all. The surprising decision: confidence is judged on negatives too, where it should be near zero.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = [
    "DEPTH",
    "Bin",
    "Interval",
    "bootstrap",
    "calibration_error",
    "gain",
    "interval",
    "paired_interval",
    "reciprocal_rank",
    "reliability",
    "success",
    "threshold_keeping",
]

DEPTH = 10  # convention: MRR@10, nDCG@10
_RESAMPLES = 1_000  # convention for 95 % bootstrap intervals (Efron)
_BLOCK = 100  # resamples at a time, chosen: bounds the memory


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % confidence interval."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """The three numbers, rounded to four places."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose first hit has a confidence from `low` to `high`: how many, the mean confidence, the share
    whose first hit is right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def success(ranking: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """1.0 when one of the first `depth` is relevant, else 0.0 (success at k)."""
    return float(any(name in relevant for name in ranking[:depth]))


def reciprocal_rank(ranking: Sequence[str], relevant: Mapping[str, int], depth: int = DEPTH) -> float:
    """One over the rank of the first relevant one, 0.0 when none is within `depth`."""
    return next((1 / rank for rank, name in enumerate(ranking[:depth], 1) if name in relevant), 0.0)


def gain(ranking: Sequence[str], relevant: Mapping[str, int], depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002, gains as graded, log2 discount), 0 to 1."""
    ideal = _discounted(sorted(relevant.values(), reverse=True)[:depth])
    return _discounted([relevant.get(name, 0) for name in ranking[:depth]]) / ideal if ideal else 0.0


def _discounted(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def reliability(confidences: Sequence[float], right: Sequence[bool], *, bins: int = 10) -> tuple[Bin, ...]:
    """Confidence against outcome in bins of equal width; empty bins are left out."""
    members: dict[int, list[int]] = {}
    for position, confidence in enumerate(confidences):
        members.setdefault(min(int(confidence * bins), bins - 1), []).append(position)
    return tuple(
        Bin(
            number / bins,
            (number + 1) / bins,
            len(positions),
            sum(confidences[i] for i in positions) / len(positions),
            sum(right[i] for i in positions) / len(positions),
        )
        for number, positions in sorted(members.items())
    )


def calibration_error(table: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini, Cooper and Hauskrecht 2015): the mean gap between confidence and outcome."""
    total = sum(row.count for row in table)
    return sum(row.count * abs(row.confidence - row.right) for row in table) / total if total else 0.0


def threshold_keeping(confidences: Sequence[float], share: float) -> float:
    """The greatest confidence threshold that keeps at least this share of the values; 0.0 without values."""
    ordered = sorted(confidences, reverse=True)
    return ordered[min(math.ceil(share * len(ordered)), len(ordered)) - 1] if ordered else 0.0


def interval(values: Sequence[float], *, seed: int = 0) -> Interval | None:
    """The mean with its bootstrap interval, None without values. The same seed gives the same interval."""
    return bootstrap(np.asarray(values, dtype=np.float64), seed=seed) if len(values) else None


def paired_interval(before: Sequence[float], after: Sequence[float], *, seed: int) -> Interval | None:
    """The mean difference (after less before) of the same questions, resampled in pairs."""
    difference = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    return bootstrap(difference, seed=seed) if len(difference) else None


def bootstrap(values: np.ndarray, *, seed: int) -> Interval:
    """Percentile bootstrap of the mean (Efron 1979), 1,000 resamples, in blocks so that large sets fit in memory."""
    generator = np.random.default_rng(seed)
    size = len(values)
    blocks = [values[generator.integers(0, size, (_BLOCK, size))].mean(axis=1) for _ in range(_RESAMPLES // _BLOCK)]
    low, high = np.percentile(np.concatenate(blocks), [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))
