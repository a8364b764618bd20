"""The rules in force: one visible tuple of families, sorted by code. A new rule is one function and one entry."""

import re
from functools import lru_cache

from faultmaven_kb.diagnostics import Level, did_you_mean, suggestion
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.rules import base, changes, commands, links, proofs, safety, suppressions, text
from faultmaven_kb.gate.rules.front_matter import fields, lists, organisation, yaml
from faultmaven_kb.gate.rules.parts import card, causes, headings, prevention, sections, steps
from faultmaven_kb.gate.toolkit.rule_model import Profile, Rule, reading_rule
from faultmaven_kb.plugins import RULE_GROUP, plugins

__all__ = ["CONFIGURATION_CHANGED", "INTERNAL_ERROR", "RULES", "all_rules", "codes_by_word", "rule_named"]

_CODE = re.compile(r"[A-Z]{2,12}[0-9]{2,5}")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LIKE_CODE = re.compile(r"RB([0-9]{1,9})", re.IGNORECASE | re.ASCII)
_STALE_BASELINE = Rule(
    "RB905",
    "stale-baseline-entry",
    Level.WARNING,
    Profile.CONTRIBUTE,
    "A finding that has been fixed must leave the baseline, or it could come back unnoticed.",
    checks="Checks the baseline for findings that no longer exist.",
    options=("baseline",),
)
CONFIGURATION_CHANGED = reading_rule(
    "RB906",
    "configuration-changed",
    "With `--since`, reports that the change also changes the configuration of the check.",
    "The change itself is checked with the old configuration. Reviewers should know that the rules change.",
    Level.INFO,
)
INTERNAL_ERROR = reading_rule(
    "RB990",
    "internal-error",
    "Reports that a rule stopped with an internal error. All other rules still run.",
    "Without this report, the check of that rule would be missing unnoticed. Please file an issue.",
)

_FAMILIES: tuple[tuple[Rule, ...], ...] = (
    text.RULES,
    yaml.RULES,
    fields.RULES,
    lists.RULES,
    organisation.RULES,
    proofs.RULES,
    sections.RULES,
    headings.RULES,
    card.RULES,
    causes.RULES,
    steps.RULES,
    prevention.RULES,
    commands.RULES,
    safety.RULES,
    links.RULES,
    base.RULES,
    suppressions.RULES,
    changes.RULES,
    (_STALE_BASELINE, CONFIGURATION_CHANGED, INTERNAL_ERROR),
)

RULES: tuple[Rule, ...] = tuple(sorted((rule for family in _FAMILIES for rule in family), key=lambda rule: rule.code))
"""The rules of this package, by code."""


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """The rules of this package and of installed plug-ins, by code.

    A function, because a plug-in imports the rooms that are being imported while this module is. Raises
    `ConfigurationError` for a code or a name that is taken or is not one.
    """
    added = plugins(RULE_GROUP, Rule)
    names = {word for rule in RULES for word in (rule.code, rule.name)}
    for rule in added:
        if not _CODE.fullmatch(rule.code) or not _NAME.fullmatch(rule.name):
            message = f'plug-in rule "{rule.code}" ({rule.name}), expected a code like ACME101 and a name in kebab-case'
            raise ConfigurationError(message)
        for word in (rule.code, rule.name):
            if word in names or word.startswith("RB"):
                raise ConfigurationError(f'plug-in rule "{word}": the code or name is already taken, expected another')
            names.add(word)
    return tuple(sorted((*RULES, *added), key=lambda rule: rule.code))


def codes_by_word() -> dict[str, str]:
    """The code of each rule by its code and its name, in lower case."""
    return {word: rule.code for rule in all_rules() for word in (rule.code.casefold(), rule.name)}


def rule_named(name: str) -> Rule:
    """The rule with a code or a name, in any case. Raises `ConfigurationError` with the nearest one otherwise."""
    for rule in all_rules():
        if name.casefold() in (rule.code.casefold(), rule.name):
            return rule
    figures = _LIKE_CODE.fullmatch(name)
    near = min(RULES, key=lambda rule: abs(int(rule.code[2:]) - int(figures[1]))).code if figures else None
    is_code = name.casefold().startswith("rb")
    words = [rule.code if is_code else rule.name for rule in all_rules()]
    spelled = name.upper() if is_code else name.casefold()
    raise ConfigurationError(f'no rule is called "{name}"{suggestion(near) or did_you_mean(spelled, words)}')
