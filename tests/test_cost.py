"""What reading and asking cost, counted in calls of functions: the same on every machine and every day.

Times are measured by `python -m benchmarks`; this only notices work that has become a multiple of what it was.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from markdown_it import MarkdownIt

from faultmaven_kb import KnowledgeBase, parse_runbook

_RUNBOOKS = sorted((Path(__file__).parent.parent / "runbooks").glob("*/*.md"))
_QUESTIONS = ["connection refused redis", "FATAL: sorry, too many clients already", "pods keep restarting"]


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


def test_reading_calls_hardly_more_than_a_bare_markdown_parse_of_the_same_text() -> None:
    bare = MarkdownIt("commonmark")
    ratios = []
    for path in _RUNBOOKS[::3]:
        text = path.read_text(encoding="utf-8")
        ratios.append(_calls(lambda text=text: parse_runbook(text)) / _calls(lambda text=text: bare.parse(text)))  # type: ignore[misc]
    assert median(ratios) < 1.15
    assert max(ratios) < 1.25


@pytest.fixture(scope="module")
def bases() -> tuple[KnowledgeBase, KnowledgeBase]:
    """The shipped runbooks, and four times as many."""
    runbooks = [result.runbook for path in _RUNBOOKS if (result := parse_runbook(path)).runbook]
    copies = [each.model_copy(update={"id": f"{each.id}-{number}"}) for number in range(4) for each in runbooks]
    return KnowledgeBase(runbooks), KnowledgeBase(copies)


@pytest.mark.parametrize("question", _QUESTIONS)
def test_a_question_costs_less_than_in_proportion_to_the_size_of_the_base(
    bases: tuple[KnowledgeBase, KnowledgeBase], question: str
) -> None:
    small, large = (_calls(lambda kb=kb: kb.search(question)) for kb in bases)  # type: ignore[misc]
    assert small < 4_000
    assert large < 3.5 * small  # in proportion it would be 4
