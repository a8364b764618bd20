"""What a person sees on a terminal: colours, bars, wrapped lines; on a pipe none of that."""

import io
import json
from datetime import timedelta

import pytest
from rich.console import Console

from faultmaven_kb import KnowledgeBase, parse_runbook
from faultmaven_kb.cli.commands import list_runbooks, rules
from faultmaven_kb.cli.display.cards import bar, print_brief, print_card
from faultmaven_kb.gate.rules.catalogue import RULES
from faultmaven_kb.text.characters.terminal_text import json_text, printable, printable_lines, without_commands
from tests.documents import DOCUMENTS


def _console(*, terminal: bool, width: int = 60) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, markup=False, emoji=False, highlight=False)


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return KnowledgeBase.load(DOCUMENTS)


def test_on_a_terminal_matching_words_are_marked_and_long_lines_wrap_below_their_start(kb: KnowledgeBase) -> None:
    console = _console(terminal=True)
    print_card(console, kb.search("queue file write error").hits[0])
    out = _text(console)
    assert "\x1b[1;33mqueue" in out
    assert "Quick fix, 5-15 min" in out
    assert all(len(line) < 200 for line in out.splitlines())


def test_on_a_pipe_a_card_is_plain_and_every_item_one_line(kb: KnowledgeBase) -> None:
    console = _console(terminal=False)
    print_card(console, kb.search("worker heartbeat lost").hits[0])
    out = _text(console)
    assert "\x1b" not in out
    assert "████████████          60 %  Workers died - out of memory" in out
    assert "First step: Ask the broker" in out


def test_a_card_without_weights_quick_fix_or_steps_is_short() -> None:
    runbook = next(iter(KnowledgeBase.load(DOCUMENTS / "sample.md")))
    bare = runbook.model_copy(update={"causes": (), "quick_fix": (), "steps": ()})
    console = _console(terminal=False)
    print_card(console, KnowledgeBase([bare]).search("queue file write error").hits[0])
    assert "causes" not in _text(console)
    assert "Quick fix" not in _text(console)


def test_a_deprecated_runbook_says_so_and_a_cause_may_have_no_weight() -> None:
    runbook = next(iter(KnowledgeBase.load(DOCUMENTS / "sample.md")))
    metadata = runbook.metadata.model_copy(update={"status": "deprecated", "severity": None})
    causes = (runbook.causes[0].model_copy(update={"weight": None, "weight_text": "", "description": ""}),)
    code = runbook.quick_fix[0].model_copy(update={"code": "true\n" * 40})
    changed = runbook.model_copy(update={"metadata": metadata, "causes": causes, "quick_fix": (code,)})
    console = _console(terminal=False)
    print_card(console, KnowledgeBase([changed]).search("queue file write error").hits[0])
    out = _text(console)
    assert "deprecated: look for a newer runbook" in out
    assert "    Remote server refuses\n" in out
    assert "… 24 more lines" in out


def test_a_brief_hit_is_two_lines(kb: KnowledgeBase) -> None:
    console = _console(terminal=False)
    print_brief(console, kb.search("queue file write error").hits[0])
    assert len(_text(console).splitlines()) == 2


def test_tables_are_for_terminals(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    console = _console(terminal=True, width=120)
    monkeypatch.setattr(list_runbooks, "console", lambda: console)
    monkeypatch.setattr(rules, "console", lambda: console)
    list_runbooks._print(tuple(kb))
    rules._list(RULES)
    out = _text(console)
    assert "mail-queue-growing" in out
    assert "2 runbooks" in out
    assert "RB205" in out


@pytest.mark.parametrize(
    ("share", "expected"), [(0, "    "), (0.5, "██  "), (1, "████"), (7, "████"), (-1, "    "), (0.3125, "█▎  ")]
)
def test_a_bar_has_eighths_and_never_leaves_its_width(share: float, expected: str) -> None:
    assert bar(share, 4) == expected


def test_unsafe_characters_become_visible() -> None:
    text = "a\x1b[2J\x07\x7f\u202e\ufeffb\tc\nd\u2028e\x85f\udc41"
    assert printable_lines(text) == "a␛[2J␇␡<U+202E><U+FEFF>b\tc\nd<U+2028>e<U+0085>f<U+DC41>"
    assert printable(text) == "a␛[2J␇␡<U+202E><U+FEFF>b␉c␊d<U+2028>e<U+0085>f<U+DC41>"


def test_a_command_of_a_runner_is_broken_and_what_only_looks_like_one_is_kept() -> None:
    broken = "\\::error file=a::b\n  \\::stop-commands::x\n#\\#[group]c #\\#vso[task.setvariable variable=d]"
    assert printable_lines(broken.replace("\\", "")) == broken
    assert without_commands("\x1b[1m::error::x") == "\x1b[1m\\::error::x"
    kept = "::1 localhost\nstd::string ::error\n${x##[[:space:]]} ${x##[a-z]*} ${x##[A-Za-z]*}"
    assert printable_lines(kept) == kept


def test_json_loses_nothing_and_does_nothing() -> None:
    value = {"a\n::error::b": "##[error]c\x1b\x85\u2028\u202e\udc41\U000e0041 é"}
    text = json_text(value, indent=2)
    assert json.loads(text) == value
    assert not set(text) & set("\x1b\x85\u2028\u202e\udc41\U000e0041")
    assert "##[" not in text and "é" in text


def test_the_quick_time_is_that_of_the_quick_fix(kb: KnowledgeBase) -> None:
    assert kb["queue-stuck"].resolution_time.ranges[0].maximum == timedelta(minutes=10)
    console = _console(terminal=False)
    print_card(console, kb.search("worker heartbeat lost").hits[0])
    assert "Quick fix, 5-10 min" in _text(console)


def test_a_first_step_without_commands_leaves_no_empty_line() -> None:
    parsed = parse_runbook(
        "# Pump hums\n\n## Meaning\n\nThe gasket vibrates.\n\n## Diagnosis\n\n1. Look at the gasket.\n"
    )
    assert parsed.runbook is not None
    assert not parsed.runbook.steps[0].commands
    console = _console(terminal=False)
    print_card(console, KnowledgeBase([parsed.runbook]).search("the gasket vibrates").hits[0])
    below = _text(console).partition("First step")[2]
    assert below
    assert "\n\n" not in below
