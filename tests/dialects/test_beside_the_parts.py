"""What a page says beside its parts is kept where it belongs: in passages, never as a command or a deed."""

import pytest

from faultmaven_kb import Runbook
from faultmaven_kb.dialects.pieces.series import series_in
from tests.documents import ROOT, read

FORMS = ROOT / "tests" / "fixtures" / "forms"


def _form(name: str) -> Runbook:
    return read(FORMS / f"{name}.md")


def test_a_practice_keeps_the_fence_of_its_item_and_a_prevention_the_one_beside_its_list() -> None:
    prevention = _form("prevention-with-fences").prevention
    assert [practice.text for practice in prevention.do] == [
        "Warm it after each restart:\n\n```bash\ncachectl warm --after-restart\n```",
        "Keep a second node.",
    ]
    assert [passage.text for passage in prevention.passages] == [
        "Write the schedule:\n\n```bash\ncachectl schedule --nightly\n```"
    ]


def test_what_is_set_or_needed_before_a_fix_is_a_passage_with_its_commands() -> None:
    runbook = _form("variables-before-the-fix")
    assert [(passage.label, passage.text) for passage in runbook.passages] == [
        ("Prerequisites", "You need the role of an operator."),
        ("Set variables", "```bash\nexport PUMP=p7\nexport ZONE=north\n```"),
    ]


def test_facts_among_deeds_are_no_instructions_and_are_kept() -> None:
    runbook = _form("facts-are-no-instructions")
    solution, step = runbook.solutions[0], runbook.steps[0]
    assert [instruction.text for instruction in solution.instructions] == [
        "Restart the slowest worker: `ledgerctl restart --slowest`",
        "Confirm that the depth falls.",
    ]
    assert [passage.text for passage in solution.passages] == [
        "- Entries are kept for seven days, so nothing is lost.\n- It takes about a minute."
    ]
    assert [passage.text for passage in step.passages] == [
        "The ledger is written by three workers.\n\nEach worker has its own queue."
    ]


def test_points_that_all_state_something_stay_what_they_were() -> None:
    runbook = read("# Pump\n\n## Meaning\n\nIt leaks.\n\n## Mitigation\n\n- The valve is old.\n- The seal is worn.\n")
    assert len(runbook.solutions[0].instructions) == 2


def test_configuration_that_is_shown_is_an_example_and_neither_command_nor_output() -> None:
    runbook = _form("manifest-that-is-shown")
    (step,) = runbook.steps
    assert step.expected_output == ""
    assert [passage.label for passage in step.passages] == ["Example"]
    assert "kind: ResourceQuota" in step.passages[0].text


def test_a_link_that_is_no_purpose_is_still_a_link() -> None:
    assert [link.url for link in _form("meaning-that-is-a-link").resources] == ["https://wiki.example.com/silo"]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("Memory leak, traffic spike or a slow query", ("Memory leak", "traffic spike", "a slow query")),
        ("high load (cpu, memory), `a, b` or a leak.", ("high load (cpu, memory)", "`a, b`", "a leak")),
        ("empty queue; broken robot", ("empty queue", "broken robot")),
        ("The usual reasons are heat, dust, and wear.", ("heat", "dust", "wear")),
        ("Disk full or slow network", ()),
        ("The broker is down, because the disk is full, so writes fail.", ()),
        ("in order of age: bulb, wire, switch", ()),
        ("The disk is full. Logs, dumps and cores fill it.", ()),
    ],
)
def test_a_sentence_that_lists_things_is_cut_into_them(text: str, things: tuple[str, ...]) -> None:
    assert series_in(text) == things
