"""What a page shows can be pasted: commands are never wrapped, one block comes alone, placeholders are filled in."""

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.main import fmkb
from tests.documents import builtin_base

KB = builtin_base()


def _run(*arguments: str, columns: int = 80) -> tuple[int, str]:
    done = CliRunner(env={"COLUMNS": str(columns)}).invoke(fmkb, arguments)
    return done.exit_code, done.output


@pytest.mark.parametrize("runbook_id", KB.ids)
def test_no_command_of_a_page_is_wrapped(runbook_id: str) -> None:
    runbook = KB[runbook_id]
    lines = set(_run("show", runbook_id, columns=40)[1].split("\n"))
    commands = [*runbook.quick_fix, *(c for step in runbook.steps for c in step.commands)]
    commands += [c for solution in runbook.solutions for c in solution.commands]
    assert commands
    for command in commands:
        assert {f"    {line}" for line in command.code.rstrip("\n").split("\n")} <= lines


def test_one_block_comes_alone_with_its_placeholders_filled() -> None:
    runbook = KB["redis-out-of-memory"]
    code, output = _run("show", runbook.id, "--copy", "1", "--set", "new-limit=3gb")
    assert code == 0
    assert output == runbook.quick_fix[0].code.rstrip("\n").replace("<new-limit>", "3gb") + "\n"


def test_a_search_prints_one_block_of_the_runbook_that_matches() -> None:
    runbook = KB["redis-out-of-memory"]
    question = "OOM command not allowed when used memory > 'maxmemory'"
    code, output = _run("search", question, "--copy", "1", "--set", "new-limit=3gb")
    assert code == 0
    assert output == runbook.quick_fix[0].code.rstrip("\n").replace("<new-limit>", "3gb") + "\n"


def test_without_a_match_no_commands_are_printed_and_the_nearest_are_named() -> None:
    code, output = _run("search", "the coffee machine on floor 3 leaks", "--copy", "1")
    assert code == 1
    assert output.startswith("fmkb: no runbook is a match, so no block was printed")
    assert output.count("\n") == 1


def test_a_value_without_a_block_to_fill_is_refused() -> None:
    code, output = _run("search", "OOM", "--set", "new-limit=3gb")
    assert code == 2
    assert "expected --copy with its number" in output


def test_a_placeholder_is_filled_on_the_whole_page() -> None:
    output = _run("show", "redis-out-of-memory", "--set", "new-limit=3gb")[1]
    assert "<new-limit>" not in output
    assert "CONFIG SET maxmemory '3gb'" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--copy", "99"), "99 is not one of the blocks of commands, expected 1 to"),
        (("--set", "limit"), '"limit" has no "=", expected NAME=VALUE'),
    ],
)
def test_a_wrong_block_or_value_says_what_was_expected(arguments: tuple[str, ...], message: str) -> None:
    code, output = _run("show", "redis-out-of-memory", *arguments)
    assert code == 2
    assert message in output.replace("\n", " ")


def test_the_first_command_is_on_the_first_screen() -> None:
    output = _run("search", "FATAL: sorry, too many clients already")[1].split("\n")
    first = KB["postgres-connection-pool-exhausted"].quick_fix[0].code.split("\n")[1]
    assert f"    {first}" in output[:24]


def test_a_hit_of_no_percent_is_not_shown() -> None:
    for question in ("how do I bake bread", "FATAL: sorry, too many clients already", "node not ready"):
        assert "\n  0 % " not in "\n" + _run("search", question, "--limit", "10")[1]
