"""Signs in an error line that give away what it is about although no product is named: `ORA-01017`, port 27017, a class
of `com.mongodb`, a phrase that only one program prints, the form of a log.

The table is `data/signatures.tsv`, every entry with where it is documented. What any program prints ("no such host") is
a topic (`data/topics.tsv`): it belongs to the runbook about that topic, not to one that quotes it among its symptoms.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from faultmaven_kb.search.vocabulary.synonyms import words_of
from faultmaven_kb.search.vocabulary.tables import rows
from faultmaven_kb.search.vocabulary.terms import terms_of

__all__ = ["Signature", "raw_signatures_in", "signatures_in", "topics"]

_PORT = re.compile(r"(?::|\bport[ =:]{1,2})(\d{4,5})\b", re.IGNORECASE)
_SCHEME = re.compile(r"\b([a-z][a-z0-9+]{1,15})://", re.IGNORECASE)
_CODE = re.compile(r"SQLSTATE\[\w{5}\](?: \[\d{1,5}\])?|\b(?:ORA|TNS)-\d{5}\b")
_BOUNDARY = re.compile(r"[._$@-]")
_FORMAT_LINES = 3  # chosen: the form of a log shows in its first lines
_LONGEST_FORMAT = 200  # characters, chosen: bounds the work
_MOST_SEARCHED = 10_000  # characters, chosen: bounds the work


class Signature(NamedTuple):
    """A sign that was found: its text as the table has it, and the technology or the topic it implies."""

    text: str
    technology: str = ""
    topic: str = ""


class _Table(NamedTuple):
    phrases: dict[str, tuple[tuple[tuple[str, ...], Signature], ...]]
    prefixes: dict[str, Signature]
    ports: dict[str, Signature]
    schemes: dict[str, Signature]
    formats: tuple[tuple[re.Pattern[str], Signature], ...]


@cache
def _table() -> _Table:
    phrases: dict[str, list[tuple[tuple[str, ...], Signature]]] = {}
    prefixes: dict[str, Signature] = {}
    ports: dict[str, Signature] = {}
    schemes: dict[str, Signature] = {}
    formats: list[tuple[re.Pattern[str], Signature]] = []
    for kind, sign, about, _ in rows("signatures"):
        if kind in ("topic", "phrase"):
            words = tuple(words_of(sign))
            signature = Signature(sign, topic=about) if kind == "topic" else Signature(sign, technology=about)
            phrases.setdefault(words[0], []).append((words, signature))
        elif kind == "prefix":
            prefixes[sign] = Signature(sign, technology=about)
        elif kind == "port":
            ports[sign] = Signature(f"port {sign}", technology=about)
        elif kind == "scheme":
            schemes[sign] = Signature(f"{sign}://", technology=about)
        else:
            formats.append((re.compile(sign), Signature("the form of the log", technology=about)))
    return _Table({word: tuple(pairs) for word, pairs in phrases.items()}, prefixes, ports, schemes, tuple(formats))


@cache
def topics() -> tuple[tuple[str, frozenset[str]], ...]:
    """The topics of generic errors: name, and the terms of which a runbook about it has one in its title or aliases."""
    return tuple((name, frozenset(terms_of(words))) for name, words in rows("topics"))


def signatures_in(line: str, words: Sequence[str]) -> Iterator[Signature]:
    """The signs of a line, given with its words as `words_of` reads them, in their order."""
    phrases, prefixes, ports, *_ = _table()
    for position, word in enumerate(words):
        for phrase, signature in phrases.get(word, ()):
            if tuple(words[position : position + len(phrase)]) == phrase:
                yield signature
        if word in prefixes:
            yield prefixes[word]
        elif not word.isalnum():
            for boundary in _BOUNDARY.finditer(word):
                sign = prefixes.get(word[: boundary.start()]) or prefixes.get(word[: boundary.end()])
                if sign:
                    yield sign
                    break
    for number in _PORT.findall(line):
        if number in ports:
            yield ports[number]


def raw_signatures_in(text: str) -> Iterator[Signature]:
    """The signs that are gone once times and URLs are blanked: the form of the first lines, the schemes of URLs."""
    table = _table()
    for line in text.split("\n", _FORMAT_LINES)[:_FORMAT_LINES]:
        for pattern, signature in table.formats:
            if pattern.match(line[:_LONGEST_FORMAT]):
                yield signature
    for code in _CODE.findall(text[:_MOST_SEARCHED]):
        yield from signatures_in("", words_of(code))
    if "://" in text:
        for scheme in _SCHEME.findall(text[:_MOST_SEARCHED]):
            if scheme.lower() in table.schemes:
                yield table.schemes[scheme.lower()]
