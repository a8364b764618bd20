"""The picker of `fmkb search`: driven by the library's own pipe input, and once on a real terminal."""

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.cli.main import fmkb
from tests.cli.terminal import Terminal, needs_terminal, run, without_styles

pytest.importorskip("prompt_toolkit")

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from faultmaven_kb.cli.screens.pager import Pager
from faultmaven_kb.cli.screens.picker import Choice, Picker
from tests.documents import builtin_base

KB = builtin_base()
QUESTION = "FATAL: sorry, too many clients already"
BEST = "postgres-connection-pool-exhausted"
DOWN, UP, ESCAPE, PAGE_DOWN, HOME, END = "\x1b[B", "\x1b[A", "\x1b", "\x1b[6~", "\x1b[H", "\x1b[F"


def _pick(
    keys: str, *, kb: KnowledgeBase = KB, lines: int = 24, columns: int = 80
) -> tuple[Choice | None, str, Picker]:
    """What was chosen with some keys, what was drawn, and the picker; the keys must leave it."""
    screen = io.StringIO()
    output = Vt100_Output(screen, lambda: Size(rows=lines, columns=80), term="xterm-256color", enable_cpr=False)
    with create_pipe_input() as typed:
        picker = Picker(kb.search, count=len(kb), input=typed, output=output)
        typed.send_text(keys)
        return picker.run(), screen.getvalue(), picker


def _text(pieces: Callable[[], list[tuple[str, str]]]) -> str:
    return "".join(piece[1] for piece in pieces())


def _shown(picker: Picker) -> str:
    """The results as text."""
    return _text(picker._results_text)  # type: ignore[arg-type]


def test_results_come_while_one_types_with_verdict_confidence_symptom_and_first_command() -> None:
    picker = _pick(QUESTION + "\x03")[2]
    lines = _shown(picker).split("\n")
    assert lines[0] == "match"
    place = next(number for number, line in enumerate(lines) if line.startswith("›"))
    assert lines[place].startswith("›  97 % PostgreSQL - Connection Pool Exhausted")
    assert "FATAL: sorry, too many clients already" in lines[place + 1]
    assert lines[place + 2].startswith("  $ answer=$(cd / && sudo -u postgres psql -XAtc 'SELECT 1'")
    assert [line for line in lines if len(line) > 80] == []


def test_what_is_pasted_changes_nothing_on_the_screen() -> None:
    pasted = f"\x1b[200~{QUESTION} \u202eabc\u2066\u200b\x07\x1b[201~"
    drawn, picker = _pick(pasted + "\x03")[1:]
    assert not re.search("[\u202e\u2066\u200b\x07]", drawn)
    assert "\ufffdabc\ufffd\ufffd" in without_styles(drawn)
    assert _shown(picker).startswith("match\n")


def test_nothing_is_chosen_when_the_user_leaves() -> None:
    for keys in ("\x03", ESCAPE, QUESTION + ESCAPE, QUESTION + "\r\x03"):
        assert _pick(keys)[0] is None


def test_keys_that_come_after_the_one_that_leaves_do_nothing() -> None:
    for keys in ("\x03\x03", f"{ESCAPE}\x03", f"{QUESTION}\r{ESCAPE}{ESCAPE}\x03\x03"):
        assert _pick(keys)[0] is None
    assert _pick(f"{QUESTION}\rc1\r\x03")[0] is not None


def test_a_question_that_no_runbook_covers_says_so() -> None:
    picker = _pick("how to bake bread\x03")[2]
    assert _shown(picker).split("\n")[0] == "no runbook covers this"
    assert picker.hits == ()


def test_before_a_question_it_says_what_to_type() -> None:
    picker = _pick("   \x03")[2]
    assert f"{len(KB)} runbooks: ask with a message, an alert, a log" in _shown(picker)


def test_arrows_choose_and_stay_inside_of_the_list() -> None:
    question = "pods keep restarting"
    ids = [hit.runbook.id for hit in KB.search(question, limit=5).hits]
    for keys, place in ((DOWN, 1), (DOWN + DOWN + UP, 1), (UP, 0), (DOWN * 50, -1)):
        choice, _, picker = _pick(f"{question}{keys}\rc1\r")
        assert choice == Choice(KB[[hit.runbook.id for hit in picker.hits][place]], 1)
        assert picker.hits[0].runbook.id == ids[0]


