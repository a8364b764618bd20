from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.fences.pasting import split_commands, split_console
from faultmaven_kb.fences.placeholders import fill, placeholders_in
from faultmaven_kb.fences.placeholders import mask_placeholders as mask
from faultmaven_kb.labs.declarations.matching import error_line, shows
from faultmaven_kb.proofs.directives import directives_before
from faultmaven_kb.proofs.extraction import extract
from faultmaven_kb.reading.reader import read_document
from faultmaven_kb.source import Source
from tests.documents import RUNBOOKS
from tests.labs.parts import DEMO


def texts(code: str) -> list[str] | None:
    commands = split_commands(code)
    return None if commands is None else [command.text for command in commands]


def test_a_loop_a_here_document_and_a_continuation_are_one_command_each() -> None:
    code = "for i in 1 2; do\n  echo $i\ndone\n# why\ncat <<'END'\na\nb\nEND\nls \\\n  -l\n"
    assert texts(code) == ["for i in 1 2; do\n  echo $i\ndone", "cat <<'END'\na\nb\nEND", "ls \\\n  -l"]


def test_commands_on_one_line_stay_together_because_the_last_may_ask_for_the_exit_code() -> None:
    assert texts('false; echo "exit status $?"\n') == ['false; echo "exit status $?"']


def test_a_comment_between_two_pipelines_keeps_them_apart() -> None:
    assert texts("a | sort -u\n# then\nb | sort; echo $?\n") == ["a | sort -u", "b | sort; echo $?"]


def test_a_placeholder_without_quotes_is_no_redirection() -> None:
    assert texts("cp <from> <to>\ncat /srv/<name>\n") == ["cp <from> <to>", "cat /srv/<name>"]


def test_what_is_no_shell_is_told() -> None:
    assert split_commands("if true; then\n") is None


def test_a_transcript_yields_what_stands_after_its_prompts() -> None:
    commands = split_console("$ echo 'a\n> b'\na\nb\n$ ls\n")
    assert commands is not None
    assert [(command.text, command.line) for command in commands] == [("echo 'a\nb'", 0), ("ls", 4)]
    assert split_console("$ if\n") is None


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_no_line_of_a_fence_is_lost_but_comments(path: Path) -> None:
    document = read_document(path)[0]
    assert document is not None
    for fence in extract(document.runbook, document.source):
        if fence.directives:
            continue
        written = [line for line in fence.code.split("\n") if line.strip() and not line.startswith("#")]
        kept = [line for command in fence.commands for line in command.text.split("\n") if line.strip()]
        assert kept == written, fence.id


@given(st.lists(st.sampled_from(["ls -l", "a | b", "echo 'x\ny'", "# note", "f() { ls; }", "x=$(date)"]), max_size=6))
def test_commands_put_together_again_are_the_text_without_comments(lines: list[str]) -> None:
    commands = split_commands("\n".join(lines) + "\n")
    assert commands is not None
    assert "\n".join(command.text for command in commands) == "\n".join(line for line in lines if line != "# note")


def test_commands_have_names_and_the_lines_of_the_file() -> None:
    document = read_document(DEMO / "shop-page-missing.md")[0]
    assert document is not None
    fences = extract(document.runbook, document.source)
    commands = [(command.id, command.line) for fence in fences for command in fence.commands]
    for fence in fences:
        for command in fence.commands if fence.directive("file") is None else ():
            assert document.source.line(command.line).strip() == command.text
    assert ("solution-1/fence-1/command-2", 61) in commands
    assert [fence.id for fence in fences if not fence.commands] == ["solution-2/fence-3"]


def test_a_language_with_a_client_is_fed_to_it_whole() -> None:
    text = "# T\n\n## Solutions\n\n### Solution 1: A\n\n```sql\nSELECT 1;\n```\n"
    document = read_document(text)[0]
    assert document is not None
    assert extract(document.runbook, document.source) == ()
    (fence,) = extract(document.runbook, document.source, clients={"sql": "psql -X"})
    assert fence.commands[0].text == "psql -X <<'FMKB_LAB_INPUT'\nSELECT 1;\nFMKB_LAB_INPUT"


def test_directives_give_the_exit_code_and_the_background_to_the_last_command() -> None:
    comments = "<!-- lab: rc 3 -->\n<!-- lab: background -->\n"
    text = f"## Solutions\n\n### Solution 1: A\n\n{comments}\n```bash\nls\nsleep 9\n```\n"
    document = read_document(text)[0]
    assert document is not None
    (fence,) = extract(document.runbook, document.source)
    assert [(each.rc, each.background) for each in fence.commands] == [(0, False), (3, True)]


@pytest.mark.parametrize(
    ("comment", "fault"),
    [
        ("<!-- lab: skip -->", 'directive "skip" has no text, expected a reason'),
        ("<!-- lab: expect -->", 'directive "expect" has no text, expected what the output contains'),
        ("<!-- lab: rc one -->", 'directive "rc" has "one", expected an exit code such as 1'),
        (
            "<!-- lab: file etc/x -->",
            'directive "file" has "etc/x", expected an absolute path and at most the word append',
        ),
        (
            "<!-- lab: skp why -->",
            'unknown directive "skp", expected one of skip, file, expect, rc, background (did you mean "skip"?)',
        ),
    ],
)
def test_a_directive_that_is_not_understood_says_what_was_expected(comment: str, fault: str) -> None:
    assert [each.fault for each in directives_before(Source(f"{comment}\n```bash\n"), 2)] == [fault]


def test_only_comments_right_before_the_fence_are_directives() -> None:
    assert directives_before(Source("<!-- lab: skip why -->\ntext\n```bash\n"), 3) == ()
    assert directives_before(Source("<!-- lab: skip why -->\n\n```bash\n"), 3)[0].value == "why"


def test_placeholders_are_found_and_filled_and_shell_is_left_alone() -> None:
    text = "psql@<pg-version>-main <<EOF $<x> < file <Host> 127.0.0.1<path> <pod name> <your_file> {{name}} {{.State}}"
    assert placeholders_in(text) == ("pg-version", "Host", "path", "pod name", "your_file", "name")
    assert fill(text, {"pg-version": "15"}).startswith("psql@15-main <<EOF $<x> < file <Host> 127.0.0.1<path>")
    assert len(mask(text)) == len(text)
    assert placeholders_in(mask(text)) == ()


def test_blanks_of_a_table_say_nothing_and_numbers_only_vary_where_asked() -> None:
    assert shows("FATAL:  sorry,   too many\r\nx", "FATAL: sorry, too many")
    assert shows("  98 | 100", "18 | 20", numbers="vary")
    assert not shows("98 | 100", "18 | 20")
    assert not shows("failed (111: refused)", "failed (13: refused)")
    assert not shows("a\nb", "a b")


def test_an_error_that_a_tool_prints_with_exit_code_0_is_seen() -> None:
    assert error_line("OK\n(error) ERR wrong number\n") == "(error) ERR wrong number"
    assert error_line("ERROR:  relation is missing") is not None
    assert error_line("Failed to reset: not loaded", allow=("not loaded",)) is None
    assert error_line("no error here") is None
