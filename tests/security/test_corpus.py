"""What the fuzzers keep, once through each harness: every input is read, searched or refused, and nothing crashes.

The time and memory of an input are watched by the harnesses themselves, not here.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from benchmarks.fuzz.documents import check_document
from benchmarks.fuzz.messages import receive
from benchmarks.fuzz.questions import ask
from tests.documents import ROOT

CORPUS = ROOT / "tests" / "fixtures" / "corpus"
HARNESSES: dict[str, Callable[[bytes], None]] = {
    "documents": check_document,
    "questions": ask,
    "messages": receive,
}


def _files(harness: str) -> list[Path]:
    return sorted((CORPUS / harness).iterdir())


def test_the_corpus_is_small_and_every_harness_has_one() -> None:
    files = {name: _files(name) for name in HARNESSES}
    assert all(files.values())
    assert {folder.name for folder in CORPUS.iterdir()} == set(HARNESSES)
    assert sum(file.stat().st_size for each in files.values() for file in each) < 300_000


@pytest.mark.parametrize("harness", HARNESSES)
def test_the_corpus_passes_through_its_harness(harness: str) -> None:
    for file in _files(harness):
        HARNESSES[harness](file.read_bytes())
