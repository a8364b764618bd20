"""How `fmkb validate` is asked: the options of a check, and the check they describe.

The command line wins over the configuration file, the file over the defaults. What is read from the surroundings
(files, git, the number of processors) becomes values here.
"""

import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from faultmaven_kb.checking.gate import Gate
from faultmaven_kb.cli.shared.options import options
from faultmaven_kb.cli.shared.surroundings import cache_folder
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.file import codes_named
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.settings.settings import CREDENTIALS, Profile, Settings

__all__ = ["fix_options", "gate_options", "open_gate", "run_check"]

_LONG = 200
"""A check of this many runbooks takes seconds; a shorter one is over before anybody reads how far it is."""


gate_options = options(
    click.option("--jobs", type=click.IntRange(1), help="Processes for many runbooks. Default: one a processor."),
    click.option("--no-cache", is_flag=True, help="Check every runbook again."),
    click.option("--write-baseline", is_flag=True, help="Write what is found to the baseline and report nothing."),
    click.option("--baseline", type=click.Path(path_type=Path), help="Report only what this file does not list."),
    click.option("--since", metavar="REV", help="Report only what changed runbooks since this git revision broke."),
    click.option("--ignore", metavar="RULES", multiple=True, help="Rules that do not run, separated by commas."),
    click.option("--select", metavar="RULES", multiple=True, help="The only rules that run, separated by commas."),
    click.option("--config", type=click.Path(path_type=Path), help="Configuration file. Default: found upwards."),
)
"""The options that say what is checked and what counts."""


fix_options = options(
    click.option("--diff", "show_diff", is_flag=True, help="Print what --fix would change and write nothing."),
    click.option("--unsafe-fixes", "unsafe", is_flag=True, help="Apply the fixes that may change the meaning as well."),
    click.option("--fix", is_flag=True, help="Apply the fixes that cannot change what the author meant."),
)
"""The options that fix what can be fixed."""


def open_gate(paths: tuple[Path, ...], *, today: date, profile: Profile | None, options: dict[str, Any]) -> Gate:
    """The check that the options of `gate_options` ask for. Raises `ConfigurationError` for what cannot be."""
    gate = Gate.open(
        *paths,
        today=today,
        profile=profile,
        config=options["config"],
        baseline=options["baseline"],
        since=options["since"],
        cache=None if options["no_cache"] else cache_folder(),
        processes=options["jobs"] or os.cpu_count() or 1,
    )
    return replace(gate, settings=_settings(gate.settings, options))


def run_check(gate: Gate) -> Report:
    """The report of a check; a long one says on a terminal how far it is."""
    if not sys.stderr.isatty():
        return gate.check()
    try:
        return gate.check(progress=_progress)
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def _settings(settings: Settings, options: dict[str, Any]) -> Settings:
    """The settings with what the command line says: its selection replaces the file's, its ignored rules are added."""
    select, ignore = _codes(options["select"], "--select"), _codes(options["ignore"], "--ignore")
    if CREDENTIALS & set(ignore) and not settings.allow_credential_suppression:
        named = ", ".join(sorted(CREDENTIALS & set(ignore)))
        raise ConfigurationError(f"--ignore: {named} cannot be ignored unless the configuration allows it")
    if select:
        settings = replace(settings, select=select, extend_select=())
    return replace(settings, ignore=tuple(sorted({*settings.ignore, *ignore})))


def _codes(words: tuple[str, ...], option: str) -> tuple[str, ...]:
    try:
        return codes_named(word for part in words for word in part.split(",") if word.strip())
    except ConfigurationError as error:
        raise ConfigurationError(f"{option}: {error}") from None


def _progress(done: int, total: int) -> None:
    """Say on a terminal how far a long check is."""
    if total >= _LONG and done % 20 == 0:
        click.echo(f"\r{done} of {total} runbooks", nl=False, err=True)
