"""`fmkb validate`: what a curator would say, in seconds."""

import datetime
import shlex
from pathlib import Path
from typing import Any

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.cli.shared.gate import fix_options, gate_options, open_gate, run_check
from faultmaven_kb.cli.shared.output import default_format, print_report, report_context
from faultmaven_kb.gate.settings.settings import Profile, profile_named
from faultmaven_kb.reports.formats import format_names
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "output",
    type=click.Choice(format_names()),
    default=default_format,
    show_default="text, in a GitHub workflow github",
    help="The format of the report.",
)
@click.option(
    "--profile",
    type=click.Choice([profile.label for profile in Profile]),
    show_default="the configuration's, else contribute",
    help="How strict the check is: can a machine use it, may it be merged, does it meet the review guide.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date that rules about dates use as today. Default: today.",
)
@click.option("--statistics", is_flag=True, help="Print only how many findings each rule has.")
@click.option(
    "--output-file", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file."
)
@fix_options
@gate_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    output: str,
    profile: str | None,
    today: datetime.datetime | None,
    statistics: bool,
    file: Path | None,
    **options: Any,
) -> None:
    """Check the runbooks at PATHS (files and folders) and say where each fault is and how to fix it.

    \b
    Examples:
      fmkb validate runbooks
      fmkb validate --profile curated runbooks/redis/redis-out-of-memory.md
      fmkb validate --since main runbooks
      fmkb validate --fix runbooks
      fmkb validate --statistics runbooks
      fmkb validate --format sarif --output-file findings.sarif runbooks

    Exit code: 0 without errors or warnings (with --fix: after the fixes), 1 otherwise, 2 for wrong usage.
    """
    day = today.date() if today else datetime.date.today()
    gate = open_gate(paths, today=day, profile=profile_named(profile) if profile else None, options=options)
    if options["write_baseline"]:
        baseline_file, count = gate.write_baseline()
        click.echo(f"fmkb: wrote {counted(count, 'finding')} to {printable(str(baseline_file))}", err=True)
        return
    report = run_check(gate)
    if not report.files:
        raise click.UsageError(f"no runbook found in {', '.join(str(path) for path in paths)}")
    unsafe = options["unsafe"]
    if options["show_diff"] or options["fix"] or unsafe:
        from faultmaven_kb.cli.shared.fixing import fix_files, print_changes  # noqa: PLC0415 - only where it is asked for

        if options["show_diff"]:
            ctx.exit(1 if print_changes(report, gate.check_text, unsafe=unsafe) or report.failed else 0)
        if fix_files(report, gate.check_text, unsafe=unsafe):
            report = run_check(gate)
    if statistics:
        from faultmaven_kb.reports.findings.terminal_report import statistics as counts  # noqa: PLC0415 - only where it is asked for

        click.echo(counts(report), nl=False)
    else:
        retry = shlex.join(["fmkb", "validate", *(path.as_posix() for path in paths)])
        print_report(report, output, report_context(gate.profile), retry=retry, file=file)
    ctx.exit(1 if report.failed else 0)