def test_the_chosen_hit_is_in_sight_on_a_small_screen() -> None:
    picker = _pick("pods keep restarting" + DOWN * 3 + "\x03", lines=8)[2]
    assert picker.hits[3].runbook.id in _shown(picker)
    assert "› " in _shown(picker)


def test_enter_reads_the_runbook_and_a_number_chooses_a_block_of_commands() -> None:
    choice, drawn, _ = _pick(QUESTION + "\rc12\x7f2\x7f\r")
    assert choice == Choice(KB[BEST], 1)
    assert "c and a number: print that block" in without_styles(drawn)


def test_a_number_that_no_block_has_is_refused_with_those_there_are() -> None:
    picker = _pick(QUESTION + "\rc999\r\x03")[2]
    assert picker.pager is not None
    assert (
        picker._keys_text() == f"999 is not one of them: the runbook has blocks of commands 1 to {picker.pager.blocks}"
    )


def test_a_number_is_only_asked_for_after_c_and_escape_takes_it_back() -> None:
    picker = _pick(QUESTION + "\r12c4\x03")[2]
    assert picker._keys_text().endswith("): 4")
    assert _pick(QUESTION + "\rc\x7f\x03")[2]._keys_text().startswith("↑ ↓ Space")


def test_escape_goes_back_one_view_at_a_time() -> None:
    picker = _pick(QUESTION + "\rc1\x03")[2]
    views = [(picker.pager is not None, picker.pager.number is None if picker.pager else None)]
    for _ in range(2):
        picker._back()
        views.append((picker.pager is not None, picker.pager.number is None if picker.pager else None))
    assert views == [(True, False), (True, True), (False, None)]
    assert picker._keys_text().startswith("type or paste")


def test_the_pager_shows_all_of_a_runbook_and_stops_at_its_end() -> None:
    pager = Pager(KB[BEST])
    page, before, seen = pager.lines(80, 22), None, []
    while page != before:
        seen += ["".join(piece[1] for piece in line) for line in page]
        pager.turn(1)
        page, before = pager.lines(80, 22), page
    runbook = KB[BEST]
    commands = [*runbook.quick_fix, *(command for step in runbook.steps for command in step.commands)]
    lines = [line for command in commands for line in command.code.rstrip("\n").split("\n")]
    assert {f"    {line}" for line in lines} <= set(seen)
    pager.to_end()
    end = pager.lines(80, 22)
    assert end == page
    pager.turn(-1)
    assert pager.lines(80, 22) != end
    pager.move(-1_000_000)
    assert "PostgreSQL - Connection Pool Exhausted" in "".join(p[1] for line in pager.lines(80, 22) for p in line)


def test_a_line_that_is_longer_than_the_screen_can_be_passed() -> None:
    pager = Pager(KB["k8s-node-not-ready"])
    pager.lines(10, 2)
    for _ in range(2000):
        pager.turn(1)
    end = pager.lines(10, 2)
    pager.to_end()
    assert pager.lines(10, 2) == end


def test_another_width_keeps_the_place_in_the_page() -> None:
    pager = Pager(KB[BEST])
    pager.lines(80, 22)
    pager.to_end()
    pager.lines(40, 22)
    assert pager._top > len(pager._lines) // 2


def test_keys_of_the_pager_move_in_it() -> None:
    for keys, top in (("j", 1), (DOWN, 1), ("\r", 1), ("jjk", 1), (" b", 0), (PAGE_DOWN + HOME, 0), ("jg", 0)):
        pager = _pick(f"{QUESTION}\r{keys}\x03")[2].pager
        assert pager is not None
        assert pager._top == top, keys
    ends = {_pick(f"{QUESTION}\r{keys}\x03")[2].pager._top for keys in ("G", END)}  # type: ignore[union-attr]
    assert len(ends) == 1
    assert ends != {0}
    assert _pick(QUESTION + "\rq\x03")[2].pager is None


def test_without_a_hit_there_is_nothing_to_open() -> None:
    assert _pick("how to bake bread\r\x03")[2].pager is None


