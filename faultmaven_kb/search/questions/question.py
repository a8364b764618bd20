"""A question as the ranking sees it: weighted terms, and which line of the input each one comes from.

A term weighs as much as the loudest line it is in; what is repeated weighs a little more; names of objects
(`staging/checkout`) weigh less than the words around them, because they differ from house to house. Of an identifier
only the telling parts are asked (`pool` and `timeout` of `org.example.net.PoolTimeoutException`). Synonyms come on top
with less weight than the words themselves. What the base does not know may be a typing error: see `understood`.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from faultmaven_kb.search.questions.pasted import Line, read_pasted
from faultmaven_kb.search.vocabulary.background import is_known
from faultmaven_kb.search.vocabulary.languages import function_words
from faultmaven_kb.search.vocabulary.signatures import Signature, raw_signatures_in, signatures_in
from faultmaven_kb.search.vocabulary.spelling import Speller
from faultmaven_kb.search.vocabulary.synonyms import Expansion, expansions, words_of
from faultmaven_kb.search.vocabulary.technologies import technologies_of
from faultmaven_kb.search.vocabulary.terms import NEGATED, NEGATION, is_cjk, is_name, stem, tokens_of

__all__ = ["LOUD", "Question", "Word", "read_question", "understood"]

_SYNONYM = 0.45  # chosen; `fmkb eval` measures it
_NAME = 0.15  # chosen; `fmkb eval` measures it
_NEGATED_STATE = 0.5  # chosen; `fmkb eval` measures it
_RULED_OUT = 0.3  # chosen; `fmkb eval` measures it
LOUD = 0.3
"""The weight, chosen, above which a line of a log counts as loud."""

_MOST_GUESSES = 4  # misspelled words that are guessed, chosen
_FEW_PARTS = 3  # terms, chosen: fewer are a word, or a word and its negation, and have no scaffold
_DENIES = re.compile(r"not|never|nor|neither|\w+n['’]?t", re.IGNORECASE)
_CANNOT = re.compile(r"can['’]?t|cannot", re.IGNORECASE)
_STATES = frozenset(
    map(
        stem,
        (
            "ready running available healthy up active alive started synced synchronized bound scheduled reachable "
            "responsive enabled mounted open allowed accepting listening responding working writable trusted assigned "
            "schedulable stable recoverable resolvable matched connected loaded"
        ).split(),
    )
)
"""What "not" turns into its opposite: "not ready" is not about what is ready, but "not found" is about finding."""

_SCAFFOLD = frozenset(map(stem, "org com net io java javax lang exception error err github internal md".split()))
"""Parts that identifiers have whatever they are about."""

_RULES_OUT = re.compile(
    r"\bnot\s+(?:an?|the|any)\s+(?P<a>[\w-]+)\s+(?:problem|issue|error|fault|question|thing)\b"
    r"|\bnot\s+(?:because\s+of|due\s+to|about|caused\s+by|related\s+to)\s+(?:the\s+|an?\s+)?(?P<b>[\w-]+)",
    re.IGNORECASE,
)
_QUALIFIED = r"(?<![\w/])[a-z0-9]+(?:-[a-z0-9]+){0,12}/[a-z0-9]+(?:-[a-z0-9]+)+(?![\w/])"
_NUMBERED = r"\b[a-z]+(?:-[a-z]+){0,12}-\d+(?![\w-])"
_PLAIN_NAME = re.compile(f"{_QUALIFIED}|{_NUMBERED}")
_NAMED_OBJECT = re.compile(
    rf"{_QUALIFIED}"
    r"|(?<=namespace )[a-z0-9-]+|(?<=namespace=)[\w-]+|(?<=cluster )[a-z]+-[a-z0-9]+"
    rf"|{_NUMBERED}"
    r"|\b(?<=[Pp]od )\S+/\S+|\b(?<=Deployment )\S+/\S+|(?<=DaemonSet )\S+/\S+|(?<=StatefulSet )\S+/\S+|(?<=Job )\S+/\S+"
    r"|(?<=HPA )\S+/\S+"
)
_BEFORE_NAMES = ("namespace", "cluster ", "od ", "Deployment ", "DaemonSet ", "StatefulSet ", "Job ", "HPA ")
"""What `_NAMED_OBJECT` looks for; a text without any has only names that `_PLAIN_NAME` finds in a third of the time."""

_REPEATED = tuple(1 + math.log(count) for count in (1, 2, 3, 4))
"""What the weight of a term is multiplied by that is said once, twice, three times or more."""


class Word(NamedTuple):
    """A word of the question: its text, its terms, its line's number in the input, its weight, and whether its line is
    in another language than English, so that not knowing it means little."""

    text: str
    terms: tuple[str, ...]
    line: int
    weight: float
    foreign: bool = False


@dataclass(frozen=True)
class Question:
    """`terms` maps every term of the question to its weight, `synonyms` those that only a synonym or a guess at a
    typing error brings. `signatures` are the signs that give a technology or a topic away."""

    kind: str
    words: tuple[Word, ...]
    terms: dict[str, float]
    synonyms: dict[str, float]
    expansions: tuple[Expansion, ...]
    technologies: frozenset[str]
    lines: tuple[Line, ...]
    signatures: tuple[Signature, ...] = ()

    @property
    def topics(self) -> frozenset[str]:
        """The topics of the generic errors in the question."""
        return frozenset(sign.topic for sign in self.signatures if sign.topic)


def read_question(text: str) -> Question:
    """An input of any length as weighted terms."""
    pasted = read_pasted(text)
    words: list[Word] = []
    loud_words: list[str] = []
    signs: dict[Signature, None] = {}
    for line in pasted.lines:
        line_words = words_of(line.text)
        empty = function_words(line_words)
        words += _words(line, empty)
        if line.weight > LOUD:
            loud_words += [word for word in line_words if word not in empty] if empty else line_words
            signs.update(dict.fromkeys(signatures_in(line.text, line_words)))
    signs.update(dict.fromkeys(raw_signatures_in(text)))
    terms = _weights(words)
    groups = tuple(expansions(loud_words))
    technologies = technologies_of(term for word in words if word.weight > LOUD for term in word.terms)
    return Question(
        pasted.kind,
        tuple(words),
        terms,
        _synonyms(groups, terms),
        groups,
        technologies | {sign.technology for sign in signs if sign.technology},
        pasted.lines,
        tuple(signs),
    )


def understood(question: Question, speller: Speller, vocabulary: Mapping[str, int]) -> Question:
    """The question with what its unknown words probably mean, added as synonyms of them; itself if it has none.

    A word is unknown when neither the base nor the table of everyday words has any of its terms.
    """
    guesses: list[Expansion] = []
    for word in question.words:
        if len(guesses) == _MOST_GUESSES:
            break
        if word.foreign or word.weight <= LOUD:
            continue
        plain = [term for term in word.terms if not term.startswith(NEGATED)]
        if len(plain) != 1:
            continue
        (term,) = plain
        if (
            term in vocabulary
            or is_name(term)
            or is_known(term)
            or any(term in expansion.said for expansion in question.expansions)
        ):
            continue
        corrections = speller.meant(word.text.lower())
        if corrections:
            negated = tuple(
                NEGATED + guess for guess in corrections[:1] if len(word.terms) > 1 and NEGATED + guess in vocabulary
            )
            guesses.append(Expansion(frozenset(word.terms), (frozenset((*corrections, *negated)),)))
    if not guesses:
        return question
    brought = question.synonyms | _synonyms(tuple(guesses), question.terms)
    return replace(question, synonyms=brought, expansions=(*question.expansions, *guesses))


def _words(line: Line, empty: frozenset[str]) -> Iterator[Word]:
    names = _named_objects(line.text)
    ruled_out = {match["a"] or match["b"] for match in _RULES_OUT.finditer(line.text)} if "not" in line.text else ()
    for token in tokens_of(line.text):
        text = line.text[token.start : token.end]
        if empty and text.lower() in empty:
            continue
        weight = line.weight
        if token.start in names:
            weight *= _NAME
        elif text in ruled_out:
            weight *= _RULED_OUT
        foreign = bool(empty) or (not text.isascii() and is_cjk(text))
        terms = token.terms if len(token.terms) < _FEW_PARTS else _telling_parts(token.terms)
        yield Word(text, terms, line.number, weight, foreign)


def _named_objects(text: str) -> set[int]:
    """The places in a text that belong to names of objects of somebody's house."""
    if "-" not in text and "/" not in text and "namespace" not in text:
        return set()
    pattern = _NAMED_OBJECT if any(word in text for word in _BEFORE_NAMES) else _PLAIN_NAME
    return {place for match in pattern.finditer(text) for place in range(*match.span())}


