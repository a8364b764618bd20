"""`fmkb list`: what a knowledge base contains."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from faultmaven_kb.brief import counted
from faultmaven_kb.cli.shared.common import (
    SEVERITY_STYLES,
    echo_json,
    filter_options,
    kb_option,
    load,
    technology_named,
)
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.export.json_files import list_entry
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.command("list")
@filter_options
@kb_option
@click.option("--json", "as_json", is_flag=True, help="Print the metadata as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    technology: str | None,
    severity: str | None,
    tag: str | None,
    status: str | None,
    kb_paths: tuple[Path, ...],
    as_json: bool,
) -> None:
    """List the runbooks, narrowed by filters. Piped, one line each, separated by tabs.

    \b
    Examples:
      fmkb list --technology kubernetes
      fmkb list --severity critical --json
    """
    kb = load(kb_paths)
    runbooks = kb.filter(technology=technology_named(kb, technology), severity=severity, tag=tag, status=status)
    if as_json:
        echo_json([list_entry(runbook) for runbook in runbooks])
    else:
        _print(runbooks)
    ctx.exit(0 if runbooks else 1)


def _print(runbooks: tuple[Runbook, ...]) -> None:
    out = console()
    rows = [
        (rb.id, rb.title, rb.metadata.technology or "", rb.metadata.severity or "", rb.metadata.status or "")
        for rb in runbooks
    ]
    if not out.is_terminal:
        for row in rows:
            click.echo("\t".join(printable(cell) for cell in row))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("id", "title", "technology", "severity", "status"):
        table.add_column(name, no_wrap=name == "id")
    for row in rows:
        cells = [Text(printable(cell)) for cell in row]
        cells[0].stylize("bold")
        cells[3].stylize(SEVERITY_STYLES.get(row[3], ""))
        table.add_row(*cells)
    out.print(table)
    out.print(Text(counted(len(rows), "runbook"), style="dim"))
