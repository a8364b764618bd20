"""How `fmkb validate` is asked: the options of a check, and the check they describe.

The command line wins over the configuration file, the file over the defaults. What is read from the surroundings
(files, git, the number of processors) becomes values here.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from faultmaven_kb.cli.shared.surroundings import cache_folder
from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.file import codes_named
from faultmaven_kb.gate.configuration.location import (
    FoundConfiguration,
    find_configuration,
    load_configuration,
    root_of,
)
from faultmaven_kb.gate.configuration.regular import DATA_LIMIT, regular_text, shown
from faultmaven_kb.gate.engine.baseline import Baseline, baseline_text, narrowed, read_baseline
from faultmaven_kb.gate.engine.check import check_paths, check_text, marks_of
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.engine.result_cache import ResultCache
from faultmaven_kb.gate.facts.snapshot import Snapshot
from faultmaven_kb.gate.settings.settings import CREDENTIALS, Profile, Settings

__all__ = ["Gate", "fix_options", "gate_options"]

_BASELINE = "fmkb-baseline.json"
_LONG = 200

_Command = TypeVar("_Command", bound=Callable[..., Any])


def gate_options(command: _Command) -> _Command:
    """The options that say what is checked and what counts."""
    for option in (
        click.option("--jobs", type=click.IntRange(1), help="Processes for many runbooks. Default: one a processor."),
        click.option("--no-cache", is_flag=True, help="Check every runbook anew."),
        click.option("--write-baseline", is_flag=True, help="Write what is found to the baseline and report nothing."),
        click.option("--baseline", type=click.Path(path_type=Path), help="Report only what this file does not list."),
        click.option("--since", metavar="REV", help="Report only what changed runbooks since this git revision broke."),
        click.option("--ignore", metavar="RULES", multiple=True, help="Rules that do not run, separated by commas."),
        click.option("--select", metavar="RULES", multiple=True, help="The only rules that run, separated by commas."),
        click.option("--config", type=click.Path(path_type=Path), help="Configuration file. Default: found upwards."),
    ):
        command = option(command)
    return command


def fix_options(command: _Command) -> _Command:
    """The options that mend what can be mended."""
    for option in (
        click.option("--diff", "show_diff", is_flag=True, help="Print what --fix would change and write nothing."),
        click.option(
            "--unsafe-fixes", "unsafe", is_flag=True, help="Apply the fixes that may change the meaning as well."
        ),
        click.option("--fix", is_flag=True, help="Apply the fixes that cannot change what the author meant."),
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class Gate:
    """One check as it was asked for; `check` may be called again after files were changed."""

    paths: tuple[Path, ...]
    today: date
    profile: Profile
    settings: Settings
    root: Path | None
    baseline_path: Path | None = None
    baseline_before: Callable[[], str] | None = None
    since: Snapshot | None = None
    notices: tuple[Diagnostic, ...] = ()
    cache: ResultCache | None = None
    processes: int = 1

    @classmethod
    def open(cls, paths: tuple[Path, ...], *, today: date, profile: Profile | None, options: dict[str, Any]) -> "Gate":
        """The check that the options of `gate_options` ask for. Raises `ConfigurationError` for what cannot be."""
        rules = _rules_of_the_change(paths, options) if options["since"] else _rules(paths, options)
        return cls(
            paths,
            today,
            profile or rules.found.configuration.profile or Profile.CONTRIBUTE,
            _settings(rules.found.configuration.settings, options),
            rules.root,
            _baseline_path(rules.found, options),
            rules.baseline,
            rules.since,
            rules.notices,
            None if options["no_cache"] else ResultCache(cache_folder()),
            options["jobs"] or os.cpu_count() or 1,
        )

    def check(self, *, against_baseline: bool = True) -> Report:
        """The report of the check."""
        baseline = self._baseline() if against_baseline else None
        try:
            return check_paths(
                self.paths,
                today=self.today,
                profile=self.profile,
                settings=self.settings,
                root=self.root,
                cache=self.cache,
                processes=self.processes,
                baseline=baseline,
                since=self.since,
                notices=self.notices,
                progress=_progress if sys.stderr.isatty() else None,
            )
        finally:
            if sys.stderr.isatty():
                click.echo("\r\x1b[K", nl=False, err=True)

    def check_text(self, text: str, path: str) -> Report:
        """The report of one changed text in the place of its file."""
        return check_text(
            text,
            path=path,
            today=self.today,
            profile=self.profile,
            settings=self.settings,
            root=self.root,
            cache=self.cache,
        )

    def write_baseline(self) -> tuple[Path, int]:
        """Write what is found now to the baseline; its path and how many findings it holds.

        Credentials are left out unless the configuration allows to suppress them.
        """
        path = self.baseline_path or Path(shown((self.root or Path()) / _BASELINE))
        allow = self.settings.allow_credential_suppression
        marks = [mark for mark in marks_of(self.check(against_baseline=False)) if allow or mark.code not in CREDENTIALS]
        try:
            path.write_text(baseline_text(marks, allow_credentials=allow), encoding="utf-8", newline="\n")
        except OSError as error:
            raise ConfigurationError(f"cannot write {str(path)!r}: {error.strerror or error}") from error
        return path, len(marks)

    def _baseline(self) -> Baseline | None:
        """The baseline that counts: of a changed one what was listed before the change as well."""
        if self.baseline_path is None:
            return None
        path = self.baseline_path
        if not os.path.lexists(path) and not self.baseline_before:
            raise ConfigurationError(f"no baseline at {str(path)!r}; --write-baseline makes it")
        before = read_baseline(self.baseline_before(), path.as_posix()) if self.baseline_before else None
        if not os.path.lexists(path):
            return before
        present = read_baseline(regular_text(path, _boundary(path), limit=DATA_LIMIT), path.as_posix())
        return narrowed(present, before) if before else present


@dataclass(frozen=True)
class _Rules:
    """What decides about a check: the configuration, the root of links, and for a change the state before it."""

    found: FoundConfiguration
    root: Path | None
    baseline: Callable[[], str] | None = None
    since: Snapshot | None = None
    notices: tuple[Diagnostic, ...] = ()


def _rules(paths: tuple[Path, ...], options: dict[str, Any]) -> _Rules:
    found = load_configuration(options["config"]) if options["config"] else find_configuration(paths[0])
    return _Rules(found, root_of(paths))


def _rules_of_the_change(paths: tuple[Path, ...], options: dict[str, Any]) -> _Rules:
    """The rules before the change, which does not decide how it is judged itself."""
    from faultmaven_kb.cli.shared.change import rules_before  # noqa: PLC0415 - only where it is asked for

    before = rules_before(paths, options["since"], config=options["config"], baseline=options["baseline"])
    return _Rules(before.found, before.root, before.baseline, before.since, before.notices)


def _boundary(path: Path) -> Path:
    """The folder that a baseline lies in: the repository, or its own folder."""
    return root_of((path,)) or path.resolve().parent


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
        return codes_named(word for each in words for word in each.split(",") if word.strip())
    except ConfigurationError as error:
        raise ConfigurationError(f"{option}: {error}") from None


def _baseline_path(found: FoundConfiguration, options: dict[str, Any]) -> Path | None:
    if options["baseline"]:
        return Path(options["baseline"])
    if not found.configuration.baseline:
        return None
    return Path(shown(found.folder / found.configuration.baseline))


def _progress(done: int, total: int) -> None:
    """Say on a terminal how far a long check is."""
    if total >= _LONG and done % 20 == 0:
        click.echo(f"\r{done} of {total} runbooks", nl=False, err=True)