def _telling_parts(terms: tuple[str, ...]) -> tuple[str, ...]:
    """The terms of an identifier of some parts without its scaffold, all of them where nothing else is left."""
    rest = tuple(term for term in terms if term not in _SCAFFOLD)
    return rest if len(rest) > 1 else terms


def _weights(words: Sequence[Word]) -> dict[str, float]:
    loudest: dict[str, float] = {}
    count: dict[str, int] = {}
    for word in words:
        weight = word.weight
        for term in word.terms:
            times = count.get(term, 0)
            count[term] = times + 1
            if not times or weight > loudest[term]:
                loudest[term] = weight
    weights = {term: weight * _REPEATED[min(count[term], 4) - 1] for term, weight in loudest.items()}
    if any(term.startswith(NEGATED) for term in weights):
        for term in _denied_states(words):
            weights[term] *= _NEGATED_STATE
    return weights


def _denied_states(words: Sequence[Word]) -> set[str]:
    """The states that the question only denies: "ready" in "not ready"; not "memory" in "no memory left"."""
    denied: set[str] = set()
    stated: set[str] = set()
    denies = False
    for word in words:
        if word.terms == (NEGATION,):
            denies = bool(_DENIES.fullmatch(word.text)) and not _CANNOT.fullmatch(word.text)
            continue
        if len(word.terms) == 1 and not word.terms[0].startswith(NEGATED):
            stated.add(word.terms[0])
            continue
        negated = {term.removeprefix(NEGATED) for term in word.terms if term.startswith(NEGATED)}
        within = NEGATION in word.terms
        for term in word.terms:
            (denied if term in negated and term in _STATES and (denies or within) else stated).add(term)
    return denied - stated


def _synonyms(groups: Sequence[Expansion], terms: dict[str, float]) -> dict[str, float]:
    """The terms that only a synonym brings, with their weight, in a fixed order; a phrase shares it among its words."""
    brought: dict[str, float] = {}
    for group in groups:
        for member in group.others:
            weight = _SYNONYM / math.sqrt(len(member))
            for term in member:
                if term != NEGATION and term not in terms:
                    brought[term] = max(brought.get(term, 0.0), weight)
    return dict(sorted(brought.items()))
