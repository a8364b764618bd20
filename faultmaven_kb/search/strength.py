"""How strongly a runbook answers a question, in a few figures that mean the same in every base and for every input.

Counted is information in nats (see `Index.information_of`), never the raw score, which grows with the base and the
question. Of a long input only the line that the runbook explains best is counted, so that a log is no weaker than its
telling line. The figures are what the verdict's model reads, see `verdict`.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from faultmaven_kb.search.arrays import Flags, Floats, Numbers, TermLookup
from faultmaven_kb.search.index import END, Index
from faultmaven_kb.search.questions.question import LOUD, Question
from faultmaven_kb.search.vocabulary.terms import NEGATED, NEGATION

__all__ = ["Examined", "Explained", "Occurrences", "Strength", "examine", "explain"]

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
    `named` says that the question has a name, mostly an alert's, that is a short text of this runbook only.
    """

    mass: float
    phrases: float
    passage: float
    missing: int
    technology: float
    lead: float
    title: float = 0.0
    about: float = 0.0
    named: bool = False


@dataclass(frozen=True)
class Examined:
    """A question prepared for many runbooks: rows are the terms of its words, each word of a line once.

    `lookup` is every term that is looked for. A term's place is its place there, behind the last one where the base
    does not know it: `places` are those of the rows, `share` is each row's part of its word's information, `plain` the
    same without what a negation adds; `word` is the word's place in the question. Of each word: `worth` in nats, the
    place of its `line`, and whether it is `telling`; `is_one_line`: all are of the same line.
    `synonyms` are rows and what explains them as well, `pairs` the neighbouring terms, each as the place of the first
    times the number of places, and that of the second.
    """

    places: Numbers
    share: Floats
    plain: Floats
    word: Numbers
    worth: Floats
    line: Numbers
    is_one_line: bool
    telling: Flags
    synonyms: tuple["_Alike", ...]
    pairs: frozenset[int]
    lookup: TermLookup


class Occurrences(NamedTuple):
    """Where a runbook's text has the terms that are looked for, in its order: term, place and segment of each."""

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
    information: Floats
    occurrences: Occurrences


class _Alike(NamedTuple):
    """Rows that say the same as others: one of the terms `single`, or all of one of `phrases`, by their places."""

    rows: Numbers
    single: frozenset[int]
    phrases: tuple[frozenset[int], ...]

    def is_held(self, terms: frozenset[int] | set[int]) -> bool:
        """Whether some terms say it."""
        return not self.single.isdisjoint(terms) or any(phrase <= terms for phrase in self.phrases)


class _Rows(NamedTuple):
    """The rows of a question, column by column: the number of a term (-1: unknown), what it tells, its word's place in
    the question, and the term."""

    numbers: list[int]
    information: list[float]
    words: list[int]
    terms: list[str]


def examine(question: Question, index: Index) -> Examined:
    """A question's words as arrays, once for all runbooks."""
    words, size = question.words, len(question.words)
    lines = [0] * size if question.kind in ("text", "alert") else [word.line for word in words]
    places = {line: place for place, line in enumerate(dict.fromkeys(lines))}
    rows = _rows(question, lines, index)
    synonyms = _synonyms(question, rows, index)
    lookup = TermLookup({*rows.numbers}.union(*(member for _, members in synonyms for member in members)) - {-1, END})
    place_of = {number: place for place, number in enumerate(lookup.numbers.tolist())}
    information, word = np.array(rows.information), np.array(rows.words, dtype=np.int64)
    share = _parts(information, word, size)
    negated = np.array([term.startswith(NEGATED) for term in rows.terms], dtype=bool)
    worth = np.zeros(size)
    np.maximum.at(worth, word, information)
    weights = np.array([item.weight for item in words])
    return Examined(
        np.array([place_of.get(number, len(place_of)) for number in rows.numbers], dtype=np.int64),
        share,
        _parts(np.where(negated, 0.0, information), word, size) if negated.any() else share,
        word,
        worth * weights,
        np.array([places[line] for line in lines], dtype=np.int64),
        len(places) == 1,
        _telling(question, rows, (worth >= _TELLING) & (weights > LOUD)),
        tuple(_alike(said, members, place_of) for said, members in synonyms),
        frozenset(_pairs(question, index, place_of)),
        lookup,
    )


