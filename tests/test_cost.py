"""What reading costs, counted in calls of functions: the same on every machine and every day.

Times are measured by `python -m benchmarks`; this only notices work that has become a multiple of what it was.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

from markdown_it import MarkdownIt

from faultmaven_kb import parse_runbook

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
