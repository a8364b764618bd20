"""Where a report goes: coloured to a terminal, as text in a format to a pipe, as a summary to a GitHub workflow.

The environment is read here and nowhere below: whether this is a GitHub workflow, and where the repository begins.
"""

import os
import sys
from pathlib import Path

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.disk.folders import repository_top, write_output
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.settings.settings import Profile
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.formats import render
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["default_format", "print_report", "report_context"]

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


def default_format() -> str:
    """`github` in a GitHub workflow, `text` everywhere else."""
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"


def report_context(profile: Profile) -> Context:
    """The current folder and the root of the repository around it (the folder itself if there is none)."""
    folder = Path.cwd()
    return Context(folder, repository_top(folder) or folder, profile)


def print_report(report: Report, output: str, context: Context, *, retry: str, file: Path | None = None) -> None:
    """Print a report in a format; for `github`, add the table to the summary of the workflow's step as well.

    With `file`, the report goes there and one line about it to standard error. `retry` is the command that was run.
    """
    if file is not None:
        write_output(file, render(output, report, context).encode("utf-8", "replace"))
        findings = counted(len(report.diagnostics), "finding")
        click.echo(f"fmkb: wrote {findings} to {printable(str(file))}", err=True)
        return
    if output == "text" and (sys.stdout.isatty() or "FORCE_COLOR" in os.environ):
        _print_pieces(report, retry)
        return
    click.echo(render(output, report, context), nl=False)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if output == "github" and summary:
        from faultmaven_kb.reports.findings.github_report import step_summary  # noqa: PLC0415 - only in a workflow

        with Path(summary).open("a", encoding="utf-8", errors="replace", newline="\n") as steps:
            steps.write(step_summary(report, context))


def _print_pieces(report: Report, retry: str) -> None:
    from rich.text import Text  # noqa: PLC0415 - a pipe has no colours

    from faultmaven_kb.cli.shared.console import console  # noqa: PLC0415
    from faultmaven_kb.reports.findings.terminal_report import to_terminal_pieces  # noqa: PLC0415

    out = console()
    text = Text()
    for style, piece in to_terminal_pieces(report, width=out.width, retry=retry):
        text.append(piece, style=_STYLES.get(style))
    out.print(text, soft_wrap=True, end="")
