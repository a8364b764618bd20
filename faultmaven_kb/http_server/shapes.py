"""The shapes of what comes in and goes out, from which the OpenAPI document is made.

What goes out has the shapes that the command line prints as JSON (`fmkb search --json` and the others), made by the
same functions; these models only describe them, and a test compares. A runbook is described by its own model.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from faultmaven_kb.model.vocabularies import Severity, Status

__all__ = [
    "Alert",
    "AlertRunbook",
    "AlertRunbooks",
    "Cause",
    "Code",
    "Diagnostic",
    "Differential",
    "Health",
    "Observations",
    "Problem",
    "Question",
    "RunbookPage",
    "SearchAnswer",
    "Text",
    "ValidationReport",
    "Webhook",
]

JSON = "application/json"
MARKDOWN = "text/markdown"
PLAIN = ("text/plain", MARKDOWN)

LONGEST_QUESTION = 400_000  # characters, chosen: a long log
LONGEST_OBSERVATION = 2_000  # characters, chosen: one line of a log
MOST_OBSERVATIONS = 20  # chosen: more than a dialogue asks
MOST_ALERTS = 100  # chosen; the answer says how many are left out
_LARGEST_WEBHOOK = 10_000  # alerts, chosen: a million empty ones took five seconds, in which nobody was answered
_MOST_LABELS = 1_000  # chosen: above any alert
READABLE = r"[^\s\x00-\x1f\x7f-\x9f]"
"""A character that is neither a space nor a control character: a text without one asks nothing."""

Short = Annotated[str, Field(max_length=80)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Out(BaseModel):
    """Keys may be added within a major version, so a schema does not forbid them; the test that compares does."""


class Question(_In):
    """A symptom, and what narrows the search."""

    question: str = Field(min_length=1, max_length=LONGEST_QUESTION, pattern=READABLE, description="What is seen.")
    limit: int = Field(default=5, ge=1, le=20, description="How many runbooks at most.")
    technology: Short | None = None
    severity: Severity | None = None
    tag: Short | None = None
    status: Status | None = None


class Text(_In):
    """A runbook's text to be checked."""

    text: str = Field(max_length=1_000_000, description="The runbook's whole Markdown text.")
    profile: Literal["ingest", "contribute", "curated"] = "contribute"


class Step(_In):
    """A diagnostic step: its runbook's id and its position there, from 1."""

    runbook: str = Field(max_length=300)
    position: int = Field(ge=1, le=100_000)


class Seen(_In):
    """What was looked at, and whether it is so; `step` is the proposed step that it answers."""

    text: str = Field(min_length=1, max_length=LONGEST_OBSERVATION, pattern=READABLE)
    seen: bool = True
    step: Step | None = None


class Observations(_In):
    """What is known of an incident."""

    observations: list[Seen] = Field(min_length=1, max_length=MOST_OBSERVATIONS)
    done: list[Step] = Field(default=[], max_length=200, description="Steps that are not to be proposed again.")


class Alert(BaseModel):
    """One alert of a webhook; what is not listed here is ignored."""

    status: str = ""
    labels: dict[str, str] = Field(default={}, max_length=_MOST_LABELS)
    annotations: dict[str, str] = Field(default={}, max_length=_MOST_LABELS)
    fingerprint: str = ""


class Webhook(BaseModel):
    """What Alertmanager (and Grafana, in the same form) sends; of it only the alerts are read."""

    alerts: list[Alert] = Field(max_length=_LARGEST_WEBHOOK)


class Code(_Out):
    """A command as the runbook writes it."""

    language: str
    code: str


class Cause(_Out):
    """A common cause with its author's estimate of the share of cases, 0 to 1."""

    name: str
    weight: float | None


class Evidence(_Out):
    """One text of a runbook that speaks for it."""

    field: str
    text: str
    words: list[list[int]]
    matched: list[str]
    line: int | None
    end_line: int | None
    input_lines: list[int]


class Hit(_Out):
    """A runbook that was found."""

    id: str
    title: str
    technology: str | None
    severity: str | None
    status: str | None
    verified_by: str | None
    path: str | None
    score: float
    confidence: float = Field(description="Estimated probability that this is the right runbook, 0 to 1.")
    explained: float = Field(description="Share of the question that the runbook says or means, 0 to 1.")
    evidence: list[Evidence]
    causes: list[Cause]
    quick_fix: list[Code]


