"""Each part of a runbook stands where its span says: on the lines that hold its own words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faultmaven_kb.model.runbook import Command, Part, Revision, Step, Symptom
from faultmaven_kb.source import Source, Span
from tests.documents import RUNBOOKS, read


def _placed(part: Part) -> Iterator[tuple[Part, Span]]:
    for value in part.__dict__.values():
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Part):
                span = getattr(inner, "span", None)
                if span is not None:
                    yield inner, span
                yield from _placed(inner)


def _words(part: Part) -> str:
    """Words that must stand on a part's lines; empty where the part has none of its own."""
    match part:
        case Revision():
            return part.changes
        case Step():
            return part.title
        case Command():
            return next(iter(part.code.split("\n"))).strip()
        case Symptom():
            return (part.literals or ("",))[0]
    return ""


@pytest.mark.parametrize("file", RUNBOOKS, ids=lambda file: file.stem)
def test_every_part_stands_on_the_lines_of_its_span(file: Path) -> None:
    source = Source(file.read_bytes().decode("utf-8"))
    runbook = read(file)
    seen = set()
    for part, span in _placed(runbook):
        assert 1 <= span.line <= span.end_line <= len(source.lines), part
        text = "\n".join(source.lines[span.line - 1 : span.end_line])
        assert _words(part) in text, part
        seen |= {type(part)} if _words(part) else set()
    assert seen == {Revision, Step, Command, Symptom}
