"""`fmkb validate`: what a curator would say, in seconds."""

import datetime
from pathlib import Path

import click

from faultmaven_kb.cli.fixing import fix_files, fix_options, print_changes
from faultmaven_kb.cli.output import default_format, print_report, report_context
from faultmaven_kb.lint.engine import Report, check_paths, check_text, profile_named
from faultmaven_kb.lint.rule import Profile
from faultmaven_kb.reports.formats import FORMAT_NAMES

__all__ = ["command"]


@click.command("validate", short_help="Check runbooks.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "output",
    type=click.Choice(FORMAT_NAMES),
    default=default_format,
    show_default="text, in a GitHub workflow github",
    help="How to print what was found.",
)
@click.option(
    "--profile",
    type=click.Choice([profile.label for profile in Profile]),
    default=Profile.CONTRIBUTE.label,
    show_default=True,
    help="How much is asked: can a machine use it, may it be merged, is it as good as the review guide wants.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day that rules about dates take for today. Default: today.",
)
@fix_options
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    output: str,
    profile: str,
    today: datetime.datetime | None,
    fix: bool,
    unsafe: bool,
    show_diff: bool,
) -> None:
    """Check the runbooks at PATHS (files and folders) and say where each fault is and how to mend it.

    \b
    Examples:
      fmkb validate runbooks
      fmkb validate --profile curated runbooks/redis/redis-out-of-memory.md
      fmkb validate --fix runbooks
      fmkb validate --format json runbooks > findings.json

    Exit code: 0 when there is no error or warning (after --fix: none is left), 1 otherwise, 2 for wrong usage.
    """
    day = today.date() if today else datetime.date.today()
    level = profile_named(profile)

    def check_one(text: str, path: str) -> Report:
        return check_text(text, path=path, today=day, profile=level)

    report = check_paths(paths, today=day, profile=level)
    if not report.files:
        raise click.UsageError(f"no runbook found in {', '.join(str(path) for path in paths)}")
    if show_diff:
        ctx.exit(1 if print_changes(report, check_one, unsafe=unsafe) or report.failed else 0)
    if (fix or unsafe) and fix_files(report, check_one, unsafe=unsafe):
        report = check_paths(paths, today=day, profile=level)
    print_report(report, output, report_context(level))
    ctx.exit(1 if report.failed else 0)
