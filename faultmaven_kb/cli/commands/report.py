"""`fmkb report`: how a knowledge base is doing, for those who look after it."""

import datetime
from pathlib import Path

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.checking.health import health_of
from faultmaven_kb.cli.shared.common import cache_folder_in_force, kb_option, load
from faultmaven_kb.disk.folders import write_output
from faultmaven_kb.reports.health_report import HEALTH_FORMATS
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.command("report")
@click.option(
    "--format",
    "output",
    type=click.Choice(list(HEALTH_FORMATS)),
    default="table",
    show_default=True,
    help="Text for a terminal, everything as JSON, or a page of Markdown.",
)
@click.option(
    "--output-file", "-o", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file."
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date from which the age of runbooks is counted. Default: today.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 when there is a finding.")
@kb_option
@click.pass_context
def command(
    ctx: click.Context,
    output: str,
    file: Path | None,
    today: datetime.datetime | None,
    strict: bool,
    kb_paths: tuple[Path, ...],
) -> None:
    """Say how a knowledge base is doing: how many runbooks it has, which are stale, unproven, not found first by their
    own symptoms, colliding, without links, proven with older packages than a later proof, and who owns them.

    \b
    Examples:
      fmkb report
      fmkb report --kb runbooks --strict
      fmkb report --kb runbooks --format markdown -o report.md

    The configuration in force decides how old is stale, where the proofs are, and what is excluded; the owners are
    those of CODEOWNERS. A runbook that most of its symptoms find is listed where one does not find it first, but is not
    a finding.

    Exit code: 0 when the report was made; with --strict 1 when there is a finding; 2 for wrong usage.
    """
    day = today.date() if today else datetime.date.today()
    health = health_of(load(kb_paths), today=day, cache=cache_folder_in_force())
    text = HEALTH_FORMATS[output](health)
    if file is not None:
        write_output(file, text.encode("utf-8", "replace"))
        findings = counted(len(health.findings), "finding")
        click.echo(f"fmkb: wrote {findings} to {printable(str(file))}", err=True)
    else:
        click.echo(text, nl=False)
    ctx.exit(1 if strict and health.findings else 0)
