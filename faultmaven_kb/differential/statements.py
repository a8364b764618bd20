"""How far two short texts say the same, the same about a state, or the opposite.

A statement is what a text is about (its terms, state words and negations apart) and the state it asserts: "kubelet is
running" and "kubelet stopped" are about the same thing and say opposite things. Likeness is the cosine of the two sets
of terms (Ochiai's coefficient), each term weighed by how few of the runbook's causes have it: "kubelet" in three causes
of five tells little between them, however well it fits.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from faultmaven_kb.search.questions.pasted import signal
from faultmaven_kb.search.vocabulary.terms import terms_of

__all__ = ["Rarity", "Statement", "agreement", "clauses", "opposite", "statement"]

_GOOD = frozenset(
    "running runs up active ready started starts healthy listening listens reachable ok okay enabled answering answers "
    "responding responds works working alive fine succeeds succeeded valid".split()
)
_BAD = frozenset(
    "stopped down inactive failed fails failing dead exited unreachable refused broken unhealthy crashed crashes "
    "disabled masked silent hangs hanging notready unready expired invalid".split()
)
_NEGATIONS = frozenset("not no never nobody nothing none cannot without isn't aren't doesn't don't can't won't".split())
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
_CLAUSE = re.compile(r"[;:\n]\s*|,\s+|\.\s+|(?<!\s)\s++-\s+")
_FLOOR = 0.25  # chosen: likeness below a quarter is coincidence (docs/explanation/differential.md)
_UNKNOWN = 0.6  # chosen: between a word that all causes have and one that only one has
_KEPT_MASSES = 500  # chosen: bounds the memory; some dozens of texts belong to a runbook
_LONGEST = 10_000  # chosen: seventy lines of a log
"""Characters of a text that are compared: every cause is compared with every part of them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a text is about, and the state it asserts: 1 (well), -1 (not well), 0 (none)."""

    terms: frozenset[str]
    state: int


class Rarity:
    """How much each term tells among the causes of a runbook, each given as the terms of its texts.

    A term that no cause has tells little: most of them are what people write around the fact. The terms of `subject`,
    the runbook's title, tell nothing: every cause is about them. `state` is what a state weighs.
    """

    def __init__(self, causes: Sequence[frozenset[str]], *, subject: Collection[str] = ()) -> None:
        counts = Counter(term for terms in causes for term in terms)
        self.state = math.log(1 + len(causes))
        self._weights = {term: math.log((1 + len(causes)) / count) for term, count in counts.items()}
        self._weights.update(dict.fromkeys(subject, 0.0))
        self._masses: dict[frozenset[str], float] = {}

    def mass(self, terms: frozenset[str]) -> float:
        """The weights of some terms added up, in an order that does not change; kept, since each text is compared with
        many others."""
        mass = self._masses.get(terms)
        if mass is None:
            if len(self._masses) >= _KEPT_MASSES:
                self._masses.clear()
            mass = sum(self._weights.get(term, _UNKNOWN * self.state) for term in sorted(terms))
            self._masses[terms] = mass
        return mass


def clauses(text: str) -> tuple[str, ...]:
    """The parts of a text that represent themselves, without noise such as times and addresses."""
    return tuple(part for line in signal(text)[:_LONGEST].split("\n") for part in _CLAUSE.split(line) if part.strip())


@lru_cache(maxsize=20_000)
def statement(text: str) -> Statement:
    """The statement of a short text."""
    terms: list[str] = []
    state = 0
    negated = False
    for word in text[:_LONGEST].split():
        plain = _WORD.search(word)
        lowered = plain[0].lower().replace("’", "'") if plain else ""
        if lowered in _NEGATIONS:
            negated = True
        elif lowered in _GOOD or lowered in _BAD:
            state = state or (1 if (lowered in _GOOD) != negated else -1)
            negated = False
        else:
            terms += terms_of(word)
    return Statement(frozenset(terms), state)


def opposite(one: Statement) -> Statement:
    """The statement about the same thing that asserts the other state."""
    return Statement(one.terms, -one.state)


def agreement(one: Statement, other: Statement, rarity: Rarity) -> float:
    """1 when both say the same, -1 when they say the opposite about the same thing, 0 when they are about other things.

    A state counts like a term that one cause alone has, and only together with a common term. Likeness below a quarter
    is coincidence, and terms that many causes have count for less than their likeness.
    """
    common = one.terms & other.terms
    shared = rarity.mass(common) if common else 0.0
    if not shared:
        return 0.0
    both = one.state != 0 and other.state != 0
    shared += rarity.state * both
    cosine = shared / math.sqrt(_mass(one, rarity) * _mass(other, rarity))
    specificity = shared / (rarity.state * (len(common) + both))
    likeness = max(0.0, (min(cosine, 1.0) - _FLOOR) / (1 - _FLOOR)) * specificity
    return -likeness if one.state * other.state < 0 else likeness


def _mass(claim: Statement, rarity: Rarity) -> float:
    return rarity.mass(claim.terms) + rarity.state * (claim.state != 0)
