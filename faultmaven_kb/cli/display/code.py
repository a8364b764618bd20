"""How code looks in a terminal: its lines keep their length, so that they can be copied, and comments stay back."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from faultmaven_kb.text.characters.terminal_text import printable_lines

__all__ = ["code_lines", "print_code"]


def print_code(console: Console, lines: Iterable[str]) -> None:
    """Print lines of code in one call: a call for each costs as much as a hundred characters."""
    if shown := code_lines(lines):
        console.print(shown, soft_wrap=True)  # a console joins texts anew, without what they say of wrapping


def code_lines(lines: Iterable[str], *, style: str = "green") -> Text:
    """Lines of code as one text that is never wrapped; it must not be cropped where it is printed."""
    shown = [
        Text(f"    {printable_lines(line)}", style="dim" if line.lstrip().startswith(("#", "--")) else style)
        for line in lines
    ]
    return Text("\n", no_wrap=True, overflow="ignore").join(shown)
