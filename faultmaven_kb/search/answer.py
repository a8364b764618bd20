"""What a search returns: values only, ready for JSON.

`score` orders the hits of one search and means nothing across searches; `confidence` is the one to read, the estimated
probability that this hit is the right runbook.
"""

from dataclasses import dataclass
from typing import Any, Literal

from faultmaven_kb.runbook import Runbook
from faultmaven_kb.source import Span

__all__ = ["Answer", "Evidence", "Hit", "Verdict"]

Verdict = Literal["match", "ambiguous", "none"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One text of a runbook that speaks for it.

    `field` is where it stands (symptoms, title, causes …), `text` the text itself, `words` the start and end of each
    matching word in it, `span` its place in the file (None for what stands in no single place, such as the id).
    """

    field: str
    text: str
    words: tuple[tuple[int, int], ...]
    span: Span | None = None

    @property
    def matched(self) -> tuple[str, ...]:
        """The matching words themselves."""
        return tuple(self.text[start:end] for start, end in self.words)


@dataclass(frozen=True, slots=True)
class Hit:
    """A runbook that was found, how well, and why."""

    runbook: Runbook
    score: float
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: a verdict, the hits in order, and the question's words that nothing explains.

    On `none` the hits are the nearest runbooks, not answers. `reason` says in one sentence why it is this verdict.
    """

    question: str
    verdict: Verdict
    hits: tuple[Hit, ...]
    unexplained: tuple[str, ...]
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain values, the shape of `fmkb search --json`."""
        return {
            "question": self.question,
            "verdict": self.verdict,
            "reason": self.reason,
            "unexplained": list(self.unexplained),
            "hits": [_hit_dict(hit) for hit in self.hits],
        }


def _hit_dict(hit: Hit) -> dict[str, Any]:
    runbook = hit.runbook
    return {
        "id": runbook.id,
        "title": runbook.title,
        "technology": runbook.metadata.technology,
        "severity": runbook.metadata.severity,
        "status": runbook.metadata.status,
        "path": runbook.path,
        "score": round(hit.score, 4),
        "confidence": round(hit.confidence, 4),
        "evidence": [_evidence_dict(evidence) for evidence in hit.evidence],
        "causes": [{"name": cause.name, "weight": cause.weight} for cause in runbook.causes],
        "quick_fix": [{"language": command.language, "code": command.code} for command in runbook.quick_fix],
    }


def _evidence_dict(evidence: Evidence) -> dict[str, Any]:
    span = evidence.span
    return {
        "field": evidence.field,
        "text": evidence.text,
        "words": [list(word) for word in evidence.words],
        "matched": list(evidence.matched),
        "line": span.line if span else None,
        "end_line": span.end_line if span else None,
    }
