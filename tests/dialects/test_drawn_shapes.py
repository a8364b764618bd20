"""What authors draw by hand is read as what it is, and prose that looks like it stays prose."""

import pytest

from faultmaven_kb.dialects.pieces.branches import is_branch
from faultmaven_kb.dialects.pieces.enumerations import heading_number
from faultmaven_kb.dialects.pieces.typed import is_typed_line, typed_in
from faultmaven_kb.source import Span
from tests.documents import read

HERE = Span(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("title", "number", "words"),
    [
        ("Step Two: Restart", 2, "Restart"),
        ("3.1 Check the node", 1, "Check the node"),
        ("🔧 2) Drain", 2, "Drain"),
        ("10️⃣ Drain", None, "10️⃣ Drain"),
        ("④ 更新", 4, "更新"),
        ("iv. Unpack", 4, "Unpack"),
        ("Part 2 - Contain", 2, "Contain"),
        ("503 errors", None, "503 errors"),
        ("5-minute check", None, "5-minute check"),
        ("Step 3", None, "Step 3"),
    ],
)
def test_a_heading_has_a_number_where_its_author_counts(title: str, number: int | None, words: str) -> None:
    assert heading_number(title) == (number, words)


@pytest.mark.parametrize(
    "page",
    [
        "a) look at it\n\nb) mend it\n",
        "i. look at it\nii. mend it\n",
        "(1) look at it\n(2) mend it\n",
        "1️⃣ look at it\n\n2️⃣ mend it\n",
        "**Step one:** look at it\n\n**Step two:** mend it\n",
        "➊ look at it\n➋ mend it\n",
    ],
)
def test_paragraphs_that_count_are_steps(page: str) -> None:
    steps = read(f"# X\n\n## Procedure\n\n{page}").steps
    assert [(step.number, step.title) for step in steps] == [(1, "look at it"), (2, "mend it")]


@pytest.mark.parametrize("page", ["b) second\n\nc) third\n", "a) only this\n", "A. Smith wrote it.\n\nC. Jones too.\n"])
def test_what_does_not_begin_to_count_is_prose(page: str) -> None:
    (step,) = read(f"# X\n\n## Procedure\n\n{page}").steps
    assert step.what_to_check == page.strip()


def test_a_label_behind_the_last_item_is_a_part_of_its_own() -> None:
    runbook = read("# X\n\n**Diagnosis:**\n\na) look\n\nb) ask\n\n**Solution:**\n\nMend it.\n")
    assert [step.title for step in runbook.steps] == ["look", "ask"]
    assert [solution.title for solution in runbook.solutions] == ["Solution"]


def test_a_list_goes_on_behind_what_is_between_its_numbers() -> None:
    runbook = read("# X\n\n## Resolution\n\n1. one\n- a\n- b\n\n2. two\n\n```sh\nls -l\n```\n\n3. three\n")
    (solution,) = runbook.solutions
    assert [each.number for each in solution.instructions] == [1, 2, 3]
    assert [command.code for command in solution.instructions[1].commands] == ["ls -l\n"]


def test_points_above_a_numbered_list_are_no_steps() -> None:
    steps = read("# X\n\n## Procedure\n\n- You are root.\n\n1. one\n2. two\n").steps
    assert [step.title for step in steps] == ["one", "two"]
    assert [passage.text for passage in steps[0].passages] == ["- You are root."]


def test_a_list_of_what_a_script_does_by_itself_is_no_list_of_steps() -> None:
    steps = read("# X\n\n## Procedure\n\n```sh\nmake it\n```\n\nThis runs a script which:\n\n1. asks\n2. waits\n").steps
    assert [step.title for step in steps] == ["Procedure"]


def test_terms_with_definitions_are_labels_with_lists() -> None:
    runbook = read("# X\n\nSymptoms\n: late mail\n: a long queue\n\nFix\n\n: flush it\n")
    assert [symptom.text for symptom in runbook.symptoms] == ["late mail", "a long queue"]
    assert [solution.instructions[0].text for solution in runbook.solutions] == ["flush it"]


