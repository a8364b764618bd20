"""How code looks in a terminal: its lines keep their length, so that they can be copied, and comments stay back."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from faultmaven_kb.text.terminal_text import printable_lines

__all__ = ["print_code"]


def print_code(console: Console, lines: Iterable[str], *, style: str = "green") -> None:
    """Print lines of code in one call: a call for each costs as much as a hundred characters."""
    shown = [
        Text(f"    {printable_lines(line)}", style="dim" if line.lstrip().startswith(("#", "--")) else style)
        for line in lines
    ]
    if shown:
        console.print(Text("\n").join(shown), soft_wrap=True)
