"""A runbook as a page in a terminal: prose is wrapped, commands never are, and every block of commands has a number.

A wrapped command cannot be copied: the terminal puts a line break into it. So blocks of code are printed as the runbook
wrote them, whatever the width, and only the prose between them goes through the Markdown renderer.
"""

import sys
from collections.abc import Iterator, Mapping
from textwrap import dedent
from typing import NamedTuple

import click
from rich.console import Console, Group, RenderableType
from rich.text import Text

from faultmaven_kb.cli.display.code import code_lines
from faultmaven_kb.cli.display.prose import Prose
from faultmaven_kb.cli.shared.common import SEVERITY_STYLES
from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.fences.languages import COMMANDS
from faultmaven_kb.fences.placeholders import fill, placeholders_in
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.model.vocabularies import VERIFIED
from faultmaven_kb.source import Source
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines
from faultmaven_kb.text.markdown import fences_in, read_blocks

__all__ = ["command_blocks", "placeholder_values", "print_block", "print_runbook"]


class _Part(NamedTuple):
    """Prose, or with `number` or `language` a block of code; commands are numbered from 1, other code is 0."""

    text: str
    is_code: bool = False
    language: str = ""
    number: int = 0


def command_blocks(runbook: Runbook, values: Mapping[str, str]) -> tuple[str, ...]:
    """The blocks of commands of a runbook in the order of the page, with the known placeholders filled in."""
    return tuple(fill(part.text, values) for part in _parts(runbook) if part.number)


def placeholder_values(pairs: tuple[str, ...], runbook: Runbook) -> dict[str, str]:
    """What the option `--set` gives for the placeholders of a runbook.

    A name that the runbook does not have is an error, because it would silently fill in nothing.
    """
    values = {}
    known = placeholders_in("\n".join(section.text for section in runbook.sections)) if pairs else ()
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.BadParameter(f'"{pair}" has no "=", expected NAME=VALUE', param_hint="--set")
        name = name.strip("<>")
        if name not in known:
            hint = did_you_mean(name, known) or f", expected one of {', '.join(map(printable, known))}" if known else ""
            raise click.BadParameter(f'the runbook has no placeholder "{printable(name)}"{hint}', param_hint="--set")
        values[name] = value
    return values


def print_block(runbook: Runbook, number: int, values: Mapping[str, str]) -> None:
    """One block alone, ready to be pasted; on a terminal the placeholders that are still open are asked for."""
    blocks = command_blocks(runbook, values)
    if number > len(blocks):
        raise click.BadParameter(
            f"{number} is not one of the blocks of commands, expected 1 to {len(blocks)}", param_hint="--copy"
        )
    text = blocks[number - 1]
    if sys.stdin.isatty():
        answers = {name: click.prompt(f"<{printable(name)}>", err=True) for name in placeholders_in(text)}
        text = command_blocks(runbook, {**values, **answers})[number - 1]
    click.echo(printable_lines(text))


def print_runbook(out: Console, runbook: Runbook, values: Mapping[str, str]) -> None:
    """Print what a runbook is and whether it is proven, then all of it."""
    metadata = runbook.metadata
    line = Text(printable(runbook.id), style="bold")
    if metadata.severity:
        line.append(f"  {metadata.severity}", style=SEVERITY_STYLES[metadata.severity])
    for value in (metadata.status, metadata.difficulty, metadata.version, metadata.last_updated):
        if value:
            line.append(f"  {printable(str(value))}", style="dim")
    out.print(line)
    if metadata.status in VERIFIED and metadata.verified_by:
        proven = "proven" if metadata.status == "verified" else "proven in part"
        out.print(Text(f"{proven}: {printable(metadata.verified_by)}", style="green"))
    _print_page(out, runbook, values)


def _print_page(console: Console, runbook: Runbook, values: Mapping[str, str]) -> None:
    """Print all sections of a runbook in one call, which costs half of one for each part; code keeps its length."""
    console.print(Group(*_shown(runbook, values)), crop=False)


def _shown(runbook: Runbook, values: Mapping[str, str]) -> Iterator[RenderableType]:
    for part in _parts(runbook):
        if not part.is_code:
            yield Prose(printable_lines(fill(part.text, values)))
            continue
        title = f"[{part.number}] {part.language}" if part.number else part.language
        yield Text(f"  {printable(title)}", style="dim")
        yield code_lines(fill(part.text, values).split("\n"), style="green" if part.number else "")
        yield Text()


def _parts(runbook: Runbook) -> Iterator[_Part]:
    source = Source("\n\n".join(section.text for section in runbook.sections), "<page>")
    lines, done, number = source.text.split("\n"), 0, 0
    for fence in fences_in(read_blocks(source)):
        start, end = fence.span.line - 1, fence.span.end_line
        yield from _prose(lines[done:start])
        number += fence.language in COMMANDS
        text = fence.code.rstrip("\n")
        yield _Part(text, is_code=True, language=fence.language, number=number if fence.language in COMMANDS else 0)
        done = end
    yield from _prose(lines[done:])


def _prose(lines: list[str]) -> Iterator[_Part]:
    """The lines as one text; what continues a list item moves to the margin, or it would be read as code."""
    text = dedent("\n".join(lines)).strip("\n")
    if text.strip():
        yield _Part(text)
