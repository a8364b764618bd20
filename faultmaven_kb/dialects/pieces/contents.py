"""What a dialect reads in a document: the parts of a runbook, typed, before they are one.

Most dialects read a document section by section; the contents of the sections are combined here, so that nothing an
author wrote is lost when two sections say something about the same field.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

from faultmaven_kb.model.runbook import (
    Cause,
    Command,
    Duration,
    Link,
    Note,
    Passage,
    Prevention,
    Revision,
    Solution,
    Step,
    Symptom,
)

__all__ = ["Contents"]


@dataclass(frozen=True)
class Contents:
    """The parts of a runbook, named as in `Runbook`; what the document lacks is empty.

    `id` is for documents whose front matter has none and whose file name says nothing (a skill's `name`).
    """

    id: str = ""
    purpose: str = ""
    impact: str = ""
    symptoms: tuple[Symptom, ...] = ()
    causes: tuple[Cause, ...] = ()
    quick_fix: tuple[Command, ...] = ()
    resolution_time: Duration | None = None
    steps: tuple[Step, ...] = ()
    root_cause_analysis: str = ""
    solutions: tuple[Solution, ...] = ()
    prevention: Prevention | None = None
    related: tuple[Link, ...] = ()
    resources: tuple[Link, ...] = ()
    history: tuple[Revision, ...] = ()
    notes: tuple[Note, ...] = ()
    passages: tuple[Passage, ...] = ()

    def followed_by(self, later: Self) -> Self:
        """Both: lists one after the other, texts with a blank line between them, of two ids or times the first."""
        return self._with(later, _both)

    def filled_by(self, later: Self) -> Self:
        """These, with the fields that are empty here taken from `later`; the passages of both."""
        return self._with(
            later, lambda name, first, second: _both(name, first, second) if name == "passages" else first or second
        )

    def _with(self, later: Self, combine: Any) -> Self:
        names = (field.name for field in fields(self))
        return type(self)(**{name: combine(name, getattr(self, name), getattr(later, name)) for name in names})

    def present(self) -> dict[str, Any]:
        """The fields that are not empty, without the id, as keyword arguments for `Runbook`."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in named if value and name != "id"}


def _both(name: str, first: Any, second: Any) -> Any:
    if not first or not second or name == "id":
        return first or second
    if isinstance(first, tuple):
        return first + second
    if isinstance(first, str):
        return f"{first}\n\n{second}"
    if isinstance(first, Prevention):
        own = Prevention.model_fields
        return Prevention(**{field: getattr(first, field) + getattr(second, field) for field in own})
    return first
