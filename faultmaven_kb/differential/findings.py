"""What a diagnostic step may show, and which causes each result speaks for: read from the step's own text.

"What this tells you" joins conditions with causes; what is before a group of named causes is their condition. "Look
for" items count when they name a cause or say nearly what a cause says. Text that names no cause is ignored: nothing
is guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faultmaven_kb.differential.mentions import CauseNames, Mention, mentions
from faultmaven_kb.differential.statements import Rarity, Statement, agreement, clauses, statement
from faultmaven_kb.model.runbook import Cause, Runbook, Step
from faultmaven_kb.search.vocabulary.terms import terms_of
from faultmaven_kb.text.inline import plain

__all__ = ["Finding", "KnownCauses", "findings_of", "known_causes"]

_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z`*\"“0-9(])|\n\s*\n|\n(?=[-*] )")
_CONNECTION = re.compile(
    r"[\s,*\"“”]*+(?:\([^)]*+\))?[\s,*\"“”]*+(?:(?:\w+ ){0,3}(?:\w+, )?\b(?:or|and|nor)\b(?: at| to)?)?[\s,*\"“”]*+"
    r"(?:(?:an?|the)\s)?\s*",
    re.IGNORECASE,
)
_AGAINST_BEFORE = re.compile(r"\b(?:rules?|ruling|excludes?|speaks? against|not)\W*(?:out\W*)?$", re.IGNORECASE)
_AGAINST_AFTER = re.compile(r"\W*(?:(?:is|are|becomes?)\s+)?(?:ruled )?(?:out|unlikely|excluded)\b", re.IGNORECASE)
_CONDITION_AFTER = re.compile(r"\W*(?:when|if|where|while|unless)\b", re.IGNORECASE)
_NO_CONDITION = re.compile(
    r"\W*(?:which|whether|what|in this order|otherwise|neither|the (?:first|second|third|last|other|rest)\b)",
    re.IGNORECASE,
)
_COMPARISON = re.compile(r"\b(?:separates?|distinguish\w*|tells? \w+ apart)\b", re.IGNORECASE)
_EXCEPTION = re.compile(r"\b(?:but|except|other than)\b", re.IGNORECASE)
_EMPTY = re.compile(
    r"\b(?:in this order|otherwise|neither|either|both|the rest|the other cases?|this|that|these|last|first|two|points?"
    r"|means?|is|are|supports?|confirms?|proves?|points? (?:to|at)|finding|at the|then|it|case|here|of|a|an|the|and|or"
    r"|to|in|becomes?|likely|as|well)\b|\W+",
    re.IGNORECASE,
)
_LIKE, _NEAR_BEST = 0.45, 0.75


@dataclass(frozen=True, slots=True)
class Finding:
    """A result that a step may show: its text, and the causes it speaks for (above 0, at most 1) or against (below 0).

    `condition` is what is seen, without the causes' names; `causes` pairs positions in the runbook with strengths.
    """

    text: str
    condition: Statement
    causes: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class KnownCauses:
    """What the texts of a runbook are compared with: what its causes are called, and what each says by itself.

    `rarity` is how much a term tells between the causes, by their own texts.
    """

    names: CauseNames
    statements: tuple[tuple[Statement, ...], ...]
    rarity: Rarity


def known_causes(runbook: Runbook) -> KnownCauses:
    """The causes of a runbook, made ready for many comparisons."""
    statements = tuple(_statements(cause) for cause in runbook.causes)
    terms = [frozenset().union(*(claim.terms for claim in claims)) for claims in statements]
    return KnownCauses(CauseNames(runbook.causes), statements, Rarity(terms, subject=terms_of(runbook.title)))


def _statements(cause: Cause) -> tuple[Statement, ...]:
    """What a cause says by itself: its name and the clauses of its description."""
    parts = (cause.name, *clauses(cause.name), *clauses(plain(cause.description)))
    return tuple(dict.fromkeys(claim for part in parts if (claim := statement(part)).terms))


def findings_of(step: Step, causes: KnownCauses) -> tuple[Finding, ...]:
    """The findings of a step, in the order of its text."""
    findings = [*_from_look_for(step, causes), *_from_meaning(step.meaning, causes)]
    return tuple({finding.text: finding for finding in findings}.values())


def _from_meaning(text: str, causes: KnownCauses) -> Iterator[Finding]:
    for sentence in _SENTENCE.split(text):
        yield from _from_sentence(sentence, causes)


def _from_sentence(sentence: str, causes: KnownCauses) -> Iterator[Finding]:
    if _COMPARISON.search(sentence):
        return
    groups = _groups(sentence, mentions(sentence, causes.names))
    done = 0
    for number, group in enumerate(groups):
        start, end = group[0].start, group[-1].end
        before = sentence[done:start]
        until = groups[number + 1][0].start if number + 1 < len(groups) else len(sentence)
        after = sentence[end:until]
        if _CONDITION_AFTER.match(after) and not _EMPTY.sub("", before):
            condition, excerpt = after, sentence[done:until]
        else:
            condition, excerpt = before, sentence[done:end]
        if _EMPTY.sub("", condition) and not _NO_CONDITION.match(condition):
            against = _AGAINST_BEFORE.search(before) or _AGAINST_AFTER.match(after)
            sign = -1.0 if against else 1.0
            linked = tuple((cause, sign) for cause in sorted({mention.cause for mention in group}))
            yield Finding(_tidy(excerpt), statement(plain(condition)), linked)
        done = end


def _groups(sentence: str, named: Sequence[Mention]) -> list[list[Mention]]:
    """Mentions joined by nothing but "or", "and" and a comma belong together."""
    groups: list[list[Mention]] = []
    for mention in named:
        between = sentence[groups[-1][-1].end : mention.start] if groups else ""
        if groups and _CONNECTION.fullmatch(between):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _from_look_for(step: Step, causes: KnownCauses) -> Iterator[Finding]:
    for item in step.look_for:
        named = sorted({mention.cause for mention in mentions(item, causes.names)})
        condition = statement(plain(item))
        linked = tuple((cause, 1.0) for cause in named) or _like(item, causes)
        if linked:
            yield Finding(item, condition, linked)


def _like(item: str, causes: KnownCauses) -> tuple[tuple[int, float], ...]:
    """The causes that say nearly what an item says; those clearly behind the best one are left out."""
    claims = [statement(clause) for clause in clauses(plain(item)) if not _EXCEPTION.search(clause)]
    strengths = [
        max((agreement(one, other, causes.rarity) for one in claims for other in own), default=0.0)
        for own in causes.statements
    ]
    least = max(_LIKE, _NEAR_BEST * max(strengths, default=0.0))
    return tuple((number, round(value, 6)) for number, value in enumerate(strengths) if value >= least)


def _tidy(text: str) -> str:
    return " ".join(text.split()).lstrip(",;:. ").rstrip(",;: ")
