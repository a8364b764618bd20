"""Weights of causes: every written form, and that the model and the gate read the same one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.dialects.pieces.weights import read_weight
from faultmaven_kb.gate.rules.parts import causes
from faultmaven_kb.gate.toolkit.rule_model import Checked
from faultmaven_kb.reading.reader import read_document
from tests.documents import ROOT, RUNBOOKS
from tests.gate.snippets import BASE, TODAY

FORMS = [
    ("**Disk full** (40% of cases) - logs", "number", "40%", 40, 40),
    ("**Disk full** (50.1234% of cases)", "number", "50.1234%", 50.1234, 50.1234),
    ("**Disk full** (33,3 % of incidents, mostly at night)", "number", "33,3 %", 33.3, 33.3),
    ("**Disk full** (50 percent of all cases)", "number", "50 percent", 50, 50),
    ("**Disk full** [25%] - logs", "number", "25%", 25, 25),
    ("**Disk full (35%)**: logs", "number", "35%", 35, 35),
    ("(40%) Disk full", "number", "40%", 40, 40),
    ("**Disk full** - 40% of cases: logs", "number", "40%", 40, 40),
    ("Disk full - logs fill it (40% of cases)", "number", "40%", 40, 40),
    ("**Disk full** (80% of memory) (20% of cases)", "number", "20%", 20, 20),
    ("**Disk full** (~40 %)", "estimate", "~40 %", 40, 40),
    ("**Disk full** (about 40% of cases)", "estimate", "about 40%", 40, 40),
    ("**Disk full** (20-30%)", "range", "20-30%", 20, 30),
    ("**Disk full** (20% to 30% of cases)", "range", "20% to 30%", 20, 30),
    ("**Disk full** (most common) - logs", "word", "most common", None, None),
    ("**Disk full** (very rare)", "word", "very rare", None, None),
    ("**Disk full** (about half of cases)", "word", "about half of cases", None, None),
    ("**Disk full** (few% of cases)", "invalid", "few% of cases", None, None),
    ("**Disk full** (130%)", "invalid", "130%", None, None),
    ("**Disk full** (30-20% of cases)", "invalid", "30-20%", None, None),
]


@pytest.mark.parametrize(("text", "kind", "written", "low", "high"), FORMS, ids=[form[0] for form in FORMS])
def test_a_weight_has_a_kind_a_written_form_and_both_ends(
    text: str, kind: str, written: str, low: float | None, high: float | None
) -> None:
    weight = read_weight(text)
    assert weight is not None
    assert (weight.kind, weight.written, weight.low, weight.high) == (kind, written, low, high)
    assert text[weight.start : weight.end] in written


@pytest.mark.parametrize(
    "text",
    [
        "**Disk grows** - nearly full (90% used)",
        "**Disk grows** (90% used) - logs",
        "**Disk grows** - 90% full",
        "Disk 90% full - logs",
        "90% of the disk is used: logs",
        "**Disk grows** (CPU at 90%) - logs",
        "**Disk grows** - the rate (common with bursts) is high",
    ],
)
def test_a_percentage_that_is_no_share_of_cases_is_no_weight(text: str) -> None:
    assert read_weight(text) is None


def _agree(text: str, path: str = "redis/redis-out-of-memory.md") -> int:
    """The number of causes of which gate and model read the same weight; fails where they do not."""
    document = read_document(text, path=path)[0]
    if document is None or document.dialect.name != "faultmaven":
        return 0
    gate = {each.item.span.line: each for each in causes._weighed(Checked(document, TODAY))}
    for cause in document.runbook.causes:
        weighed = gate[cause.span.line]
        assert cause.weight == (weighed.weight.share if weighed.weight else None)
        assert cause.weight_text == (weighed.weight.written if weighed.weight else "")
        if weighed.span and weighed.weight:
            assert document.source.slice(weighed.span) in weighed.weight.written
    return len(document.runbook.causes)


def test_gate_and_model_read_the_same_weight_in_every_fixture_and_runbook() -> None:
    files = [*RUNBOOKS, *sorted((ROOT / "tests" / "fixtures").rglob("*.md"))]
    texts = [file.read_bytes().decode("utf-8", errors="replace") for file in files]
    assert sum(_agree(text) for text in texts) > 300


CAUSES = BASE[BASE.index("**⚡ Common Causes:**") : BASE.index("**🚀 Quick Fix:**")]
PIECES = ["**", "(", ")", "%", " of cases", "40", "20-30", " - ", ": ", "~", "about ", "Disk", "rare", ".5", "[", "]"]


@given(st.lists(st.sampled_from([*PIECES, " ", "used", "percent", "most common", "__"]), min_size=1, max_size=14))
def test_gate_and_model_read_the_same_weight_in_any_text(pieces: list[str]) -> None:
    line = "1. Cause " + "".join(pieces)
    _agree(BASE.replace(CAUSES, f"**⚡ Common Causes:**\n{line}\n2. **B** (30% of cases)\n\n"))


def test_a_range_and_words_are_kept_in_the_model() -> None:
    lines = "1. **A** (60-80%) - x\n2. **B** (rare)\n"
    document = read_document(BASE.replace(CAUSES, f"**⚡ Common Causes:**\n{lines}\n"))[0]
    assert document is not None
    found = [(cause.name, cause.weight, cause.weight_text, cause.description) for cause in document.runbook.causes]
    assert found == [("A", 0.7, "60-80%", "x"), ("B", None, "rare", "")]
