"""The gate for programs: check runbooks, check a text, fix what a report found, as `fmkb validate` does.

A `Gate` is one check as it was asked for; `check`, `check_text` and `fix` are the short way to a single answer.
What a configuration file says counts here as on the command line. This is the floor where the day, the
repository and the configuration file are looked up; below it they are values.
"""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.disk.folders import write_output
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.location import (
    FoundConfiguration,
    RulesInForce,
    find_configuration,
    load_configuration,
    root_of,
)
from faultmaven_kb.gate.configuration.regular import BASELINE_FILE, DATA_LIMIT, regular_text, shown
from faultmaven_kb.gate.engine.baseline import Baseline, baseline_text, narrowed, read_baseline
from faultmaven_kb.gate.engine.check import check_paths, marks_of
from faultmaven_kb.gate.engine.check import check_text as check_one
from faultmaven_kb.gate.engine.document import compares_all, compares_documents
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.engine.result_cache import ResultCache
from faultmaven_kb.gate.facts.snapshot import Snapshot
from faultmaven_kb.gate.settings.settings import CREDENTIALS, Criteria, Profile, Settings
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.formats import render
from faultmaven_kb.source import Source

if TYPE_CHECKING:  # a document that is refused needs neither parser nor rules: fixes are imported when they are made
    from faultmaven_kb.gate.fixes.fixes import FixedFile

__all__ = ["Gate", "check", "check_text", "fix", "write_report"]

_UNUSED = ("RB901", "RB902", "RB903")
"""The rules about suppressions."""


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
    def open(
        cls,
        *paths: str | Path,
        today: date | None = None,
        profile: Profile | None = None,
        settings: Settings | None = None,
        config: str | Path | None = None,
        baseline: str | Path | None = None,
        since: str | None = None,
        cache: str | Path | None = None,
        processes: int = 1,
    ) -> "Gate":
        """The check of files and folders; what is not given is what `fmkb validate` would use.

        `today` is the day that rules about dates take for today. `settings` and `profile` count more than the
        configuration file, which is `config` or the one found upwards from the first path; `baseline` is the file of
        findings that are known, else the configured one; `since` a git revision, for what a change is responsible for;
        `cache` a folder in which results are kept by content. Raises `ConfigurationError` for a configuration that is
        not understood, a revision that does not exist, and no path at all.
        """
        if not paths:
            raise ConfigurationError("no path is given, expected one or more files or folders")
        targets = tuple(Path(path) for path in paths)
        rules = _rules(targets, since, Path(config) if config else None, Path(baseline) if baseline else None)
        return cls(
            targets,
            today or date.today(),
            profile or rules.file.configuration.profile or Profile.CONTRIBUTE,
            settings or rules.file.configuration.settings,
            rules.root,
            Path(baseline) if baseline else _configured_baseline(rules.file),
            rules.baseline,
            rules.since,
            rules.notices,
            ResultCache(Path(cache)) if cache else None,
            processes,
        )

    def check(self, *, against_baseline: bool = True, progress: Callable[[int, int], None] | None = None) -> Report:
        """The report of the check. Raises `PathError` for a path that does not exist.

        `progress` is called with how many of how many documents are done.
        """
        return self._report(against_baseline=against_baseline, progress=progress)

    def errors_of(self, names: Collection[str]) -> tuple[Diagnostic, ...]:
        """The errors in some of the runbooks of a base, as `check` finds them; the others are examined only if that
        may change what is found.
        """
        if not compares_all(Criteria(self.today, self.profile, self.settings)):
            errors = _errors_in(self._report(only=names), names)
            if not any(compares_documents(error.code) or error.code in _UNUSED for error in errors):
                return errors  # what is proposed for a dead link, and what a suppression answers, may be in any runbook
        return _errors_in(self.check(), names)

    def _report(
        self,
        *,
        against_baseline: bool = True,
        progress: Callable[[int, int], None] | None = None,
        only: Collection[str] | None = None,
    ) -> Report:
        return check_paths(
            self.paths,
            today=self.today,
            profile=self.profile,
            settings=self.settings,
            root=self.root,
            cache=self.cache,
            processes=self.processes,
            baseline=self._baseline() if against_baseline else None,
            since=self.since,
            notices=self.notices,
            progress=progress,
            only=only,
        )

    def check_text(self, text: str | bytes, path: str) -> Report:
        """The report of one changed text in the place of its file."""
        return check_one(
            text,
            path=path,
            today=self.today,
            profile=self.profile,
            settings=self.settings,
            root=self.root,
            cache=self.cache,
        )

    def fix(self, report: Report, *, unsafe: bool = False) -> "tuple[FixedFile, ...]":
        """The files of a report after its fixes, in the report's order; nothing is written (`FixedFile.write`)."""
        from faultmaven_kb.gate.fixes.fixes import fix_report  # noqa: PLC0415 - see above

        return fix_report(report, check=self.check_text, unsafe=unsafe)

    def write_baseline(self, report: Report | None = None) -> tuple[Path, int]:
        """Write what is found now to the baseline; its path and how many findings it contains.

        Credentials are left out unless the configuration allows them to be suppressed. Pass `report` if you already
        have that of a check without the baseline.
        """
        path = self.baseline_path or Path(shown((self.root or Path()) / BASELINE_FILE))
        allow = self.settings.allow_credential_suppression
        full = report or self.check(against_baseline=False)
        marks = [mark for mark in marks_of(full) if allow or mark.code not in CREDENTIALS]
        if os.path.lexists(path):  # what is not a baseline is not replaced by one
            read_baseline(regular_text(path, _boundary(path), limit=DATA_LIMIT), path.as_posix())
        write_output(path, baseline_text(marks, allow_credentials=allow).encode())
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


