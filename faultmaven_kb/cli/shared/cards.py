"""How a hit looks in a terminal: enough to act on without opening anything else."""

import math

from rich.console import Console
from rich.text import Text

from faultmaven_kb.cli.shared.common import SEVERITY_STYLES
from faultmaven_kb.model.runbook import Command, Duration, Runbook
from faultmaven_kb.model.vocabularies import VERIFIED
from faultmaven_kb.search.answer import Evidence, Hit
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.terminal_text import printable, printable_lines

__all__ = ["bar", "headline", "print_brief", "print_card", "print_line", "print_why"]

_BAR_WIDTH = 20  # chosen: leaves room for the name on 80 columns
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_MOST_LINES = 16  # chosen: card and first step fit on one screen


def bar(share: float, width: int = _BAR_WIDTH) -> str:
    """A bar of block characters for a share from 0 to 1, padded to `width`."""
    eighths = round(max(0.0, min(share, 1.0)) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def print_brief(console: Console, hit: Hit) -> None:
    """Two lines: what it is, and the best reason."""
    console.print(headline(hit), soft_wrap=True)
    print_why(console, hit.evidence[:1])


def print_card(console: Console, hit: Hit) -> None:
    """The whole card: reason, causes, quick fix and first step."""
    runbook = hit.runbook
    console.print(headline(hit), soft_wrap=True)
    if runbook.metadata.status == "deprecated":
        console.print(Text("  deprecated: look for a newer runbook among its related ones", style="yellow"))
    if runbook.metadata.status == "verified in part":
        proven = Text(printable(str(runbook.metadata.verified_by)), style="yellow")
        print_line(console, Text("  proven in part: ", style="yellow"), proven)
    print_why(console, hit.evidence[:1])
    _print_causes(console, runbook)
    if runbook.quick_fix:
        time = _quick_time(runbook.resolution_time)
        _print_code(console, f"Quick fix, {time}" if time else "Quick fix", runbook.quick_fix)
    if runbook.steps:
        step = runbook.steps[0]
        _print_code(console, f"First step: {printable(step.title)}", step.commands[:1], text=step.what_to_check)
    console.print(Text(f"  fmkb show {printable(runbook.id)}", style="dim"))


def headline(hit: Hit) -> Text:
    """How likely it is, what it is called, how bad it is and whether it is proven."""
    metadata = hit.runbook.metadata
    line = Text(f"{math.floor(hit.confidence * 100 + 0.5):>3} % ", style="bold")
    line.append(printable(hit.runbook.title), style="bold cyan")
    line.append(f"  {printable(hit.runbook.id)}", style="dim")
    if metadata.severity:
        line.append(f"  {metadata.severity}", style=SEVERITY_STYLES[metadata.severity])
    if metadata.status:
        line.append(f"  {metadata.status}", style="green" if metadata.status in VERIFIED else "dim")
    return line


def print_why(console: Console, evidence: tuple[Evidence, ...]) -> None:
    """A line for each reason: the field, and its text with the matching words marked."""
    for piece in evidence:
        text = _marked(piece)
        if piece.span:
            text.append(f"  line {piece.span.line}", style="dim")
        print_line(console, Text(f"  {piece.field:<9} ", style="dim"), text)


def print_line(console: Console, lead: Text, text: Text) -> None:
    """Print a lead and a text on one line; a terminal cuts it at its width, a pipe gets all of it.

    The first command has to be on the first screen, so a reason or a cause takes one line of it.
    """
    if console.is_terminal:
        text.truncate(max(20, console.width - lead.cell_len), overflow="ellipsis")
    console.print(lead + text, soft_wrap=True)


def _quick_time(time: Duration) -> str:
    """The time of the quick fix as `5-10 min`; empty where the card names none."""
    part = next((part for part in time.ranges if "quick" in part.label), time)
    minutes = [f"{bound.total_seconds() / 60:g}" for bound in (part.minimum, part.maximum) if bound is not None]
    return f"{'-'.join(dict.fromkeys(minutes))} min" if minutes else ""


def _marked(evidence: Evidence) -> Text:
    """The text with the matching words marked; piped, where there are no styles, asterisks would change the text."""
    text = Text()
    done = len(evidence.text) - len(evidence.text.lstrip())
    for start, end in evidence.words:
        text.append(printable(evidence.text[done:start]), style="not dim")
        text.append(printable(evidence.text[start:end]), style="not dim bold yellow")
        done = end
    text.append(printable(evidence.text[done:]), style="not dim")
    return text


def _print_causes(console: Console, runbook: Runbook) -> None:
    if not runbook.causes:
        return
    console.print(Text("  Likely causes (shares are the author's estimate)", style="bold"))
    for cause in runbook.causes:
        lead = Text("    ")
        if cause.weight is not None:
            lead.append(bar(cause.weight), style="blue")
            lead.append(f" {cause.weight * 100:>3.0f} %  ")
        elif cause.weight_text:
            lead.append(f"{printable(cause.weight_text)}  ", style="blue")
        text = Text(printable(cause.name), style="bold")
        if cause.description:
            text.append(f" - {printable(plain(cause.description))}", style="not bold")
        print_line(console, lead, text)


def _print_code(console: Console, title: str, commands: tuple[Command, ...], *, text: str = "") -> None:
    console.print(Text(f"  {title}", style="bold"))
    if text:
        print_line(console, Text("    "), Text(printable(plain(text))))
    lines = [line for command in commands for line in command.code.rstrip("\n").split("\n")]
    for line in lines[:_MOST_LINES]:
        comment = line.lstrip().startswith(("#", "--"))
        console.print(Text(f"    {printable_lines(line)}", style="dim" if comment else "green"), soft_wrap=True)
    if len(lines) > _MOST_LINES:
        console.print(Text(f"    … {len(lines) - _MOST_LINES} more lines", style="dim"))
