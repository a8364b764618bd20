"""The forms that the format's template and other authors use read like the plain ones."""

from datetime import timedelta

import pytest

from faultmaven_kb import Runbook
from tests.documents import DOCUMENTS, read, text_of


@pytest.fixture(scope="module")
def forms() -> Runbook:
    return read(DOCUMENTS / "template-forms.md")


def test_three_hyphens_inside_a_value_end_nothing(forms: Runbook) -> None:
    assert forms.title == "Queue - Stuck --- and Silent"
    assert forms.metadata.tags == ("queue", "worker", "stuck")


def test_causes_are_read_with_and_without_bold_and_with_any_wording_of_the_share(forms: Runbook) -> None:
    found = [(cause.name, cause.weight, cause.description) for cause in forms.causes]
    assert found == [
        ("Workers died", 0.60, "out of memory"),
        ("Broker full", 0.25, "disk alarm"),
        ("Slow consumer", 0.10, ""),
        ("Anything else", 0.05, "rare things"),
    ]


def test_a_warning_above_the_quick_fix_does_not_take_the_fence_away(forms: Runbook) -> None:
    assert [command.language for command in forms.quick_fix] == ["console"]
    assert [note.text for note in forms.notes] == ["Work in progress is done again."]


def test_a_time_with_two_parts_keeps_both(forms: Runbook) -> None:
    time = forms.resolution_time
    assert (time.minimum, time.maximum) == (timedelta(minutes=5), timedelta(hours=2))
    assert [part.label for part in time.ranges] == ["quick fix", "root cause fix"]


def test_the_labels_of_a_step_are_told_apart(forms: Runbook) -> None:
    first, second = forms.steps
    assert first.what_to_check == "Whether it accepts work"
    assert [command.code for command in first.commands] == ["queuectl status\n"]
    assert first.expected_output == "status: running"
    assert first.look_for == ("`status: blocked`", "a depth that only grows")
    assert first.meaning == "Blocked points at the broker, not at the workers."
    assert second.what_to_check == "Its heartbeat"
    assert second.expected_output == "`alive`"
    assert second.look_for == ("a missing worker",)
    assert [passage.text for passage in second.passages] == ["with the command below"]


def test_the_labels_of_a_solution_are_told_apart(forms: Runbook) -> None:
    first, second = forms.solutions
    assert first.when_to_use == "Workers are gone\nThe broker is fine"
    assert first.prerequisites == ("Shell on the worker host", "The right to restart")
    assert [(step.number, step.text, len(step.commands)) for step in first.instructions] == [
        (1, "Look who is there", 1),
        (2, "Restart them", 1),
    ]
    assert len(first.commands) == 2
    assert first.expected_outcome == "All workers are `alive`"
    assert (first.resolution_time.minimum, first.resolution_time.maximum) == (None, timedelta(minutes=5))
    assert [(note.kind, note.text) for note in first.notes] == [
        ("warning", "Work in progress is done again."),
        ("caution", "Not during a deployment."),
    ]
    assert [step.text for step in second.instructions] == ["Find what fills it", "Remove it"]
    assert second.resolution_time.maximum == timedelta(hours=1, minutes=30)


def test_what_has_no_field_is_kept_with_its_label_and_place(forms: Runbook) -> None:
    (passage,) = forms.solutions[1].passages
    assert (passage.label, passage.text) == ("Rollback", "Nothing to undo")
    assert text_of("template-forms.md").split("\n")[passage.span.line - 1] == "**Rollback:** Nothing to undo"


def test_prevention_headings_may_say_tactical_and_strategic(forms: Runbook) -> None:
    assert [measure.name for measure in forms.prevention.immediate] == ["Alert on depth"]
    assert [measure.commands[0].language for measure in forms.prevention.long_term] == ["yaml"]
    assert [practice.text for practice in forms.prevention.do] == ["Do restart one worker at a time"]
    assert [practice.text for practice in forms.prevention.avoid] == ["Don't purge the queue"]
    assert [practice.text for practice in forms.prevention.security] == ["Restarting needs the operator role"]


def test_links_are_read_with_anchors_and_as_bare_addresses(forms: Runbook) -> None:
    assert [link.id for link in forms.related] == ["broker-disk-full", "worker-out-of-memory"]
    assert [link.url for link in forms.resources] == ["https://example.com/manual", "https://example.org/faq"]


def test_a_cell_that_is_no_date_is_no_date(forms: Runbook) -> None:
    assert [(row.version, row.date is None) for row in forms.history] == [("2.1.0", False), ("1.0.0", True)]


def test_root_causes_keep_their_headings(forms: Runbook) -> None:
    assert forms.root_cause_analysis.startswith("Workers that die")
    assert "### Why they die" in forms.root_cause_analysis


@pytest.mark.parametrize("name", ["sample.md", "template-forms.md"])
@pytest.mark.parametrize("change", ["crlf", "bom", "both"])
def test_line_ends_and_a_byte_order_mark_change_nothing(name: str, change: str) -> None:
    text = text_of(name)
    changed = text.replace("\n", "\r\n") if change in ("crlf", "both") else text
    changed = "\ufeff" + changed if change in ("bom", "both") else changed
    assert read(changed.encode()) == read(text)


@pytest.mark.parametrize("emoji", ["", "🔥 ", "‚ö° ", "[!] "])
def test_a_label_may_carry_any_emoji_or_none(emoji: str) -> None:
    text = text_of("sample.md").replace("**⚡ Common Causes:**", f"**{emoji}Common Causes:**")
    assert read(text).causes == read(text_of("sample.md")).causes


def test_every_line_of_text_belongs_to_a_section_or_to_the_front_matter() -> None:
    for name in ("sample.md", "template-forms.md"):
        runbook, lines = read(DOCUMENTS / name), text_of(name).split("\n")
        covered = {n for section in runbook.sections for n in range(section.span.line, section.span.end_line + 1)}
        body = lines.index("---", 1) + 2
        assert [n for n, line in enumerate(lines, 1) if n >= body and line.strip() and n not in covered] == []
        for section in runbook.sections:
            assert section.text.split("\n") == lines[section.span.line - 1 : section.span.end_line]
