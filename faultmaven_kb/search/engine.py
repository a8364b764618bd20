"""A question to an answer: the stages of a search in order.

The searcher is built once for a list of runbooks and is never changed; questions only read it, so one searcher serves
many threads.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from faultmaven_kb.reading.ids import own_name
from faultmaven_kb.search.answer import Answer, Distinction, Evidence, Hit, InputLine, Verdict
from faultmaven_kb.search.arrays import Flags
from faultmaven_kb.search.calibration import USUAL_LEAD
from faultmaven_kb.search.card import Card, card_of
from faultmaven_kb.search.evidence import MOST, Wanted, Witness, wanted_terms
from faultmaven_kb.search.index import Index
from faultmaven_kb.search.questions.question import LOUD, Question, read_question, understood
from faultmaven_kb.search.ranking import Ranked, rank, terms_in
from faultmaven_kb.search.strength import Explained, examine, explain
from faultmaven_kb.search.verdict import confidences, decide
from faultmaven_kb.search.vocabulary.spelling import Speller
from faultmaven_kb.search.vocabulary.technologies import agree, technologies_of, technology_named
from faultmaven_kb.search.vocabulary.terms import NEGATION, terms_of

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["DEPRECATED", "Examination", "Searcher", "technologies_in"]

DEPRECATED = 0.7
"""What the score of a deprecated runbook is multiplied by."""

_FEWER = 3  # texts of evidence from the third hit on, chosen
_SMALL_SHARE = 0.25  # chosen: of the best line's information
_MOST_LINES = 5  # chosen: what an answer can show
_MOST_UNEXPLAINED = 50  # chosen: what an answer can show
_MOST_SIGNS = 3  # chosen: the reason is one sentence


class Examination:
    """What a search looks at: the question, the ranked runbooks, and what each of the best explains.

    The latter is computed when it is first asked for: the verdict needs the first hit and sometimes the second; the
    others are needed only to read their confidence or evidence.
    """

    def __init__(self, question: Question, ranked: Ranked, explain: Callable[[int], Explained]) -> None:
        self.question, self.ranked = question, ranked
        self._explain = explain
        self._explained: dict[int, Explained] = {}

    def __len__(self) -> int:
        return len(self.ranked.runbooks)

    def explained(self, number: int) -> Explained:
        """What a hit, by its number from 0, explains."""
        explanation = self._explained.get(number)
        if explanation is None:
            explanation = self._explained[number] = self._explain(number)
        return explanation

    def best(self, most: int) -> tuple[Explained, ...]:
        """What each of the best `most` explains."""
        return tuple(self.explained(number) for number in range(min(most, len(self))))


class _Shown:
    """What the hits of an answer have in common when their parts are read."""

    def __init__(self, searcher: "Searcher", examination: Examination, limit: int) -> None:
        self.searcher, self.examination, self.limit = searcher, examination, limit

    @cached_property
    def confidences(self) -> tuple[float, ...]:
        return confidences([explanation.strength for explanation in self.examination.best(self.limit)])

    @cached_property
    def wanted(self) -> Wanted:
        return wanted_terms(self.examination.question, self.searcher.index)


class _Parts:
    """Reads the runbook at a position and its card."""

    def __init__(self, searcher: "Searcher", place: int) -> None:
        self._searcher, self._place = searcher, place

    def runbook(self) -> "Runbook":
        return self._searcher.runbooks[self._place]

    def card(self) -> Card:
        with self._searcher.guarded():
            return card_of(self._searcher.seen[self._place])


class _HitParts(_Parts):
    """Reads what belongs to the hit with a number, from 0."""

    def __init__(self, shown: _Shown, number: int, place: int) -> None:
        super().__init__(shown.searcher, place)
        self._shown, self._number = shown, number

    def confidence(self) -> float:
        with self._searcher.guarded():
            return self._shown.confidences[self._number]

    def explained(self) -> float:
        with self._searcher.guarded():
            return self._shown.examination.explained(self._number).share

    def evidence(self) -> tuple[Evidence, ...]:
        most = MOST if self._number < 2 else _FEWER
        with self._searcher.guarded():
            places = self._shown.examination.explained(self._number).occurrences
            return self._searcher.witness.evidence(self._place, places, self._shown.wanted, most=most)


class Searcher:
    """Answers questions about a fixed list of runbooks."""

    def __init__(self, runbooks: "Sequence[Runbook]") -> None:
        self.runbooks: Sequence[Runbook] = tuple(runbooks)
        self.seen: Sequence[Runbook] = self.runbooks
        """The same runbooks for reading their values only, which may cost less."""
        self.index = Index(self.runbooks)
        self.witness = Witness(self.seen, self.index)
        self._technologies: Sequence[frozenset[str]] = tuple(technologies_in(runbook) for runbook in self.runbooks)
        self._damping = np.array([DEPRECATED if _deprecated(runbook) else 1.0 for runbook in self.runbooks])
        self.guarded: Callable[[], AbstractContextManager[object]] = nullcontext

    def search(
        self, question: str, *, limit: int = 5, accept: "Callable[[Runbook], bool] | None" = None, about: str = ""
    ) -> Answer:
        """The answer to a question of any length; `accept` leaves out runbooks, `limit` bounds the hits.

        `about` is what the asker says beside the question (a technology): it is read as its last line.
        """
        text = f"{question}\n{about}" if about and question.strip() else question
        examination = self.examine(text, accept=accept)
        query, explained = examination.question, examination.best(1)
        unexplained = _unexplained(query, explained)
        strengths = (examination.explained(number).strength for number in range(len(examination)))
        verdict = decide(strengths, is_explained=not unexplained)
        first = examination.ranked.runbooks[:2].tolist()
        distinctions = self._distinctions(first, query) if verdict == "ambiguous" else ()
        is_close = bool(explained) and explained[0].strength.lead < USUAL_LEAD
        nearest = [self._label(place) for place in first]
        reason = _reason(verdict, nearest, unexplained, distinctions, is_close=is_close) + _signs(query)
        hits = self._hits(examination, limit)
        return Answer(question, verdict, hits, unexplained, reason, _deciding(query, explained), distinctions)

    def _hits(self, examination: Examination, limit: int) -> tuple[Hit, ...]:
        """The best `limit` hits; what they explain and their runbooks are read when they are asked for."""
        shown = _Shown(self, examination, limit)
        best = zip(examination.ranked.runbooks[:limit].tolist(), examination.ranked.scores.tolist(), strict=False)
        return tuple(
            Hit.late(_HitParts(shown, number, place), score=score) for number, (place, score) in enumerate(best)
        )

    def _distinctions(self, places: Sequence[int], query: Question) -> tuple[Distinction, ...]:
        words = self.witness.distinguishing_words(places, query)
        return tuple(Distinction.late(_Parts(self, place), words=own) for place, own in zip(places, words, strict=True))

    def examine(self, question: str, *, accept: "Callable[[Runbook], bool] | None" = None) -> Examination:
        """What an answer rests on: the ranking, and what each of the best explains."""
        query = understood(read_question(question), self._speller, self.index.vocabulary)
        damping = self._damping
        if accept is not None:
            damping = damping * self._accepted(accept)
        terms = terms_in(query, self.index)
        read = cache(partial(explain, examined=examine(query, self.index), index=self.index))
        ranked = rank(query, terms, self.index, technologies=self._technologies, damping=damping, explained=read)

        def explained(number: int) -> Explained:
            place = int(ranked.runbooks[number])
            alone = read(place)
            strength = alone.strength._replace(
                technology=_agreement(query, self._technologies[place]),
                lead=_lead(ranked, number),
                passage=float(ranked.passages[number]),
                title=float(ranked.titles[number]),
                named=bool(ranked.named[number]),
            )
            return alone._replace(strength=strength)

        return Examination(query, ranked, explained)

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self.index.vocabulary)

    def _label(self, place: int) -> str:
        """How a reason names the runbook at a position."""
        return self._id(place) + (", which is deprecated" if self._damping[place] == DEPRECATED else "")

    def _id(self, place: int) -> str:
        return self.runbooks[place].id

    def _accepted(self, accept: "Callable[[Runbook], bool]") -> Flags:
        return np.array([accept(runbook) for runbook in self.runbooks], dtype=bool)


def _deprecated(runbook: "Runbook") -> bool:
    return runbook.metadata.status == "deprecated"


def technologies_in(runbook: "Runbook") -> frozenset[str]:
    """The technologies of a runbook: what its front matter says, else what its title and id give away."""
    named = runbook.metadata.technology
    if named:
        return frozenset((technology_named(named),))
    return technologies_of(terms_of(f"{runbook.title} {own_name(runbook.id)}"))


def _agreement(question: Question, technologies: frozenset[str]) -> float:
    """1 where the technology asked about is the runbook's, 0 where nothing is known, -1 where it is another's, -2 where
    an error signature says so: what a Mongo driver reports is never answered by a Redis runbook."""
    if question.technologies & technologies:
        return 1.0
    if agree(question.technologies, technologies):
        return 0.0
    signed = {sign.technology for sign in question.signatures if sign.technology}
    return -2.0 if signed and not agree(signed, technologies) else -1.0


def _lead(ranked: Ranked, number: int) -> float:
    """How far a hit is ahead of the best other one, as a share of its own score: from -1 to 1."""
    scores = ranked.scores
    if len(scores) == 1:
        return 1.0
    other = scores[1] if number == 0 else scores[0]
    return max(-1.0, float((scores[number] - other) / scores[number]))


def _unexplained(question: Question, explained: tuple[Explained, ...]) -> tuple[str, ...]:
    """The question's own words that the first hit says nothing about, each once, in order."""
    shares = explained[0].words if explained else np.zeros(len(question.words))
    pairs = list(zip(question.words, shares.tolist(), strict=True))
    covered = {word.terms for word, share in pairs if share > 0}  # of a repeated word only the first has a share
    words = (
        word.text
        for word, share in pairs
        if share == 0 and word.weight > LOUD and word.terms != (NEGATION,) and word.terms not in covered
    )
    return tuple(dict.fromkeys(words))[:_MOST_UNEXPLAINED]