def _rules(paths: tuple[Path, ...], since: str | None, config: Path | None, baseline: Path | None) -> RulesInForce:
    """The rules in force; for a change those before it, which does not decide how it is judged itself."""
    if since is None:
        return RulesInForce(load_configuration(config) if config else find_configuration(paths[0]), root_of(paths))
    from faultmaven_kb.checking.change import rules_before  # noqa: PLC0415 - only where it is asked for

    return rules_before(paths, since, config=config, baseline=baseline)


def _errors_in(report: Report, names: Collection[str]) -> tuple[Diagnostic, ...]:
    return tuple(found for found in report.diagnostics if found.level is Level.ERROR and found.path in names)


def _boundary(path: Path) -> Path:
    """The folder that a baseline lies in: the repository, or its own folder."""
    return root_of((path,)) or path.resolve().parent


def _configured_baseline(file: FoundConfiguration) -> Path | None:
    return Path(shown(file.folder / file.configuration.baseline)) if file.configuration.baseline else None


def check(
    *paths: str | Path,
    today: date | None = None,
    profile: Profile | None = None,
    settings: Settings | None = None,
    config: str | Path | None = None,
    baseline: str | Path | None = None,
    since: str | None = None,
) -> Report:
    """What is wrong with the runbooks in files and folders: the findings of `fmkb validate` with the same options.

    See `Gate.open` for the options. `report.failed` says whether a merge should wait; each of `report.diagnostics` has
    `path`, `span`, `level`, `code`, `message` and, where there is one, a `fix` with its edits. Raises `PathError` for a
    path that does not exist and `ConfigurationError` for an option that cannot be.

        >>> from datetime import date
        >>> from faultmaven_kb import Settings, builtin_path, check
        >>> check(builtin_path(), settings=Settings(), today=date(2026, 12, 1)).failed
        False
    """
    return Gate.open(
        *paths, today=today, profile=profile, settings=settings, config=config, baseline=baseline, since=since
    ).check()


def check_text(
    text: str | bytes,
    *,
    path: str = "<text>",
    today: date | None = None,
    profile: Profile = Profile.CONTRIBUTE,
    settings: Settings | None = None,
    root: str | Path | None = None,
) -> Report:
    """What is wrong with one document that is not, or not yet, a file. No configuration file is looked for.

    `path` names it and is what rules about names look at; links are followed below the folder `root`, and not at all
    without one. Never raises for content.

        >>> from faultmaven_kb import check_text
        >>> [finding.code for finding in check_text("").diagnostics]
        ['RB007']
    """
    return check_one(
        text,
        path=path,
        today=today or date.today(),
        profile=profile,
        settings=settings,
        root=Path(root) if root is not None else None,
    )


def fix(
    text: str,
    *,
    path: str = "<text>",
    unsafe: bool = False,
    today: date | None = None,
    profile: Profile = Profile.CONTRIBUTE,
    settings: Settings | None = None,
    root: str | Path | None = None,
) -> "FixedFile":
    """A document after the fixes that cannot change what its author meant; with `unsafe`, after all fixes.

    `text` of the result is the new text, `applied` the findings that are fixed, `refused` those whose fix would have
    changed something else, with the reason. The options are those of `check_text`; nothing is written. For files, see
    `Gate.fix`.
    """
    from faultmaven_kb.gate.fixes.fixes import FixedFile, fix_report  # noqa: PLC0415 - see above

    day = today or date.today()

    def again(changed: str, name: str) -> Report:
        return check_text(changed, path=name, today=day, profile=profile, settings=settings, root=root)

    report = again(text, path)
    fixed = fix_report(report, check=again, unsafe=unsafe)
    return fixed[0] if fixed else FixedFile(Source(text, path), text)


def write_report(report: Report, format: str, *, profile: Profile = Profile.CONTRIBUTE) -> str:
    """A report as text in a format: json, sarif, github, gitlab, junit, rdjson, markdown … (`fmkb validate --format`).

    Paths in it are as they were given. Raises `ConfigurationError` with the nearest name for an unknown format.
    """
    return render(format, report, Context(profile=profile))