def _parts(information: Floats, word: Numbers, size: int) -> Floats:
    """Of each row the part of its word's information."""
    parts: Floats = information / np.maximum(np.bincount(word, information, size), 1e-9)[word]
    return parts


def _telling(question: Question, rows: _Rows, loud: Flags) -> Flags:
    """Which words would be missed: loud ones, as only these are reported as unexplained; of a sentence in another
    language only those that the base knows."""
    foreign = [word.foreign for word in question.words]
    if True not in foreign:
        return loud
    known = {word for word, number in zip(rows.words, rows.numbers, strict=True) if number >= 0}
    is_known: Flags = np.array([not other or n in known for n, other in enumerate(foreign)], dtype=bool)
    return np.logical_and(loud, is_known)


def _rows(question: Question, lines: list[int], index: Index) -> _Rows:
    seen: set[tuple[int, tuple[str, ...]]] = set()
    known: dict[tuple[str, ...], tuple[list[int], list[float], list[str]]] = {}
    rows = _Rows([], [], [], [])
    for place, word in enumerate(question.words):
        key = lines[place], word.terms
        if key not in seen:
            seen.add(key)
            columns = known.get(word.terms)
            if columns is None:
                columns = known[word.terms] = _information(word.terms, index)
            numbers, information, terms = columns
            rows.numbers.extend(numbers)
            rows.information.extend(information)
            rows.words.extend([place] * len(numbers))
            rows.terms.extend(terms)
    return rows


def _information(terms: tuple[str, ...], index: Index) -> tuple[list[int], list[float], list[str]]:
    """The number of each term of a word (-1: unknown), what it tells, and the term.

    A name that the base does not know tells no more than its best part.
    """
    plain = [term for term in terms if term != NEGATION]
    numbers = [index.vocabulary.get(term, -1) for term in plain]
    information = [
        index.information.item(number) if number > END else index.information_of(term)
        for term, number in zip(plain, numbers, strict=True)
    ]
    if len(terms) > 1 and plain and plain[-1] == terms[-1] and numbers[-1] < 0:
        information[-1] = min(information[-1], max(information[:-1], default=0.0))
    return numbers, information, plain


def _synonyms(question: Question, rows: _Rows, index: Index) -> list[tuple[list[int], list[frozenset[int]]]]:
    """The rows of each member that was said, and the members, as the index numbers them, that say the same."""
    known = index.vocabulary
    of_term: dict[str, list[int]] = {}
    for row, term in enumerate(rows.terms):
        of_term.setdefault(term, []).append(row)
    synonyms = []
    for expansion in question.expansions:
        members = []
        for member in expansion.others:
            numbers = frozenset(known.get(term, -1) for term in member if term != NEGATION)
            if -1 not in numbers:
                members.append(numbers)
        if members:
            own_rows = [row for term in sorted(expansion.said) for row in of_term.get(term, ())]
            synonyms.append((own_rows, members))
    return synonyms


def _alike(rows: list[int], members: list[frozenset[int]], place_of: Mapping[int, int]) -> _Alike:
    sets = [frozenset(place_of.get(number, -1) for number in member) for member in members]
    return _Alike(
        np.array(rows, dtype=np.int64),
        frozenset(place for member in sets if len(member) == 1 for place in member),
        tuple(member for member in sets if len(member) != 1),
    )


