"""Alert runbooks in the many forms in which they are published: other headings, labels, one part inside another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import parse_runbook
from faultmaven_kb.dialects.headings import HEADINGS
from faultmaven_kb.reading.reader import read_document
from faultmaven_kb.text.outline import words
from tests.documents import read


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Triage Checklist", "diagnosis"),
        ("Diagnosis / Troubleshooting", "diagnosis"),
        ("Initial investigation steps", "diagnosis"),
        ("How to investigate?", "diagnosis"),
        ("Recommended Actions", "actions"),
        ("Quick Mitigations", "mitigation"),
        ("Mitigation & Recovery", "mitigation"),
        ("Resolution (long term)", "mitigation"),
        ("Manual Investigation and Resolution", "diagnosis"),
        ("What does this alert mean?", "meaning"),
        ("🚨 Trigger", "meaning"),
        ("Severity / Impact", "impact"),
        ("Likely Causes", "causes"),
        ("Post-Incident Tasks", "prevention"),
        ("Escalation Path", "escalation"),
        ("What should I do?", "steps"),
    ],
)
def test_a_heading_is_known_with_the_words_that_colour_it(heading: str, role: str) -> None:
    assert HEADINGS.role(words(heading)) == role


@pytest.mark.parametrize("heading", ["", "Disk", "Broker problem", "Fix permissions", "Steps we took", "Quick", "And"])
def test_a_heading_about_something_is_no_part(heading: str) -> None:
    assert HEADINGS.role(words(heading)) is None


def test_a_part_inside_another_is_read_as_what_it_is() -> None:
    runbook = read(
        "# QueueFull\n\n## Description\n\nFull.\n\n## Troubleshooting\n\n### Check the workers\n\n```sh\nps\n```\n\n"
        "### Resolution\n\nRestart them.\n\n### A full disk\n\nLook.\n\n#### Fix\n\n```sh\nrm old\n```\n\n"
        "### Escalation\n\nCall.\n"
    )

    assert [step.title for step in runbook.steps] == ["Check the workers", "A full disk"]
    assert [(s.number, s.title) for s in runbook.solutions] == [(1, "Resolution"), (2, "A full disk")]
    assert runbook.solutions[1].commands[0].code == "rm old\n"
    assert [passage.label for passage in runbook.passages] == ["Escalation"]


def test_what_shows_success_inside_a_mitigation_is_its_outcome_and_no_solution() -> None:
    runbook = read(
        "# X\n\n## Meaning\n\nm\n\n## Mitigation\n\n### Restart\n\nDo.\n\n### Verification\n\nAll is green.\n"
    )

    assert [(s.title, s.expected_outcome) for s in runbook.solutions] == [("Restart", "All is green.")]


def test_causes_under_headings_are_causes() -> None:
    runbook = read(
        "# X\n\n## Meaning\n\nm\n\n## Possible causes\n\n### 1. Logs\n\nNobody rotates.\n\n### Images\n\nOld.\n"
    )

    assert [(c.number, c.name, c.description) for c in runbook.causes] == [
        (1, "Logs", "Nobody rotates."),
        (2, "Images", "Old."),
    ]


def test_causes_with_solutions_are_both() -> None:
    runbook = read("# X\n\n## Symptoms\n\n- slow\n\n## Common causes & solutions\n\n### Logs\n\n```sh\nrotate\n```\n")

    assert [cause.name for cause in runbook.causes] == ["Logs"]
    assert [(s.title, s.commands[0].code) for s in runbook.solutions] == [("Logs", "rotate\n")]


LABELS = """\
# Disk full

**Severity:** high

**Summary:** The disk fills up.

**Impact**
Writes fail.

**Checks:**

- `df -h`

**Fix:**

1. Remove old logs.

