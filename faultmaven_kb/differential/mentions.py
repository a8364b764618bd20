"""Where a text names causes of its runbook: by their name, by a part of it in quotes or italics, or by their number.

Authors write "`111` means *upstream not running*", "Silence means "Node lost"" or "cause 1, 2 or 5". All are read; what
only resembles a name is not. A name of one word counts only when it is set apart or opens the
text, or "logs" would be everywhere.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from faultmaven_kb.model.runbook import Cause
from faultmaven_kb.search.vocabulary.terms import Token, tokens_of

__all__ = ["CauseNames", "Mention", "mentions"]

_SET_APART = re.compile(r"(?<![\w*])(\*{1,2})(?=\S)(?P<name>[^*`]+?)\1(?![\w*])|[\"“](?P<quoted>[^\"“”`]+)[\"”]")
_NUMBERED = re.compile(
    r"\bcauses?\s+(?P<numbers>\d{1,2}(?:(?:\s*,\s*(?:or\s+|and\s+)?|\s+(?:or|and|to)\s+|-)\d{1,2})*)", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W_]")
_OF_PHRASE, _OF_NAME = 0.6, 0.3
_IN_PLAIN_TEXT, _OF_PART = 0.75, 0.99
_SLACK = 3  # words, chosen: articles and adjectives inside a name


class Mention(NamedTuple):
    """A place in a text that names a cause, by the cause's position in its runbook."""

    start: int
    end: int
    cause: int


class CauseNames:
    """The names of a runbook's causes as terms, weighed by how few of the names have them; made once for a runbook.

    `parts` are the two sides of a name such as "Resolver down or unreachable", where a side has two terms or more.
    """

    def __init__(self, causes: Sequence[Cause]) -> None:
        self.positions = {cause.number or position: position - 1 for position, cause in enumerate(causes, 1)}
        self.terms = [frozenset(_terms(tokens_of(cause.name))) for cause in causes]
        sides = [cause.name.split(" or ") for cause in causes]
        self.parts = [
            [terms for side in pair if len(terms := frozenset(_terms(tokens_of(side)))) > 1] if len(pair) == 2 else []
            for pair in sides
        ]
        counts = Counter(term for terms in self.terms for term in terms)
        self._weights = {term: math.log(1 + len(causes) / count) for term, count in counts.items()}
        self._foreign = math.log(1 + len(causes))

    def mass(self, terms: frozenset[str]) -> float:
        """The weights of some terms added up, in an order that does not change."""
        return sum(self._weights.get(term, self._foreign) for term in sorted(terms))


def mentions(text: str, names: CauseNames) -> tuple[Mention, ...]:
    """The mentions in a text, in order, none overlapping another."""
    places: list[Mention] = []
    for match in _NUMBERED.finditer(text):
        places += _numbered(match, names)
    spans = [(place.start, place.end) for place in places]
    for match in _SET_APART.finditer(text):
        named = _named_by(match["name"] or match["quoted"], names)
        if named is not None and _is_free(match.start(), match.end(), spans):
            places.append(Mention(match.start(), match.end(), named))
            spans.append((match.start(), match.end()))
    tokens = tokens_of(text)
    present = frozenset(_terms(tokens))
    for number, name in enumerate(names.terms):
        if len(name) < 2:
            places += _opening(text, tokens, number, name, spans)
        elif _may_be_in(present, name, _IN_PLAIN_TEXT, names):
            places += _in_plain_text(tokens, number, name, _IN_PLAIN_TEXT, names, spans)
        for part in names.parts[number]:
            if _may_be_in(present, part, _OF_PART, names):
                places += _in_plain_text(tokens, number, part, _OF_PART, names, spans)
    return tuple(sorted(places))


def _numbered(match: re.Match[str], names: CauseNames) -> list[Mention]:
    numbers = names.positions
    text = re.sub(r"(?<!\d)(\d++)\s*(?:to|-)\s*(\d+)", _spelled_out, match["numbers"])
    listed = [int(number) for number in re.findall(r"\d+", text)]
    return [Mention(match.start(), match.end(), numbers[number]) for number in listed if number in numbers]


def _spelled_out(match: re.Match[str]) -> str:
    return " ".join(map(str, range(int(match[1]), int(match[2]) + 1)))


def _named_by(phrase: str, names: CauseNames) -> int | None:
    """The cause whose name a phrase is, or is most of."""
    terms = frozenset(_terms(tokens_of(phrase)))
    best = (0.0, 0)
    for number, name in enumerate(names.terms):
        shared = names.mass(terms & name)
        if shared >= _OF_PHRASE * names.mass(terms) and shared >= _OF_NAME * names.mass(name):
            best = max(best, (shared / names.mass(terms | name), -number))
    return -best[1] if best[0] else None


def _may_be_in(present: frozenset[str], name: frozenset[str], least: float, names: CauseNames) -> bool:
    """Whether a text has enough of a name anywhere; most texts are done with after this."""
    shared = present & name
    return len(shared) > 1 and names.mass(shared) >= least * names.mass(name)


def _in_plain_text(
    tokens: Sequence[Token],
    number: int,
    name: frozenset[str],
    least: float,
    names: CauseNames,
    spans: list[tuple[int, int]],
) -> list[Mention]:
    places: list[Mention] = []
    position = 0
    while position < len(tokens):
        window = tokens[position : position + len(name) + _SLACK]
        end = _end_of_name(window, name, least, names)
        start = tokens[position].start
        if end is not None and name.intersection(window[0].terms) and _is_free(start, end, spans):
            places.append(Mention(start, end, number))
            spans.append((start, end))
            position += sum(token.end <= end for token in window)
        else:
            position += 1
    return places


def _opening(
    text: str, tokens: Sequence[Token], number: int, name: frozenset[str], spans: Sequence[tuple[int, int]]
) -> list[Mention]:
    """The first word of a text, when it is a name and not yet read as one."""
    if not tokens or name != frozenset(tokens[0].terms) or _LETTER.search(text[: tokens[0].start]):
        return []
    place = tokens[0]
    return [Mention(place.start, place.end, number)] if _is_free(place.start, place.end, spans) else []


def _end_of_name(window: Sequence[Token], name: frozenset[str], least: float, names: CauseNames) -> int | None:
    """Where the name ends in a window, once enough of it was there; None when it is not."""
    covered: set[str] = set()
    end: int | None = None
    for token in window:
        part = name.intersection(token.terms)
        if end is not None and not part - covered:
            break
        covered |= part
        if len(covered) > 1 and names.mass(frozenset(covered)) >= least * names.mass(name):
            end = token.end
    return end


def _terms(tokens: Sequence[Token]) -> list[str]:
    return [term for token in tokens for term in token.terms]


def _is_free(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return all(end <= other_start or start >= other_end for other_start, other_end in spans)