def _pairs(question: Question, index: Index, place_of: Mapping[int, int]) -> Iterator[int]:
    """The neighbouring terms of each line as `Examined.pairs` has them; one unknown term may be in between."""
    known, size = index.vocabulary, len(place_of)
    line, before, last = -1, -1, -1
    for word in question.words:
        if word.line != line:
            line, before, last = word.line, -1, -1
        for term in word.terms[:-1] if len(word.terms) > 2 else word.terms:
            place = place_of.get(known.get(term, -1), -1)
            if place >= 0:
                if before >= 0:
                    yield before * size + place
                if last >= 0:
                    yield last * size + place
            before, last = last, place


def explain(runbook: int, examined: Examined, index: Index) -> Explained:
    """What a runbook, by its position, explains of a question; what only its place among others says is 0."""
    size = len(examined.worth)
    if not len(examined.places):
        return Explained(
            Strength(0.0, 0.0, 0.0, 0, 0.0, 0.0), 0.0, 0.0, np.zeros(size), np.zeros(size), Occurrences([], [], [])
        )
    text = index.texts[runbook]
    positions, which = examined.lookup.occurrences_in(text.terms)
    places = positions.tolist()
    occurrences = Occurrences(
        examined.lookup.numbers[which].tolist(), places, text.ends.searchsorted(positions).tolist()
    )
    shares = _shares(examined, which, synonyms=True)
    information = shares * examined.worth
    missing = examined.telling & (shares < _EXPLAINED)
    on_line: Flags | slice = slice(None)
    if not examined.is_one_line:
        on_line = best_line = examined.line == np.argmax(np.bincount(examined.line, information))
        missing = missing & best_line
    joined = _phrases(examined.pairs, positions, which, len(examined.lookup.numbers))
    phrases = float((_shares(examined, joined) * examined.worth)[on_line].sum())
    linked = phrases
    if examined.plain is not examined.share:
        linked = float((_shares(examined, joined, part=examined.plain) * examined.worth)[on_line].sum())
    mass = float(information[on_line].sum())
    line_worth = max(float(examined.worth[on_line].sum()), 1e-9)
    pointed = bisect_left(places, text.pointed)
    about = mass
    if pointed < len(places):
        about = float((_shares(examined, which[:pointed], synonyms=True) * examined.worth)[on_line].sum())
    strength = Strength(
        mass=mass,
        phrases=phrases,
        passage=0.0,
        missing=int(np.count_nonzero(missing)),
        technology=0.0,
        lead=0.0,
        about=about / line_worth,
    )
    return Explained(strength, mass / line_worth, linked / line_worth, shares, information, occurrences)


def _shares(
    examined: Examined, terms: Numbers | list[int], *, synonyms: bool = False, part: Floats | None = None
) -> Floats:
    """For each word the share of its information that some terms, by their places, explain; a part of an identifier is
    a part of it. `part` is what each row is of its word, `examined.share` by default."""
    flags = np.zeros(len(examined.lookup.numbers) + 1)
    flags[terms] = 1.0
    explained = flags[examined.places]
    if synonyms and examined.synonyms:
        distinct = set(flags.nonzero()[0].tolist())
        for alike in examined.synonyms:
            if alike.is_held(distinct):
                explained[alike.rows] = np.maximum(explained[alike.rows], _BY_SYNONYM)
    explained *= examined.share if part is None else part
    shares: Floats = np.bincount(examined.word, explained, len(examined.worth)).astype(np.float64)
    return shares


def _phrases(pairs: frozenset[int], positions: Numbers, which: Numbers, size: int) -> list[int]:
    """The terms that are next to the same neighbour in the runbook as in the question; `pairs` as in `Examined`, with
    `size` terms that are looked for.

    Marks and case are gone by now, and up to two other terms (numbers, names) may be in between.
    """
    if not pairs:
        return []
    matched: set[int] = set()
    for step in (1, 2):
        near = positions[step:] - positions[:-step] <= _NEAR
        matched |= pairs.intersection((which[:-step] * size + which[step:])[near].tolist())
    return [place for pair in matched for place in divmod(pair, size)]