class Line(_Out):
    """A line of the question that decided."""

    line: int
    text: str


class Distinction(_Out):
    """The words that only one of several equal hits mentions."""

    id: str
    words: list[str]


class SearchAnswer(_Out):
    """The answer to a question, as `fmkb search --json` prints it. On `none` the hits are the nearest, no answers."""

    question: str
    verdict: Literal["match", "ambiguous", "none"]
    reason: str
    unexplained: list[str]
    lines: list[Line]
    distinctions: list[Distinction]
    hits: list[Hit]


class RunbookPage(_Out):
    """Some of the runbooks that the filters leave; each is an entry of `fmkb list --json`."""

    total: int
    offset: int
    next: str | None = Field(description="The address of the next page, relative to this server.")
    runbooks: list[dict[str, Any]]


class Edit(_Out):
    """A replacement of some text."""

    line: int
    column: int
    end_line: int
    end_column: int
    replacement: str


class Fix(_Out):
    """What would repair a finding."""

    safe: bool
    message: str
    edits: list[Edit]


class Related(_Out):
    """Another place that a finding is about."""

    message: str
    path: str
    line: int
    column: int


class Diagnostic(_Out):
    """A finding; lines and columns from 1 in code points, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    name: str
    level: Literal["error", "warning", "info"]
    message: str
    fix: Fix | None
    related: list[Related]


class Summary(_Out):
    """How many findings."""

    files: int
    errors: int
    warnings: int
    infos: int
    fixable: int


class ValidationReport(_Out):
    """What a check found, as `fmkb validate --format json` prints it."""

    diagnostics: list[Diagnostic]
    summary: Summary


class StepKey(_Out):
    """A diagnostic step."""

    runbook: str
    position: int


class Observation(_Out):
    """An observation that was given."""

    text: str
    seen: bool
    step: StepKey | None


class Reason(_Out):
    """What an observation does to a cause."""

    observation: str
    seen: bool
    factor: float
    text: str


class Solution(_Out):
    """A solution that answers a cause, and the words that link it."""

    position: int
    number: int | None
    title: str
    reason: str
    line: int


class RankedCause(_Out):
    """A cause with its share after all observations."""

    runbook: str
    cause: str
    description: str
    weight: float | None
    share: float
    prior: float
    line: int
    reasons: list[Reason]
    solutions: list[Solution]


class StepResult(_Out):
    """A result to look for, and the causes it speaks for and against."""

    model_config = ConfigDict(populate_by_name=True)

    text: str
    speaks_for: list[str] = Field(alias="for")
    against: list[str]


class NextStep(_Out):
    """The step that best distinguishes the remaining causes; `information` in bits."""

    runbook: str
    position: int
    number: int | None
    title: str
    line: int
    information: float
    commands: list[Code]
    findings: list[StepResult]


class Differential(_Out):
    """Causes in order of their shares, as `fmkb diagnose --json` prints them; an order, not a diagnosis."""

    observations: list[Observation]
    causes: list[RankedCause]
    something_else: float
    next_step: NextStep | None


class AlertRunbook(_Out):
    """The runbook for an alert.

    `via` says how it was found: by the alert's `runbook_url` (`link`), by its name (`name`) or by a search for its
    words (`search`). On `none` there is no runbook.
    """

    alert: str
    status: str
    severity: str | None
    fingerprint: str
    verdict: Literal["match", "ambiguous", "none"]
    via: Literal["link", "name", "search"] | None
    runbook: str | None
    title: str | None
    link: str | None
    confidence: float | None = Field(description="Of a search, 0 to 1; null where the alert names its runbook.")
    quick_fix: Code | None = Field(description="The first command of the quick fix: read it before it is run.")
    faults: list[str] = Field(description="What is wrong with the alert's link or its runbook.")


class AlertRunbooks(_Out):
    """The runbook for each alert, in the webhook's order."""

    alerts: list[AlertRunbook]
    left_out: int = Field(description=f"How many alerts after the first {MOST_ALERTS} were not looked at.")


class Health(_Out):
    """Whether questions can be answered."""

    status: Literal["ok", "unavailable"]
    runbooks: int
    reason: str | None


class Problem(_Out):
    """An error (RFC 9457): `detail` says what was wrong and what was expected."""

    type: str
    title: str
    status: int
    detail: str
