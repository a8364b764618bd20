"""What an observation says about a cause: for it, against it, or nothing, and which text of the runbook says so.

A cause is judged by its name, its description and the findings that name it. A text that asserts a state
and was not seen is read as the opposite state: "kubelet is running" - no - speaks for "kubelet stopped".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from faultmaven_kb.differential.findings import Finding
from faultmaven_kb.differential.observation import Observation
from faultmaven_kb.differential.statements import Rarity, Statement, agreement, clauses, opposite, statement

__all__ = ["Bearing", "CauseText", "bearing", "is_symptom", "observed"]


@dataclass(frozen=True, slots=True)
class CauseText:
    """A text of a runbook that speaks for a cause (`strength` above 0) or against it."""

    claim: Statement
    strength: float
    text: str


@dataclass(frozen=True, slots=True)
class Bearing:
    """How far an observation speaks for a cause (to 1) or against it (to -1); `seen` is how the observation is read."""

    value: float
    seen: bool
    text: str


@lru_cache(maxsize=256)
def observed(observation: Observation) -> tuple[tuple[Statement, ...], bool]:
    """The statements of an observation, and whether they count as seen once opposite states are swapped.

    Kept, because every cause is compared with the same few observations.
    """
    parts = dict.fromkeys((observation.text, *clauses(observation.text)))
    statements = tuple(dict.fromkeys(claim for part in parts if (claim := statement(part)).terms))
    if not observation.seen and statements and all(claim.state for claim in statements):
        return tuple(opposite(claim) for claim in statements), True
    return statements, observation.seen


def bearing(
    observation: Observation, texts: Iterable[CauseText], *, finding: Finding | None, position: int, rarity: Rarity
) -> Bearing:
    """What the observation says about the cause with these texts, at this position of its runbook.

    When it answers a `finding` of that runbook, what the finding says about the cause counts; likeness is not measured.
    """
    if finding is not None:
        return Bearing(dict(finding.causes).get(position, 0.0), observation.seen, finding.text)
    statements, seen = observed(observation)
    best = Bearing(0.0, seen, "")
    for text in texts:
        for claim in statements:
            if claim.terms.isdisjoint(text.claim.terms):
                continue  # most pairs of texts: said here, as a call for each would cost more than the comparison
            value = agreement(claim, text.claim, rarity) * text.strength
            if abs(value) > abs(best.value):
                best = Bearing(value, seen, text.text)
    return best


def is_symptom(observation: Observation, symptoms: Sequence[str]) -> tuple[float, str]:
    """How far an observation is one of these symptoms (0 to 1), and which."""
    claims = [statement(part) for part in dict.fromkeys((observation.text, *clauses(observation.text)))]
    texts = [(statement(part), symptom) for symptom in symptoms for part in dict.fromkeys((symptom, *clauses(symptom)))]
    rarity = Rarity([statement(symptom).terms for symptom in symptoms])
    agreements = ((agreement(one, other, rarity), text) for other, text in texts for one in claims)
    return max(agreements, default=(0.0, ""), key=lambda pair: pair[0])
