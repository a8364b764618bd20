"""How a hit looks in a terminal: enough to act on without opening anything else."""

import math

from rich.console import Console
from rich.text import Text

from faultmaven_kb.cli.display.code import print_code
from faultmaven_kb.cli.shared.common import SEVERITY_STYLES
from faultmaven_kb.model.vocabularies import VERIFIED
from faultmaven_kb.search.answer import Evidence, Hit
from faultmaven_kb.search.card import Card, CardCommand
from faultmaven_kb.text.characters.terminal_text import printable
from faultmaven_kb.text.inline import plain

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
    card = hit.card
    console.print(headline(hit), soft_wrap=True)
    if card.status == "deprecated":
        console.print(Text("  deprecated: look for a newer runbook among its related ones", style="yellow"))
    if card.status == "verified in part":
        proven = Text(printable(str(card.verified_by)), style="yellow")
        print_line(console, Text("  proven in part: ", style="yellow"), proven)
    print_why(console, hit.evidence[:1])
    _print_causes(console, card)
    if card.quick_fix:
        time = "-".join(dict.fromkeys(f"{minutes:g}" for minutes in card.quick_minutes))
        _print_code(console, f"Quick fix, {time} min" if time else "Quick fix", card.quick_fix)
    if step := card.first_step:
        _print_code(console, f"First step: {printable(step.title)}", step.commands, text=step.what_to_check)
    console.print(Text(f"  fmkb show {printable(card.id)}", style="dim"))


def headline(hit: Hit) -> Text:
    """How likely it is, what it is called, how bad it is and whether it is proven."""
    card = hit.card
    line = Text(f"{math.floor(hit.confidence * 100 + 0.5):>3} % ", style="bold")
    line.append(printable(card.title), style="bold cyan")
    line.append(f"  {printable(card.id)}", style="dim")
    if card.severity:
        line.append(f"  {printable(card.severity)}", style=SEVERITY_STYLES.get(card.severity, ""))
    if card.status:
        line.append(f"  {printable(card.status)}", style="green" if card.status in VERIFIED else "dim")
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


def _print_causes(console: Console, card: Card) -> None:
    if not card.causes:
        return
    console.print(Text("  Likely causes (shares are the author's estimate)", style="bold"))
    for cause in card.causes:
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


def _print_code(console: Console, title: str, commands: tuple[CardCommand, ...], *, text: str = "") -> None:
    console.print(Text(f"  {title}", style="bold"))
    if text:
        print_line(console, Text("    "), Text(printable(plain(text))))
    lines = [line for command in commands for line in command.code.rstrip("\n").split("\n")]
    print_code(console, lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        console.print(Text(f"    … {len(lines) - _MOST_LINES} more lines", style="dim"))
