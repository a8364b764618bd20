"""Match, ambiguous or none: three different answers, decided from what the best hits explain.

The model is a logistic regression over figures that do not grow with the base or the question (see `strength`); its
constants and their origin are in `calibration`. A hit that would be a match if no other were as close, beside another
of that kind, is ambiguous: the base covers the question, but not which of the two. So is a question too short for a
match ("disk full") of which the first hit explains every word, and much in one title, symptom or other short text.
"""

import math
from collections.abc import Iterable, Sequence

from faultmaven_kb.search.answer import Verdict
from faultmaven_kb.search.calibration import BACKED, BIAS, LIKELY, MATCH, NAMED, USUAL_LEAD, WEIGHTS
from faultmaven_kb.search.strength import Strength

__all__ = ["confidences", "decide", "features", "probability"]

_MOST_MISSING = 4.0  # chosen with the fit of the verdict (`python -m benchmarks.fit_verdict`)
_HALF_WORTH = 1.0  # nats, chosen with the fit of the verdict
_DIGITS = 4  # of a confidence, chosen


def features(strength: Strength) -> tuple[float, ...]:
    """The figures that the model weighs, in the order of `calibration.WEIGHTS`.

    The lead counts as far as a short text backs it, and as far as the title is asked: in a small base the only runbook
    that has two words of an off-topic question somewhere in its body is far ahead of all others, and so is the sibling
    of a runbook that the base does not have. Neither says anything. What the fields about the fault explain tells a
    runbook about the question from one whose steps and commands have its words.
    """
    lead = math.sqrt(max(strength.lead, 0.0))
    return (
        math.log1p(strength.mass),
        math.log1p(strength.phrases),
        min(strength.missing, _MOST_MISSING),
        max(strength.technology, 0.0),
        max(-strength.technology, 0.0),
        lead * strength.passage / (strength.passage + _HALF_WORTH),
        lead * strength.title,
        strength.about,
    )


def probability(strength: Strength) -> float:
    """The estimated probability (0 to 1) that a runbook of this strength, ranked first, is the right one."""
    value = BIAS
    for (_, weight), figure in zip(WEIGHTS, features(strength), strict=True):
        value += weight * figure
    return max(1 / (1 + math.exp(-value)), NAMED if strength.named else 0.0)


def confidences(strengths: Sequence[Strength]) -> tuple[float, ...]:
    """For hits in their order the probability that each is the right one: a later one only if the first is wrong."""
    if not strengths:
        return ()
    first = probability(strengths[0])
    values = [round(first, _DIGITS)]
    for strength in strengths[1:]:
        values.append(min(values[-1], round(probability(strength) * (1 - first), _DIGITS)))
    return tuple(values)


def decide(strengths: Iterable[Strength], *, is_explained: bool = False) -> Verdict:
    """The verdict for the strengths of the hits in their order; `is_explained`: the first explains every word asked.

    The second is asked for only where the first does not decide.
    """
    remaining = iter(strengths)
    first = next(remaining, None)
    if first is None:
        return "none"
    sure = probability(first)
    if sure >= MATCH:
        return "match"
    is_backed = first.passage >= BACKED and sure >= LIKELY
    is_covered = is_explained and is_backed and not first.missing and first.technology >= 0
    if not (is_covered or _would_match(first)):
        return "none"
    second = next(remaining, None)
    return "ambiguous" if second is not None and (is_covered or _would_match(second)) else "none"


def _would_match(strength: Strength) -> bool:
    """Whether it would be a match if no other runbook were as close."""
    return probability(strength._replace(lead=USUAL_LEAD)) >= MATCH
