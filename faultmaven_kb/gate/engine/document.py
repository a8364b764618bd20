"""One document under the rules: the stages that may refuse it, then every rule that needs nothing but the document.

The result is a value of plain parts, which can be cached and computed in another process: what was found, what rules
over several documents may ask of this one, and the comments that suppress findings. The parser and the rules are
imported for the first document that is not refused. A rule that crashes is reported as RB990 at its document and the
others go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from faultmaven_kb.diagnostics import Diagnostic, Level, internal_error
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.facts.records import Facts, Suppression
from faultmaven_kb.gate.settings.settings import Criteria
from faultmaven_kb.text.characters.decoding import decode
from faultmaven_kb.text.values.frontmatter import read_front_matter

if TYPE_CHECKING:
    from faultmaven_kb.gate.toolkit.rule_model import Base, Checked, Finding, Rule

__all__ = ["Examined", "compares_all", "compares_documents", "examine", "rules_in_force", "run_base_rules"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What examining one document yields; `facts` is None when there was no text to read."""

    path: str
    diagnostics: tuple[Diagnostic, ...]
    facts: Facts | None = None
    suppressions: tuple[Suppression, ...] = ()


def examine(data: bytes | str, path: str, criteria: Criteria) -> Examined:
    """The findings of one document, before suppressions, exclusions and configured levels are applied.

    Never raises for content: a document that a stage cannot take is one finding (RB990), and the other documents go on.
    Raises `ConfigurationError` for a plug-in that cannot be used.
    """
    try:
        return _examine(data, path, criteria)
    except ConfigurationError:
        raise
    except Exception as error:  # one bad document must not silence the others
        return Examined(path, (internal_error("checking this document", error, path),))


def _examine(data: bytes | str, path: str, criteria: Criteria) -> Examined:
    source, diagnostics = decode(data, path, limit=criteria.settings.file_size)
    if source is None:
        return Examined(path, diagnostics)
    front_matter = read_front_matter(source)
    diagnostics += front_matter.diagnostics
    if front_matter.refused:
        return Examined(path, diagnostics)
    from faultmaven_kb.gate.rules.suppressions import find_suppressions  # noqa: PLC0415 - a refused document needs none
    from faultmaven_kb.gate.toolkit.rule_model import Checked  # noqa: PLC0415
    from faultmaven_kb.reading.reader import read_body  # noqa: PLC0415

    document, diagnostics = read_body(source, front_matter, diagnostics, aliases=dict(criteria.settings.aliases))
    if document is None:
        return Examined(path, diagnostics)
    checked = Checked(document, criteria.today, criteria.profile, criteria.settings)
    findings = tuple(diagnostic for rule in rules_in_force(criteria) for diagnostic in _run(rule, checked, criteria))
    return Examined(path, (*diagnostics, *findings), checked.facts, find_suppressions(document))


@lru_cache(maxsize=16)
def rules_in_force(criteria: Criteria) -> "tuple[Rule, ...]":
    """The rules that the profile and the settings switch on, in the order of the catalogue."""
    from faultmaven_kb.gate.rules.catalogue import all_rules  # noqa: PLC0415 - a refused document needs none

    settings, profile = criteria.settings, criteria.profile
    return tuple(rule for rule in all_rules() if settings.counts(rule.code, rule.profile, profile))


def compares_documents(code: str) -> bool:
    """Whether the rule with a code looks at several documents; False for a code that no rule has."""
    from faultmaven_kb.gate.rules.catalogue import all_rules  # noqa: PLC0415 - asked for baselines and suppressions only

    return any(rule.check_base is not None for rule in all_rules() if rule.code == code)


def compares_all(criteria: Criteria) -> bool:
    """Whether an error in one document of a base may depend on documents that it does not link to.

    Ids that are taken twice are left aside: a base has no two runbooks with the same id.
    """
    return any(
        rule.check_base is not None and not rule.linked_only and rule.code != "RB804" and _may_be_error(rule, criteria)
        for rule in rules_in_force(criteria)
    )


def _may_be_error(rule: "Rule", criteria: Criteria) -> bool:
    """Whether a rule over the base may yield an error; one of a plug-in may, whatever its own level."""
    return not rule.code.startswith("RB") or criteria.settings.level(rule.code, rule.level) is Level.ERROR


def _run(rule: "Rule", checked: "Checked", criteria: Criteria) -> Iterator[Diagnostic]:
    if rule.check is None:
        return
    try:
        for finding in rule.check(checked):
            yield from _as_diagnostics(rule, finding, checked.document.path, criteria)
    except Exception as error:  # a broken rule must not hide the others
        yield internal_error(f"rule {rule.code}", error, checked.document.path)


def run_base_rules(base: "Base", criteria: Criteria) -> Iterator[Diagnostic]:
    """What the rules over all documents find; of a part of them, only what may be an error."""
    for rule in rules_in_force(criteria):
        if not base.left_out or _may_be_error(rule, criteria):
            yield from _run_base(rule, base, criteria)


def _run_base(rule: "Rule", base: "Base", criteria: Criteria) -> Iterator[Diagnostic]:
    if rule.check_base is None:
        return
    try:
        for facts, finding in rule.check_base(base):
            yield from _as_diagnostics(rule, finding, facts.path, criteria)
    except Exception as error:  # a broken rule must not hide the others
        yield internal_error(f"rule {rule.code}", error, base.documents[0].path)


def _as_diagnostics(rule: "Rule", finding: "Finding", path: str, criteria: Criteria) -> Iterator[Diagnostic]:
    """The diagnostic of a finding, if it counts in the profile that is asked for."""
    if criteria.settings.counts(rule.code, finding.profile or rule.profile, criteria.profile):
        level = finding.level or rule.level
        yield Diagnostic(rule.code, rule.name, level, finding.message, path, finding.span, finding.fix, finding.related)
