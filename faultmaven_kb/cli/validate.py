"""`fmkb validate`: what a curator would say, in seconds."""

import datetime
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from faultmaven_kb.cli.common import console
from faultmaven_kb.cli.gate import Gate, gate_options
from faultmaven_kb.lint.engine import profile_named
from faultmaven_kb.lint.rule import Profile
from faultmaven_kb.reports.json_report import to_json
from faultmaven_kb.reports.text_report import to_pieces
from faultmaven_kb.terminal_text import printable

__all__ = ["command"]

_STYLES = {
    "path": "bold",
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold blue",
    "code": "bold",
    "caret": "bold red",
    "dim": "dim",
    "ok": "green",
}


@click.command("validate", short_help="Check runbooks.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
@click.option(
    "--profile",
    type=click.Choice([profile.label for profile in Profile]),
    help="How much is asked: can a machine use it, may it be merged, is it as good as the review guide wants. "
    "Default: the configuration's, else contribute.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day that rules about dates take for today. Default: today.",
)
@gate_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    output: str,
    profile: str | None,
    today: datetime.datetime | None,
    **options: Any,
) -> None:
    """Check the runbooks at PATHS (files and folders) and say where each fault is and how to mend it.

    \b
    Examples:
      fmkb validate runbooks
      fmkb validate --profile curated runbooks/redis/redis-out-of-memory.md
      fmkb validate --since main runbooks
      fmkb validate --format json runbooks > findings.json

    Exit code: 0 when there is no error or warning, 1 otherwise, 2 for wrong usage.
    """
    day = today.date() if today else datetime.date.today()
    gate = Gate.open(paths, today=day, profile=profile_named(profile) if profile else None, options=options)
    if options["write_baseline"]:
        written, count = gate.write_baseline()
        click.echo(f"fmkb: wrote {count} findings to {printable(str(written))}", err=True)
        return
    report = gate.check()
    if not report.files:
        raise click.UsageError(f"no runbook found in {', '.join(str(path) for path in paths)}")
    if output == "json":
        click.echo(to_json(report), nl=False)
    else:
        out = console()
        text = Text()
        for style, piece in to_pieces(report):
            text.append(piece, style=_STYLES.get(style))
        out.print(text, soft_wrap=True, end="")
    ctx.exit(1 if report.failed else 0)
