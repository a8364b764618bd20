"""`fmkb convert`: a draft of a runbook in another form."""

import datetime
from pathlib import Path

import click

from faultmaven_kb.cli.shared.common import kb_option, load, runbook_named
from faultmaven_kb.disk.folders import create_below
from faultmaven_kb.export.conversion import TARGETS, convert
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.reading.reader import parse_runbook
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines

__all__ = ["command"]


@click.command("convert")
@click.argument("runbook", metavar="ID|FILE")
@click.option("--to", required=True, type=click.Choice([name for name, _ in TARGETS]), help="The form to write.")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write it below this folder, under the name that the form requires. Default: print it.",
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The date for new dates. Default: today.")
@kb_option
def command(
    runbook: str, to: str, output: Path | None, today: datetime.datetime | None, kb_paths: tuple[Path, ...]
) -> None:
    """Write the runbook ID, or the one in FILE, as a draft in another form.

    \b
    Examples:
      fmkb convert KubePodCrashLooping.md --to faultmaven
      fmkb convert redis-out-of-memory --to skills -o .agents/skills

    What was invented says TODO, what was left out is listed in the draft's last section and on standard error.
    """
    draft = convert(_found(runbook, kb_paths), to, today=today.date() if today else datetime.date.today())
    for mark in draft.marks:
        click.echo(f"{mark.kind}: {printable(mark.what)}", err=True)
    if output is None:
        click.echo(printable_lines(draft.text), nl=False)
        return
    file = create_below(output, draft.name, draft.text.encode())
    click.echo(f"wrote {printable(str(file))}")


def _found(name: str, kb_paths: tuple[Path, ...]) -> Runbook:
    if Path(name).is_file():
        result = parse_runbook(Path(name), aliases=team_headings((name,)))
        if result.runbook is None:
            raise click.UsageError(f"{name}: {printable(result.diagnostics[0].message)}")
        return result.runbook
    return runbook_named(load(kb_paths), name)
