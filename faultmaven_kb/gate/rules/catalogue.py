"""The rules in force: one visible tuple of families, sorted by code. A new rule is one function and one entry."""

from faultmaven_kb.diagnostics import Level, did_you_mean
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.rules import (
    base,
    card,
    changes,
    commands,
    fields,
    links,
    organisation,
    prevention,
    proofs,
    safety,
    sections,
    steps,
    suppressions,
    text,
    yaml,
)
from faultmaven_kb.gate.toolkit.rule_model import Profile, Rule, reading_rule

__all__ = ["CODES", "CONFIGURATION_CHANGED", "INTERNAL_ERROR", "RULES", "rule_named"]

_STALE_BASELINE = Rule(
    "RB905",
    "stale-baseline-entry",
    Level.WARNING,
    Profile.CONTRIBUTE,
    "What is mended leaves the baseline, so that it cannot come back unseen.",
)
CONFIGURATION_CHANGED = reading_rule(
    "RB906",
    "configuration-changed",
    "A change is checked by the rules before it; whoever reviews it should know that it changes them.",
    Level.INFO,
)
INTERNAL_ERROR = reading_rule("RB990", "internal-error", "A rule that crashes is reported, and the others go on.")

_FAMILIES: tuple[tuple[Rule, ...], ...] = (
    text.RULES,
    yaml.RULES,
    fields.RULES,
    organisation.RULES,
    proofs.RULES,
    sections.RULES,
    card.RULES,
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

CODES: dict[str, str] = {word: rule.code for rule in RULES for word in (rule.code.casefold(), rule.name)}
"""The code of each rule by its code and its name, in lower case."""


def rule_named(name: str) -> Rule:
    """The rule with a code or a name, in any case. Raises `ConfigurationError` with the nearest one otherwise."""
    for rule in RULES:
        if name.casefold() in (rule.code.casefold(), rule.name):
            return rule
    names = [word for rule in RULES for word in (rule.code.casefold(), rule.name)]
    raise ConfigurationError(f'no rule is called "{name}"{did_you_mean(name, names)}')
