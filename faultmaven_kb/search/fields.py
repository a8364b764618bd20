"""A runbook's searchable texts, field by field, each with its place in the file.

What plain documents do not have (symptoms, causes, aliases) stands in fields of its own and counts by itself; `body` is
the whole text, so that nothing of a runbook is out of reach. The table gives each field its weight.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from faultmaven_kb.markdown import plain
from faultmaven_kb.runbook import Runbook
from faultmaven_kb.source import Span

__all__ = ["FIELDS", "Field", "Segment"]


class Segment(NamedTuple):
    """One text of a field and where it stands."""

    text: str
    span: Span | None = None


class Field(NamedTuple):
    """A field: its name, the weight of its score, and the texts it takes from a runbook."""

    name: str
    weight: float
    segments: Callable[[Runbook], Iterator[Segment]]


def _title(runbook: Runbook) -> Iterator[Segment]:
    yield Segment(runbook.title, runbook.sections[0].span if runbook.sections else None)
    yield Segment(runbook.id)


def _symptoms(runbook: Runbook) -> Iterator[Segment]:
    for symptom in runbook.symptoms:
        yield Segment(plain(symptom.text), symptom.span)


def _aliases(runbook: Runbook) -> Iterator[Segment]:
    for text in (*runbook.metadata.aliases, *runbook.metadata.tags):
        yield Segment(text)
    if runbook.metadata.technology:
        yield Segment(runbook.metadata.technology)


def _causes(runbook: Runbook) -> Iterator[Segment]:
    for cause in runbook.causes:
        yield Segment(plain(f"{cause.name} - {cause.description}" if cause.description else cause.name), cause.span)


def _headings(runbook: Runbook) -> Iterator[Segment]:
    for title, span in (*((s.title, s.span) for s in runbook.steps), *((s.title, s.span) for s in runbook.solutions)):
        yield Segment(title, Span(span.line, span.column, span.line, span.column + len(title)))


def _body(runbook: Runbook) -> Iterator[Segment]:
    for section in runbook.sections:
        for offset, line in enumerate(section.text.split("\n")):
            if line.strip():
                number = section.span.line + offset
                yield Segment(line, Span(number, 1, number, len(line) + 1))


FIELDS: tuple[Field, ...] = (
    Field("symptoms", 1.0, _symptoms),
    Field("title", 1.3, _title),
    Field("aliases", 0.6, _aliases),
    Field("causes", 0.4, _causes),
    Field("headings", 0.2, _headings),
    Field("body", 1.0, _body),
)
