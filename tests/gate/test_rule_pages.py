"""The committed pages and examples of the rules are what their fixtures and docstrings say."""

import re
import runpy
import sys
from datetime import date
from pathlib import Path

import pytest

from faultmaven_kb.gate.engine.check import check_paths
from faultmaven_kb.gate.rule_help.examples import FixShown, example_of, examples_in, visible
from faultmaven_kb.gate.rule_help.pages import pages
from faultmaven_kb.gate.rules.catalogue import RULES
from faultmaven_kb.gate.toolkit.rule_model import Profile, Rule
from tests.documents import ROOT

FOLDER = ROOT / "docs" / "reference" / "rules"
HOW = (
    "run: python -m faultmaven_kb.gate.rule_help.examples tests/fixtures/rules"
    " > faultmaven_kb/gate/rule_help/examples.json"
    " && python -m faultmaven_kb.gate.rule_help.pages tests/fixtures/rules docs/reference/rules"
)
TODAY = date(2026, 11, 22)


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
    monkeypatch.delitem(sys.modules, "faultmaven_kb.gate.rule_help.pages")
    runpy.run_module("faultmaven_kb.gate.rule_help.pages", run_name="__main__")
    assert {file.name for file in tmp_path.iterdir()} == {"index.md", *(f"{rule.code}.md" for rule in RULES)}


def test_the_shipped_examples_are_those_of_the_fixtures() -> None:
    fixtures = examples_in(ROOT / "tests" / "fixtures" / "rules")
    assert {code: example_of(code) for code in fixtures} == fixtures, HOW
    assert example_of("RB999") is None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_an_example_is_text_of_its_fixture_and_shows_what_is_reported(rule: Rule) -> None:
    folder = ROOT / "tests" / "fixtures" / "rules" / f"{rule.code}-{rule.name}"
    example = example_of(rule.code)
    assert (example is None) is not folder.is_dir()
    if example is None:
        return
    for part, excerpt in (("bad", example.bad), ("good", example.good)):
        text = visible((folder / part / excerpt.path).read_bytes().decode("utf-8", "replace"))
        pieces = excerpt.text.split("\n…")
        assert all(piece.strip("\n") in text for piece in pieces), (part, pieces)
    assert f" {rule.code} {rule.name}: " in example.output.split("\n")[0]
    assert (example.bad != example.good) or rule.code == "RB804"  # one id in two files


def test_every_kind_of_fix_that_a_fixture_has_is_named_in_the_explanation() -> None:
    report = check_paths([str(ROOT / "tests" / "fixtures" / "rules")], today=TODAY, profile=Profile.CURATED)
    seen = {(each.code, each.fix.safe) for each in report.diagnostics if each.fix}
    named = {(code, fix.safe) for code in {code for code, _ in seen} for fix in _fixes(code)}
    assert seen <= named


def _fixes(code: str) -> tuple[FixShown, ...]:
    example = example_of(code)
    return example.fixes if example else ()


def test_every_rule_says_what_it_checks_and_why_and_names_configuration_keys_that_exist() -> None:
    table = (ROOT / "docs" / "reference" / "configuration.md").read_text("utf-8")
    keys = set(re.findall(r"^\| `([\w.-]+)` \|", table, re.MULTILINE))
    general = {"profile", "select", "extend-select", "ignore", "levels.RULE", "exclude", "vocabulary.annotations"}
    assert {option for rule in RULES for option in rule.options} == keys - general
    for rule in RULES:
        assert rule.checks.startswith(("Checks ", "Reports ", "With `--since`, ")), rule.code
        assert rule.checks.endswith(".") and rule.why.endswith(".")
        assert rule.checks != rule.why
