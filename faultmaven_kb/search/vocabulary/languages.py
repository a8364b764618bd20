"""Sentences in other languages around an error line: what language they are in, and which of their words say nothing.

The error line is English whatever the sentence is. Without this, German "die" is a word of crashes, and every other
word of the sentence is one that no runbook explains.
"""

from collections.abc import Sequence
from functools import cache

from faultmaven_kb.search.vocabulary.tables import rows
from faultmaven_kb.search.vocabulary.terms import STOP_WORDS

__all__ = ["all_languages", "function_words"]

_FEWEST = 2  # words, chosen: one may be a name
_SHARE = 0.2  # chosen: function words are a larger part of any sentence
_NONE: frozenset[str] = frozenset()


@cache
def all_languages() -> tuple[frozenset[str], ...]:
    """The function words of each language of the table."""
    return tuple(frozenset(words.split()) for _, words in rows("languages"))


@cache
def _all() -> frozenset[str]:
    return frozenset().union(*all_languages()) - STOP_WORDS


def function_words(words: Sequence[str]) -> frozenset[str]:
    """The function words of the language that a line's words are in; none for English and for what is no sentence.

    A line is in another language when two of its words, and a fifth of them, are of that language, and no more are
    English ones.
    """
    if _all().isdisjoint(words):
        return _NONE
    best = max(all_languages(), key=lambda language: sum(word in language for word in words))
    count = sum(word in best for word in words)
    english = sum(word in STOP_WORDS and word not in best for word in words)
    return best if count >= max(_FEWEST, _SHARE * len(words), english + 1) else _NONE
