"""Other families of runbooks load with everything in its place, and nothing of them is lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import ConfigurationError, parse_runbook
from faultmaven_kb.dialects import DIALECTS
from faultmaven_kb.reading.reader import read_document
from tests.documents import RUNBOOKS, read

FIXTURES = Path(__file__).parent.parent / "fixtures" / "dialects"
FILES = sorted(FIXTURES.rglob("*.md"))


@pytest.mark.parametrize(
    ("file", "dialect"),
    [
        ("causal-chain.md", "causal-chain"),
        ("causal-chain-first-year.md", "causal-chain"),
        ("causal-chain-options.md", "causal-chain"),
        ("four-section-variants.md", "four-section"),
        ("typed-front-matter.md", "typed-front-matter"),
        ("cache-is-cold/SKILL.md", "skill"),
    ],
)
def test_a_document_is_recognised_by_its_content(file: str, dialect: str) -> None:
    assert read(FIXTURES / file).dialect == dialect


def test_the_own_format_is_still_its_own() -> None:
    assert {read(file).dialect for file in RUNBOOKS} == {"faultmaven"}


@pytest.mark.parametrize("file", [*FILES, *RUNBOOKS], ids=lambda file: file.name)
@pytest.mark.parametrize("dialect", [None, *(dialect.name for dialect in DIALECTS)])
def test_every_line_with_text_belongs_to_a_section_or_to_the_front_matter(file: Path, dialect: str | None) -> None:
    document, _ = read_document(file, dialect=dialect)
    assert document is not None
    covered = set(range(1, document.front_matter.span.end_line + 1)) if document.front_matter.present else set()
    for section in document.runbook.sections:
        covered |= set(range(section.span.line, section.span.end_line + 1))
    lost = [line for line, text in enumerate(document.source.lines, 1) if text.strip() and line not in covered]
    assert lost == []


def test_a_causal_chain_keeps_its_causes_with_chain_and_indicators() -> None:
    runbook = read(FIXTURES / "causal-chain.md")

    first, second = runbook.causes
    assert (first.name, first.number) == ("Poison message", 1)
    assert first.description.startswith("One message makes")
    assert [(link.node, link.text) for link in first.chain] == [
        ("root", "the message cannot be parsed"),
        ("s1", "the consumer crashes before it acknowledges"),
        ("D", "the queue grows"),
    ]
    assert [(each.node, each.source, each.text) for each in first.indicators] == [
        ("root", "step 2", "the same message id before each crash"),
        ("D", "symptom", "`consumers` is 0"),
    ]
    assert [link.text for link in second.chain] == [
        "password differs",
        "the broker closes the channel",
        "the queue grows",
    ]
    assert [(each.source, each.text) for each in second.indicators] == [("step 2", "`ACCESS_REFUSED`")]


def test_the_interventions_of_a_causal_chain_are_solutions() -> None:
    runbook = read(FIXTURES / "causal-chain.md")

    assert [(solution.number, solution.title) for solution in runbook.solutions] == [
        (1, "Remediation (root): Poison message"),
        (2, "Loop break (s1): Poison message"),
        (3, "Mitigation (D): Unidentified"),
    ]
    remediation, loop_break, _ = runbook.solutions
    assert remediation.commands[0].code == "systemctl restart worker\n"
    assert remediation.instructions[0].text == "mend the parser and roll it out."
    assert remediation.expected_outcome == "Step 1 shows a falling number."
    assert loop_break.notes[0].text == "the message waits."
    assert loop_break.resolution_time.text == "5 minutes"
    assert loop_break.expected_outcome == "Step 2 shows no crash."


def test_the_other_parts_of_a_causal_chain_are_in_their_places() -> None:
    runbook = read(FIXTURES / "causal-chain.md")

    assert runbook.title == "Queue Consumer Stuck"
    assert [symptom.literals for symptom in runbook.symptoms] == [("consumers",), ("channel closed by server",)]
    assert [step.expected_output for step in runbook.steps] == ["one line for each queue with two numbers.", "ready"]
    assert [practice.text for practice in runbook.prevention.do + runbook.prevention.avoid] == [
        "Send messages that fail five times to a dead letter queue.",
        "Never share a password between workers.",
    ]
    assert [link.url for link in runbook.resources] == ["https://www.rabbitmq.com/docs/dlx"]
    assert {passage.label: passage.text for passage in runbook.passages} == {
        "Applicability": "- RabbitMQ 3.12 or newer, with the management plugin.",
        "Unidentified": "None of the causes fits.",
        "Sources": "An incident of last June",
    }


def test_front_matter_of_the_causal_chain_is_translated_and_kept_as_it_stood() -> None:
    metadata = read(FIXTURES / "causal-chain.md").metadata

    assert (metadata.technology, metadata.status, metadata.difficulty) == ("rabbitmq", "draft", "advanced")
    assert metadata.severity is None
    assert metadata.other == {
        "status": "in-review",
        "difficulty": "expert",
        "severity": "info",
        "domain": "application",
        "service": "rabbitmq",
        "symptom_class": ["latency", "data_loss"],
        "scope": "team",
    }


def test_the_first_year_of_causal_chains_had_mitigation_and_resolution() -> None:
    runbook = read(FIXTURES / "causal-chain-first-year.md")

    assert runbook.causes[0].description == (
        "The configuration cannot be read.\n\nThe worker exits before it is ready, and is started again."
    )
    mitigation, resolution = runbook.solutions
    assert (mitigation.title, resolution.title) == ("Mitigation: Bad configuration", "Remediation: Bad configuration")
    assert mitigation.commands[0].code == "cp worker.conf.old worker.conf\n"
    assert mitigation.notes[0].text == "Old settings come back."
    assert mitigation.resolution_time.text == "10 minutes"
    assert resolution.commands[0].code == "worker --check worker.conf\n"
    assert resolution.expected_outcome == "The number stays as it is."
    assert [(aside.label, aside.text) for aside in resolution.passages] == [
        ("Impact", "One worker."),
        ("Rollback", "none needed"),
    ]


def test_the_first_form_of_causal_chains_had_options_and_resolutions() -> None:
    runbook = read(FIXTURES / "causal-chain-options.md")

    assert (runbook.title, runbook.metadata.technology) == ("Queue Grows (first form)", "rabbitmq")
    assert runbook.purpose.startswith("Messages wait longer")
    assert [step.title for step in runbook.steps] == ["Count what waits"]
    assert [(solution.number, solution.title) for solution in runbook.solutions] == [
        (1, "Add a worker"),
        (2, "Pause the producer"),
        (3, "Root Cause Resolution: one message comes back again and again"),
        (4, "Root Cause Resolution: the workers wait for disk"),
    ]
    scale, pause, bury, disks = runbook.solutions
    assert [command.code for command in scale.commands] == ["workerctl scale 2\n", "workerctl list\n"]
    assert [note.kind for note in scale.notes + pause.notes] == ["risk", "risk", "note"]
    assert scale.notes[0].text == "Low. One more process."
    assert scale.resolution_time.text == "5 minutes"
    assert pause.expected_outcome == "The number stays as it is."
    assert bury.when_to_use == "one message comes back again and again"
    assert bury.instructions[0].text == "move it to the dead letter queue:\n\nThen read it."
    assert bury.commands[0].code == "queuectl bury 17\n"
    assert disks.instructions[0].text == "use faster disks."
    assert {passage.label: passage.text for passage in runbook.passages} == {"Verification": "The queue is empty."}


def test_a_resolution_without_conditions_is_one_solution() -> None:
    runbook = read(
        "# X\n\n## Problem Definition\n\np\n\n## Diagnostic Steps\n\n## Mitigation\n\nWait.\n\n"
        "## Root Cause Resolution\n\nMend.\n"
    )

    assert [solution.title for solution in runbook.solutions] == ["Mitigation", "Root Cause Resolution"]


def test_the_many_headings_of_alert_runbooks_are_read() -> None:
    runbook = read(FIXTURES / "four-section-variants.md")

    assert runbook.purpose == "The disk fills up."
    assert runbook.impact == "Writes fail."
    assert [cause.name for cause in runbook.causes] == ["Logs", "Old images"]
    assert [(step.title, len(step.commands)) for step in runbook.steps] == [("Summary", 1)]
    assert [command.code for solution in runbook.solutions for command in solution.commands] == [
        "journalctl --vacuum-size=1G\n"
    ]
    assert runbook.solutions[0].expected_outcome == "Free space is above 20 %."
    assert {passage.label: passage.text for passage in runbook.passages} == {
        "Possible causes": "Either of these:",
        "Verification": "Free space is above 20 %.",
        "Rollback": "```bash\nrestore --last\n```",
        "Escalation": "Call the storage team.",
        "See also": "[df](https://man7.org/linux/man-pages/man1/df.1.html)",
    }
    assert [len(runbook.prevention.do), len(runbook.prevention.avoid)] == [1, 1]


def test_two_sections_of_one_role_are_both_kept() -> None:
    runbook = read("# X\n\n## Summary\n\none\n\n## Description\n\ntwo\n\n## Fix\n\nthree\n\n## Workaround\n\nfour\n")

    assert runbook.purpose == "one\n\ntwo"
    assert [solution.title for solution in runbook.solutions] == ["Fix", "Workaround"]


def test_steps_are_the_diagnosis_where_there_is_no_other() -> None:
    runbook = read("# X\n\n## Summary\n\none\n\n## Steps\n\nLook.\n\n```bash\nls\n```\n\n## Resolution\n\nMend.\n")

    assert [command.code for step in runbook.steps for command in step.commands] == ["ls\n"]
    assert len(runbook.solutions) == 1


def test_a_first_heading_that_sounds_like_a_section_is_still_the_title() -> None:
    runbook = read("# Troubleshooting\n\n## Meaning\n\nm\n\n## Diagnosis\n\nLook.\n\n## Mitigation\n\nMend.\n")

    assert runbook.title == "Troubleshooting"
    assert runbook.purpose == "m"
    assert len(runbook.steps) == 1


def test_typed_front_matter_fills_what_the_body_leaves_empty() -> None:
    runbook = read(FIXTURES / "typed-front-matter.md")

    assert [symptom.text for symptom in runbook.symptoms] == ["`503` from the gateway", "carts stay empty"]
    assert runbook.symptoms[0].literals == ("503",)
    assert runbook.symptoms[0].span.line == 5
    metadata = runbook.metadata
    assert (metadata.technology, metadata.severity, str(metadata.last_updated)) == (
        "checkout",
        "critical",
        "2026-05-01",
    )
    assert metadata.other["severity"] == "sev1"
    assert metadata.other["services"] == ["checkout", "payments"]
    assert [len(runbook.steps), len(runbook.solutions)] == [1, 1]


def test_typed_front_matter_over_a_body_without_structure_reads_too() -> None:
    runbook = read('---\ntype: Runbook\nservices: []\nsymptoms: "all is slow"\n---\n\nJust words.\n')

    assert runbook.dialect == "typed-front-matter"
    assert runbook.purpose == "Just words."
    assert runbook.symptoms[0].text == "all is slow"


def test_a_skill_is_called_by_its_name_and_not_by_its_file() -> None:
    runbook = read(FIXTURES / "cache-is-cold" / "SKILL.md")

    assert runbook.id == "cache-is-cold"
    assert runbook.title == "Cold cache"
    assert runbook.purpose.startswith("Warms a cold cache.")
    assert runbook.symptoms[0].literals == ("keyspace_hits",)
    assert runbook.steps[0].commands[0].code == "redis-cli info stats\n"
    assert runbook.solutions[0].commands[0].code == "warm-cache --all\n"
    assert runbook.passages[0].label == "Synthesis"
    assert (runbook.metadata.technology, runbook.metadata.severity) == ("redis", "medium")
    assert runbook.metadata.tags == ("cache", "latency")


def test_the_dialect_can_be_named_by_the_caller() -> None:
    text = (FIXTURES / "typed-front-matter.md").read_text(encoding="utf-8")

    chosen = parse_runbook(text, dialect="four-section").runbook

    assert chosen is not None
    assert chosen.dialect == "four-section"
    with pytest.raises(ConfigurationError, match='did you mean "four-section"'):
        parse_runbook(text, dialect="four-sections")


MARKS = ["## Causes", "### Cause A: x", "**Chain:**", "- root: a → b", "**Interventions:**", "- **mitigation** (D): y"]
LINES = st.lists(
    st.sampled_from(
        [*MARKS, "## Symptom Recognition", "**Indicators:**", "- [Step 1] z", "**Risk:** r", "```", "", "> q"]
    )
    | st.text(max_size=20),
    max_size=25,
)


@given(LINES, st.sampled_from([dialect.name for dialect in DIALECTS]))
def test_no_dialect_trips_over_any_text(lines: list[str], dialect: str) -> None:
    result = parse_runbook("\n".join(["# Title", *lines]), dialect=dialect)

    assert result.runbook is not None
