"""The documents that several tests read."""

import os
import re
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

from faultmaven_kb import KnowledgeBase, Runbook, parse_runbook

__all__ = [
    "DOCUMENTS",
    "LAST_UPDATED",
    "ROOT",
    "RUNBOOKS",
    "SAMPLE",
    "builtin_base",
    "copy_redis",
    "copy_runbooks",
    "needs_locked",
    "read",
    "text_of",
]

ROOT = Path(__file__).parent.parent
DOCUMENTS = Path(__file__).parent / "fixtures" / "documents"
RUNBOOKS = sorted((ROOT / "runbooks").glob("*/*.md"))
SAMPLE = RUNBOOKS if os.environ.get("FMKB_ALL_RUNBOOKS") else RUNBOOKS[::4]
"""For what is tried on many runbooks in many ways: every fourth, or all with the environment's FMKB_ALL_RUNBOOKS."""

LAST_UPDATED = max(
    date.fromisoformat(match[1])
    for path in RUNBOOKS
    if (match := re.search(r'^last_updated: "([\d-]+)"', path.read_text(encoding="utf-8"), re.MULTILINE))
)
"""The day on which the shipped runbooks are as they are: the today of tests about them, whatever the calendar says."""


@cache
def builtin_base() -> KnowledgeBase:
    """The shipped runbooks, read and indexed once for all tests of a process."""
    return KnowledgeBase.builtin()


def needs_locked(package: str) -> pytest.MarkDecorator:
    """For a test of a file that is made with the locked version of a package; other versions word it otherwise."""
    installed, lock = version(package), (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    return pytest.mark.skipif(
        f"\n{package}=={installed} " not in lock,
        reason=f"{package} is {installed}, the file is made with the locked one",
    )


def alone(text: str, *beside: str) -> str:
    """A runbook without links to other folders, for a place where only those `beside` it are."""
    elsewhere = rf"\(\.\./(?!(?:{'|'.join(beside)})/)[^)\n]*\)" if beside else r"\(\.\./[^)\n]*\)"
    text = re.sub(rf"^- \[[^\]\n]*\]{elsewhere}\n", "", text, flags=re.MULTILINE)
    return re.sub(rf"\[([^\]\n]*)\]{elsewhere}", r"\1", text)


def copy_runbooks(folder: Path, *technologies: str) -> None:
    """Write the runbooks of some technologies to a folder each; what is asked of a whole base takes a third of the
    time of all."""
    for technology in technologies:
        (folder / technology).mkdir(parents=True)
        for file in sorted((ROOT / "runbooks" / technology).glob("*.md")):
            text = alone(file.read_bytes().decode("utf-8"), *technologies)
            (folder / technology / file.name).write_bytes(text.encode("utf-8"))


def copy_redis(folder: Path) -> int:
    """Write the runbooks of Redis, without links to other folders, to one that is checked alone; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted((ROOT / "runbooks" / "redis").glob("*.md"))
    for file in files:
        (folder / file.name).write_bytes(alone(file.read_bytes().decode("utf-8")).encode("utf-8"))
    return len(files)


def text_of(name: str) -> str:
    """The text of a document of the fixtures, line ends as they are."""
    return (DOCUMENTS / name).read_bytes().decode("utf-8")


def read(document: str | Path | bytes) -> Runbook:
    """The runbook in a document that has one."""
    runbook = parse_runbook(document).runbook
    assert runbook is not None
    return runbook
