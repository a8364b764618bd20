"""The words of operations that mean the same: what people type, what software prints, what runbooks say.

The groups are data (`data/synonyms.tsv`); members are words or phrases, written as people write them. A question that
holds one member is searched for the others too, with less weight, so that a word itself always counts more than its
synonym.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from faultmaven_kb.search.vocabulary.tables import rows
from faultmaven_kb.search.vocabulary.terms import terms_of

__all__ = ["Expansion", "expansions", "groups", "words_of"]

_SEPARATORS = str.maketrans(dict.fromkeys('"`,;:!?()[]{}<>=|/\\', " ") | {"'": "", "’": ""})


def words_of(text: str) -> list[str]:
    """The words of a text as synonyms are looked up: lower case, cut at spaces and marks, ends trimmed."""
    return [trimmed for word in text.lower().translate(_SEPARATORS).split() if (trimmed := word.strip(".-_"))]


def groups() -> tuple[tuple[str, ...], ...]:
    """The groups of the table, in its order."""
    return rows("synonyms")


@cache
def _by_first_word() -> dict[str, tuple[tuple[tuple[str, ...], int], ...]]:
    table: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for number, group in enumerate(groups()):
        for member in group:
            words = tuple(words_of(member))
            table.setdefault(words[0], []).append((words, number))
    return {word: tuple(entries) for word, entries in table.items()}


@cache
def _member_terms(number: int) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(terms_of(member)) for member in groups()[number])


class Expansion(NamedTuple):
    """A group that a question holds a member of: the terms of that member, and those of every other member."""

    said: frozenset[str]
    others: tuple[frozenset[str], ...]


def expansions(words: Sequence[str]) -> Iterator[Expansion]:
    """The groups that words hold a member of, each once, in the order of the words."""
    table = _by_first_word()
    seen: set[int] = set()
    for position, word in enumerate(words):
        for member, number in table.get(word, ()):
            if number not in seen and (len(member) == 1 or tuple(words[position : position + len(member)]) == member):
                seen.add(number)
                yield _expansion(member, number)


@cache
def _expansion(member: tuple[str, ...], number: int) -> Expansion:
    own = frozenset(terms_of(" ".join(member)))
    return Expansion(own, tuple(terms for terms in _member_terms(number) if not terms <= own))
