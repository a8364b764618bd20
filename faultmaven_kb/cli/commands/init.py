"""`fmkb init`: everything that a folder of runbooks needs to be checked from now on, in one step."""

import datetime
import os
import re
from pathlib import Path

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.cli.shared.starting import starting_files
from faultmaven_kb.disk.folders import create_below, repository_top, write_output
from faultmaven_kb.gate.configuration.regular import BASELINE_FILE, CONFIGURATION_FILE
from faultmaven_kb.gate.settings.settings import Profile, profile_named
from faultmaven_kb.reading.files import find_runbooks
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]

_PLAIN = re.compile(r"(?!-)[\w .+,=~&@'()/-]+")
"""A path that is nothing but a path wherever the files name it: in YAML, a shell line, a pattern, CODEOWNERS."""


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("runbooks"))
@click.option(
    "--profile",
    type=click.Choice([profile.label for profile in Profile]),
    default=Profile.CONTRIBUTE.label,
    show_default=True,
    help="How strict the check is from now on.",
)
@click.option("--owner", metavar="@ORG/TEAM", default="", help="Who reviews changes, for CODEOWNERS.")
@click.option("--yes", is_flag=True, help="Ask no question.")
@click.option("--dry-run", is_flag=True, help="Print what would be written and write nothing.")
@click.option("--force", is_flag=True, help="Overwrite existing files.")
def command(folder: Path, profile: str, owner: str, yes: bool, dry_run: bool, force: bool) -> None:
    """Write the configuration, a baseline, a GitHub workflow, a pre-commit hook, CODEOWNERS and a template for FOLDER.

    The list of files is shown first. Existing files are kept unless --force is given. The
    findings of today go into the baseline, so that only new ones are reported.

    \b
    Examples:
      fmkb init docs/runbooks --owner @acme/sre
      fmkb init docs/runbooks --dry-run
    """
    root = _root(folder)
    below = _below(folder, root)
    today = datetime.date.today()
    files = starting_files(below, profile=profile_named(profile), owner=owner, today=today)
    new = {name: text for name, text in files.items() if force or not (root / name).exists()}
    count = len(list(find_runbooks([folder]))) if folder.is_dir() else 0
    click.echo(f"{counted(count, 'runbook')} in {printable(str(folder))}; in {printable(str(root))}:")
    for name in files:
        there = (root / name).exists()
        click.echo(f"  {_plan(there=there, force=force)} {printable(name)}")
    makes_baseline = bool(count) and CONFIGURATION_FILE in new
    if makes_baseline:
        click.echo(
            f"  {_plan(there=(root / BASELINE_FILE).exists(), force=True)} {BASELINE_FILE} with the findings of today"
        )
    elif count:
        click.echo(
            f"  {_plan(there=True, force=False)} {BASELINE_FILE}: the configuration that is there says what counts"
        )
    if dry_run:
        return
    if not yes and not click.confirm("Write them?"):
        raise click.Abort
    for name, text in new.items():
        _write(root, name, text)
    if makes_baseline:
        _write_baseline(folder, root, today)
    click.echo(f"done; next: fmkb validate {printable(str(folder))}")
    if ".pre-commit-config.yaml" not in new:
        click.echo("add the hook to your .pre-commit-config.yaml by hand: docs/how-to/check-runbooks-in-ci.md")


def _plan(*, there: bool, force: bool) -> str:
    return ("replace" if force else "keep   ") if there else "write  "


def _root(folder: Path) -> Path:
    """The root of the repository around the folder, else the current folder."""
    return repository_top(folder.absolute()) or Path.cwd()


def _below(folder: Path, root: Path) -> str:
    """The folder's path below the root with forward slashes."""
    place = Path(os.path.abspath(folder))  # noqa: PTH100 - `resolve` would follow the links
    if place == root or not place.is_relative_to(root):
        raise click.UsageError(f'"{printable(str(folder))}" is not a folder below {printable(str(root))}')
    below = place.relative_to(root).as_posix()
    if not _PLAIN.fullmatch(below):
        raise click.UsageError(
            f'"{printable(below)}" stands in a shell line of the workflow, expected letters, digits, spaces and '
            ". _ + , = ~ & @ ' ( ) - only, and no hyphen first"
        )
    return below


def _write(root: Path, name: str, text: str) -> None:
    data = text.encode("utf-8", "replace")  # the name of an owner is what a command line says
    if (root / name).exists():
        write_output(root / name, data)
    else:
        create_below(root, name, data)


def _write_baseline(folder: Path, root: Path, today: datetime.date) -> None:
    from faultmaven_kb.checking.gate import Gate  # noqa: PLC0415 - a plan needs no rules

    gate = Gate.open(folder, today=today, config=root / CONFIGURATION_FILE, baseline=root / BASELINE_FILE)
    report = gate.check(against_baseline=False)
    _, count = gate.write_baseline(report)
    click.echo(f"{BASELINE_FILE} lists what is found today: {counted(count, 'finding')}")
    if left := len(report.diagnostics) - count:
        click.echo(f"{left} findings cannot be put there (credentials among them): fmkb validate shows them")
