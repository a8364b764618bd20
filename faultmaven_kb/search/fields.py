"""A runbook's searchable texts, field by field, each with its place in the file.

What plain documents do not have (symptoms, causes, aliases) has fields of its own and counts by itself; `body` is
the whole text, so that nothing of a runbook is out of reach. The table gives each field its weight. A segment is one
line without line ends: the index tells segments apart by counting them. The line that opens a fence says nothing of a
fault (`bash` is in every runbook), so it counts as an empty one. Of a link only the text counts, and nothing of one
to another runbook: that text says what the other runbook is about.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from faultmaven_kb.reading.ids import own_name
from faultmaven_kb.search.vocabulary.terms import words_in
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["ALIASES", "BODY", "FIELDS", "POINTED", "SUBJECT", "TITLE", "Field", "Segment", "segment_at"]


_FENCE_OPENS = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*\w[^`\n]*$", re.MULTILINE)


_LINK = re.compile(r"\[([^\[\]\n]{0,300})\]\(([^()\s\n]{0,500})\)")
_OTHER_PAGE = re.compile(r"(?![a-z][a-z0-9+.-]*:)[^#]", re.IGNORECASE)


class Segment(NamedTuple):
    """One text of a field and where it is. `blanked` is as long: the text as it is searched."""

    text: str
    span: Span | None = None
    blanked: str | None = None

    @property
    def said(self) -> str:
        """What of the text is searched, every letter at its place."""
        return self.text if self.blanked is None else self.blanked


class Field(NamedTuple):
    """A field: its name, the weight of its score, and the segments it takes from a runbook."""

    name: str
    weight: float
    segments: "Callable[[Runbook], Iterator[Segment]]"

    def texts(self, runbook: "Runbook") -> str:
        """All segments, one a line."""
        return "\n".join(segment.text for segment in self.segments(runbook))


def _title(runbook: "Runbook") -> Iterator[Segment]:
    yield Segment(_one_line(runbook.title), runbook.sections[0].span if runbook.sections else None)
    yield Segment(_one_line(own_name(runbook.id)))  # the folders depend on the other runbooks


def _purpose(runbook: "Runbook") -> Iterator[Segment]:
    if runbook.purpose:
        yield Segment(_one_line(plain(_said(runbook.purpose))))


def _symptoms(runbook: "Runbook") -> Iterator[Segment]:
    for symptom in runbook.symptoms:
        yield Segment(_one_line(plain(symptom.text)), symptom.span)


def _literals(runbook: "Runbook") -> Iterator[Segment]:
    for symptom in runbook.symptoms:
        for literal in symptom.literals:
            yield Segment(_one_line(literal), symptom.span)
    for name in runbook.metadata.alerts:  # what monitoring prints; its parts ("Pod", "Crash") count little
        yield Segment(_one_line(name))


def _aliases(runbook: "Runbook") -> Iterator[Segment]:
    for text in (*runbook.metadata.aliases, *runbook.metadata.tags):
        yield Segment(_one_line(text))
    if runbook.metadata.technology:
        yield Segment(_one_line(runbook.metadata.technology))


def _causes(runbook: "Runbook") -> Iterator[Segment]:
    for cause in runbook.causes:
        text = plain(f"{cause.name} - {cause.description}" if cause.description else cause.name)
        yield Segment(_one_line(text), cause.span)


def _subject(runbook: "Runbook") -> Iterator[Segment]:
    """The words of the title with its identifiers cut up, which the ranking asks for; not scored."""
    yield Segment(words_in(_one_line(runbook.title)))


def _headings(runbook: "Runbook") -> Iterator[Segment]:
    for title, span in (*((s.title, s.span) for s in runbook.steps), *((s.title, s.span) for s in runbook.solutions)):
        yield Segment(_one_line(title), Span(span.line, span.column, span.line, span.column + len(title)))


def _body(runbook: "Runbook") -> Iterator[Segment]:
    for section in runbook.sections:
        prose = _said(section.text).split("\n")
        for offset, line in enumerate(_without_fences(section.text).split("\n")):
            number = section.span.line + offset
            yield Segment(line, Span(number, 1, number, len(line) + 1), prose[offset])


def _body_texts(runbook: "Runbook") -> str:
    return _said("\n".join(section.text for section in runbook.sections))


def _without_fences(text: str) -> str:
    """A text with the lines that open a fence left empty."""
    return _FENCE_OPENS.sub("", text)


def _said(text: str) -> str:
    """A text as it is searched: without fences, the targets of links blanked, links to other pages altogether."""
    text = _without_fences(text)
    return _LINK.sub(_link_text, text) if "](" in text else text


def _link_text(match: re.Match[str]) -> str:
    if _OTHER_PAGE.match(match[2]):
        return " " * len(match[0])
    return f" {match[1]}{' ' * (len(match[2]) + 3)}"


class _Body(Field):
    def texts(self, runbook: "Runbook") -> str:
        return _body_texts(runbook)


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


FIELDS: tuple[Field, ...] = (
    Field("symptoms", 1.0, _symptoms),
    Field("literals", 0.2, _literals),
    Field("title", 1.3, _title),
    Field("aliases", 0.9, _aliases),
    Field("causes", 0.5, _causes),
    Field("purpose", 0.7, _purpose),
    Field("headings", 0.3, _headings),
    Field("subject", 0.0, _subject),
    _Body("body", 1.8, _body),
)
BODY = len(FIELDS) - 1
"""The position of the whole text among the fields."""

TITLE, ALIASES, SUBJECT = 2, 3, BODY - 1
"""The positions of fields that the ranking looks into."""

POINTED = BODY - 2
"""How many fields, from the first, say what a runbook is about: short texts, each a passage of its own."""


def segment_at(runbook: "Runbook", field: int, number: int) -> Segment:
    """The segment with a number, from 0, of a field, by its position."""
    segment = next(islice(FIELDS[field].segments(runbook), number, None), None)
    if segment is None:
        raise IndexError(number)
    return segment
