"""A runbook as a page in a terminal: prose is wrapped, commands never are, and every block of commands has a number.

A wrapped command cannot be copied: the terminal puts a line break into it. So blocks of code are printed as the runbook
wrote them, whatever the width, and only the prose between them goes through the Markdown renderer.
"""

from collections.abc import Iterator, Mapping
from textwrap import dedent
from typing import NamedTuple

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from faultmaven_kb.fences.languages import PROMPTED, SHELL, SQL
from faultmaven_kb.fences.placeholders import fill
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.source import Source
from faultmaven_kb.text.markdown import fences_in, read_blocks
from faultmaven_kb.text.terminal_text import printable, printable_lines

__all__ = ["command_blocks", "print_page"]

_COMMANDS = SHELL | PROMPTED | SQL | {"redis"}


class _Part(NamedTuple):
    """Prose, or with `number` or `language` a block of code; commands are numbered from 1, other code is 0."""

    text: str
    is_code: bool = False
    language: str = ""
    number: int = 0


def command_blocks(runbook: Runbook, values: Mapping[str, str]) -> tuple[str, ...]:
    """The blocks of commands of a runbook in the order of the page, with the known placeholders filled in."""
    return tuple(fill(part.text, values) for part in _parts(runbook) if part.number)


def print_page(console: Console, runbook: Runbook, values: Mapping[str, str]) -> None:
    """Print all sections of a runbook; the lines of code keep their length."""
    for part in _parts(runbook):
        if not part.is_code:
            console.print(Markdown(printable_lines(fill(part.text, values)), hyperlinks=False))
            continue
        title = f"[{part.number}] {part.language}" if part.number else part.language
        console.print(Text(f"  {printable(title)}", style="dim"))
        for line in fill(part.text, values).split("\n"):
            comment = line.lstrip().startswith(("#", "--"))
            style = "dim" if comment else "green" if part.number else ""
            console.print(Text(f"    {printable_lines(line)}", style=style), soft_wrap=True)
        console.print()


def _parts(runbook: Runbook) -> Iterator[_Part]:
    source = Source("\n\n".join(section.text for section in runbook.sections), "<page>")
    lines, done, number = source.text.split("\n"), 0, 0
    for fence in fences_in(read_blocks(source)):
        start, end = fence.span.line - 1, fence.span.end_line
        yield from _prose(lines[done:start])
        number += fence.language in _COMMANDS
        text = fence.code.rstrip("\n")
        yield _Part(text, is_code=True, language=fence.language, number=number if fence.language in _COMMANDS else 0)
        done = end
    yield from _prose(lines[done:])


def _prose(lines: list[str]) -> Iterator[_Part]:
    """The lines as one text; what continues a list item moves to the margin, or it would be read as code."""
    text = dedent("\n".join(lines)).strip("\n")
    if text.strip():
        yield _Part(text)
