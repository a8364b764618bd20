"""Two runs of the same questions side by side: what got better, what got worse, and whether the difference is noise.

The runs are compared question by question (paired), which shows differences that two separate intervals would hide.
"""

from dataclasses import dataclass
from typing import Any

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.evaluation.evaluation import MEASURES, Evaluation, Outcome
from faultmaven_kb.evaluation.metrics import Interval, paired_interval

__all__ = ["Change", "Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Change:
    """A question that the two runs answer differently."""

    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences (after less before) over the `count` questions that both runs have, with 95 % intervals, and
    the questions that were won and lost: by the rank of the right runbook, or by silence on a negative."""

    count: int
    differences: tuple[tuple[str, Interval | None], ...]
    won: tuple[Change, ...]
    lost: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain values."""
        return {
            "questions": self.count,
            "differences": {name: interval and interval.to_dict() for name, interval in self.differences},
            "won": [_change_dict(change) for change in self.won],
            "lost": [_change_dict(change) for change in self.lost],
        }


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Compare the questions that both runs have under the same id and text; the seed is that of the later run.

    Raises `ConfigurationError` when there is none: the runs are of different sets.
    """
    earlier = {(outcome.question.id, outcome.question.text): outcome for outcome in before.outcomes}
    pairs = [
        Change(earlier[key], outcome)
        for outcome in after.outcomes
        if (key := (outcome.question.id, outcome.question.text)) in earlier
    ]
    if not pairs:
        raise ConfigurationError("the two runs have no question in common, expected runs of the same set")
    positives = [pair for pair in pairs if pair.after.question.expected]
    differences = tuple(
        (
            name,
            paired_interval(
                [measure(pair.before) for pair in positives],
                [measure(pair.after) for pair in positives],
                seed=after.seed,
            ),
        )
        for name, measure in MEASURES
    )
    won = tuple(pair for pair in pairs if _worth(pair.after) > _worth(pair.before))
    lost = tuple(pair for pair in pairs if _worth(pair.after) < _worth(pair.before))
    return Comparison(len(pairs), differences, won, lost)


def _worth(outcome: Outcome) -> float:
    if outcome.question.expected:
        return 1 / outcome.rank if outcome.rank else 0.0
    return float(outcome.verdict != "match")


def _change_dict(change: Change) -> dict[str, Any]:
    return {
        "id": change.after.question.id,
        "text": change.after.question.text,
        "before": {"rank": change.before.rank, "verdict": change.before.verdict},
        "after": {"rank": change.after.rank, "verdict": change.after.verdict},
    }
