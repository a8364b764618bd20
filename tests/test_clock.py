"""Nobody below the command line reads the clock, and no test does: what they find must not depend on the day.

`./check` runs the whole suite with the clock two years ahead as well (tests/elsewhere).
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.documents import ROOT

_READERS = frozenset({"today", "now", "utcnow", "time", "time_ns", "localtime", "gmtime", "ctime"})
_OWNERS = frozenset({"date", "datetime", "time"})


def _reads(text: str) -> Iterator[str]:
    """Every place of a module's text where the clock is read by one of the standard library's names."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"{node.lineno}: {alias.name}" for alias in node.names if alias.name in _READERS)
        if isinstance(node, ast.Attribute) and node.attr in _READERS:
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in _OWNERS:
                yield f"{node.lineno}: {owner}.{node.attr}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import datetime\nx = datetime.date.today()", ["2: date.today"]),
        ("from datetime import date\nx = list(map(str, [date.today]))", ["2: date.today"]),
        ("import datetime\nx = datetime.datetime.now(datetime.UTC)", ["2: datetime.now"]),
        ("import time\nx = time.time()", ["2: time.time"]),
        ("from time import time", ["1: time"]),
        ("import time\ntime.sleep(1)\nx = time.monotonic()", []),
    ],
)
def test_the_reading_of_the_clock_is_seen(text: str, found: list[str]) -> None:
    assert list(_reads(text)) == found


@pytest.mark.parametrize("folder", ["faultmaven_kb", "tests"])
def test_the_day_comes_from_the_command_line_alone(folder: str) -> None:
    readers = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / folder).rglob("*.py")
        if any(_reads(file.read_text(encoding="utf-8")))
    }
    allowed = ("faultmaven_kb/cli/", "faultmaven_kb/checking/", "tests/elsewhere/")
    assert sorted(name for name in readers if not name.startswith(allowed)) == []


@pytest.mark.parametrize("days", [1, 35, 730])
def test_a_process_of_the_suite_can_be_sent_to_another_day(days: int) -> None:
    script = "import datetime, time; print(datetime.date.today().toordinal(), time.time() // 86400)"
    elsewhere = {"PYTHONPATH": str(ROOT / "tests" / "elsewhere"), "FMKB_DAYS_AHEAD": str(days)}
    here, there = (
        subprocess.run(
            [sys.executable, "-c", script], env=_environment(more), capture_output=True, text=True, check=True
        ).stdout.split()
        for more in ({}, elsewhere)
    )
    assert int(there[0]) - int(here[0]) in {days, days + 1}
    assert float(there[1]) - float(here[1]) in {days, days + 1}


def _environment(more: dict[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "FMKB_DAYS_AHEAD"}}
    return {**kept, **more}