@pytest.mark.parametrize(
    ("title", "branch"),
    [("If the disk is full", True), ("When nothing helps", True), ("When to use this", False), ("If so, what?", False)],
)
def test_a_condition_is_a_branch(title: str, branch: bool) -> None:
    assert is_branch(title) is branch


def test_one_condition_in_prose_is_no_solution() -> None:
    assert read("# X\n\n## If you are new here\n\nRead on.\n").solutions == ()


@pytest.mark.parametrize(
    "line", ["kubectl get pods", "$ anything", "./run.sh now", "find / -name core", "sudo systemctl stop x"]
)
def test_a_line_is_typed(line: str) -> None:
    assert is_typed_line(line)


@pytest.mark.parametrize(
    "line", ["find the node", "make sure it runs", "docker is not running here", "kubectl works", "watch the board."]
)
def test_a_line_of_prose_is_not_typed(line: str) -> None:
    assert not is_typed_line(line)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Never use `kill -9 1` here.", []),
        ("Use `kill -15 1`, not `kill -9 1`.", ["kill -15 1\n"]),
        ("Read it with 'kubectl logs x --previous'", ["kubectl logs x --previous\n"]),
        ("Ask for it:\ncurl -v https://example.org\nand wait", ["curl -v https://example.org\n"]),
        ("On the node: `scripts/setup.sh 1 2`", ["scripts/setup.sh 1 2\n"]),
    ],
)
def test_what_is_typed_within_a_text(text: str, codes: list[str]) -> None:
    assert [command.code for command in typed_in(text, HERE)] == codes


@pytest.mark.parametrize(
    "words",
    [
        "Example output:",
        "You should see something like this:",
        "It returns:",
        "The log shows errors such as:",
        "Fails with the following error:",
    ],
)
def test_what_is_printed_is_no_command(words: str) -> None:
    page = f"# X\n\n## Diagnosis\n\n```sh\nls -l\n```\n\n{words}\n\n```\ntotal 0\n```\n\nThen go on.\n"
    (step,) = read(page).steps
    assert ([command.code for command in step.commands], step.expected_output) == (["ls -l\n"], "total 0")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("You can see the errors by running:", "reader x"),
        ("You should see it in:", "kubectl get pods"),
        ("Then:", "x y"),
    ],
)
def test_what_is_typed_is_a_command_whatever_is_said_above(words: str, code: str) -> None:
    steps = read(f"# X\n\n## Diagnosis\n\n{words}\n\n```\n{code}\n```\n").steps
    assert [command.code for step in steps for command in step.commands] == [f"{code}\n"]


def test_what_a_mitigation_prints_is_kept_beside_its_commands() -> None:
    page = "# X\n\n## Mitigation\n\n```sh\nls -l\n```\n\nExample output:\n\n```\ntotal 0\n```\n"
    (solution,) = read(page).solutions
    assert [command.code for command in solution.commands] == ["ls -l\n"]
    assert ("Output", "```text\ntotal 0\n```") in [(passage.label, passage.text) for passage in solution.passages]


def test_causes_and_links_in_a_mitigation_are_no_instructions() -> None:
    page = "# X\n\n## Meaning\n\nm\n\n## Mitigation\n\nIt can have many causes, including:\n\n- memory\n\nSee:\n\n"
    runbook = read(f"{page}- [help](https://example.org)\n")
    assert [cause.name for cause in runbook.causes] == ["memory"]
    assert [solution.instructions for solution in runbook.solutions] == [()]


def test_a_verification_above_the_mitigation_confirms_the_alert() -> None:
    page = "# X\n\n## Verification\n\n```sh\nls -l\n```\n\n## Mitigation\n\nMend it.\n"
    runbook = read(page)
    assert [step.title for step in runbook.steps] == ["Verification"]
    assert [solution.expected_outcome for solution in runbook.solutions] == [""]


def test_steps_of_several_places_are_in_the_order_of_the_page() -> None:
    page = "# X\n\n## Summary\n\ns\n\n## Look first\n\n```sh\nls -a\n```\n\n## Diagnosis\n\n```sh\nls -b\n```\n"
    steps = read(page).steps
    assert [(step.number, step.commands[0].code) for step in steps] == [(1, "ls -a\n"), (2, "ls -b\n")]
