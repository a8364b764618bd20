"""The rules of the catalogue applied: to one document, and to the facts of all documents of a run.

A rule that crashes is reported as RB990 at its document and the others go on.
"""

from collections.abc import Iterator
from functools import lru_cache

from faultmaven_kb.diagnostics import Diagnostic, internal_error
from faultmaven_kb.gate.facts.facts import Facts
from faultmaven_kb.gate.rules.catalogue import RULES
from faultmaven_kb.gate.settings.settings import Question
from faultmaven_kb.gate.toolkit.rule_model import Base, Checked, Finding, Rule
from faultmaven_kb.reading.reader import ReadDocument

__all__ = ["COMPARES", "applying", "run_base_rules", "run_rules"]

COMPARES = {rule.code: rule.check_base is not None for rule in RULES}
"""Whether the rule with a code looks at several documents."""


@lru_cache(maxsize=16)
def applying(question: Question) -> tuple[Rule, ...]:
    """The rules that a question switches on, in the order of the catalogue."""
    found = []
    for rule in RULES:
        reach = question.settings.reach(rule.code, question.profile)
        if reach is not None and rule.profile <= reach:
            found.append(rule)
    return tuple(found)


def run_rules(document: ReadDocument, question: Question) -> tuple[tuple[Diagnostic, ...], Facts]:
    """What the rules over one document find, and the facts that the rules over all documents will look at."""
    checked = Checked(document, question.today, question.profile, question.settings)
    found = tuple(diagnostic for rule in applying(question) for diagnostic in _run(rule, checked, question))
    return found, checked.facts


def run_base_rules(base: Base, question: Question) -> Iterator[Diagnostic]:
    """What the rules over all documents find."""
    for rule in applying(question):
        yield from _run_base(rule, base, question)


def _run(rule: Rule, checked: Checked, question: Question) -> Iterator[Diagnostic]:
    if rule.check is None:
        return
    try:
        for finding in rule.check(checked):
            yield from _as_diagnostics(rule, finding, checked.document.path, question)
    except Exception as error:  # a broken rule must not hide the others
        yield internal_error(f"rule {rule.code}", error, checked.document.path)


def _run_base(rule: Rule, base: Base, question: Question) -> Iterator[Diagnostic]:
    if rule.check_base is None:
        return
    try:
        for facts, finding in rule.check_base(base):
            yield from _as_diagnostics(rule, finding, facts.path, question)
    except Exception as error:  # a broken rule must not hide the others
        yield internal_error(f"rule {rule.code}", error, base.documents[0].path)


def _as_diagnostics(rule: Rule, finding: Finding, path: str, question: Question) -> Iterator[Diagnostic]:
    """The diagnostic of a finding, if it counts in the profile that is asked for."""
    reach = question.settings.reach(rule.code, question.profile)
    if reach is not None and (finding.profile or rule.profile) <= reach:
        level = finding.level or rule.level
        yield Diagnostic(rule.code, rule.name, level, finding.message, path, finding.span, finding.fix, finding.related)
