"""What a reader should know about a rule, as text: for its page in the docs and for `fmkb rules CODE`.

The rule says what it checks and why, its fixture gives the example, and this module adds how a finding is fixed and how
the rule is configured. Texts use Markdown's code spans and nothing else of Markdown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from faultmaven_kb.gate.rule_help.examples import Example, example_of
from faultmaven_kb.gate.settings.settings import ALWAYS, CREDENTIALS, Profile
from faultmaven_kb.gate.toolkit.rule_model import Rule

__all__ = ["Explanation", "explain"]

_MOST_FIXES = 3
"""Fixes that are named as examples; chosen, the rest are more of the same."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rule, its example, how its findings are fixed, and lines for the configuration with what each of them does."""

    rule: Rule
    example: Example | None
    fix: str
    settings: tuple[str, ...]
    configuration: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data."""
        return {
            "code": self.rule.code,
            "name": self.rule.name,
            "level": self.rule.level.value,
            "profile": self.rule.profile.label,
            "checks": self.rule.checks,
            "why": self.rule.why,
            "fix": self.fix,
            "options": list(self.rule.options),
            "example": self.example.to_dict() if self.example else None,
        }


def explain(rule: Rule) -> Explanation:
    """The explanation of a rule of this package or of a plug-in."""
    example = example_of(rule.code)
    return Explanation(rule, example, _fix(example), tuple(_settings(rule)), tuple(_configuration(rule)))


def _fix(example: Example | None) -> str:
    fixes = example.fixes if example else ()
    safe, unsafe = ([fix.title for fix in fixes if fix.safe is kind] for kind in (True, False))
    if not fixes:
        return "There is no automatic fix."
    sentences = []
    if safe:
        sentences.append(f"`fmkb validate --fix` can fix it: {_listed(safe)}.")
    if unsafe:
        also = "where the right text is only likely" if safe else "because the right text is only likely"
        sentences.append(f"It takes `--fix --unsafe-fixes` {also}: {_listed(unsafe)}.")
    return " ".join(sentences)


def _listed(titles: list[str]) -> str:
    return "; ".join(dict.fromkeys(titles[:_MOST_FIXES]))


def _settings(rule: Rule) -> Iterator[str]:
    """Lines of a `.fmkb.toml`, each with a comment."""
    if rule.code not in ALWAYS:
        rows = [(f'ignore = ["{rule.code}"]', "switch the rule off")]
        if rule.profile > Profile.INGEST:
            rows.append((f'extend-select = ["{rule.code}"]', "run it in every profile"))
        if rule.code in CREDENTIALS:
            rows.append(("allow-credential-suppression = true", "without this it cannot be ignored"))
        width = max(len(line) for line, _ in rows)
        yield from (f"{line:{width}}  # {effect}" for line, effect in rows)
        yield ""
    yield "[levels]"
    others = [level for level in ("error", "warning", "info") if level != rule.level.value]
    yield f'{rule.code} = "{others[0]}"  # or "{others[1]}"'


def _configuration(rule: Rule) -> Iterator[str]:
    """Sentences about what else changes the rule."""
    if rule.code in ALWAYS:
        yield "The rule always runs. It cannot be ignored, excluded or suppressed."
    if rule.options:
        names = " and ".join(f"`{name}`" for name in rule.options)
        yield f"{names} {'changes' if len(rule.options) == 1 else 'change'} what it reports."
    if rule.code.startswith("RB2"):
        yield f"In front matter, `# fmkb: disable-line={rule.code} -- reason` accepts the finding in that line."
    elif not rule.code.startswith(("RB0", "RB1", "RB9")):
        yield f"`<!-- fmkb: disable-next-line={rule.code} -- reason -->` accepts the finding in the next line."
