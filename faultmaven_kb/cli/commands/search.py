"""`fmkb search`: from what is seen to the runbook, usable without opening anything else."""

from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from faultmaven_kb.cli.shared.cards import print_brief, print_card, print_line
from faultmaven_kb.cli.shared.common import echo_json, filter_options, kb_option, load, technology_named
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.cli.shared.piped import standard_input
from faultmaven_kb.cli.shared.semantic import semantic_option, with_semantic
from faultmaven_kb.search.answer import Answer
from faultmaven_kb.text.terminal_text import printable

__all__ = ["command"]

_DEFAULT_LIMIT = 3
_LONG_INPUT = 3
_SHOWN = 0.005
"""Below half a percent a hit would be shown as 0 %, which helps nobody."""

_ALSO = 0.05
"""Beside a match, what is less likely than one in twenty helps nobody.

On the labelled questions of the tests 118 of 403 such hits are left, and with them 12 of the 13 that were right.
"""
_LEADING = {"match": 1, "ambiguous": 2, "none": 0}
_VERDICTS = {
    "match": ("green", "match"),
    "ambiguous": ("yellow", "ambiguous: more than one runbook fits"),
    "none": ("red", "no runbook covers this"),
}


@click.command("search")
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--limit", "-n", type=click.IntRange(1, 100), help="How many runbooks, each in full. Default: 3, the rest brief."
)
@filter_options
@kb_option
@semantic_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
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
) -> None:
    """Find the runbook for TEXT: a sentence, an error line, an alert. With - the text comes from standard input.

    \b
    Examples:
      fmkb search "OOM command not allowed when used memory > 'maxmemory'"
      fmkb search pods keep restarting -t kubernetes
      kubectl describe pod web-0 | fmkb search -

    Exit code: 0 when a runbook was found, 1 when none covers the question.
    """
    question = standard_input() if text == ("-",) else " ".join(text)
    if not question.strip():
        raise click.UsageError("the question is empty, expected what you see: a message, an alert, a log")
    kb = with_semantic(load(kb_paths), semantic)
    answer = kb.search(
        question,
        limit=limit or _DEFAULT_LIMIT,
        technology=technology_named(kb, technology),
        severity=severity,
        tag=tag,
        status=status,
    )
    if as_json:
        echo_json(answer.to_dict())
    else:
        _print(answer, full=limit)
    ctx.exit(1 if answer.verdict == "none" else 0)


def _print_lines(out: Console, answer: Answer) -> None:
    """The lines of a long input that decided; of a short one the reader knows them."""
    if answer.question.count("\n") < _LONG_INPUT:
        return
    for line in answer.lines:
        out.print(Text(f"  input line {line.number}: {printable(line.text)}", style="dim"), soft_wrap=True)


def _print_reason(out: Console, answer: Answer) -> None:
    """The reason in one line of the terminal; the words that tell equal hits apart are not cut off with its end."""
    print_line(out, Text("  "), Text(printable(answer.reason)))
    words = " or ".join(f'"{printable(word)}"' for each in answer.distinctions for word in each.words[:1])
    if words:
        print_line(out, Text("  would tell them apart: ", style="dim"), Text(words))


def _print(answer: Answer, *, full: int | None) -> None:
    out = console()
    style, words = _VERDICTS[answer.verdict]
    line = Text(words, style=f"bold {style}")
    if answer.verdict != "match" and not out.is_terminal:
        line.append(f" - {printable(answer.reason)}", style="not bold")
    out.print(line, soft_wrap=True)
    if answer.verdict != "match" and out.is_terminal:
        _print_reason(out, answer)
    _print_lines(out, answer)
    leading = _LEADING[answer.verdict] if full is None else full
    least = _ALSO if answer.verdict == "match" and full is None else _SHOWN
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