Prevention
- Rotate.
"""


def test_a_document_without_headings_is_cut_at_its_labels() -> None:
    runbook = read(LABELS)

    assert (runbook.dialect, runbook.title, runbook.purpose) == ("four-section", "Disk full", "The disk fills up.")
    assert runbook.impact == "Writes fail."
    assert [(step.title, step.what_to_check) for step in runbook.steps] == [("Checks", "- `df -h`")]
    assert [(s.title, s.instructions[0].text) for s in runbook.solutions] == [("Fix", "Remove old logs.")]
    assert [practice.text for practice in runbook.prevention.do] == ["Rotate."]
    assert runbook.steps[0].span.line == 12


def test_labels_below_a_heading_are_about_the_heading() -> None:
    runbook = read(
        "# Guide\n\n## Pods hang\n\n**Symptoms:**\n\n- `Pending`\n\n**Diagnosis:** Look.\n\n**Solution:** Wait.\n\n"
        "## Pods die\n\n**Solution:** Feed them.\n"
    )

    assert [symptom.text for symptom in runbook.symptoms] == ["`Pending`"]
    assert [(s.number, s.title) for s in runbook.solutions] == [(1, "Pods hang"), (2, "Pods die")]


def test_one_label_alone_makes_no_runbook() -> None:
    assert read("# Notes\n\n**Impact:** none\n\nMore.\n").dialect == "generic"


def test_an_underlined_title_with_plain_words_for_headings_reads_too() -> None:
    runbook = read("Lag\n===\n\nSummary\n- Followers fall behind.\n\nDiagnosis\n1) Look.\n\nMitigations\n- Restart.\n")

    assert (runbook.title, runbook.purpose) == ("Lag", "- Followers fall behind.")
    assert [len(runbook.steps), len(runbook.solutions)] == [1, 1]


def test_the_words_below_the_title_are_the_meaning_where_nothing_else_is() -> None:
    runbook = read("# QueueFull\n\n**Team:** mail\n\nThe queue is full.\n\n## Diagnosis\n\nLook.\n\n## Fix\n\nMend.\n")

    assert runbook.purpose == "The queue is full."


def test_headings_of_the_first_level_are_parts_and_not_the_title() -> None:
    text = "# Summary\n\nFull.\n\n# Triage Checklist\n\n1. Look\n\n# Mitigation\n\nMend.\n"
    runbook = parse_runbook(text, path="alerts/QueueFull.md").runbook

    assert runbook is not None
    assert (runbook.title, runbook.purpose) == ("QueueFull", "Full.")
    assert [len(runbook.steps), len(runbook.solutions)] == [1, 1]
    assert read(text).title == "Untitled"
    assert read(f"# Queue\n\n{text}").title == "Queue"


def test_an_alert_s_page_without_headings_is_its_own_diagnosis() -> None:
    page = "Find the pod.\n\n```shell\nkubectl get pod\n```\n\nRead its log.\n\n```shell\nkubectl logs x\n```\n"

    assert len(read(f"# DuplicateTimestamps\n\n{page}").steps) == 2
    assert [step.title for step in read(f"# Some notes\n\n{page}").steps] == ["Find the pod", "Read its log"]
    assert read("# DuplicateTimestamps\n\nSee elsewhere.\n").dialect == "generic"


@pytest.mark.parametrize("quote", ['{{< ref "./RaidDegraded.md" >}}', "{{% relref './RaidDegraded.md' %}}"])
def test_a_reference_of_the_site_generator_is_a_link_to_a_runbook(quote: str) -> None:
    runbook = read(f"# DiskFailure\n\n## Mitigation\n\nSee [RAID]({quote}).\n")

    assert [(link.title, link.id) for link in runbook.resources] == [("RAID", "RaidDegraded")]


PIECES = ["# A", "## Summary", "## Causes and fixes", "### Fix", "#### Resolution", "**Impact:** x", "Diagnosis", "- y"]


@given(
    st.lists(st.sampled_from([*PIECES, "Steps", "===", "```sh", "```", "", "text"]) | st.text(max_size=9), max_size=25)
)
def test_whatever_the_form_no_line_is_lost_and_numbers_are_distinct(lines: list[str]) -> None:
    document, _ = read_document("\n".join(["text", *lines]), dialect="four-section")

    assert document is not None
    for parts in (document.runbook.steps, document.runbook.solutions):
        numbers = [part.number for part in parts]
        assert len(set(numbers)) == len(numbers)
    covered = {n for section in document.runbook.sections for n in range(section.span.line, section.span.end_line + 1)}
    begin = document.front_matter.span.end_line if document.front_matter.present else 0
    assert all(n in covered for n, line in enumerate(document.source.lines, 1) if n > begin and line.strip())
