"""`fmkb alerts`: which alerts have a runbook that is fit to be opened."""

import datetime
from collections.abc import Collection
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from faultmaven_kb.checking.gate import Gate
from faultmaven_kb.cli.shared.common import cache_folder_in_force, echo_json, kb_option, load
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.gate.configuration.location import find_configuration, load_configuration
from faultmaven_kb.gate.settings.settings import Profile, profile_named
from faultmaven_kb.integrations.alert_coverage import AlertCoverage, Coverage, cover, pointed_to
from faultmaven_kb.integrations.prometheus_rules import find_rule_files, read_rules
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command", "print_coverage"]

_MOST_UNNAMED = 20  # chosen: a few lines of a terminal
_OWN_DIALECT = "faultmaven"
_OF_FILES = "RB0"
"""The rules about files as such: encoding, merge conflicts, size."""

_STYLES = {"covered": "green", "unfit": "yellow", "wrong-link": "red", "dead-link": "red", "missing": "red"}


@click.command("alerts")
@click.argument("rules", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--profile",
    type=click.Choice([profile.label for profile in Profile]),
    show_default="the configuration's, else ingest for runbooks in this library's format",
    help="A runbook with an error in this profile is not usable.",
)
@click.option(
    "--require",
    type=click.FloatRange(0, 100),
    default=100.0,
    show_default=True,
    help="Per cent of the alerts that must be covered.",
)
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="The date that rules about dates use as today. Default: today."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option(
    "--annotation", "links", multiple=True, help="An annotation that names the runbook; may be given more than once."
)
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file. Default: found from the base.")
@kb_option
@click.pass_context
def command(
    ctx: click.Context,
    rules: tuple[Path, ...],
    profile: str | None,
    require: float,
    today: datetime.datetime | None,
    as_json: bool,
    links: tuple[str, ...],
    config: Path | None,
    kb_paths: tuple[Path, ...],
) -> None:
    """Say for each alert in RULES whether it has a runbook: Prometheus rules, also in manifests, ConfigMaps and charts,
    Grafana's provisioning files, folders of them.

    \b
    Examples:
      fmkb alerts rules/ --kb runbooks
      fmkb alerts prometheus-rules.yaml --require 80 --json

    An alert is covered when its runbook_url or its name leads to a runbook of the base and that runbook is fit: it was
    read, it has something to do, and the configuration finds no error in it. For the others a runbook is proposed from
    the alert's summary and description.

    Exit code: 0 when enough alerts are covered, 1 otherwise, 2 for wrong usage.
    """
    files = [read_rules(file) for file in find_rule_files(rules)]
    alerts = [alert for file in files for alert in file.alerts]
    problems = [problem for file in files for problem in file.problems]
    for problem in problems:
        click.echo(f"fmkb: {printable(problem.path)}:{problem.line}: {printable(problem.message)}", err=True)
    if not alerts:
        raise click.UsageError(f"no alert found in {', '.join(str(path) for path in rules)}")
    base = load(kb_paths)
    day = today.date() if today else datetime.date.today()
    names = sorted({runbook.path for runbook in base if runbook.path})
    configuration = (load_configuration(config) if config else find_configuration(Path(names[0]))) if names else None
    if configuration:
        links = (*links, *configuration.configuration.settings.annotations)
    chosen = profile_named(profile) if profile else configuration.configuration.profile if configuration else None
    faults = _faults(base, pointed_to(alerts, base, links=links), names, chosen, config, day)
    coverage = cover(alerts, base, faults=faults, links=links)
    if as_json:
        echo_json(coverage.to_dict())
    else:
        print_coverage(console(), coverage)
    ctx.exit(1 if problems or coverage.share * 100 < require else 0)


def _faults(
    base: KnowledgeBase,
    wanted: Collection[str],
    names: list[str],
    profile: Profile | None,
    config: Path | None,
    today: datetime.date,
) -> dict[str, tuple[str, ...]]:
    """The errors of the runbooks whose ids are wanted, by id; `names` are the files of the whole base.

    Where nobody chose a profile, a runbook in another format than this library's is not measured by it: then only
    errors of the file itself count, such as a merge conflict or bytes that are not text.
    """
    by_path: dict[str, list[Runbook]] = {}
    for runbook in base:
        if runbook.path:
            by_path.setdefault(runbook.path, []).append(runbook)
    judged = {path for path, runbooks in by_path.items() if any(runbook.id in wanted for runbook in runbooks)}
    if not judged:
        return {}
    cache = cache_folder_in_force()
    gate = Gate.open(*names, today=today, profile=profile or Profile.INGEST, config=config, cache=cache)
    faults: dict[str, tuple[str, ...]] = {}
    for error in gate.errors_of(judged):
        for runbook in _meant(error, by_path[error.path]):
            if profile or runbook.dialect == _OWN_DIALECT or error.code.startswith(_OF_FILES):
                faults[runbook.id] = (*faults.get(runbook.id, ()), f"{error.code} {error.message}")
    return faults


def _meant(diagnostic: Diagnostic, runbooks: list[Runbook]) -> list[Runbook]:
    """Which runbooks of a page a finding is about: the one on whose lines it is, else all."""
    line = diagnostic.span.line
    on_line = [
        runbook
        for runbook in runbooks
        if runbook.sections and runbook.sections[0].span.line <= line <= runbook.sections[-1].span.end_line
    ]
    return on_line or runbooks


def print_coverage(out: Console, coverage: Coverage) -> None:
    """A table on a terminal, one line of tabs for each alert on a pipe; then the share."""
    if not out.is_terminal:
        for row in coverage.rows:
            cells = (row.alert.name, row.status, row.runbook or "", _remark(row), f"{row.alert.path}:{row.alert.line}")
            click.echo("\t".join(printable(cell) for cell in cells))
    else:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("alert", "status", "runbook", "remark"):
            table.add_column(name, overflow="fold")
        for row in coverage.rows:
            status = Text(row.status, style=_STYLES[row.status])
            table.add_row(
                Text(printable(row.alert.name)),
                status,
                Text(printable(row.runbook or "")),
                Text(printable(_remark(row))),
            )
        out.print(table)
    covered, total = coverage.count("covered"), len(coverage.rows)
    click.echo(f"{covered} of {total} alerts covered ({coverage.share * 100:.0f} %)", err=not out.is_terminal)
    if coverage.unnamed:
        more = len(coverage.unnamed) - _MOST_UNNAMED
        named = ", ".join(coverage.unnamed[:_MOST_UNNAMED]) + (f" and {more} more" if more > 0 else "")
        click.echo(
            f"no alert names {len(coverage.unnamed)} of the runbooks: {printable(named)}", err=not out.is_terminal
        )


def _remark(row: AlertCoverage) -> str:
    parts = []
    if row.faults:
        more = f" and {len(row.faults) - 1} more" if len(row.faults) > 1 else ""
        parts.append(row.faults[0] + more)
    if row.names and row.status != "wrong-link":
        parts.append(f'shared with the alert "{row.names}"')
    if row.proposal and row.confidence is not None:
        parts.append(f"proposed: {row.proposal} ({row.confidence * 100:.0f} %)")
    if row.status == "dead-link" and not row.runbook:
        parts.append(f"link: {row.link}")
    return "; ".join(parts)
