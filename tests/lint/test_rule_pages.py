"""The committed pages of the rules say what the rules say. `python -m faultmaven_kb.lint.pages` writes them anew."""

from faultmaven_kb.lint.pages import pages
from faultmaven_kb.lint.rules import RULES
from tests.documents import ROOT

FOLDER = ROOT / "docs" / "reference" / "rules"
HOW = "run: python -m faultmaven_kb.lint.pages tests/fixtures/rules docs/reference/rules"


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
