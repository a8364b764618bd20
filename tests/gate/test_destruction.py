"""Destructive commands without and with a warning: how many of the one kind RB703 misses, of the other it asks about.

Each file of the set is text that a writer can add to: a heading with the verdict, and a solution below it. Half of the
set was written by somebody who had not read the rule, from what it promises: a warning says what is lost, above the
command, in the same step or solution, and about that command.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.gate.snippets import BASE, check

SET = Path(__file__).parent.parent / "fixtures" / "destruction"
_ENTRY = re.compile(r"^## (unwarned|warned): (.+)\n", re.MULTILINE)
_SOLUTION = re.compile(r"(?<=^### Solution 1: ).*?(?=^(?:### |## ))", re.MULTILINE | re.DOTALL)


class Entry(NamedTuple):
    """A solution, and whether a warning is there that its command needs."""

    verdict: str
    title: str
    solution: str


def entries(name: str) -> tuple[Entry, ...]:
    _, *parts = _ENTRY.split((SET / name).read_text(encoding="utf-8"))
    return tuple(Entry(*each) for each in zip(parts[::3], parts[1::3], parts[2::3], strict=True))


def asks(entry: Entry) -> bool:
    """Whether the rule asks for a warning where the entry is the first solution of a good runbook."""
    text, count = _SOLUTION.subn(lambda _: f"Clean Up\n\n{entry.solution.strip()}\n\n", BASE, count=1)
    assert count == 1
    return any(finding.code == "RB703" for finding in check(text))
