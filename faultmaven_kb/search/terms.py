"""Text to search terms, the same way for runbooks and for questions.

An identifier is split and kept whole, on both sides: `CrashLoopBackOff`, `crash-loop-back-off` and "crash loop back
off" meet in the same terms. Words are stemmed with Porter2 (M. Porter, Snowball "english"); numbers stay as they are,
because `137` and `502` are words of this field.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from Stemmer import Stemmer

__all__ = ["STOP_WORDS", "Token", "terms_of", "tokens_of"]

STOP_WORDS = frozenset(
    (
        "a about after again all also am an and any are as at be because been before being both but by can could did "
        "do does doing done for from get gets getting give had has have having he her here hey hi his how i if im in "
        "into is it its just keep keeps let like make may me more most my need now of on or our out over own please "
        "same she should so some such than that the their them then there these they this those through to too under "
        "until very was we were what when where which while who why will with would you your see seeing "
    ).split()
)
"""Words that carry no symptom. "not", "no", "up", "down", "off", "only", "few" and "full" are not among them."""

_TOKEN = re.compile(r"[A-Za-z0-9\u00c0-\u024f](?:[\w'’\u00c0-\u024f]|[-.@](?=[\w]))*", re.ASCII)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+(?:\.[0-9]+)*(?:[a-z]{1,2}(?![a-z]))?|[\u00c0-\u024f]+")
_SHORT_MIX = re.compile(r"(?=.*[a-z])(?=.*[0-9])[a-z0-9]{2,5}", re.IGNORECASE)
_STEMMER = Stemmer("english")
_LONGEST_TOKEN = 80


class Token(NamedTuple):
    """A piece of a text with its terms; `start` and `end` are indexes into the text."""

    start: int
    end: int
    terms: tuple[str, ...]


def tokens_of(text: str) -> list[Token]:
    """The pieces of a text that carry terms, with their places."""
    return [Token(match.start(), match.end(), terms) for match in _TOKEN.finditer(text) if (terms := _terms(match[0]))]


def terms_of(text: str) -> list[str]:
    """The terms of a text in order, repetitions included."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found += _terms(token)
    return found


@lru_cache(maxsize=100_000)
def _terms(token: str) -> tuple[str, ...]:
    """The terms of one token: its parts, and the whole when it has more than one."""
    if len(token) > _LONGEST_TOKEN:
        return ()
    if _SHORT_MIX.fullmatch(token):  # k8s, p99, eth0, 10gi: a split would leave nothing that means anything
        return (token.lower(),)
    words = [part.lower() for part in _PART.findall(token.replace("'", "").replace("’", ""))]
    parts = [_STEMMER.stemWord(word) for word in words if word not in STOP_WORDS]
    if len(words) > 1 and parts:
        whole = _STEMMER.stemWord("".join(words))
        return (*(part for part in parts if len(part) > 1 or part.isdigit()), whole)
    return tuple(parts)
