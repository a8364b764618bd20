"""`fmkb search`: from what is seen to the runbook, usable without opening anything else."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from faultmaven_kb.cli.display.cards import print_brief, print_card, print_line
from faultmaven_kb.cli.display.verdicts import VERDICTS, print_reason
from faultmaven_kb.cli.shared.common import copy_options, echo_json, filter_options, kb_option, load, technology_named
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.cli.shared.piped import standard_input
from faultmaven_kb.cli.shared.semantic import semantic_option, with_semantic
from faultmaven_kb.cli.shared.surroundings import on_terminal
from faultmaven_kb.export.extras import from_extra
from faultmaven_kb.search.answer import ALSO, LEADING, SHOWN, Answer
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command", "print_answer"]

_DEFAULT_LIMIT = 3  # chosen: S@3 is .98 (docs/reference/search-figures.md)
_PICKER_LIMIT = 10  # chosen: a page of the picker
_LONG_INPUT = 3  # chosen: shorter input is visible in the terminal anyway


@click.command("search")
@click.argument("text", nargs=-1)
@click.option(
    "--limit", "-n", type=click.IntRange(1, 100), help="How many runbooks, each in full. Default: 3, the rest brief."
)
@filter_options
@kb_option
@semantic_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@copy_options
@click.pass_context
def command(
    ctx: click.Context,
    text: tuple[str, ...],
    limit: int | None,
    technology: str | None,
    severity: str | None,
    tag: str | None,
    status: str | None,
    kb_paths: tuple[Path, ...],
    semantic: str | None,
    as_json: bool,
    block: int | None,
    pairs: tuple[str, ...],
) -> None:
    """Find the runbook for TEXT: a sentence, an error line, an alert. With - the text comes from standard input.

    Without TEXT, what is piped is the question; on a terminal a picker opens (extra `tui`): results while you type, the
    arrows select, Enter opens the runbook, c and a number print that block of commands and quit, Esc quits.

    \b
    Examples:
      fmkb search
      fmkb search "OOM command not allowed when used memory > 'maxmemory'"
      fmkb search pods keep restarting -t kubernetes
      kubectl describe pod web-0 | fmkb search -
      fmkb search "OOM command not allowed" --copy 1 --set new-limit=3gb

    --copy and --set are those of `fmkb show`, for the runbook that a match names.

    Exit code: 0 when a runbook was found, 1 when none covers the question (with --copy: when none is a match).
    """
    if pairs and block is None:
        raise click.UsageError("--set fills in a block of commands, expected --copy with its number")
    is_picking = not text and not as_json and block is None and on_terminal()
    question = "" if is_picking else _question(text)
    kb = with_semantic(load(kb_paths), semantic)
    search = partial(kb.search, technology=technology_named(kb, technology), severity=severity, tag=tag, status=status)
    if is_picking:
        _pick(partial(search, limit=limit or _PICKER_LIMIT), count=len(kb))
        return
    answer = search(question, limit=limit or _DEFAULT_LIMIT)
    if block is not None:
        _copy(answer, block, pairs)
    elif as_json:
        echo_json(answer.to_dict())
    else:
        print_answer(console(), answer, full=limit)
    nothing = answer.verdict == "none" or (block is not None and answer.verdict != "match")
    ctx.exit(1 if nothing else 0)


def _copy(answer: Answer, block: int, pairs: tuple[str, ...]) -> None:
    """Print one block of the runbook that matches; of one that may be wrong none is handed out."""
    if answer.verdict != "match":
        ids = " or ".join(printable(hit.card.id) for hit in answer.hits[:2] if hit.confidence >= SHOWN)
        remedy = f"; `fmkb show ID --copy {block}` prints that of {ids}" if ids else ""
        click.echo(f"fmkb: no runbook is a match, so no block was printed{remedy}", err=True)
        return
    from faultmaven_kb.cli.display.page import placeholder_values, print_block  # noqa: PLC0415 - only to copy

    runbook = answer.hits[0].runbook
    print_block(runbook, block, placeholder_values(pairs, runbook))


def _question(words: tuple[str, ...]) -> str:
    """What is asked: the words, or standard input, which is not waited for when nobody knows that it is read."""
    if not words and sys.stdin.isatty():
        raise click.UsageError('no question given, expected words such as fmkb search "502 Bad Gateway"')
    question = standard_input() if words in ((), ("-",)) else " ".join(words)
    if not question.strip():
        raise click.UsageError("the question is empty, expected what you see: a message, an alert, a log")
    return question


def _pick(search: Callable[[str], Answer], *, count: int) -> None:
    """Let the user choose on the screen; a block of commands that was chosen is printed when the screen is back."""
    from_extra("prompt_toolkit", extra="tui")
    from faultmaven_kb.cli.display.page import print_block  # noqa: PLC0415
    from faultmaven_kb.cli.screens.picker import Picker  # noqa: PLC0415 - the extra may be missing

    choice = Picker(search, count=count).run()
    if choice is not None:
        print_block(choice.runbook, choice.block, {})


def _print_lines(out: Console, answer: Answer) -> None:
    """The lines of a long input that decided; of a short one the reader knows them."""
    if answer.question.count("\n") < _LONG_INPUT:
        return
    for line in answer.lines:
        print_line(out, Text(f"  input line {line.number}: ", style="dim"), Text(printable(line.text), style="dim"))


def print_answer(out: Console, answer: Answer, *, full: int | None = None) -> None:
    """The verdict, the leading hits as cards and the others brief; with `full` that many cards."""
    style, words = VERDICTS[answer.verdict]
    line = Text(words, style=f"bold {style}")
    if answer.verdict != "match" and not out.is_terminal:
        line.append(f" - {printable(answer.reason)}", style="not bold")
    out.print(line, soft_wrap=True)
    if answer.verdict != "match" and out.is_terminal:
        print_reason(out, answer)
    _print_lines(out, answer)
    leading = LEADING[answer.verdict] if full is None else full
    least = ALSO if answer.verdict == "match" and full is None else SHOWN
    for number, hit in enumerate(hit for hit in answer.hits if hit.confidence >= least):
        if number == leading:
            out.print(Text("nearest:" if answer.verdict == "none" else "also:", style="dim"))
        if number < leading:
            print_card(out, hit)
        else:
            print_brief(out, hit)
    if answer.unexplained:
        unexplained = ", ".join(printable(word) for word in answer.unexplained[:12])
        out.print(Text(f"not explained: {unexplained}", style="dim"), soft_wrap=True)
