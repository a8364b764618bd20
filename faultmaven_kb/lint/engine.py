"""Runs the rules: per document, then over the whole base. All findings of a file come from one run.

A rule that crashes is reported as RB990 at its document and the others go on. Diagnostics come out sorted by file,
place and code, so two runs print the same bytes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.files import find_runbooks
from faultmaven_kb.lint.rule import Base, Checked, Finding, Profile, Rule, Settings
from faultmaven_kb.lint.rules import INTERNAL_ERROR, RULES
from faultmaven_kb.reader import ReadDocument, read_document
from faultmaven_kb.source import Source, Span

__all__ = ["Report", "check_paths", "check_text", "profile_named"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found: the diagnostics in order, the files that were read, and their texts by path."""

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    sources: dict[str, Source]

    def count(self, level: Level) -> int:
        """How many diagnostics have a level."""
        return sum(1 for diagnostic in self.diagnostics if diagnostic.level is level)

    @property
    def failed(self) -> bool:
        """Whether a check should fail: there is an error or a warning."""
        return any(diagnostic.level is not Level.INFO for diagnostic in self.diagnostics)


def profile_named(name: str) -> Profile:
    """The profile with a name. Raises `ConfigurationError` for any other word."""
    for profile in Profile:
        if profile.label == name:
            return profile
    options = ", ".join(profile.label for profile in Profile)
    raise ConfigurationError(f'profile is "{name}", expected one of {options}')


def check_paths(
    paths: Iterable[str | Path],
    *,
    today: date,
    profile: Profile = Profile.CONTRIBUTE,
    settings: Settings | None = None,
) -> Report:
    """Check the runbooks in files and folders. Raises `PathError` for a path that does not exist."""
    documents: list[ReadDocument] = []
    names: list[str] = []
    found: list[Diagnostic] = []
    for path in find_runbooks(paths):
        name = path.as_posix()
        names.append(name)
        try:
            document, diagnostics = read_document(path)
        except PathError as error:
            found.append(Diagnostic("RB013", "unreadable-file", Level.ERROR, str(error), name, Span(1, 1, 1, 1)))
            continue
        found += diagnostics
        if document is not None:
            documents.append(document)
    found += _check(documents, today, profile, settings or Settings())
    return _report(found, names, documents)


def check_text(
    text: str | bytes,
    *,
    today: date,
    path: str = "<text>",
    profile: Profile = Profile.CONTRIBUTE,
    settings: Settings | None = None,
) -> Report:
    """Check one document that is not (or not yet) a file; `path` names it and is what the path rules look at."""
    document, diagnostics = read_document(text, path=path)
    documents = [document] if document is not None else []
    found = [*diagnostics, *_check(documents, today, profile, settings or Settings())]
    return _report(found, [path], documents)


def _report(found: list[Diagnostic], names: list[str], documents: list[ReadDocument]) -> Report:
    ordered = tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key))
    return Report(ordered, tuple(names), {document.path: document.source for document in documents})


def _check(documents: list[ReadDocument], today: date, profile: Profile, settings: Settings) -> Iterator[Diagnostic]:
    checked = tuple(Checked(document, today, profile, settings) for document in documents)
    applying = [rule for rule in RULES if rule.profile <= profile]
    for one in checked:
        for rule in applying:
            yield from _run(rule, one, profile)
    base = Base(checked, today, settings)
    for rule in applying:
        if rule.check_base is not None and checked:
            yield from _run_base(rule, base, profile)


def _run(rule: Rule, checked: Checked, profile: Profile) -> Iterator[Diagnostic]:
    if rule.check is None:
        return
    try:
        for finding in rule.check(checked):
            yield from _diagnostic(rule, finding, checked, profile)
    except Exception as error:  # a broken rule must not hide the others
        yield _crash(rule, error, checked)


def _run_base(rule: Rule, base: Base, profile: Profile) -> Iterator[Diagnostic]:
    assert rule.check_base is not None
    try:
        for checked, finding in rule.check_base(base):
            yield from _diagnostic(rule, finding, checked, profile)
    except Exception as error:
        yield _crash(rule, error, base.documents[0])


def _diagnostic(rule: Rule, finding: Finding, checked: Checked, profile: Profile) -> Iterator[Diagnostic]:
    if (finding.profile or rule.profile) <= profile:
        yield Diagnostic(
            rule.code,
            rule.name,
            finding.level or rule.level,
            finding.message,
            checked.document.path,
            finding.span,
            finding.fix,
            finding.related,
        )


def _crash(rule: Rule, error: Exception, checked: Checked) -> Diagnostic:
    message = f"rule {rule.code} failed with {type(error).__name__}: {error}; please report it"
    span = Span(1, 1, 1, 1)
    return Diagnostic(INTERNAL_ERROR.code, INTERNAL_ERROR.name, Level.ERROR, message, checked.document.path, span)
