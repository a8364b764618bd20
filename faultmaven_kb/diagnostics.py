"""What is wrong with the *content*, where, and the edit that fixes it.

One type serves every rule; a rule never raises and never prints. A runbook has a `severity`, a diagnostic has a
`level`, so that the two words never meet.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from faultmaven_kb.brief import brief
from faultmaven_kb.source import START, Source, Span

__all__ = [
    "UNREAD",
    "Diagnostic",
    "Edit",
    "Fix",
    "Level",
    "Related",
    "apply_edits",
    "did_you_mean",
    "internal_error",
    "nearest",
    "suggestion",
]

UNREAD = frozenset({"RB001", "RB006", "RB011", "RB013", "RB014", "RB804", "RB990"})
"""The codes of what keeps a file, or a part of it, from being found."""

_SIMILAR = 0.6
"""The share of equal letters from which a word counts as a misspelling: the default of difflib."""


class Level(StrEnum):
    """How much a diagnostic weighs: an error fails a check, a warning may, an info never does."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Orders levels, the worst first."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `replacement`."""

    span: Span
    replacement: str

    def __repr__(self) -> str:
        return brief(self, span=self.span, replacement=self.replacement)

    def to_dict(self) -> dict[str, Any]:
        """The edit as plain data: the four numbers of its span and the replacement."""
        return _places(self.span) | {"replacement": self.replacement}


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that fix a diagnostic; `safe` when they cannot change what the author meant."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool

    def __repr__(self) -> str:
        return brief(self, message=self.message, edits=self.edits, safe=self.safe)

    def to_dict(self) -> dict[str, Any]:
        """The fix as plain data."""
        return {"safe": self.safe, "message": self.message, "edits": [edit.to_dict() for edit in self.edits]}


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a diagnostic mentions ("also defined in …")."""

    message: str
    path: str
    span: Span

    def to_dict(self) -> dict[str, Any]:
        """The place as plain data."""
        return {"message": self.message, "path": self.path, "line": self.span.line, "column": self.span.column}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `message` is lower case, names the value in quotes and says what was expected."""

    code: str
    name: str
    level: Level
    message: str
    path: str
    span: Span
    fix: Fix | None = None
    related: tuple[Related, ...] = ()

    def __repr__(self) -> str:
        return brief(self, code=self.code, level=self.level, path=self.path, span=self.span, message=self.message)

    def __str__(self) -> str:
        """`path:line:column: level CODE message`, the form in which compilers write and editors read."""
        place = f"{self.path}:{self.span.line}:{self.span.column}"
        return f"{place}: {self.level.value} {self.code} {self.message}"

    def to_dict(self) -> dict[str, Any]:
        """The diagnostic as plain data, as in `fmkb validate --format json`."""
        return {
            "path": self.path,
            **_places(self.span),
            "code": self.code,
            "name": self.name,
            "level": self.level.value,
            "message": self.message,
            "fix": self.fix.to_dict() if self.fix else None,
            "related": [other.to_dict() for other in self.related],
        }

    @property
    def sort_key(self) -> tuple[str, Span, str, str]:
        """Orders diagnostics by file, place and code."""
        return (self.path, self.span, self.code, self.message)


def _places(span: Span) -> dict[str, Any]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def apply_edits(source: Source, edits: Iterable[Edit]) -> str:
    """The text of `source` after the edits. Of two edits that overlap the earlier one wins."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.span, edit.replacement)):
        start, end = source.offset(edit.span.start), source.offset(edit.span.end)
        if start < done:
            continue
        parts += [source.text[done:start], edit.replacement]
        done = end
    return "".join([*parts, source.text[done:]])


def internal_error(what: str, error: Exception, path: str) -> Diagnostic:
    """The report of a stage or a rule (`what`) that raised where it should have answered: RB990."""
    detail = " ".join(str(error).split())[:200]
    message = f"{what} failed with {type(error).__name__}: {detail}; please report it"
    return Diagnostic("RB990", "internal-error", Level.ERROR, message, path, START)


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`' (did you mean "x"?)'` for the nearest option, or an empty string when none is near."""
    return suggestion(nearest(word, options))


def nearest(word: str, options: Iterable[str]) -> str | None:
    """The option that a misspelled word most likely means, None when none is near."""
    near = difflib.get_close_matches(word.casefold(), list(options), n=1, cutoff=_SIMILAR)
    return near[0] if near else None


def suggestion(option: str | None) -> str:
    """`' (did you mean "x"?)'` for an option, an empty string for None."""
    return "" if option is None else f' (did you mean "{option}"?)'
