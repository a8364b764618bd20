"""The typed runbook: what every reader produces and everyone else consumes.

Models are frozen and complete; lists are tuples. Each part knows its place in the file (`span`), but places take no
part in equality: the same runbook with other line ends or one more blank line is the same runbook. Texts are Markdown
as written unless a field says otherwise.
"""

import datetime
from datetime import timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from faultmaven_kb.brief import brief
from faultmaven_kb.model.metadata import Metadata
from faultmaven_kb.source import Span

__all__ = [
    "Cause",
    "ChainLink",
    "Command",
    "Duration",
    "DurationRange",
    "Indicator",
    "Instruction",
    "Link",
    "Measure",
    "Note",
    "Part",
    "Passage",
    "Practice",
    "Prevention",
    "Revision",
    "Runbook",
    "Section",
    "Solution",
    "Step",
    "Symptom",
]

_PLACES = frozenset({"span", "path"})


class Part(BaseModel):
    """The base of everything a runbook is made of: frozen, compared without places."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        mine, others = self.__dict__, other.__dict__
        return all(value == others[name] for name, value in mine.items() if name not in _PLACES)

    def __repr__(self) -> str:
        return brief(self, **{name: value for name, value in self.__dict__.items() if name not in _PLACES and value})

    def __hash__(self) -> int:
        parts = (value for name, value in self.__dict__.items() if name not in _PLACES)
        return hash((type(self), *(value for value in parts if not isinstance(value, dict))))


class Command(Part):
    """A fenced block that a reader runs or copies; `language` is lower case, empty where none is named."""

    language: str
    code: str
    span: Span


class Symptom(Part):
    """Something that is seen when the fault is there; `literals` are texts exactly as the software prints them."""

    text: str
    literals: tuple[str, ...] = ()
    span: Span


class ChainLink(Part):
    """One state on the way from a cause to the problem; `node` is what the author calls it (root, s1, D)."""

    node: str = ""
    text: str
    span: Span


class Indicator(Part):
    """What shows that a link of a cause's chain is true; `source` is where to look: step 2, symptom, default."""

    node: str = ""
    source: str = ""
    text: str
    span: Span


class Cause(Part):
    """A common cause. `weight` is the share of cases (0 to 1) the author gives it: evidence, not a verdict.

    It is the middle of a range, and None for a weight in words; `weight_text` is what the author wrote.
    `chain` leads from the root to the problem, `indicators` say what shows each link; few documents have them.
    """

    name: str = Field(description="Plain text, without emphasis.")
    weight: float | None = None
    weight_text: str = Field(default="", description="The weight as written: 40%, ~40 %, 20-30%, most common.")
    description: str = ""
    number: int | None = None
    chain: tuple[ChainLink, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    span: Span


class DurationRange(Part):
    """One stretch of time with the words that say what for (`quick fix`)."""

    label: str = ""
    minimum: timedelta | None = None
    maximum: timedelta | None = None


class Duration(Part):
    """How long something takes: the whole range, its parts, and the words; no numbers where the text has none."""

    text: str = ""
    minimum: timedelta | None = None
    maximum: timedelta | None = None
    ranges: tuple[DurationRange, ...] = ()


_NO_DURATION = Duration.model_construct()  # a call would build the schema at import


class Note(Part):
    """A remark set apart from the text: a note, warning, caution, tip; `kind` is one lower-case word."""

    kind: str
    text: str
    span: Span


class Passage(Part):
    """Text for which there is no field; `label` is the bold label or heading above it."""

    label: str = ""
    text: str
    span: Span


class Step(Part):
    """A diagnostic step."""

    number: int | None = None
    title: str
    what_to_check: str = ""
    commands: tuple[Command, ...] = ()
    expected_output: str = ""
    look_for: tuple[str, ...] = ()
    meaning: str = Field(default="", description="What the result tells the reader.")
    notes: tuple[Note, ...] = ()
    passages: tuple[Passage, ...] = ()
    span: Span


class Instruction(Part):
    """One item of a solution's implementation steps."""

    number: int | None = None
    text: str
    commands: tuple[Command, ...] = ()
    span: Span


class Solution(Part):
    """A way to fix the fault. `commands` are all its fences in order, those of the instructions included."""

    number: int | None = None
    title: str
    when_to_use: str = ""
    prerequisites: tuple[str, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    commands: tuple[Command, ...] = ()
    expected_outcome: str = ""
    resolution_time: Duration = _NO_DURATION
    notes: tuple[Note, ...] = ()
    passages: tuple[Passage, ...] = ()
    span: Span


class Measure(Part):
    """One preventive measure."""

    name: str
    text: str = ""
    commands: tuple[Command, ...] = ()
    span: Span


class Practice(Part):
    """One line of the best practices, without its mark."""

    text: str
    span: Span


class Prevention(Part):
    """What keeps the fault from coming back."""

    immediate: tuple[Measure, ...] = ()
    long_term: tuple[Measure, ...] = ()
    do: tuple[Practice, ...] = ()
    avoid: tuple[Practice, ...] = ()
    security: tuple[Practice, ...] = ()
    passages: tuple[Passage, ...] = ()


_NO_PREVENTION = Prevention.model_construct()
_NO_METADATA = Metadata.model_construct()


class Link(Part):
    """A link to another runbook (`id` is set) or to a page; `title` is the link's text."""

    title: str
    url: str
    id: str | None = None
    span: Span


class Revision(Part):
    """One row of the version history; `date` is None where the cell is not a calendar date."""

    version: str
    date: datetime.date | None = None
    author: str = ""
    changes: str = ""
    span: Span


class Section(Part):
    """A heading with the raw text up to the next heading; level 0 is what is before the first one.

    `role` is what the dialect takes it for (`solutions`), None where it does not know the heading.
    """

    level: int
    title: str
    role: str | None = None
    text: str
    span: Span


class Runbook(Part):
    """A parsed runbook. What the document lacks is empty here; `sections` contains all of its text in order."""

    id: str
    title: str
    dialect: str
    metadata: Metadata = _NO_METADATA
    purpose: str = ""
    impact: str = ""
    symptoms: tuple[Symptom, ...] = ()
    causes: tuple[Cause, ...] = ()
    quick_fix: tuple[Command, ...] = ()
    resolution_time: Duration = _NO_DURATION
    steps: tuple[Step, ...] = ()
    root_cause_analysis: str = ""
    solutions: tuple[Solution, ...] = ()
    prevention: Prevention = _NO_PREVENTION
    related: tuple[Link, ...] = ()
    resources: tuple[Link, ...] = ()
    history: tuple[Revision, ...] = ()
    notes: tuple[Note, ...] = ()
    passages: tuple[Passage, ...] = ()
    sections: tuple[Section, ...] = ()
    path: str | None = None

    def __hash__(self) -> int:
        return hash((Runbook, self.id, self.title))

    def __repr__(self) -> str:
        return brief(self, id=self.id, title=self.title)

    def to_dict(self) -> dict[str, Any]:
        """The runbook as plain values, valid against `schemas/runbook.schema.json`: `model_dump(mode="json")`."""
        return self.model_dump(mode="json")

    def __str__(self) -> str:
        return f"{self.id}: {self.title}"

    @classmethod
    def from_json(cls, data: str | bytes) -> Self:
        """The runbook that `model_dump_json` wrote. Raises pydantic's ValidationError for anything else."""
        return cls.model_validate_json(data)
