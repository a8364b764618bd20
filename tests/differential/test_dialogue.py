"""The dialogue: what is asked next, and that an answer taken back was never given."""

from collections.abc import Collection, Sequence

from faultmaven_kb.differential.dialogue import Dialogue
from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.differential.values import Differential, NextStep, StepFinding
from tests.documents import builtin_base

KB = builtin_base()


def _weigh(observations: Sequence[Observation], done: Collection[StepKey]) -> Differential:
    return KB.differential(observations, done=done)


def _dialogue() -> Dialogue:
    return Dialogue([Observation("node NotReady")], _weigh)


def test_all_findings_of_a_step_are_asked_before_the_next_step() -> None:
    dialogue = _dialogue()
    asked = []
    while (question := dialogue.question()) is not None:
        asked.append((question.step.key, question.position))
        dialogue.answer(None)
    steps = list(dict.fromkeys(key for key, _ in asked))
    assert len(steps) > 1
    assert [key for key, _ in asked] == sorted((key for key, _ in asked), key=steps.index)
    assert [place for key, place in asked if key == steps[0]] == [0, 1]
    assert len(set(asked)) == len(asked)
    dialogue.answer(True)
    assert len(dialogue.answers) == len(asked)


def test_answers_weigh_and_taking_them_back_restores_what_was() -> None:
    dialogue = _dialogue()
    before, question = dialogue.differential, dialogue.question()
    dialogue.answer(True)
    assert dialogue.differential.causes[0].cause.name == question.finding.speaks_for[0]  # type: ignore[union-attr]
    assert dialogue.undo()
    assert (dialogue.differential, dialogue.question()) == (before, question)
    assert not dialogue.undo()


def test_a_skipped_step_is_not_asked_about_again_until_it_is_taken_back() -> None:
    dialogue = _dialogue()
    first = dialogue.question()
    dialogue.skip_step()
    second = dialogue.question()
    assert first is not None
    assert second is not None
    assert second.step.key != first.step.key
    assert {answer for _, answer in dialogue.answers} == {None}


def test_a_finding_that_a_step_says_twice_is_asked_once() -> None:
    found = KB.differential("node NotReady")
    step = found.next_step
    assert step is not None
    same = StepFinding("the port is closed", ("Node lost",), ())
    twice = NextStep(step.key, step.runbook, step.step, step.information, (same, same))
    shown = [Differential(found.observations, found.causes, found.something_else, twice), found]

    def weigh(observations: Sequence[Observation], done: Collection[StepKey]) -> Differential:
        return shown.pop(0)

    dialogue = Dialogue(found.observations, weigh)
    dialogue.answer(True)
    following = dialogue.question()
    assert following is not None
    assert following.step is not twice
