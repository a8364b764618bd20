"""One document under all rules that need nothing but itself: what of a check can be cached and run in parallel.

The result is a value of plain parts: what was found, what other documents may ask of this one, and the comments that
suppress findings. A rule that crashes is reported as RB990 at its document and the others go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.lint.facts import Facts
from faultmaven_kb.lint.rule import Checked, Finding, Rule
from faultmaven_kb.lint.rules import INTERNAL_ERROR, RULES
from faultmaven_kb.lint.settings import Profile, Settings
from faultmaven_kb.lint.suppressions import Suppression, find_suppressions
from faultmaven_kb.reader import ReadDocument, read_document
from faultmaven_kb.source import Span

__all__ = ["Examined", "Question", "applying", "as_diagnostics", "crash", "examine"]

_START = Span(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every document of a run: by which day, profile and settings it is judged."""

    today: date
    profile: Profile
    settings: Settings


@dataclass(frozen=True, slots=True)
class Examined:
    """What examining one document yields; `facts` is None when there was no text to read."""

    path: str
    diagnostics: tuple[Diagnostic, ...]
    facts: Facts | None = None
    suppressions: tuple[Suppression, ...] = ()


def examine(data: bytes | str, path: str, question: Question) -> Examined:
    """The findings of one document, before suppressions and configuration have their say."""
    limit = question.settings.file_size
    if len(data) > limit:
        message = f"file is larger than {limit:,} bytes, split it or move attachments out"
        return Examined(path, (Diagnostic("RB006", "file-too-large", Level.ERROR, message, path, _START),))
    document, diagnostics = read_document(data, path=path)
    if document is None:
        return Examined(path, diagnostics)
    checked = Checked(document, question.today, question.profile, question.settings)
    found = [diagnostic for rule in applying(question) for diagnostic in _run(rule, checked, question)]
    return Examined(path, (*diagnostics, *found), *_extras(document, checked))


def _extras(document: ReadDocument, checked: Checked) -> tuple[Facts, tuple[Suppression, ...]]:
    return checked.facts, find_suppressions(document)


@lru_cache(maxsize=16)
def applying(question: Question) -> tuple[Rule, ...]:
    """The rules that a question switches on, in the order of the catalogue."""
    found = []
    for rule in RULES:
        reach = question.settings.reach(rule.code, question.profile)
        if reach is not None and rule.profile <= reach:
            found.append(rule)
    return tuple(found)


def _run(rule: Rule, checked: Checked, question: Question) -> Iterator[Diagnostic]:
    if rule.check is None:
        return
    try:
        for finding in rule.check(checked):
            yield from as_diagnostics(rule, finding, checked.document.path, question)
    except Exception as error:  # a broken rule must not hide the others
        yield crash(rule, error, checked.document.path)


def as_diagnostics(rule: Rule, finding: Finding, path: str, question: Question) -> Iterator[Diagnostic]:
    """The diagnostic of a finding, if it counts in the profile that is asked for."""
    reach = question.settings.reach(rule.code, question.profile)
    if reach is not None and (finding.profile or rule.profile) <= reach:
        level = finding.level or rule.level
        yield Diagnostic(rule.code, rule.name, level, finding.message, path, finding.span, finding.fix, finding.related)


def crash(rule: Rule, error: Exception, path: str) -> Diagnostic:
    """The report of a rule that raised."""
    message = f"rule {rule.code} failed with {type(error).__name__}: {error}; please report it"
    return Diagnostic(INTERNAL_ERROR.code, INTERNAL_ERROR.name, Level.ERROR, message, path, _START)
