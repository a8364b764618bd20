"""What a search returns: values only, ready for JSON.

`score` orders the hits of one search and means nothing across searches; `confidence` is the one to read, the estimated
probability that this hit is the right runbook.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from faultmaven_kb.brief import brief
from faultmaven_kb.search.card import Card, card_of
from faultmaven_kb.source import Span

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["ALSO", "LEADING", "SHOWN", "Answer", "Distinction", "Evidence", "Hit", "InputLine", "Verdict"]

Verdict = Literal["match", "ambiguous", "none"]

LEADING: dict[Verdict, int] = {"match": 1, "ambiguous": 2, "none": 0}
"""How many hits a person is shown with causes and commands; the others are named in brief."""

SHOWN = 0.005
"""Below half a percent a hit would be shown as 0 %, which helps nobody."""

ALSO = 0.05
"""Next to a match, a hit less likely than one in twenty does not help.

On the labelled questions of the tests 118 of 403 such hits are left, and with them 12 of the 13 that were right.
"""


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


class _Late:
    """A value some of whose parts are read when they are first asked for."""

    @classmethod
    def late(cls, parts: object, **known: Any) -> Self:
        """One whose parts are `known` or else read when they are asked for, each once, by the method of `parts` that is
        called like it."""
        instance = cls.__new__(cls)
        values = instance.__dict__
        values.update(known)
        values["_parts"] = parts
        return instance

    if not TYPE_CHECKING:  # would make every misspelt name an Any

        def __getattr__(self, name: str) -> Any:
            parts = self.__dict__.get("_parts")
            if parts is None or name not in self.__dataclass_fields__:
                raise AttributeError(name, name=name, obj=self)
            value = self.__dict__[name] = getattr(parts, name)()
            return value

    @cached_property
    def card(self) -> Card:
        """What of the runbook is shown, without its model where the base is on disk."""
        parts = self.__dict__.get("_parts")
        return parts.card() if parts else card_of(self.runbook)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Hit(_Late):
    """A runbook that was found, how well, and why.

    `explained` is the share of the question, weighed by what its words tell, that the runbook says or means (0 to 1);
    of a long input, the share of the line that it explains best.

    What costs most is read when it is first asked for: a hit that nobody looks at needs no model and no evidence.
    """

    runbook: "Runbook"
    score: float
    confidence: float
    explained: float
    evidence: tuple[Evidence, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.runbook, self.score, self.confidence, self.explained, self.evidence)

    def __repr__(self) -> str:
        return brief(self, runbook=self.runbook, score=self.score, confidence=self.confidence, evidence=self.evidence)

    def to_dict(self) -> dict[str, Any]:
        """The hit as plain data, as in `fmkb search --json`."""
        card = self.card
        return {
            "id": card.id,
            "title": card.title,
            "technology": card.technology,
            "severity": card.severity,
            "status": card.status,
            "verified_by": card.verified_by,
            "path": card.path,
            "score": round(self.score, 4),
            "confidence": round(self.confidence, 4),
            "explained": round(self.explained, 4),
            "evidence": [evidence.to_dict() for evidence in self.evidence],
            "causes": [{"name": cause.name, "weight": cause.weight} for cause in card.causes],
            "quick_fix": [{"language": command.language, "code": command.code} for command in card.quick_fix],
        }


class InputLine(NamedTuple):
    """A line of the question that decided: its number, from 1, and what of it was read."""

    number: int
    text: str


@dataclass(frozen=True)
class Distinction(_Late):
    """What only this one of several equal hits mentions: a question with one of these words would distinguish them."""

    runbook: "Runbook"
    words: tuple[str, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.runbook, self.words)

    def __repr__(self) -> str:
        return brief(self, runbook=self.runbook, words=self.words)


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
            "distinctions": [
                {"id": distinction.card.id, "words": list(distinction.words)} for distinction in self.distinctions
            ],
            "hits": [hit.to_dict() for hit in self.hits],
        }
