"""What is kept of an examined document: what others may ask of it, and the comments that suppress findings.

Rules that compare documents look at these facts and never at the documents, so that a base of which nothing changed is
checked without reading a single one of them again. Small, frozen, and without the parser: a kept result loads alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faultmaven_kb.source import Span

__all__ = ["Change", "Facts", "FoundLink", "Named", "Suppression", "SymptomFact"]


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link as written: its words, its target, and their places. `related` when it is among related issues."""

    text: str
    target: str
    span: Span
    text_span: Span
    target_span: Span
    related: bool = False
    image: bool = False


@dataclass(frozen=True, slots=True)
class SymptomFact:
    """A symptom: its text, the form in which two are compared, its literals with four words or more, and its place."""

    text: str
    key: str
    literals: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Named:
    """A name as written: an alert's, or a rule's code or name in a suppression."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Facts:
    """What other documents, and the same one later, may ask of this one. `updated` is its date as written in ISO 8601,
    `related_span` the heading of its related issues, `content` a digest of its text without regard to spaces,
    `by_file` whether its id is only its file's name."""

    path: str
    id: str
    title: str
    status: str | None
    verifier: str | None
    version: str | None
    updated: str | None
    dialect: str
    id_span: Span
    title_span: Span
    version_span: Span
    updated_span: Span
    verifier_span: Span
    links: tuple[FoundLink, ...]
    anchors: tuple[str, ...]
    symptoms: tuple[SymptomFact, ...]
    sketch: tuple[int, ...]
    related_span: Span | None
    related_ids: tuple[str, ...]
    content: str
    by_file: bool = False
    alerts: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Change:
    """What a base was before a change: `before` by the documents' present paths, `retired` ids and what became of them,
    and `authors`, the names and mail addresses of those who changed a document, by its path.

    `revision` is the name of the state before, as the caller wrote it.
    """

    revision: str
    before: Mapping[str, Facts]
    retired: Mapping[str, str] = field(default_factory=dict)
    authors: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: its verb, the rules it names, whether a reason is given, and the lines it speaks for.

    `span` is the comment; `whole_line` when nothing else is on its line.
    """

    verb: str
    rules: tuple[Named, ...]
    reason: str
    span: Span
    first: int
    last: int
    whole_line: bool = False
    colon: bool = True
