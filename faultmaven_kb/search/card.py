"""What of a runbook an answer shows: enough to act on without opening anything else.

A card holds plain values. From a base on disk it is read without the runbook's model, so that who only looks at an
answer waits for no model to be made.
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Command, Duration, Runbook

__all__ = ["Card", "CardCause", "CardCommand", "CardStep", "card_of"]


class CardCommand(NamedTuple):
    """A block of commands and the language of its fence."""

    language: str
    code: str


class CardCause(NamedTuple):
    """A cause: `weight` is its share of the cases (0 to 1, None where the author gives none), `weight_text` what is
    written."""

    name: str
    weight: float | None
    weight_text: str
    description: str


class CardStep(NamedTuple):
    """A diagnostic step with its first block of commands, if it has one."""

    title: str
    what_to_check: str
    commands: tuple[CardCommand, ...]


class Card(NamedTuple):
    """`quick_minutes` are the bounds of the time that the quick fix takes, or else the whole solution: none, one or two
    numbers. Of the diagnostic steps there is the first; what the runbook lacks is None or empty."""

    id: str
    title: str
    technology: str | None
    severity: str | None
    status: str | None
    verified_by: str | None
    path: str | None
    causes: tuple[CardCause, ...]
    quick_fix: tuple[CardCommand, ...]
    quick_minutes: tuple[float, ...]
    first_step: CardStep | None


def card_of(runbook: "Runbook") -> Card:
    """The card of a runbook."""
    metadata = runbook.metadata
    step = runbook.steps[0] if runbook.steps else None
    return Card(
        str(runbook.id),
        str(runbook.title),
        _text_or_none(metadata.technology),
        _text_or_none(metadata.severity),
        _text_or_none(metadata.status),
        _text_or_none(metadata.verified_by),
        _text_or_none(runbook.path),
        tuple(
            CardCause(
                str(cause.name),
                None if cause.weight is None else float(cause.weight),
                str(cause.weight_text),
                str(cause.description),
            )
            for cause in runbook.causes
        ),
        tuple(map(_command, runbook.quick_fix)),
        _minutes(runbook.resolution_time),
        CardStep(str(step.title), str(step.what_to_check), tuple(map(_command, step.commands[:1]))) if step else None,
    )


def _command(command: "Command") -> CardCommand:
    return CardCommand(str(command.language), str(command.code))


def _minutes(time: "Duration") -> tuple[float, ...]:
    part = next((part for part in time.ranges if "quick" in part.label), time)
    return tuple(bound.total_seconds() / 60 for bound in (part.minimum, part.maximum) if bound is not None)


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
