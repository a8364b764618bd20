"""`fmkb show`: one runbook, rendered for the terminal."""

import sys
from pathlib import Path

import click
from rich.text import Text

from faultmaven_kb.cli.shared.common import SEVERITY_STYLES, echo_json, kb_option, runbook_argument, runbook_at
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.cli.shared.page import command_blocks, print_page
from faultmaven_kb.dialects import all_dialects, dialect_named
from faultmaven_kb.fences.placeholders import placeholders_in
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.model.vocabularies import VERIFIED
from faultmaven_kb.reading.reader import parse_runbook, read_document
from faultmaven_kb.text.terminal_text import printable, printable_lines

__all__ = ["command"]


@click.command("show")
@runbook_argument
@kb_option
@click.option("--json", "as_json", is_flag=True, help="Print the parsed runbook as JSON (schemas/runbook.schema.json).")
@click.option(
    "--source", "as_source", is_flag=True, help="Print the sections as they stand, with what each was read as."
)
@click.option(
    "--dialect",
    type=click.Choice([dialect.name for dialect in all_dialects()]),
    help="The family of documents to read it as. Default: found by its content.",
)
@click.option("--copy", "block", type=click.IntRange(1), help="Print one numbered block of commands and nothing else.")
@click.option(
    "--set", "pairs", multiple=True, metavar="NAME=VALUE", help="Fill in a placeholder everywhere; may be given often."
)
def command(
    runbook_id: str,
    kb_paths: tuple[Path, ...],
    as_json: bool,
    as_source: bool,
    dialect: str | None,
    block: int | None,
    pairs: tuple[str, ...],
) -> None:
    """Read the runbook ID, or the one in FILE. Blocks of commands are numbered and never wrapped.

    \b
    Examples:
      fmkb show redis-out-of-memory
      fmkb show redis-out-of-memory --copy 1 --set new-limit=3gb
      fmkb show redis-out-of-memory --json | jq .causes
      fmkb show docs/alerts.md --source
    """
    runbook = runbook_at(runbook_id, kb_paths)
    if dialect and runbook.path:
        runbook = parse_runbook(Path(runbook.path), dialect=dialect).runbook or runbook
    values = _values(pairs)
    if block is not None:
        _print_block(runbook, block, values)
    elif as_json:
        echo_json(runbook.model_dump(mode="json"))
    elif as_source:
        _print_source(runbook, dialect)
    else:
        _print(runbook, values)


def _values(pairs: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.BadParameter(f'"{pair}" has no "=", expected NAME=VALUE', param_hint="--set")
        values[name.strip("<>")] = value
    return values


def _print_block(runbook: Runbook, number: int, values: dict[str, str]) -> None:
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


def _print(runbook: Runbook, values: dict[str, str]) -> None:
    out = console()
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
    print_page(out, runbook, values)


def _reasons(runbook: Runbook, chosen: str | None) -> tuple[str, ...]:
    """Why a document was read as it was: the option, or what in it speaks for the dialect."""
    if chosen:
        return ("because of --dialect",)
    document = read_document(Path(runbook.path))[0] if runbook.path and Path(runbook.path).is_file() else None
    if document is None:
        return ()
    found = dialect_named(runbook.dialect).signals(document)
    return found or (
        "no heading, label or field of any other dialect: read by its numbers, questions, tables, commands",
    )


def _print_source(runbook: Runbook, chosen: str | None) -> None:
    click.echo(f"dialect: {runbook.dialect}")
    for line in _reasons(runbook, chosen):
        click.echo(f"  {printable(line)}")
    for section in runbook.sections:
        click.echo(f"\n[lines {section.span.line}-{section.span.end_line}: {section.role or 'not recognised'}]")
        click.echo(printable_lines(section.text))
