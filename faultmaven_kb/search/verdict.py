"""Match, ambiguous or none: three different answers, decided from what the best hit explains.

The raw score grows with the base and the question, so it is not read here. What counts is how much of the question the
best runbook explains (by the rarity of the words), how many telling words that are, and how far the next one is behind.
"""

import math
from typing import NamedTuple

from faultmaven_kb.search.answer import Verdict

__all__ = ["Strength", "confidence", "decide"]

_MATCH = 0.5


class Strength(NamedTuple):
    """How strongly a hit answers: `coverage` is the explained share of the question by rarity (0 to 1), `telling` the
    number of telling words it explains, `lead` how far its score is ahead of the next one (0 to 1)."""

    coverage: float
    telling: float
    lead: float


def confidence(strength: Strength) -> float:
    """The estimated probability (0 to 1) that the first hit is right."""
    value = -4.2 + 3.4 * strength.coverage + 1.1 * min(strength.telling, 4.0) + 2.0 * strength.lead
    return 1 / (1 + math.exp(-value))


def decide(first: float, second: float) -> Verdict:
    """The verdict for the confidences of the first two hits (0 where there is none)."""
    if first < _MATCH:
        return "none"
    return "ambiguous" if second >= _MATCH and first - second < 0.08 else "match"