def test_a_runbook_without_commands_has_none_to_print(tmp_path: Path) -> None:
    (tmp_path / "bare.md").write_text(
        "# Windmill stuck\n\n## Meaning\n\nThe windmill does not turn.\n", encoding="utf-8"
    )
    picker = _pick("windmill stuck does not turn\rc1\r\x03", kb=KnowledgeBase.load(tmp_path))[2]
    assert picker._keys_text() == "1 is not one of them: the runbook has no block of commands"
    assert "  $ no command" in _shown(picker)


def test_what_a_runbook_holds_cannot_drive_the_terminal(tmp_path: Path) -> None:
    page = "# Windmill \x1b]0;owned\x07stuck\n\n## Meaning\n\n\x1b[2JThe windmill does not turn.\n\n"
    page += "```bash\necho \x1b[31m\n```\n"
    (tmp_path / "hostile.md").write_text(page, encoding="utf-8")
    kb = KnowledgeBase.load(tmp_path)
    for keys in ("\x03", "\r\x03"):
        drawn = _pick("windmill does not turn" + keys, kb=kb)[1]
        assert "\x1b]0;owned" not in drawn
        assert "\x1b[31m\n" not in drawn
    assert "␛[2JThe windmill" in without_styles(drawn)


def test_a_pasted_log_is_one_question() -> None:
    log = "\n".join(["Nov 29 12:00:00 db1 postgres[1]: LOG: ok"] * 30 + [f"db1 postgres[2]: {QUESTION}"])
    picker = _pick(f"\x1b[200~{log}\x1b[201~\x03")[2]
    assert picker.answer is not None
    assert picker.answer.question == log
    assert picker.hits[0].runbook.id == BEST


def test_no_colours_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = _pick(QUESTION + "\x03")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    plain = _pick(QUESTION + "\x03")[1]
    colours = re.compile(r"\x1b\[[0-9;]*\b(?:3[0-8]|4[0-8]|9[0-7])\b[0-9;]*m")
    assert colours.search(coloured)
    assert not colours.search(plain)


@needs_terminal
def test_on_a_real_terminal_it_opens_resizes_prints_a_block_and_restores_the_terminal() -> None:
    terminal = Terminal("search")
    terminal.wait_for("What do you see?")
    terminal.type(QUESTION)
    terminal.wait_for("97 % PostgreSQL")
    terminal.resize(10, 50)
    terminal.type("\r")
    terminal.wait_for("1.0.0")
    terminal.type("c1\r")
    code, output = terminal.finish()
    assert code == 0
    assert output.endswith(KB[BEST].quick_fix[0].code.rstrip("\n") + "\n")
    assert terminal.output.index("\x1b[?1049h") < terminal.output.index("\x1b[?1049l")


@needs_terminal
@pytest.mark.parametrize("key", [ESCAPE, "\x03"])
def test_leaving_restores_the_terminal(key: str) -> None:
    terminal = Terminal("search")
    terminal.wait_for("What do you see?")
    terminal.type(key)
    terminal.process.wait(60)
    assert terminal.current_modes() == terminal.modes
    code, _ = terminal.finish()
    assert code == 0
    assert terminal.output.index("\x1b[?1049h") < terminal.output.index("\x1b[?1049l")
    assert (
        terminal.output.rindex("\x1b[?25h") > terminal.output.rindex("\x1b[?25l")
        if "\x1b[?25l" in terminal.output
        else 1
    )


@needs_terminal
def test_a_dumb_terminal_and_json_get_a_line_that_says_how_to_ask() -> None:
    for arguments, environment in ((("search",), {"TERM": "dumb"}), (("search", "--json"), {})):
        code, output = run(*arguments, **environment)  # type: ignore[arg-type]
        assert code == 2
        assert 'no question given, expected words such as fmkb search "502 Bad Gateway"' in output


def test_what_is_piped_is_the_question_and_nothing_is_a_mistake() -> None:
    found = CliRunner().invoke(fmkb, ["search"], input=QUESTION)
    assert (found.exit_code, BEST in found.output) == (0, True)
    empty = CliRunner().invoke(fmkb, ["search"], input="")
    assert (empty.exit_code, "the question is empty, expected what you see" in empty.output) == (2, True)


@needs_terminal
def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "prompt_toolkit.py").write_text(
        "raise ModuleNotFoundError('no', name='prompt_toolkit')\n", encoding="utf-8"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    code, output = run("search", PYTHONPATH=path)
    assert code == 2
    assert "pip install 'faultmaven-kb[tui]'" in output
