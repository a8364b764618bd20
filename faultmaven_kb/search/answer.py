"""What a search returns: values only, ready for JSON.

`score` orders the hits of one search and means nothing across searches; `confidence` is the one to read, the estimated
probability that this hit is the right runbook.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from faultmaven_kb.brief import brief
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.source import Span

__all__ = ["Answer", "Distinction", "Evidence", "Hit", "InputLine", "Verdict"]

Verdict = Literal["match", "ambiguous", "none"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One text of a runbook that speaks for it.

    `field` is where it is (symptoms, title, causes …), `text` the text itself, `words` the start and end of each
    matching word in it, `span` its place in the file (None for what has no single place, such as the id).
    `input_lines` are the numbers, from 1, of the question's lines that hold the matching words.
    """

    field: str
    text: str
    words: tuple[tuple[int, int], ...]
    span: Span | None = None
    input_lines: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return brief(self, field=self.field, text=self.text, words=self.words, span=self.span)

    @property
    def matched(self) -> tuple[str, ...]:
        """The matching words themselves."""
        return tuple(self.text[start:end] for start, end in self.words)

    def to_dict(self) -> dict[str, Any]:
        """The evidence as plain data, as in `fmkb search --json`."""
        span = self.span
        return {
            "field": self.field,
            "text": self.text,
            "words": [list(word) for word in self.words],
            "matched": list(self.matched),
            "line": span.line if span else None,
            "end_line": span.end_line if span else None,
            "input_lines": list(self.input_lines),
        }


@dataclass(frozen=True)
class Hit:
    """A runbook that was found, how well, and why.

    What costs most is read when it is first asked for: a hit that nobody looks at needs no model and no evidence.
    """

    runbook: Runbook
    score: float
    confidence: float
    evidence: tuple[Evidence, ...]

    @classmethod
    def late(cls, *, score: float, **readers: Callable[[], Any]) -> Self:
        """A hit whose other values are read by `readers`, each once, when they are asked for."""
        hit = cls.__new__(cls)
        hit.__dict__.update(score=score, _readers=readers)
        return hit

    if not TYPE_CHECKING:  # would make every misspelt name an Any

        def __getattr__(self, name: str) -> Any:
            reader = self.__dict__.get("_readers", {}).get(name)
            if reader is None:
                raise AttributeError(name, name=name, obj=self)
            value = self.__dict__[name] = reader()
            return value

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.runbook, self.score, self.confidence, self.evidence)

    def __repr__(self) -> str:
        return brief(self, runbook=self.runbook, score=self.score, confidence=self.confidence, evidence=self.evidence)

    def to_dict(self) -> dict[str, Any]:
        """The hit as plain data, as in `fmkb search --json`."""
        runbook = self.runbook
        return {
            "id": runbook.id,
            "title": runbook.title,
            "technology": runbook.metadata.technology,
            "severity": runbook.metadata.severity,
            "status": runbook.metadata.status,
            "verified_by": runbook.metadata.verified_by,
            "path": runbook.path,
            "score": round(self.score, 4),
            "confidence": round(self.confidence, 4),
            "evidence": [evidence.to_dict() for evidence in self.evidence],
            "causes": [{"name": cause.name, "weight": cause.weight} for cause in runbook.causes],
            "quick_fix": [{"language": command.language, "code": command.code} for command in runbook.quick_fix],
        }


class InputLine(NamedTuple):
    """A line of the question that decided: its number, from 1, and what of it was read."""

    number: int
    text: str


class Distinction(NamedTuple):
    """What only this one of several equal hits mentions: a question with one of these words would tell them apart."""

    runbook: Runbook
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: a verdict, the hits in order, and the question's words that the first does not explain.

    On `none` the hits are the nearest runbooks, not answers. `reason` says in one sentence why it is this verdict.
    `lines` are the lines of the question that decided for the first hit; `distinctions` are there on `ambiguous`.
    """

    question: str
    verdict: Verdict
    hits: tuple[Hit, ...]
    unexplained: tuple[str, ...]
    reason: str
    lines: tuple[InputLine, ...] = ()
    distinctions: tuple[Distinction, ...] = ()

    def __repr__(self) -> str:
        return brief(self, question=self.question, verdict=self.verdict, reason=self.reason, hits=self.hits)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain values, the shape of `fmkb search --json`."""
        return {
            "question": self.question,
            "verdict": self.verdict,
            "reason": self.reason,
            "unexplained": list(self.unexplained),
            "lines": [{"line": line.number, "text": line.text} for line in self.lines],
            "distinctions": [{"id": each.runbook.id, "words": list(each.words)} for each in self.distinctions],
            "hits": [hit.to_dict() for hit in self.hits],
        }
