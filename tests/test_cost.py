"""What reading costs, counted in calls of functions: the same on every machine and every day.

Times are measured by `python -m benchmarks`; this only notices work that has become a multiple of what it was.
"""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import pytest
from markdown_it import MarkdownIt

from faultmaven_kb import parse_runbook
from faultmaven_kb.dialects.pieces.weights import Weight, weight_of
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.toolkit.rule_model import Profile
from faultmaven_kb.text.markdown import ListItem

_RUNBOOKS = sorted((Path(__file__).parent.parent / "runbooks").glob("*/*.md"))


def _calls(action: Callable[[], object]) -> int:
    """How many functions are called, those written in C included. The second run counts: caches are filled."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    action()
    before = sys.getprofile()
    sys.setprofile(called)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def test_reading_calls_no_more_than_a_bare_markdown_parse_of_the_same_text() -> None:
    bare = MarkdownIt("commonmark")
    ratios = []
    for path in _RUNBOOKS[::3]:
        text = path.read_text(encoding="utf-8")
        ratios.append(_calls(lambda text=text: parse_runbook(text)) / _calls(lambda text=text: bare.parse(text)))  # type: ignore[misc]
    assert median(ratios) < 1.0
    assert max(ratios) < 1.15


def test_the_rules_weigh_each_cause_once(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed = []

    def counted(item: ListItem) -> Weight | None:
        weighed.append(item)
        return weight_of(item)

    monkeypatch.setattr("faultmaven_kb.gate.rules.parts.causes.weight_of", counted)
    path = _RUNBOOKS[0]
    text = path.read_text(encoding="utf-8")
    check_text(text, path=path.as_posix(), today=date(2026, 11, 22), profile=Profile.CURATED)
    assert len(weighed) == text.count("% of cases)") > 1
