"""A differential in questions: one finding of the proposed step at a time, yes, no or unknown, and every answer can be
taken back.

The answers are the whole state; what is asked next and how the causes rank follows from them, so taking one back is
forgetting it. How a question looks and how it is answered belongs to the command.
"""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.differential.values import Differential, NextStep, StepFinding

__all__ = ["Answered", "Dialogue", "Question"]

Weigh = Callable[[Sequence[Observation], Collection[StepKey]], Differential]
"""The differential of observations when some steps are not to be proposed again."""


class Question(NamedTuple):
    """Whether a finding of a step is so: its position among the step's findings, from 0."""

    step: NextStep
    position: int

    @property
    def finding(self) -> StepFinding:
        """What is asked about."""
        return self.step.findings[self.position]


class Answered(NamedTuple):
    """A question with its answer: True and False for what is so and what is not, None for what is not known."""

    question: Question
    answer: bool | None


class Dialogue:
    """The questions about what was observed. `differential` is the differential after the answers so far."""

    def __init__(self, observations: Sequence[Observation], weigh: Weigh) -> None:
        self.observations = tuple(observations)
        self.answers: tuple[Answered, ...] = ()
        self._weigh = weigh
        self.differential = weigh(self.observations, ())

    def question(self) -> Question | None:
        """What to ask next: the rest of the step that is being asked about, then the step proposed then, or None."""
        if self.answers:
            step, position = self.answers[-1].question
            texts = {finding.text for finding in step.findings[: position + 1]}
            for later in range(position + 1, len(step.findings)):
                if step.findings[later].text not in texts:  # a step may say the same twice
                    return Question(step, later)
        return Question(self.differential.next_step, 0) if self.differential.next_step else None

    def answer(self, answer: bool | None) -> None:
        """Answer the question; nothing happens if there is none."""
        question = self.question()
        if question is not None:
            self._hold((*self.answers, Answered(question, answer)))

    def skip_step(self) -> None:
        """Leave the rest of the step's findings unknown."""
        question = self.question()
        while question is not None and (current := self.question()) and current.step.key == question.step.key:
            self.answer(None)

    def undo(self) -> bool:
        """Take the last answer back; False if there is none."""
        if not self.answers:
            return False
        self._hold(self.answers[:-1])
        return True

    def _hold(self, answers: tuple[Answered, ...]) -> None:
        self.answers = answers
        answered = [
            Observation(question.finding.text, answer, question.step.key)
            for question, answer in answers
            if answer is not None
        ]
        self.differential = self._weigh((*self.observations, *answered), {question.step.key for question, _ in answers})
