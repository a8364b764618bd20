"""More of one kind than any runbook holds is one finding (RB014), in the reader and in the gate alike."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb import parse_runbook
from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.text import limits
from faultmaven_kb.text.limits import LIMITS
from tests.documents import text_of
from tests.security.step_counting import matches_and_steps

BEYOND = {
    "lines": "- a\n" * 10_001,
    "pipes": ("|" * 100 + "\n\n") * 201,
    "headings": "# a\n" * 501,
    "code blocks": "```\na\n```\n" * 501,
    "list items": "- a\n" * 2_001,
    "table rows": "| a |\n|---|\n" + "| a |\n" * 2_001,
    "table cells": "|a" * 60 + "|\n" + "|-" * 60 + "|\n" + ("|a" * 60 + "|\n") * 170,
    "columns of one table": "|a" * 101 + "|\n" + "|-" * 101 + "|\n",
    "paragraphs": "a\n\n" * 3_001,
    "HTML blocks": "<!-- a -->\n" * 1_001,
    "links": "[a](b)\n\n" * 1_001,
    "characters of code": ("```\n" + ("a" * 79 + "\n") * 450 + "```\n") * 3,
    "characters in one code block": "```\n" + ("a" * 79 + "\n") * 501 + "```\n",
    "characters in one paragraph": "a b\n" * 2_501,
    "marks in one paragraph": "[" * 601,
    "levels of nesting": "".join(f"{'  ' * depth}- a\n" for depth in range(9)),
    "spaces and empty lines in a row": "1. **A** (" + " " * 401 + "x\n",
}


def test_every_limit_is_tried_here() -> None:
    assert set(BEYOND) == set(LIMITS)


def test_runs_of_blanks_just_below_their_limit_are_looked_at_once() -> None:
    text = (" " * 399 + "x") * 20
    hits, steps = matches_and_steps(limits._BLANKS, text)
    assert hits == []
    assert steps < 4 * len(text)


@pytest.mark.parametrize("kind", BEYOND)
def test_what_is_beyond_a_limit_is_named_and_not_read_further(kind: str) -> None:
    text = f"# T\n\n{BEYOND[kind]}" if kind != "headings" else BEYOND[kind]
    result = parse_runbook(text)
    assert result.runbook is None
    message = f"more than {LIMITS[kind]:,} {kind}, split the document or shorten it"
    assert [each.message for each in result.diagnostics if each.code == "RB014"] == [message]
    report = check_text(text, today=date(2026, 11, 22))
    assert [each.message for each in report.diagnostics if each.code == "RB014"] == [message]


def test_the_sample_is_far_from_every_limit() -> None:
    assert parse_runbook(text_of("sample.md")).runbook is not None


def test_a_refused_file_is_named_by_every_command_that_reads_a_base(tmp_path: Path) -> None:
    (tmp_path / "deep.md").write_text("# Deep\n\n" + ">" * 40 + " text\n", encoding="utf-8")
    (tmp_path / "good.md").write_text("# Queue stuck\n\n## Meaning\n\nNothing moves.\n", encoding="utf-8")
    done = CliRunner().invoke(fmkb, ["list", "--kb", str(tmp_path)])
    assert "good" in done.stdout
    assert "deep.md" in done.stderr
