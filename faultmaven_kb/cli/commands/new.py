"""`fmkb new`: a runbook to fill in."""

import datetime
import re
from pathlib import Path

import click

from faultmaven_kb.disk.folders import create_below
from faultmaven_kb.model.template import new_runbook
from faultmaven_kb.text.terminal_text import printable, printable_lines

__all__ = ["command"]

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


@click.command("new")
@click.argument("runbook_id", metavar="ID")
@click.option("--technology", "-t", help="Technology and folder. Default: the first word of ID.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("runbooks"),
    show_default=True,
    help="Where runbooks live.",
)
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it instead of writing a file.")
def command(runbook_id: str, technology: str | None, folder: Path, to_stdout: bool) -> None:
    """Write FOLDER/TECHNOLOGY/ID.md with every section in place and TODO where your words belong.

    \b
    Examples:
      fmkb new redis-high-latency
      fmkb new k8s-pvc-pending --technology kubernetes
    """
    if not _ID.fullmatch(runbook_id):
        raise click.UsageError(
            f'id is "{runbook_id}", expected kebab-case technology-problem such as redis-high-latency'
        )
    technology = technology or runbook_id.split("-", 1)[0]
    text = new_runbook(runbook_id, technology, datetime.date.today())
    if to_stdout:
        click.echo(printable_lines(text), nl=False)
        return
    file = create_below(folder, f"{technology}/{runbook_id}.md", text.encode())
    name = printable(str(file))
    click.echo(f"wrote {name}\nfill in each TODO, then run: fmkb validate {name}")
