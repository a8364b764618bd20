"""How strongly a runbook answers a question, in a few figures that mean the same in every base and for every input.

Counted is information in nats (see `Index.information_of`), never the raw score, which grows with the base and the
question. Of a long input only the line that the runbook explains best is counted, so that a log is no weaker than its
telling line. The figures are what the verdict's model reads, see `verdict`.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from faultmaven_kb.search.arrays import Flags, Floats, Numbers, Sought
from faultmaven_kb.search.index import END, Index
from faultmaven_kb.search.questions.question import LOUD, Question
from faultmaven_kb.search.vocabulary.terms import NEGATED, NEGATION

__all__ = ["Examined", "Explained", "Found", "Strength", "examine", "explain"]

_TELLING = 2.5  # nats, chosen with the fit of the verdict (`python -m benchmarks.fit_verdict`)
_BY_SYNONYM = 0.6  # chosen with the fit of the verdict
_NEAR = 3  # words between two of a phrase, chosen
_EXPLAINED = 0.5  # chosen: half of a word's information


class Strength(NamedTuple):
    """How a runbook answers.

    In nats, for the question's best line: `mass` is the information the runbook explains, `phrases` that of words which
    are next to each other in both; `passage` is what its best short text is worth, much where the question holds
    nearly all of a literal, an alias or the title. `missing` is the number of telling words it does not explain.
    `technology` is 1 where the one asked about is the runbook's, -1 where it is another's, -2 where an error
    signature says so. `lead` is the distance of its score to that of the best other one, as a share of its own (-1 to
    1). `title` says how much of its title the question says or means (0 to 1), `about` how much of the line's
    information the fields about the fault explain (0 to 1): steps and commands mention much that they are not about.
    """

    mass: float
    phrases: float
    passage: float
    missing: int
    technology: float
    lead: float
    title: float = 0.0
    about: float = 0.0


@dataclass(frozen=True)
class Examined:
    """A question prepared for many runbooks: rows are the terms of its words, each word of a line once.

    `numbers` are the terms (-1: unknown), `share` what each is of its word's information, `plain` the same without what
    a negation adds; `word` is the word's place in the question. Of each word: `worth` in nats, the place of its `line`,
    and whether it is `telling`; `is_one_line`: all are of the same line.
    `synonyms` are rows with the sets of terms that explain them as well, `pairs` the neighbouring terms, `sought` is
    every term that is looked for.
    """

    numbers: list[int]
    share: Floats
    plain: Floats
    word: Numbers
    worth: Floats
    line: Numbers
    is_one_line: bool
    telling: Flags
    synonyms: tuple[tuple[Numbers, tuple[frozenset[int], ...]], ...]
    pairs: frozenset[tuple[int, int]]
    sought: Sought


class Found(NamedTuple):
    """Where a runbook's text holds the terms that are looked for, in its order: term, place and segment of each."""

    terms: list[int]
    places: list[int]
    segments: list[int]


class Explained(NamedTuple):
    """What a runbook explains of a question: its strength, the share of the best line's information (0 to 1) and that
    in phrases (`linked`, 0 to 1; a negation goes with its word), for each word of the question the share explained and
    the information that this is (nats, 0 for a repeated word), and where.
    """

    strength: Strength
    share: float
    linked: float
    words: Floats
    told: Floats
    found: Found


class _Row(NamedTuple):
    number: int
    information: float
    word: int
    term: str


def examine(question: Question, index: Index) -> Examined:
    """A question's words as arrays, once for all runbooks."""
    whole = question.kind in ("text", "alert")
    lines = [0 if whole else word.line for word in question.words]
    places = {line: place for place, line in enumerate(dict.fromkeys(lines))}
    rows = _rows(question, lines, index)
    information = np.array([row.information for row in rows])
    word = np.array([row.word for row in rows], dtype=np.int64)
    size = len(question.words)
    negated = np.array([row.term.startswith(NEGATED) for row in rows], dtype=bool)
    share = _parts(information, word, size)
    worth = np.zeros(size)
    np.maximum.at(worth, word, information)
    synonyms = _synonyms(question, rows, index)
    sought = {row.number for row in rows}.union(*(member for _, members in synonyms for member in members))
    return Examined(
        [row.number for row in rows],
        share,
        _parts(np.where(negated, 0.0, information), word, size) if negated.any() else share,
        word,
        worth * np.array([each.weight for each in question.words]),
        np.array([places[line] for line in lines], dtype=np.int64),
        len(places) == 1,
        _telling(question, rows, worth),
        synonyms,
        frozenset(_pairs(question, index)),
        Sought([number for number in sought if number > END]),
    )


def _parts(information: Floats, word: Numbers, size: int) -> Floats:
    """Of each row the part of its word's information."""
    parts: Floats = information / np.maximum(np.bincount(word, information, size), 1e-9)[word]
    return parts


def _telling(question: Question, rows: list[_Row], worth: Floats) -> Flags:
    """Which words would be missed: loud ones, as only these are reported as unexplained; of a sentence in another
    language only those that the base knows."""
    telling: Flags = (worth >= _TELLING) & np.array([word.weight > LOUD for word in question.words], dtype=bool)
    if any(word.foreign for word in question.words):
        known = {row.word for row in rows if row.number >= 0}
        telling &= np.array([not word.foreign or n in known for n, word in enumerate(question.words)])
    return telling


