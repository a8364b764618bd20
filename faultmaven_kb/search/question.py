"""A question as the ranking sees it: weighted terms, and which line of the input each one comes from.

A term weighs as much as the loudest line it stands in; what stands more than once weighs a little more; names of
objects (`staging/checkout`) weigh less than the words around them, because they differ from house to house. Synonyms
come on top with less weight than the words themselves.
"""

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

from faultmaven_kb.search.pasted import Line, read_pasted
from faultmaven_kb.search.synonyms import Expansion, expansions, words_of
from faultmaven_kb.search.technologies import technologies_of
from faultmaven_kb.search.terms import NEGATION, tokens_of

__all__ = ["Question", "Word", "read_question"]

_SYNONYM = 0.45
_NAME = 0.15
_NEGATED_WORD = 0.5
_LOUD = 0.3
_NAMED_OBJECT = re.compile(
    r"(?<![\w/])[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)+(?![\w/])"
    r"|(?<=namespace )[a-z0-9-]+|(?<=namespace=)[\w-]+|(?<=cluster )[a-z]+-[a-z0-9]+|\b[a-z]+(?:-[a-z]+)*-\d+(?![\w-])"
    r"|\b(?<=[Pp]od )\S+/\S+|\b(?<=Deployment )\S+/\S+|(?<=DaemonSet )\S+/\S+|(?<=StatefulSet )\S+/\S+|(?<=Job )\S+/\S+"
    r"|(?<=HPA )\S+/\S+"
)


class Word(NamedTuple):
    """A word of the question: its text, its terms, its line's number in the input, and its weight."""

    text: str
    terms: tuple[str, ...]
    line: int
    weight: float


@dataclass(frozen=True)
class Question:
    """`terms` maps every term of the question to its weight, `synonyms` those that only a synonym brings."""

    kind: str
    words: tuple[Word, ...]
    terms: dict[str, float]
    synonyms: dict[str, float]
    expansions: tuple[Expansion, ...]
    technologies: frozenset[str]
    lines: tuple[Line, ...]


def read_question(text: str) -> Question:
    """An input of any length as weighted terms."""
    pasted = read_pasted(text)
    words = [word for line in pasted.lines for word in _words(line)]
    terms = _weights(words)
    said = [word for line in pasted.lines if line.weight > _LOUD for word in words_of(line.text)]
    groups = tuple(expansions(said))
    technologies = technologies_of(term for word in words if word.weight > _LOUD for term in word.terms)
    return Question(pasted.kind, tuple(words), terms, _synonyms(groups, terms), groups, technologies, pasted.lines)


def _words(line: Line) -> list[Word]:
    names = [match.span() for match in _NAMED_OBJECT.finditer(line.text)]
    found = []
    for token in tokens_of(line.text):
        named = any(start <= token.start < end for start, end in names)
        weight = line.weight * _NAME if named else line.weight
        found.append(Word(line.text[token.start : token.end], token.terms, line.number, weight))
    return found


def _weights(words: list[Word]) -> dict[str, float]:
    loudest: dict[str, float] = {}
    count: dict[str, int] = {}
    for word in words:
        for term in word.terms:
            loudest[term] = max(loudest.get(term, 0.0), word.weight)
            count[term] = count.get(term, 0) + 1
    weights = {term: weight * (1 + math.log(min(count[term], 4))) for term, weight in loudest.items()}
    for term in [term for term in weights if term.startswith(f"{NEGATION}~")]:
        plain = term.removeprefix(f"{NEGATION}~")
        if plain in weights:
            weights[plain] *= _NEGATED_WORD
    return weights


def _synonyms(groups: tuple[Expansion, ...], terms: dict[str, float]) -> dict[str, float]:
    """The terms that only a synonym brings, with their weight, in a fixed order."""
    brought = {term for group in groups for member in group.others for term in member if term != NEGATION}
    return dict.fromkeys(sorted(brought - terms.keys()), _SYNONYM)
