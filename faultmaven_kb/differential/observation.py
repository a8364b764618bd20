"""What somebody looked at: a text, and whether it is so.

An observation that answers a proposed step names the step, because its text is then the runbook's own and must not be
searched for: finding a runbook's own words in it would prove nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from faultmaven_kb.errors import ConfigurationError

__all__ = ["Observation", "StepKey", "observations_of"]


class StepKey(NamedTuple):
    """A diagnostic step: its runbook's id and its position there, from 1."""

    runbook: str
    position: int


@dataclass(frozen=True, slots=True)
class Observation:
    """A text as it is seen (an error line, a state such as "kubelet is running") and whether it is so.

    `step` is the step whose finding this answers, None for what was seen by oneself.
    """

    text: str
    seen: bool = True
    step: StepKey | None = None


def observations_of(value: str | Mapping[str, bool] | Iterable[str | Observation]) -> tuple[Observation, ...]:
    """Observations from what callers have: one text, texts, texts with yes or no, or observations.

    Repetitions count once. Raises `ConfigurationError` if there is none, when one is blank, or when the same text is
    both seen and not seen.
    """
    values: Iterable[str | Observation]
    if isinstance(value, Mapping):
        values = [Observation(text, seen) for text, seen in value.items()]
    else:
        values = [value] if isinstance(value, str) else value
    observations = tuple(dict.fromkeys(item if isinstance(item, Observation) else Observation(item) for item in values))
    if not observations:
        raise ConfigurationError("no observation given, expected at least one text of what is seen")
    answers: dict[tuple[str, StepKey | None], bool] = {}
    for observation in observations:
        if not observation.text.strip():
            raise ConfigurationError("an observation is empty, expected a text of what is seen")
        if answers.setdefault((observation.text, observation.step), observation.seen) != observation.seen:
            raise ConfigurationError(
                f'the observation "{observation.text}" is both seen and not seen, expected one of them'
            )
    return observations
