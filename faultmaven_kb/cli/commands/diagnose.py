"""`fmkb diagnose`: from what is seen to causes, and to the step that distinguishes them; in a terminal, as a
dialogue."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from faultmaven_kb.cli.display.cards import bar
from faultmaven_kb.cli.shared.common import echo_json, kb_option, load
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.cli.shared.piped import standard_input
from faultmaven_kb.differential.dialogue import Dialogue, Question
from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.differential.values import CauseRank, Differential, NextStep
from faultmaven_kb.disk.folders import write_output
from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.reports.transcript import CAVEAT, transcript
from faultmaven_kb.text.characters.piped import decode_piped
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines
from faultmaven_kb.text.inline import plain

__all__ = ["command"]

_MOST_CAUSES = 6  # chosen: the list and the next step fit on one screen
_MOST_OBSERVATIONS = 100  # of a file, chosen: more than a dialogue asks; each may be a question to the search
_LEAST_SHARE = 0.01  # chosen: less would be shown as 0 %
_KEYS = "y yes, n no, d don't know, s skip the step, u undo, q quit"
_WORDS = {
    "y": ("y", "yes"),
    "n": ("n", "no"),
    "d": ("d", "?", "don't know", "dont know"),
    "s": ("s", "skip"),
    "u": ("u", "undo"),
    "q": ("q", "quit"),
}


@click.command("diagnose")
@click.argument("symptoms", nargs=-1)
@click.option("--seen", multiple=True, help="Something else that is seen; may be given more than once.")
@click.option("--not-seen", multiple=True, help="Something that is not seen; may be given more than once.")
@click.option(
    "--observations",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="JSON: a list of {text, seen}, or the output of --json; - is standard input.",
)
@click.option("--ask/--no-ask", default=None, help="Ask for the results of the proposed steps. Default: on a terminal.")
@click.option(
    "--transcript",
    "transcript_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what was observed, asked and found as Markdown to a file; an earlier one is replaced.",
)
@kb_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, without asking.")
@click.pass_context
def command(
    ctx: click.Context,
    symptoms: tuple[str, ...],
    seen: tuple[str, ...],
    not_seen: tuple[str, ...],
    file: Path | None,
    ask: bool | None,
    transcript_file: Path | None,
    kb_paths: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Rank the causes that SYMPTOMS (each in quotes) point to, and propose the step that distinguishes them best. The
    symptom - stands for standard input.

    On a terminal it asks one question at a time, says which causes it separates, takes answers back, and ends with a
    transcript for the incident.

    \b
    Examples:
      fmkb diagnose "node NotReady" --not-seen "kubelet is running"
      fmkb diagnose "502 Bad Gateway" "connect() failed (111: Connection refused)"
      fmkb diagnose "Temporary failure in name resolution" --json > case.json
      kubectl describe pod web-0 | fmkb diagnose -
      fmkb diagnose "502 Bad Gateway" --transcript incident.md
      fmkb diagnose --observations case.json --seen "status: SERVFAIL"

    Exit code: 0 when there are causes, 1 when no runbook points to any.
    """
    asking = not as_json and (ask if ask is not None else sys.stdin.isatty() and sys.stdout.isatty())
    if [*symptoms, str(file)].count("-") > 1:
        raise click.UsageError("standard input is given more than once, expected - once")
    symptoms = tuple(standard_input() if symptom == "-" else symptom for symptom in symptoms)
    observations = [*(_read(file) if file else ()), *map(Observation, (*symptoms, *seen))]
    observations += [Observation(text, seen=False) for text in not_seen]
    if not observations and asking:
        observations = [Observation(click.prompt("What do you see?"))]
    if not observations:
        raise click.UsageError("no symptom given, expected what is seen: a message, an alert, a complaint")
    kb = load(kb_paths)
    if asking:
        dialogue = _converse(kb, observations)
    else:
        dialogue = Dialogue(observations, lambda answered, done: kb.differential(answered, done=done))
    differential = dialogue.differential
    if as_json:
        echo_json(differential.to_dict())
    elif not asking:
        _print(console(), differential)
    text = transcript(dialogue.observations, dialogue.answers, differential)
    if asking and dialogue.answers:
        click.echo(f"\nTo paste into the incident:\n\n{text}", nl=False)
    if transcript_file is not None:
        write_output(transcript_file, text.encode())
    ctx.exit(0 if differential.causes else 1)


def _converse(kb: KnowledgeBase, observations: list[Observation]) -> Dialogue:
    """Show the ranking, ask, weigh again, until no step would add much or the user stops."""
    dialogue = Dialogue(observations, lambda answered, done: kb.differential(answered, done=done))
    out = console()
    _print_causes(out, dialogue.differential)
    step: StepKey | None = None
    while (question := dialogue.question()) is not None:
        if question.step.key != step:
            _print_step_to_do(out, question.step)
        step = question.step.key
        _print_question(out, question)
        key = _key()
        if key == "q":
            return dialogue
        if key == "u":
            if not dialogue.undo():
                click.echo("no answer to take back")
        elif key == "s":
            dialogue.skip_step()
        else:
            dialogue.answer({"y": True, "n": False}.get(key))
        if key in "ynu":
            _print_causes(out, dialogue.differential, brief=True)
    if dialogue.differential.causes:
        out.print(Text("No step would tell much more.", style="bold"))
    return dialogue


