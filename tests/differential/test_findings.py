"""What steps and solutions say about causes, read from a runbook's own text."""

import pytest

from faultmaven_kb.differential.findings import findings_of, known_causes
from faultmaven_kb.differential.solutions import solutions_by_cause
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.reading.reader import parse_runbook
from tests.documents import builtin_base

_TEXT = """# Web - Errors

## Quick Reference Card

**Common Causes:**
1. **Server not running** (50%) - stopped, crash-looping
2. **Wrong port** (30%) - configured apart
3. **Headers too big** (20%) - large cookies

## Diagnostic Steps

### Step 1: Look

**Look for:**
{look_for}

**What this tells you:** {meaning}

## Solutions

### Solution 1: Start it

**When to use this solution:** Server not running.

### Solution 2: Wrong port, corrected

**When to use this solution:** Nothing else helped.

### Solution 3: Pray
"""


def _runbook(meaning: str = "", look_for: str = "- nothing") -> Runbook:
    found = parse_runbook(_TEXT.format(meaning=meaning, look_for=look_for)).runbook
    assert found is not None
    return found


def _findings(meaning: str = "", look_for: str = "- nothing") -> list[tuple[str, tuple[tuple[int, float], ...]]]:
    runbook = _runbook(meaning, look_for)
    found = findings_of(runbook.steps[0], known_causes(runbook))
    return [(finding.text, finding.causes) for finding in found]


@pytest.mark.parametrize(
    ("meaning", "expected"),
    [
        ("`111` means *server not running* or *wrong port*.", [(0, 1.0), (1, 1.0)]),
        ("A reply of 200 rules *wrong port* out.", [(1, -1.0)]),
        ("With a large cookie, *wrong port* is out.", [(1, -1.0)]),
        ("*Headers too big* when only some users see it.", [(2, 1.0)]),
        ("Silence supports cause 1 (see above), or cause 2.", [(0, 1.0), (1, 1.0)]),
    ],
)
def test_a_sentence_joins_a_condition_with_causes(meaning: str, expected: list[tuple[int, float]]) -> None:
    assert [list(causes) for _, causes in _findings(meaning)] == [expected]


@pytest.mark.parametrize(
    "meaning",
    [
        "In this order: *server not running*, *wrong port*, *headers too big*.",
        "Otherwise it is *wrong port*.",
        "Which of *server not running* and *wrong port* it is.",
        "The message separates *server not running* from *wrong port*.",
        "The service is as it should be.",
        "",
    ],
)
def test_a_sentence_without_a_condition_or_a_cause_is_left_alone(meaning: str) -> None:
    assert _findings(meaning) == []


def test_conditions_in_one_sentence_are_findings_of_their_own() -> None:
    found = _findings("`111` means *server not running*, `too big` means *headers too big*.")
    assert [causes for _, causes in found] == [((0, 1.0),), ((2, 1.0),)]
    assert found[1][0] == "`too big` means *headers too big*"


def test_an_item_to_look_for_counts_when_it_says_what_a_cause_says() -> None:
    found = _findings(look_for="- large cookies in the request\n- any cause but large cookies\n- a clear sky")
    assert [text for text, _ in found] == ["large cookies in the request"]
    assert [cause for cause, _ in found[0][1]] == [2]


def test_a_solution_answers_the_causes_that_its_text_names_and_no_others() -> None:
    runbook = _runbook()
    links = solutions_by_cause(runbook, known_causes(runbook).names)
    assert [[link.position for link in found] for found in links] == [[1], [2], []]
    assert links[0][0].reason == "Server not running."


def test_nearly_every_cause_of_the_shipped_runbooks_has_findings_and_a_solution() -> None:
    causes = found = solved = 0
    for runbook in builtin_base():
        known = known_causes(runbook)
        findings = [each for step in runbook.steps for each in findings_of(step, known)]
        spoken_for = {cause for finding in findings for cause, _ in finding.causes}
        causes += len(runbook.causes)
        found += len(spoken_for)
        solved += sum(bool(links) for links in solutions_by_cause(runbook, known.names))
    assert found >= 0.9 * causes
    assert solved >= 0.9 * causes
