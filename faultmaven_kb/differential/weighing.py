"""The combination rule, as pure functions of numbers: shares, likelihoods, and the information of a step.

A cause's share is its runbook's support times its weight there, times a likelihood for each observation, normalised
together with "something else" (Bayes' rule with conditional independence). The three likelihoods are a convention, not
a measurement; they are small enough that no single observation decides. A step's worth is the expected information of
its findings about the cause (mutual information; Lindley 1956), in bits.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["broken_stick", "entropy", "information", "likelihood", "normalised", "prior_shares", "support"]

_BASE, _HIGH, _LOW = 0.1, 0.8, 0.02


def broken_stick(confidences: Sequence[float]) -> list[float]:
    """Confidences of ranked hits as shares of at most 1: each hit takes its confidence of what those before it left."""
    remainder = 1.0
    shares = []
    for confidence in confidences:
        shares.append(remainder * confidence)
        remainder -= shares[-1]
    return shares


def support(shares: Sequence[float]) -> float:
    """How far several symptoms together speak for a runbook: the chance that not all of them mislead (noisy or)."""
    return 1 - math.prod(1 - share for share in shares)


def normalised(supports: Sequence[float]) -> list[float]:
    """Supports as shares of at most 1; what they leave is "something else"."""
    total = max(1.0, sum(supports))
    return [value / total for value in supports]


def prior_shares(weights: Sequence[float | None]) -> list[float]:
    """The weights of a runbook's causes as shares of at most 1; causes without one divide what the others leave.

    Weights that add up to less leave the rest to other causes; weights that add up to more are scaled down.
    """
    known = sum(weight for weight in weights if weight is not None)
    missing = sum(weight is None for weight in weights)
    remainder = max(0.0, 1 - known) / missing if missing else 0.0
    scale = 1 / known if known > 1 else 1.0
    return [remainder if weight is None else weight * scale for weight in weights]


def likelihood(bearing: float, *, seen: bool = True) -> float:
    """How probable an observation is under a cause that it speaks for (1), against (-1), or does not touch (0)."""
    probability = _BASE + bearing * ((_HIGH - _BASE) if bearing > 0 else (_BASE - _LOW))
    return probability if seen else 1 - probability


def entropy(shares: Sequence[float]) -> float:
    """How undecided some shares are, in bits."""
    return -sum(share * math.log2(share) for share in shares if share > 0)


def information(shares: Sequence[float], bearings: Sequence[Sequence[float]]) -> float:
    """What a step's findings tell about the cause on average, in bits.

    `shares` add up to 1; `bearings` has one row for each finding with one value for each share. Every combination of
    yes and no is weighed, so that the findings of a step are not simply added up: what all answers together leave
    undecided, less what they would leave undecided if the cause were known. Causes that the findings do not distinguish
    are weighed as one.
    """
    chances: dict[tuple[float, ...], float] = {}
    for cause, share in enumerate(shares):
        column = tuple(likelihood(row[cause]) for row in bearings)
        chances[column] = chances.get(column, 0.0) + share
    parts = [[share * chance for chance in _combined(column)] for column, share in chances.items()]
    answers = [sum(column) for column in zip(*parts, strict=True)]
    known = sum(share * sum(map(_undecided, column)) for column, share in chances.items())
    return max(0.0, entropy(answers) - known)


def _combined(chances: Sequence[float]) -> list[float]:
    """The chance of every combination of yes and no, given those of a yes; the last one varies fastest."""
    combined = [1.0]
    for chance in chances:
        combined = [before * own for before in combined for own in (chance, 1 - chance)]
    return combined


@lru_cache(maxsize=1_024)
def _undecided(chance: float) -> float:
    """The entropy of a yes that has this chance; kept, since findings have few different ones."""
    return entropy((chance, 1 - chance))
