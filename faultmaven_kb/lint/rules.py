"""The rules in force: one visible tuple, in the order of their codes. A new rule is one function and one entry."""

from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.lint import base, card, commands, fields, prevention, safety, sections, steps, text, yaml
from faultmaven_kb.lint.rule import Rule, reading_rule

__all__ = ["INTERNAL_ERROR", "RULES", "rule_named"]

INTERNAL_ERROR = reading_rule("RB990", "internal-error", "A rule that crashes is reported, and the others go on.")

RULES: tuple[Rule, ...] = (
    *text.RULES,
    *yaml.RULES,
    *fields.RULES,
    *sections.RULES,
    *card.RULES,
    *steps.RULES,
    *prevention.RULES,
    *commands.RULES,
    *safety.RULES,
    *base.RULES,
    INTERNAL_ERROR,
)


def rule_named(name: str) -> Rule:
    """The rule with a code or a name, in any case. Raises `ConfigurationError` with the nearest one otherwise."""
    for rule in RULES:
        if name.casefold() in (rule.code.casefold(), rule.name):
            return rule
    names = [word for rule in RULES for word in (rule.code.casefold(), rule.name)]
    raise ConfigurationError(f'no rule is called "{name}"{did_you_mean(name, names)}')
