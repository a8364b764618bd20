"""What an observation says about a cause: for it, against it, or nothing, and which text of the runbook says so.

A cause is judged by its name, its description and the findings that name it. "Not seen" of a text that asserts a state
is read as the opposite state seen: "kubelet is running" - no - speaks for "kubelet stopped".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from faultmaven_kb.differential.findings import Finding
from faultmaven_kb.differential.observation import Observation
from faultmaven_kb.differential.statements import Rarity, Statement, agreement, clauses, opposite, statement

__all__ = ["Bearing", "CauseText", "bearing", "is_symptom", "observed"]


@dataclass(frozen=True, slots=True)
class CauseText:
    """A text of a runbook that speaks for a cause (`strength` above 0) or against it."""

    said: Statement
    strength: float
    text: str


@dataclass(frozen=True, slots=True)
class Bearing:
    """How far an observation speaks for a cause (to 1) or against it (to -1); `seen` is how it is to be taken."""

    value: float
    seen: bool
    text: str


def observed(observation: Observation) -> tuple[tuple[Statement, ...], bool]:
    """The statements of an observation, and whether they are seen once states are turned round."""
    parts = dict.fromkeys((observation.text, *clauses(observation.text)))
    said = tuple(dict.fromkeys(found for part in parts if (found := statement(part)).terms))
    if not observation.seen and said and all(each.state for each in said):
        return tuple(opposite(each) for each in said), True
    return said, observation.seen


def bearing(
    observation: Observation, texts: Iterable[CauseText], *, finding: Finding | None, position: int, rarity: Rarity
) -> Bearing:
    """What the observation says about the cause with these texts, at this position of its runbook.

    When it answers a `finding` of that runbook, what the finding says about the cause counts and no likeness.
    """
    if finding is not None:
        return Bearing(dict(finding.causes).get(position, 0.0), observation.seen, finding.text)
    said, seen = observed(observation)
    best = Bearing(0.0, seen, "")
    for text in texts:
        for each in said:
            value = agreement(each, text.said, rarity) * text.strength
            if abs(value) > abs(best.value):
                best = Bearing(value, seen, text.text)
    return best


def is_symptom(observation: Observation, symptoms: Sequence[str]) -> tuple[float, str]:
    """How far an observation is one of these symptoms (0 to 1), and which."""
    said = [statement(part) for part in dict.fromkeys((observation.text, *clauses(observation.text)))]
    texts = [(statement(part), each) for each in symptoms for part in dict.fromkeys((each, *clauses(each)))]
    rarity = Rarity([statement(each).terms for each in symptoms])
    found = ((agreement(one, other, rarity), text) for other, text in texts for one in said)
    return max(found, default=(0.0, ""), key=lambda pair: pair[0])