def _deciding(question: Question, explained: tuple[Explained, ...]) -> tuple[InputLine, ...]:
    """The lines of the input that the first hit explains most of, in their order."""
    if not explained:
        return ()
    by_line: dict[int, float] = {}
    for word, value in zip(question.words, explained[0].information.tolist(), strict=True):
        by_line[word.line] = by_line.get(word.line, 0.0) + value
    most = max(by_line.values(), default=0.0)
    best = sorted(
        (line for line, value in by_line.items() if value > most * _SMALL_SHARE), key=lambda line: -by_line[line]
    )
    texts = {line.number: line.text for line in reversed(question.lines)}
    return tuple(InputLine(line, " ".join(texts[line].split())) for line in sorted(best[:_MOST_LINES]))


def _signs(question: Question) -> str:
    """What the signs in an error line give away, for the end of a reason."""
    if not question.signatures:
        return ""
    texts = {sign.technology or sign.topic: sign.text for sign in reversed(question.signatures)}
    signs = ", ".join(f'"{text}" suggests {about}' for about, text in list(reversed(texts.items()))[:_MOST_SIGNS])
    return f"; {signs}"


def _reason(
    verdict: Verdict,
    nearest: list[str],
    unexplained: tuple[str, ...],
    distinctions: tuple[Distinction, ...],
    *,
    is_close: bool,
) -> str:
    if not nearest:
        return "no runbook has a word of the question"
    if verdict == "match":
        return f"{nearest[0]} explains the question best"
    if verdict == "ambiguous":
        words = " or ".join(f'"{word}"' for distinction in distinctions for word in distinction.words[:1])
        hint = f"; {words} would distinguish them" if words else ""
        if is_close:
            return f"{nearest[0]} and {nearest[1]} both explain the question{hint}"
        return f"the question says too little to choose; {nearest[0]} explains it best{hint}"
    missing = ", ".join(f'"{word}"' for word in unexplained[:5])
    if missing:
        return f"the nearest runbook, {nearest[0]}, does not explain {missing}"
    return f"the question says too little to choose; the nearest runbook is {nearest[0]}"