def _rows(question: Question, lines: list[int], index: Index) -> list[_Row]:
    seen: set[tuple[int, tuple[str, ...]]] = set()
    known: dict[tuple[str, ...], list[tuple[int, float, str]]] = {}
    rows: list[_Row] = []
    for place, (word, line) in enumerate(zip(question.words, lines, strict=True)):
        if (line, word.terms) not in seen:
            seen.add((line, word.terms))
            terms = known.get(word.terms)
            if terms is None:
                terms = known[word.terms] = list(_information(word.terms, index))
            rows += [_Row(number, information, place, term) for number, information, term in terms]
    return rows


def _information(terms: tuple[str, ...], index: Index) -> Iterator[tuple[int, float, str]]:
    """The number of each term of a word (-1: unknown), what it tells, and the term.

    A name that the base does not know tells no more than its best part.
    """
    most = 0.0
    for place, term in enumerate(terms):
        if term != NEGATION:
            number = index.vocabulary.get(term, -1)
            told = index.information_of(term)
            if number < 0 < place == len(terms) - 1:
                told = min(told, most)
            most = max(most, told)
            yield number, told, term


def _synonyms(
    question: Question, rows: list[_Row], index: Index
) -> tuple[tuple[Numbers, tuple[frozenset[int], ...]], ...]:
    """The rows of each member that was said, and the members, as the index numbers them, that say the same."""
    known = index.vocabulary
    of_term: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        of_term.setdefault(row.term, []).append(number)
    found = []
    for expansion in question.expansions:
        members = tuple(
            frozenset(known[term] for term in member if term != NEGATION)
            for member in expansion.others
            if all(term in known or term == NEGATION for term in member)
        )
        if members:
            said = [number for term in sorted(expansion.said) for number in of_term.get(term, ())]
            found.append((np.array(said, dtype=np.int64), members))
    return tuple(found)


def _pairs(question: Question, index: Index) -> set[tuple[int, int]]:
    """The neighbouring terms of each line; one unknown term may be in between."""
    found: set[tuple[int, int]] = set()
    line, before, last = -1, -1, -1
    for word in question.words:
        if word.line != line:
            line, before, last = word.line, -1, -1
        for term in word.terms[:-1] if len(word.terms) > 2 else word.terms:
            number = index.vocabulary.get(term, -1)
            if number >= 0:
                if before >= 0:
                    found.add((before, number))
                if last >= 0:
                    found.add((last, number))
            before, last = last, number
    return found


def explain(runbook: int, examined: Examined, index: Index) -> Explained:
    """What a runbook, by its position, explains of a question; what only its place among others says is 0."""
    size = len(examined.worth)
    if not examined.numbers:
        strength = Strength(0.0, 0.0, 0.0, 0, 0.0, 0.0)
        return Explained(strength, 0.0, 0.0, np.zeros(size), np.zeros(size), Found([], [], []))
    text = index.texts[runbook]
    held, _ = examined.sought.found_in(text.terms)
    found = Found(text.terms[held].tolist(), held.tolist(), text.ends.searchsorted(held).tolist())
    terms = set(found.terms)
    shares = _shares(examined, terms, synonyms=True)
    told = shares * examined.worth
    here = slice(None) if examined.is_one_line else examined.line == np.argmax(np.bincount(examined.line, told))
    joined = _phrases(examined, found)
    phrases = float((_shares(examined, joined) * examined.worth)[here].sum())
    linked = phrases
    if examined.plain is not examined.share:
        linked = float((_shares(examined, joined, part=examined.plain) * examined.worth)[here].sum())
    mass = float(told[here].sum())
    asked = max(float(examined.worth[here].sum()), 1e-9)
    pointed = set(found.terms[: bisect_left(found.places, text.pointed)])
    about = mass
    if len(pointed) < len(terms):
        about = float((_shares(examined, pointed, synonyms=True) * examined.worth)[here].sum())
    strength = Strength(
        mass=mass,
        phrases=phrases,
        passage=0.0,
        missing=int((shares[here][examined.telling[here]] < _EXPLAINED).sum()),
        technology=0.0,
        lead=0.0,
        about=about / asked,
    )
    return Explained(strength, mass / asked, linked / asked, shares, told, found)


def _shares(examined: Examined, held: Collection[int], *, synonyms: bool = False, part: Floats | None = None) -> Floats:
    """For each word the share of its information that some terms explain; a part of an identifier is a part of it.

    `part` is what each row is of its word, `examined.share` by default.
    """
    found = np.array([number in held for number in examined.numbers], dtype=np.float64)
    if synonyms:
        for said, members in examined.synonyms:
            if any(member.issubset(held) for member in members):
                found[said] = np.maximum(found[said], _BY_SYNONYM)
    shares: Floats = np.bincount(
        examined.word, found * (examined.share if part is None else part), len(examined.worth)
    ).astype(np.float64)
    return shares


def _phrases(examined: Examined, found: Found) -> set[int]:
    """The terms that are next to the same neighbour in the runbook as in the question.

    Marks and case are gone by now, and up to two other terms (numbers, names) may be in between.
    """
    held: set[int] = set()
    pairs = examined.pairs
    terms, places, _ = found
    for step in (1, 2):
        for place, other, first, second in zip(places, places[step:], terms, terms[step:], strict=False):
            if other - place <= _NEAR and (first, second) in pairs:
                held.add(first)
                held.add(second)
    return held
