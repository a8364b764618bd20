"""Asks a base its own symptoms: which runbooks cannot be found by what they say is seen, and which ones collide.

Each symptom is asked of a base from which it was taken out (leave one out), or it would only prove that equal texts are
equal. The surprising decision: the base is not built again for every symptom but for every *round*, in which each
runbook loses one symptom; a dozen rounds serve a base of any size, and what further symptoms there are is counted.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from faultmaven_kb.evaluation.evaluation import Evaluation, Outcome, evaluate
from faultmaven_kb.evaluation.labelled import LabelledQuestion
from faultmaven_kb.model.runbook import Runbook, Section, Symptom
from faultmaven_kb.search.answer import Answer
from faultmaven_kb.search.engine import Searcher
from faultmaven_kb.text.inline import plain

__all__ = ["Collision", "Findability", "SelfCheck", "self_check", "symptom_questions", "without_symptom"]

_NEAR = 3  # convention: S@3
_MOST_ASKED = 12  # the most that a shipped runbook has; each is a round, which reads all texts again


@dataclass(frozen=True, slots=True)
class Findability:
    """How many of a runbook's symptoms were asked, found it first, and found it among the first three."""

    runbook: str
    asked: int
    first: int
    near: int


@dataclass(frozen=True, slots=True)
class Collision:
    """`count` symptoms of `runbook` lead to `other` first; `symptoms` are those texts."""

    runbook: str
    other: str
    count: int
    symptoms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """The run over all own symptoms, and what it says about single runbooks, sorted by id."""

    evaluation: Evaluation
    runbooks: tuple[Findability, ...]
    collisions: tuple[Collision, ...]
    without_symptoms: tuple[str, ...]
    not_asked: int = 0
    """How many symptoms were left out because their runbook has more than are asked."""

    @property
    def lost(self) -> tuple[Findability, ...]:
        """The runbooks that fewer than half of their own symptoms bring among the first three."""
        return tuple(runbook for runbook in self.runbooks if runbook.near * 2 < runbook.asked)

    def to_dict(self) -> dict[str, Any]:
        """The check as plain values."""
        return {
            "runbooks": [
                {"id": runbook.runbook, "asked": runbook.asked, "first": runbook.first, "near": runbook.near}
                for runbook in self.runbooks
            ],
            "lost": [runbook.runbook for runbook in self.lost],
            "collisions": [
                {
                    "id": collision.runbook,
                    "other": collision.other,
                    "count": collision.count,
                    "symptoms": list(collision.symptoms),
                }
                for collision in self.collisions
            ],
            "without_symptoms": list(self.without_symptoms),
            "not_asked": self.not_asked,
            **self.evaluation.to_dict(),
        }


def self_check(
    runbooks: Sequence[Runbook],
    *,
    build: Callable[[tuple[Runbook, ...]], Callable[[str], Answer]] | None = None,
    clock: Callable[[], float] | None = None,
    seed: int = 0,
) -> SelfCheck:
    """Ask the first 12 symptoms of every runbook. `build` makes a search for changed runbooks, by default our own.

    A runbook whose only symptom is taken out must be found by the rest of its text.
    """
    make = build or _search
    outcomes: list[Outcome] = []
    counts = [len(runbook.symptoms) for runbook in runbooks]
    for number in range(min(max(counts, default=0), _MOST_ASKED)):
        ask = make(tuple(without_symptom(runbook, number) for runbook in runbooks))
        outcomes += evaluate(symptom_questions(runbooks, number), ask, clock=clock, seed=seed).outcomes
    outcomes.sort(key=lambda outcome: (outcome.question.category, outcome.question.id))
    evaluation = Evaluation(tuple(outcomes), seed)
    silent = tuple(sorted(runbook.id for runbook in runbooks if not runbook.symptoms))
    not_asked = sum(max(count - _MOST_ASKED, 0) for count in counts)
    return SelfCheck(evaluation, _findability(evaluation), _collisions(evaluation), silent, not_asked)


def without_symptom(runbook: Runbook, number: int) -> Runbook:
    """The runbook without its symptom at a position, in its list and in its text; itself when it has no such."""
    if number >= len(runbook.symptoms):
        return runbook
    symptom = runbook.symptoms[number]
    symptoms = runbook.symptoms[:number] + runbook.symptoms[number + 1 :]
    sections = tuple(_without(section, symptom) for section in runbook.sections)
    return runbook.model_copy(update={"symptoms": symptoms, "sections": sections})


def _without(section: Section, symptom: Symptom) -> Section:
    first = section.span.line
    lines = section.text.split("\n")
    if not first <= symptom.span.line < first + len(lines):
        return section
    removed = range(symptom.span.line, max(symptom.span.end_line, symptom.span.line) + 1)
    rest = ["" if first + offset in removed else line for offset, line in enumerate(lines)]
    return section.model_copy(update={"text": "\n".join(rest)})


def _search(runbooks: tuple[Runbook, ...]) -> Callable[[str], Answer]:
    searcher = Searcher(runbooks)
    return lambda question: searcher.search(question, limit=10)


def symptom_questions(runbooks: Sequence[Runbook], number: int) -> list[LabelledQuestion]:
    """The symptom at a position, of each runbook that has so many, as a question for it."""
    return [
        LabelledQuestion(
            f"{runbook.id}#{number + 1}", plain(runbook.symptoms[number].text), ((runbook.id, 1),), runbook.id
        )
        for runbook in runbooks
        if number < len(runbook.symptoms)
    ]


def _findability(evaluation: Evaluation) -> tuple[Findability, ...]:
    def one(name: str) -> Findability:
        ranks = [outcome.rank or 99 for outcome in evaluation.of(name).outcomes]
        return Findability(name, len(ranks), sum(rank == 1 for rank in ranks), sum(rank <= _NEAR for rank in ranks))

    return tuple(one(name) for name in evaluation.categories)


def _collisions(evaluation: Evaluation) -> tuple[Collision, ...]:
    wrong = [outcome for outcome in evaluation.outcomes if outcome.ranking and not outcome.first_is_right]
    pairs = Counter((outcome.question.category, outcome.ranking[0]) for outcome in wrong)
    return tuple(
        Collision(
            runbook,
            other,
            count,
            tuple(
                outcome.question.text
                for outcome in wrong
                if (outcome.question.category, outcome.ranking[0]) == (runbook, other)
            ),
        )
        for (runbook, other), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    )
