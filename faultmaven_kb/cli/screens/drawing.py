"""What the commands print, as lines of a screen: drawn by the same functions, so that both look alike.

All texts of runbooks pass through `printable` in those functions, so no sequence but the printer's own is left to read.
"""

import io
from collections.abc import Callable

from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples, fragment_list_width, to_formatted_text
from prompt_toolkit.formatted_text.utils import split_lines
from rich.console import Console

from faultmaven_kb.cli.shared.console import captured_console

__all__ = ["drawn", "rows_of"]


def drawn(draw: Callable[[Console], None], *, width: int) -> list[StyleAndTextTuples]:
    """The lines that a function prints to a terminal of a width, each as styled pieces; no colours with NO_COLOR."""
    file = io.StringIO()
    console = captured_console(file, width, color_system="standard")
    draw(console)
    lines = list(split_lines(to_formatted_text(ANSI(file.getvalue()))))
    while lines and not fragment_list_width(lines[-1]):
        lines.pop()
    return lines


def rows_of(line: StyleAndTextTuples, *, width: int) -> int:
    """How many rows of a screen a line takes when it is wrapped."""
    return max(1, -(-fragment_list_width(line) // width))
