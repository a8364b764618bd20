"""`fmkb show`: one runbook, rendered for the terminal.

The shell's completion of an id imports this module, so what reads and draws a runbook is imported when it is shown.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faultmaven_kb.cli.shared.common import copy_options, echo_json, kb_option, runbook_argument, runbook_at
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["command"]


class _DialectName(click.Choice[str]):
    """One of the dialects, which are loaded when one is asked for: completing an id needs none."""

    def __init__(self) -> None:
        self.case_sensitive = True

    @cached_property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names of all dialects."""
        from faultmaven_kb.dialects import all_dialects  # noqa: PLC0415

        return tuple(dialect.name for dialect in all_dialects())


@click.command("show")
@runbook_argument
@kb_option
@click.option("--json", "as_json", is_flag=True, help="Print the parsed runbook as JSON (schemas/runbook.schema.json).")
@click.option("--source", "as_source", is_flag=True, help="Print the sections as written, with what each was read as.")
@click.option(
    "--dialect",
    type=_DialectName(),
    help="The dialect to read it as. Default: detected from its content.",
)
@copy_options
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
    from faultmaven_kb.cli.display.page import placeholder_values, print_block, print_runbook  # noqa: PLC0415
    from faultmaven_kb.cli.shared.console import console  # noqa: PLC0415

    runbook = runbook_at(runbook_id, kb_paths)
    if dialect and runbook.path:
        from faultmaven_kb.gate.configuration.headings import team_headings  # noqa: PLC0415
        from faultmaven_kb.reading.reader import parse_runbook  # noqa: PLC0415

        aliases = team_headings((runbook.path,))
        runbook = parse_runbook(Path(runbook.path), dialect=dialect, aliases=aliases).runbook or runbook
    values = placeholder_values(pairs, runbook)
    if block is not None:
        print_block(runbook, block, values)
    elif as_json:
        echo_json(runbook.model_dump(mode="json"))
    elif as_source:
        _print_source(runbook, dialect)
    else:
        print_runbook(console(), runbook, values)


def _reasons(runbook: "Runbook", chosen: str | None) -> tuple[str, ...]:
    """Why a document was read as it was: the option, or what in it speaks for the dialect."""
    if chosen:
        return ("because of --dialect",)
    from faultmaven_kb.dialects import dialect_named  # noqa: PLC0415
    from faultmaven_kb.gate.configuration.headings import team_headings  # noqa: PLC0415
    from faultmaven_kb.reading.reader import read_document  # noqa: PLC0415

    document = None
    if runbook.path and Path(runbook.path).is_file():
        document, _ = read_document(Path(runbook.path), aliases=team_headings((runbook.path,)))
    if document is None:
        return ()
    signals = dialect_named(runbook.dialect).signals(document)
    return signals or (
        "no heading, label or field of any other dialect: read by its numbers, questions, tables, commands",
    )


def _print_source(runbook: "Runbook", chosen: str | None) -> None:
    click.echo(f"dialect: {runbook.dialect}")
    for line in _reasons(runbook, chosen):
        click.echo(f"  {printable(line)}")
    for section in runbook.sections:
        click.echo(f"\n[lines {section.span.line}-{section.span.end_line}: {section.role or 'not recognised'}]")
        click.echo(printable_lines(section.text))
