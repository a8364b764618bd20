"""Pages in the styles of public collections are read as their authors meant them.

A new style is one file `tests/fixtures/forms/NAME.md`; what is read in it stands in `NAME.expected` beside it: dialect,
title, purpose, then each symptom, cause, step (with its commands and the first line that they print) and solution;
below the page the same of each runbook that it is cut into.
FMKB_UPDATE_FIXTURES=1 writes the expected files anew; read them before you keep them.
"""

import os
from pathlib import Path

import pytest

from faultmaven_kb import Runbook, parse_runbook
from faultmaven_kb.model.runbook import Command

FORMS = Path(__file__).parent.parent / "fixtures" / "forms"
PAGES = sorted(FORMS.glob("*.md"))


def _commands(commands: tuple[Command, ...]) -> list[str]:
    return [f"    $ {line}" for command in commands for line in command.code.rstrip("\n").split("\n")]


def _read(page: Path) -> str:
    result = parse_runbook(page)
    assert result.runbook is not None
    parts = result.runbooks if len(result.runbooks) > 1 else ()
    return "\n".join(_summary(runbook) for runbook in (result.runbook, *parts))


def _summary(runbook: Runbook) -> str:
    lines = [f"dialect: {runbook.dialect}", f"title: {runbook.title}", f"purpose: {' '.join(runbook.purpose.split())}"]
    lines += [f"symptom: {symptom.text}" for symptom in runbook.symptoms]
    lines += [f"cause: {cause.name}" for cause in runbook.causes]
    for step in runbook.steps:
        lines += [f"step {step.number}: {step.title}", *_commands(step.commands)]
        lines += [f"    > {line}" for line in step.expected_output.split("\n")[:1] if line]
    for solution in runbook.solutions:
        lines += [f"solution {solution.number}: {solution.title}", *_commands(solution.commands)]
        lines += [f"    ! {note.kind}: {' '.join(note.text.split())}" for note in solution.notes]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_read_as_its_author_meant_it(page: Path) -> None:
    expected = page.with_suffix(".expected")
    found = _read(page)
    if os.environ.get("FMKB_UPDATE_FIXTURES"):
        expected.write_text(found, encoding="utf-8", newline="\n")
    assert found == expected.read_text(encoding="utf-8")