def _key() -> str:
    """What the user wants, as the first letter of a word; the end of the input is an end too."""
    while True:
        try:
            text = click.prompt(f"  {_KEYS}", prompt_suffix=": ", default="d", show_default=False)
        except click.Abort:
            click.echo()
            return "q"
        word = text.strip().lower()
        for key, words in _WORDS.items():
            if word in words:
                return key
        click.echo(f'"{printable(text)}" is not understood, expected one of {", ".join(_WORDS)}')


def _print(out: Console, differential: Differential) -> None:
    """The causes and the step that distinguishes them, once."""
    _print_causes(out, differential)
    if differential.next_step:
        _print_step(out, differential.next_step)
    elif differential.causes:
        out.print(Text("No step would tell much more.", style="bold"))


def _print_causes(out: Console, differential: Differential, *, brief: bool = False) -> None:
    """The causes in their order with shares; unless it is to be brief, why each is there and what answers it."""
    if not differential.causes:
        out.print(Text("no runbook points to a cause", style="bold red"))
        return
    out.print(Text("Causes", style="bold"))
    shown = [rank for rank in differential.causes if rank.share >= _LEAST_SHARE][:_MOST_CAUSES]
    for rank in shown:
        _print_share(out, rank)
        if not brief:
            _print_reasons(out, rank)
    rest = 1 - sum(rank.share for rank in shown)
    out.print(Text(f"  {bar(rest)} {rest:>4.0%}  something else", style="dim"))
    if not brief:
        out.print(Text(f"  {CAVEAT}", style="dim"), soft_wrap=True)


def _print_share(out: Console, rank: CauseRank) -> None:
    line = Text("  ")
    line.append(bar(rank.share), style="blue")
    line.append(f" {rank.share:>4.0%}  ")
    line.append(printable(rank.cause.name), style="bold")
    line.append(f"  {printable(rank.runbook.id)}", style="dim")
    out.print(line, soft_wrap=True)


def _print_reasons(out: Console, rank: CauseRank) -> None:
    for reason in rank.reasons:
        state = "seen" if reason.observation.seen else "not seen"
        what = f'x{reason.factor:.1f}: "{_short(reason.observation.text)}" {state}'
        because = "" if reason.text == reason.observation.text else f"; it says: {_short(reason.text)}"
        out.print(Text(f"      {what}{because}", style="dim"), soft_wrap=True)
    for solution in rank.solutions:
        out.print(Text(f"      Solution {solution.number or solution.position}: {printable(solution.title)}"))


def _print_step(out: Console, step: NextStep) -> None:
    _print_step_to_do(out, step)
    for number, finding in enumerate(step.findings, 1):
        out.print(Text(f"  {number}. {printable(plain(finding.text))}"), soft_wrap=True)
        for word, names in (("for", finding.speaks_for), ("against", finding.speaks_against)):
            if names:
                out.print(Text(f"     speaks {word}: {printable('; '.join(names))}", style="dim"), soft_wrap=True)


def _print_step_to_do(out: Console, step: NextStep) -> None:
    """What to do in a step: its title and its commands, which are not run here."""
    out.print()
    heading = Text("Next: ", style="bold")
    heading.append(printable(f"{step.runbook.id}, step {step.number}: {step.step.title}"))
    heading.append(f"  ({step.information:.2f} bits)", style="dim")
    out.print(heading, soft_wrap=True)
    for command_ in step.step.commands:
        for line in command_.code.rstrip("\n").split("\n"):
            style = "dim" if line.lstrip().startswith(("#", "--")) else "green"
            out.print(Text(f"    {printable_lines(line)}", style=style), soft_wrap=True)


def _print_question(out: Console, question: Question) -> None:
    """Whether a finding is so, and why it is asked: what a yes speaks for and against."""
    finding = question.finding
    place = f"{question.position + 1} of {len(question.step.findings)}"
    line = Text(f"  {place}: is this so? ", style="dim")
    line.append(printable(plain(finding.text)), style="not dim bold")
    out.print(line, soft_wrap=True)
    clauses = [
        f"speaks {word} {printable('; '.join(names))}"
        for word, names in (("for", finding.speaks_for), ("against", finding.speaks_against))
        if names
    ]
    out.print(Text(f"  why: a yes {' and '.join(clauses)}", style="dim"), soft_wrap=True)


def _short(text: str, most: int = 80) -> str:
    line = printable(" ".join(plain(text).split()))
    return line if len(line) <= most else line[: most - 1] + "…"


def _read(path: Path) -> list[Observation]:
    """The observations of a JSON file."""
    try:
        value: Any = json.loads(standard_input() if str(path) == "-" else decode_piped(read_regular(path)))
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        value = value.get("observations")
    if isinstance(value, list) and len(value) > _MOST_OBSERVATIONS:
        raise ConfigurationError(f'"{path}" contains {len(value)} observations, expected {_MOST_OBSERVATIONS} at most')
    try:
        return [_observation(observation) for observation in value]
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        expected = 'a list such as [{"text": "kubelet is running", "seen": false}]'
        raise ConfigurationError(f'"{path}" contains no observations, expected {expected}') from None


def _observation(value: dict[str, Any]) -> Observation:
    text, seen, step = value["text"], value.get("seen", True), value.get("step")
    if not isinstance(text, str) or not isinstance(seen, bool):
        raise TypeError
    return Observation(text, seen, StepKey(str(step["runbook"]), int(step["position"])) if step else None)
