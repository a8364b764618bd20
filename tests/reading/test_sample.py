"""The reference shape of the format is recovered completely, whatever happened to its emoji on the way."""

from datetime import date, timedelta

import pytest

from faultmaven_kb import Runbook
from faultmaven_kb.gate.engine.check import check_paths
from faultmaven_kb.gate.toolkit.rule_model import Profile
from tests.documents import DOCUMENTS, read


@pytest.fixture(scope="module", params=["sample.md", "sample-mojibake.md"])
def sample(request: pytest.FixtureRequest) -> Runbook:
    return read(DOCUMENTS / request.param)


def test_the_front_matter_is_read(sample: Runbook) -> None:
    metadata = sample.metadata
    assert (sample.id, sample.title) == ("mail-queue-growing", "Mail - Queue Growing")
    assert (metadata.severity, metadata.difficulty, metadata.status) == ("high", "intermediate", "verified")
    assert metadata.tags == ("mail", "queue", "smtp", "delivery")
    assert metadata.last_updated == date(2026, 1, 15)


def test_the_card_is_read(sample: Runbook) -> None:
    assert sample.purpose == 'Deliver mail again when "queue file write error" is logged'
    assert len(sample.symptoms) == 4
    assert sample.symptoms[0].literals == ("fatal: queue file write error",)
    assert [cause.weight for cause in sample.causes] == [0.50, 0.30, 0.15, 0.05]
    assert sample.causes[0].name == "Remote server refuses"
    assert sample.causes[0].description == "One big receiver throttles"
    assert "postqueue -f" in sample.quick_fix[0].code
    assert sample.resolution_time.minimum == timedelta(minutes=5)
    assert sample.resolution_time.maximum == timedelta(minutes=15)


def test_the_steps_are_read(sample: Runbook) -> None:
    assert [(step.number, step.title) for step in sample.steps] == [
        (1, "Count the queue"),
        (2, "Find the receiver"),
        (3, "Look at the oldest"),
    ]
    assert [step.commands[0].language for step in sample.steps] == ["sql"] * 3
    assert sample.steps[0].commands[0].code.endswith("GROUP BY state;\n")


def test_the_solutions_are_read(sample: Runbook) -> None:
    assert [solution.number for solution in sample.solutions] == [1, 2, 3, 4]
    assert sample.solutions[0].when_to_use == "The remote server is back"
    assert [len(solution.commands) for solution in sample.solutions] == [1, 1, 1, 1]
    minutes = [solution.resolution_time.maximum for solution in sample.solutions]
    assert minutes == [timedelta(minutes=2), timedelta(minutes=10), None, timedelta(minutes=30)]
    assert sample.solutions[2].resolution_time.text == "Varies (code fix required)"
    (note,) = sample.solutions[1].notes
    assert (note.kind, note.text) == ("note", "The spool holds mail that exists nowhere else.")


def test_the_rest_is_read(sample: Runbook) -> None:
    prevention = sample.prevention
    assert [measure.name for measure in prevention.immediate] == ["Limit each receiver", "Watch the queue"]
    assert [measure.commands[0].language for measure in prevention.immediate] == ["sql", "sql"]
    assert (len(prevention.do), len(prevention.avoid)) == (5, 2)
    assert prevention.do[0].text == "Use a relay"
    assert prevention.avoid[0].text == "Don't delete the queue blindly"
    assert [link.id for link in sample.related] == ["mail-server-blocked"]
    assert [link.url for link in sample.resources] == ["https://www.postfix.org/QSHAPE_README.html"]
    (row,) = sample.history
    assert (row.version, row.date, row.author) == ("1.0.0", date(2026, 1, 15), "Mail Team")


def test_places_are_lines_of_the_file(sample: Runbook) -> None:
    lines = (DOCUMENTS / "sample.md").read_text(encoding="utf-8").split("\n")
    assert lines[sample.symptoms[0].span.line - 1] == "- Error: `fatal: queue file write error`"
    assert lines[sample.steps[2].span.line - 1] == "### Step 3: Look at the oldest"
    assert lines[sample.solutions[1].commands[0].span.line - 1] == "```bash"
    link = sample.resources[0]
    assert lines[link.span.line - 1][link.span.column - 1 : link.span.end_column - 1] == link.url


def test_the_two_differ_in_nothing_but_their_labels_and_places() -> None:
    good, garbled = read(DOCUMENTS / "sample.md"), read(DOCUMENTS / "sample-mojibake.md")
    assert good.model_copy(update={"sections": ()}) == garbled.model_copy(update={"sections": ()})


def test_each_garbled_line_is_diagnosed_at_its_line_and_column() -> None:
    file = DOCUMENTS / "sample-mojibake.md"
    report = check_paths([file], today=date(2026, 2, 1), profile=Profile.INGEST)
    found = [(d.span.line, d.span.column) for d in report.diagnostics if d.code == "RB005"]
    lines = file.read_text(encoding="utf-8").split("\n")
    expected = [number for number, line in enumerate(lines, 1) if not line.isascii()]
    assert len(expected) == 12
    assert [line for line, _ in found] == expected
    assert all(lines[line - 1][: column - 1].isascii() for line, column in found)
