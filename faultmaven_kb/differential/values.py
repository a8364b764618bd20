"""What a differential returns: values only, ready for JSON.

`share` is how the causes compare after all observations; it is an ordering by the runbooks' weights and a written rule,
not the probability of a diagnosis.
"""

from dataclasses import dataclass
from typing import Any

from faultmaven_kb.brief import brief
from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.differential.solutions import SolutionLink
from faultmaven_kb.model.runbook import Cause, Runbook, Step

__all__ = ["CauseRank", "Differential", "NextStep", "Reason", "StepFinding"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What an observation does to a cause: `factor` times as likely as without it, because of `text` in the runbook."""

    observation: Observation
    factor: float
    text: str


@dataclass(frozen=True, slots=True)
class CauseRank:
    """A cause of a runbook: its share, the share before single observations were weighed, why, and what answers it."""

    runbook: Runbook
    cause: Cause
    share: float
    prior: float
    reasons: tuple[Reason, ...]
    solutions: tuple[SolutionLink, ...]

    def __repr__(self) -> str:
        return brief(self, runbook=self.runbook, cause=self.cause, share=self.share)


@dataclass(frozen=True, slots=True)
class StepFinding:
    """A result to look for in a step, and the causes it speaks for and against, by name."""

    text: str
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextStep:
    """The step that best distinguishes the remaining causes; `information` is what it tells on average, in bits."""

    key: StepKey
    runbook: Runbook
    step: Step
    information: float
    findings: tuple[StepFinding, ...]

    @property
    def number(self) -> int:
        """The step's own number, else its position."""
        return self.step.number or self.key.position

    def __repr__(self) -> str:
        return brief(self, runbook=self.runbook, step=self.step, information=self.information)


@dataclass(frozen=True, slots=True)
class Differential:
    """Causes in order of their shares; shares and `something_else` add up to 1.

    `something_else` is what no listed cause accounts for. `next_step` is None when no step would tell much.
    """

    observations: tuple[Observation, ...]
    causes: tuple[CauseRank, ...]
    something_else: float
    next_step: NextStep | None

    def __repr__(self) -> str:
        return brief(
            self,
            observations=self.observations,
            causes=self.causes,
            something_else=self.something_else,
            next_step=self.next_step,
        )

    def to_dict(self) -> dict[str, Any]:
        """The differential as plain values, the shape of `fmkb diagnose --json`."""
        return {
            "observations": [_observation_dict(observation) for observation in self.observations],
            "causes": [_cause_dict(observation) for observation in self.causes],
            "something_else": round(self.something_else, 4),
            "next_step": _step_dict(self.next_step) if self.next_step else None,
        }


def _observation_dict(observation: Observation) -> dict[str, Any]:
    step = observation.step
    return {
        "text": observation.text,
        "seen": observation.seen,
        "step": {"runbook": step.runbook, "position": step.position} if step else None,
    }


def _cause_dict(rank: CauseRank) -> dict[str, Any]:
    return {
        "runbook": rank.runbook.id,
        "cause": rank.cause.name,
        "description": rank.cause.description,
        "weight": rank.cause.weight,
        "share": round(rank.share, 4),
        "prior": round(rank.prior, 4),
        "line": rank.cause.span.line,
        "reasons": [
            {
                "observation": reason.observation.text,
                "seen": reason.observation.seen,
                "factor": round(reason.factor, 3),
                "text": reason.text,
            }
            for reason in rank.reasons
        ],
        "solutions": [
            {
                "position": solution.position,
                "number": solution.number,
                "title": solution.title,
                "reason": solution.reason,
                "line": solution.span.line,
            }
            for solution in rank.solutions
        ],
    }


def _step_dict(step: NextStep) -> dict[str, Any]:
    return {
        "runbook": step.key.runbook,
        "position": step.key.position,
        "number": step.step.number,
        "title": step.step.title,
        "line": step.step.span.line,
        "information": round(step.information, 4),
        "commands": [{"language": command.language, "code": command.code} for command in step.step.commands],
        "findings": [
            {"text": finding.text, "for": list(finding.speaks_for), "against": list(finding.speaks_against)}
            for finding in step.findings
        ],
    }
