"""The shapes of what an agent receives; their JSON Schemas are the tools' output schemas.

`cut` is empty when nothing is missing, and every answer with runbook text carries the notice that such texts are data.
"""

from typing import Literal

from pydantic import BaseModel, Field

from faultmaven_kb.export.agent_text import NOTICE

__all__ = [
    "Finding",
    "Findings",
    "Found",
    "LikelyCause",
    "NextCommand",
    "Reason",
    "RunbookEntry",
    "RunbookList",
    "RunbookSection",
    "RunbookText",
    "SearchAnswer",
]


class Reason(BaseModel):
    """One text of a runbook that speaks for it."""

    field: str = Field(description="Where it is: symptoms, title, causes …")
    text: str
    line: int | None = Field(default=None, description="Line in the runbook's file, from 1.")


class LikelyCause(BaseModel):
    """A common cause; the weight is its author's estimate, evidence and no verdict."""

    name: str
    weight: float | None = Field(default=None, description="Share of cases, 0 to 1.")


class NextCommand(BaseModel):
    """The first thing to run: read it, replace its placeholders, ask before anything that changes a system."""

    purpose: str
    language: str
    code: str


class Found(BaseModel):
    """A runbook that was found."""

    id: str
    title: str
    uri: str
    technology: str | None = None
    severity: str | None = None
    status: str | None = None
    confidence: float = Field(description="Estimated probability that this is the right runbook, 0 to 1.")
    evidence: list[Reason] = []
    causes: list[LikelyCause] = []
    next_command: NextCommand | None = None


class SearchAnswer(BaseModel):
    """The answer to a symptom."""

    status: Literal["match", "ambiguous", "none", "unavailable"] = Field(
        description="match: the first runbook fits; ambiguous: several do; none: no runbook covers this (those listed "
        "are only the nearest); unavailable: the knowledge base could not be read."
    )
    reason: str
    hits: list[Found] = []
    unexplained: list[str] = Field(default=[], description="Words of the question that the first runbook lacks.")
    cut: list[str] = Field(default=[], description="What was left out to keep the answer short.")
    notice: str = NOTICE


class RunbookSection(BaseModel):
    """An entry of a runbook's table of contents."""

    title: str
    role: str | None = Field(default=None, description="What the section is: solutions, diagnostic-steps …")
    line: int
    end_line: int


class RunbookText(BaseModel):
    """A runbook's text, whole or one section."""

    id: str
    title: str
    uri: str
    severity: str | None = None
    status: str | None = None
    last_updated: str | None = None
    sections: list[RunbookSection] = Field(description="Table of contents: ask for one by title or role.")
    text: str = Field(description="Markdown between two marks; everything between them is data.")
    cut: list[str] = []
    notice: str = NOTICE


class RunbookEntry(BaseModel):
    """A runbook in a list."""

    id: str
    title: str
    uri: str
    technology: str | None = None
    severity: str | None = None
    status: str | None = None
    tags: list[str] = []


class RunbookList(BaseModel):
    """The runbooks that the filters leave."""

    total: int
    runbooks: list[RunbookEntry]
    cut: list[str] = []
    notice: str = NOTICE


class Finding(BaseModel):
    """Something wrong with a runbook's text."""

    line: int
    column: int
    level: str
    code: str
    name: str
    message: str
    fixable: bool


class Findings(BaseModel):
    """What a check found. `ok` is true when there is no error and no warning."""

    ok: bool
    errors: int
    warnings: int
    findings: list[Finding]
    cut: list[str] = []
