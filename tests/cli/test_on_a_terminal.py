"""What a user sees on a terminal of 80 columns: commands whole, reasons in one line, the first command in sight."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.cli.display.prose import Prose
from tests.cli.terminal import Terminal, needs_terminal, run
from tests.documents import builtin_base

KB = builtin_base()


def _printed(text: str, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, markup=False)
    console.print(Prose(text), crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().split("\n")


@needs_terminal
def test_no_command_is_wrapped_on_a_terminal() -> None:
    runbook = KB["k8s-node-not-ready"]
    for arguments in (("show", runbook.id), ("search", "node not ready")):
        lines = set(run(*arguments)[1].split("\n"))
        commands = [*runbook.quick_fix, *runbook.steps[0].commands[:1]]
        assert {f"    {line}" for command in commands for line in command.code.rstrip("\n").split("\n")} <= lines


@needs_terminal
@pytest.mark.parametrize(
    "question", ["node not ready", "FATAL: sorry, too many clients already", "502 Bad Gateway", "disk full"]
)
def test_the_first_command_is_on_the_first_screen_and_no_reason_takes_two_lines(question: str) -> None:
    output = run("search", question)[1]
    best = KB.search(question).hits[0].runbook
    code = best.quick_fix[0].code.split("\n")
    command = next(line for line in code if not line.startswith("#"))
    rows = [row for line in output.split("\n") for row in (line[at : at + 80] for at in range(0, len(line) or 1, 80))]
    assert command[:70] in "\n".join(rows[:24])
    head = output[: output.index("  Quick fix")].split("\n")
    assert len(head) > 4
    assert [line for line in head[2:] if len(line) > 80] == []


@needs_terminal
def test_a_verdict_that_names_no_runbook_has_its_reason_in_one_line() -> None:
    lines = run("search", "server down")[1].split("\n")
    assert lines[0] == "no runbook covers this"
    assert lines[1].startswith("  the question says too little to choose; the nearest")
    assert len(lines[1]) <= 80
    assert lines[2] == "nearest:"


@needs_terminal
def test_words_that_tell_equal_hits_apart_are_shown_whole(tmp_path: Path) -> None:
    symptom = "`frobnicator queue stalled` on the spindle controller"
    causes = ("backpressure", "checkpointing", *(f"trouble number {number}" for number in range(20)))
    for number, cause in enumerate(causes):
        what, sign = ("Frobnicator queue stalled by", symptom) if number < 2 else ("Other", f"sign {number}")
        page = f"# {what} {cause}\n\n## Meaning\n\n{sign}\n\n## Mitigation\n\nWait.\n"
        (tmp_path / f"runbook-{number}.md").write_text(page, encoding="utf-8")
    question = "frobnicator queue stalled"
    answer = KnowledgeBase.load(tmp_path).search(question)
    lines = run("search", question, "--kb", str(tmp_path))[1].split("\n")
    assert answer.verdict == "ambiguous"
    assert lines[0] == "ambiguous: more than one runbook may fit"
    assert '  would distinguish them: "backpressure" or "checkpointing"' in lines


def test_beside_a_match_unlikely_hits_are_left_out_unless_they_are_asked_for() -> None:
    question = "node not ready"
    assert [hit for hit in KB.search(question).hits[1:] if 0.005 <= hit.confidence < 0.05]
    from click.testing import CliRunner

    from faultmaven_kb.cli.main import fmkb

    brief = CliRunner().invoke(fmkb, ["search", question]).output
    full = CliRunner().invoke(fmkb, ["search", question, "--limit", "3"]).output
    assert "also:" not in brief
    assert len(re.findall(r"^ *\d+ % ", full, re.MULTILINE)) > len(re.findall(r"^ *\d+ % ", brief, re.MULTILINE)) == 1


@needs_terminal
def test_an_open_placeholder_is_asked_for_on_a_terminal_and_the_command_comes_last() -> None:
    terminal = Terminal("show", "redis-out-of-memory", "--copy", "1")
    terminal.wait_for("<new-limit>:")
    terminal.type("3gb\n")
    code, output = terminal.finish()
    assert code == 0
    assert output.endswith(
        KB["redis-out-of-memory"].quick_fix[0].code.rstrip("\n").replace("<new-limit>", "3gb") + "\n"
    )


@needs_terminal
def test_a_placeholder_that_was_given_is_not_asked_for() -> None:
    code, output = run("show", "redis-out-of-memory", "--copy", "1", "--set", "new-limit=3gb")
    assert (code, "<new-limit>:" in output) == (0, False)
    assert output == KB["redis-out-of-memory"].quick_fix[0].code.rstrip("\n").replace("<new-limit>", "3gb") + "\n"


def test_code_in_prose_is_never_broken_and_no_line_ends_in_blanks() -> None:
    code = 'kubectl get events -n "<namespace>" --field-selector reason=Killing'
    for text in (f"Look at `{code}` first, then wait.", f"- one\n- two: `{code}`\n  1. deep `{code}`\n", f"> `{code}`"):
        for width in (30, 60, 80):
            lines = _printed(text, width)
            assert sum(line.count(code) for line in lines) == text.count(code)
            assert [line for line in lines if line != line.rstrip()] == []
    assert "".join(_printed("x" * 100 + " `a b`", 30)).endswith("a b")


def test_code_in_a_list_deeper_than_a_line_is_shown_once() -> None:
    text = "".join(f"{'  ' * depth}- level\n" for depth in range(6)) + f"{'  ' * 6}- `{'word ' * 9}end`\n"
    assert "\n".join(_printed(text, 40)).count("word word word word word word word word word end") == 1


def test_code_in_a_table_and_characters_for_private_use_are_left_as_they_are() -> None:
    assert "│" not in "".join(_printed("a `b c`"))
    assert any("one two" in line for line in _printed("| head |\n|---|\n| `one two` |\n"))
    assert _printed("an icon \ue000 and `two words`")[0] == "an icon \ue000 and two words"
