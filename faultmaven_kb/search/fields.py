"""A runbook's searchable texts, field by field, each with its place in the file.

What plain documents do not have (symptoms, causes, aliases) stands in fields of its own and counts by itself; `body` is
the whole text, so that nothing of a runbook is out of reach. The table gives each field its weight. A segment is one
line without line ends: the index tells segments apart by counting them. The line that opens a fence says nothing of a
fault (`bash` stands in every runbook), so it counts as an empty one.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.reading.ids import own_name
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain

__all__ = ["BODY", "FIELDS", "POINTED", "Field", "Segment", "segment_at"]


_FENCE_OPENS = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*\w[^`\n]*$", re.MULTILINE)


class Segment(NamedTuple):
    """One text of a field and where it stands."""

    text: str
    span: Span | None = None


class Field(NamedTuple):
    """A field: its name, the weight of its score, and the segments it takes from a runbook."""

    name: str
    weight: float
    segments: Callable[[Runbook], Iterator[Segment]]

    def texts(self, runbook: Runbook) -> str:
        """All segments, one a line."""
        return "\n".join(segment.text for segment in self.segments(runbook))


def _title(runbook: Runbook) -> Iterator[Segment]:
    yield Segment(_one_line(runbook.title), runbook.sections[0].span if runbook.sections else None)
    yield Segment(_one_line(own_name(runbook.id)))  # the folders depend on the other runbooks


def _purpose(runbook: Runbook) -> Iterator[Segment]:
    if runbook.purpose:
        yield Segment(_one_line(plain(runbook.purpose)))


def _symptoms(runbook: Runbook) -> Iterator[Segment]:
    for symptom in runbook.symptoms:
        yield Segment(_one_line(plain(symptom.text)), symptom.span)


def _literals(runbook: Runbook) -> Iterator[Segment]:
    for symptom in runbook.symptoms:
        for literal in symptom.literals:
            yield Segment(_one_line(literal), symptom.span)


def _aliases(runbook: Runbook) -> Iterator[Segment]:
    for text in (*runbook.metadata.aliases, *runbook.metadata.tags):
        yield Segment(_one_line(text))
    if runbook.metadata.technology:
        yield Segment(_one_line(runbook.metadata.technology))


def _causes(runbook: Runbook) -> Iterator[Segment]:
    for cause in runbook.causes:
        text = plain(f"{cause.name} - {cause.description}" if cause.description else cause.name)
        yield Segment(_one_line(text), cause.span)


def _headings(runbook: Runbook) -> Iterator[Segment]:
    for title, span in (*((s.title, s.span) for s in runbook.steps), *((s.title, s.span) for s in runbook.solutions)):
        yield Segment(_one_line(title), Span(span.line, span.column, span.line, span.column + len(title)))


def _body(runbook: Runbook) -> Iterator[Segment]:
    for section in runbook.sections:
        for offset, line in enumerate(_said(section.text).split("\n")):
            number = section.span.line + offset
            yield Segment(line, Span(number, 1, number, len(line) + 1))


def _body_texts(runbook: Runbook) -> str:
    return _said("\n".join(section.text for section in runbook.sections))


def _said(text: str) -> str:
    """A text with the lines that open a fence left empty."""
    return _FENCE_OPENS.sub("", text)


class _Body(Field):
    def texts(self, runbook: Runbook) -> str:
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
    _Body("body", 1.8, _body),
)
BODY = len(FIELDS) - 1
"""The position of the whole text among the fields."""

POINTED = BODY - 1
"""How many fields, from the first, say what a runbook is about: short texts, each a passage of its own."""


def segment_at(runbook: Runbook, field: int, number: int) -> Segment:
    """The segment with a number, from 0, of a field, by its position."""
    if field == BODY:
        return _body_line(runbook, number)
    return next(islice(FIELDS[field].segments(runbook), number, None))


def _body_line(runbook: Runbook, number: int) -> Segment:
    for section in runbook.sections:
        lines = section.text.count("\n") + 1
        if number < lines:
            line = _said(section.text).split("\n")[number]
            place = section.span.line + number
            return Segment(line, Span(place, 1, place, len(line) + 1))
        number -= lines
    raise IndexError(number)
