"""The committed pages of the rules say what the rules say. `python -m faultmaven_kb.gate.rules.pages` writes them."""

import runpy
import sys
from pathlib import Path

import pytest

from faultmaven_kb.gate.rules.catalogue import RULES
from faultmaven_kb.gate.rules.pages import pages
from tests.documents import ROOT

FOLDER = ROOT / "docs" / "reference" / "rules"
HOW = "run: python -m faultmaven_kb.gate.rules.pages tests/fixtures/rules docs/reference/rules"


def test_every_rule_has_its_current_page_and_no_page_is_left_over() -> None:
    wanted = pages(ROOT / "tests" / "fixtures" / "rules")
    committed = {file.name: file.read_bytes().decode("utf-8") for file in FOLDER.glob("*.md")}
    assert set(committed) == set(wanted), HOW
    stale = sorted(name for name, text in wanted.items() if committed[name] != text)
    assert stale == [], HOW


def test_the_index_names_every_rule_once() -> None:
    index = pages(ROOT / "tests" / "fixtures" / "rules")["index.md"]
    for rule in RULES:
        assert index.count(f"[{rule.code}]({rule.code}.md) | {rule.name} |") == 1


def test_the_one_command_writes_all_pages_and_removes_stale_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "RB000.md").write_text("of a rule that is gone", encoding="utf-8")
    fixtures = ROOT / "tests" / "fixtures" / "rules"
    monkeypatch.setattr(sys, "argv", ["pages", str(fixtures), str(tmp_path)])
    monkeypatch.delitem(sys.modules, "faultmaven_kb.gate.rules.pages")
    runpy.run_module("faultmaven_kb.gate.rules.pages", run_name="__main__")
    assert {file.name for file in tmp_path.iterdir()} == {"index.md", *(f"{rule.code}.md" for rule in RULES)}
