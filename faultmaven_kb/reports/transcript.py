"""What was looked at, asked and answered, and how the causes are then: Markdown to paste into the incident.

Texts of runbooks and what a user typed are escaped: anybody who opens the incident sees them as they are. No date is in
it, so the same answers make the same text.
"""

from collections.abc import Iterator, Sequence

from faultmaven_kb.differential.dialogue import Answered
from faultmaven_kb.differential.observation import Observation
from faultmaven_kb.differential.values import Differential
from faultmaven_kb.reports.markdown_text import escaped
from faultmaven_kb.text.inline import plain

__all__ = ["CAVEAT", "transcript"]

CAVEAT = "A ranking by the runbooks' weights and what was observed; it is not a diagnosis."
_ANSWERS = {True: "yes", False: "no", None: "not known"}
_LEAST_SHARE = 0.01  # as the terminal shows them
_MOST_TEXT = 300  # characters, chosen: three lines of a page


def transcript(observations: Sequence[Observation], answers: Sequence[Answered], differential: Differential) -> str:
    """The Markdown of a case: what was observed at first, the questions with their answers, the causes after them."""
    return "\n".join([*_observed(observations), *_asked(answers), *_causes(differential)]) + "\n"


def _observed(observations: Sequence[Observation]) -> Iterator[str]:
    yield "## Observed"
    yield ""
    for observation in observations:
        yield f"- {'seen' if observation.seen else 'not seen'}: {_text(observation.text)}"


def _asked(answers: Sequence[Answered]) -> Iterator[str]:
    if not answers:
        return
    yield ""
    yield "## Checked"
    yield ""
    for question, answer in answers:
        step = question.step
        place = f"{step.runbook.id}, step {step.number} ({step.step.title})"
        yield f"- {_text(place)}: {_text(plain(question.finding.text))} - **{_ANSWERS[answer]}**"


def _causes(differential: Differential) -> Iterator[str]:
    yield ""
    yield "## Causes"
    yield ""
    if not differential.causes:
        yield "No runbook points to a cause."
        return
    for rank in differential.causes:
        if rank.share >= _LEAST_SHARE:
            yield f"- {rank.share:.0%} {_text(rank.cause.name)} ({_text(rank.runbook.id)})"
            for solution in rank.solutions:
                yield f"  - Solution {solution.number or solution.position}: {_text(solution.title)}"
    rest = differential.something_else + sum(rank.share for rank in differential.causes if rank.share < _LEAST_SHARE)
    yield f"- {rest:.0%} something else"
    yield ""
    yield CAVEAT
    if differential.next_step:
        step = differential.next_step
        title = f"{step.runbook.id}, step {step.number}: {step.step.title}"
        yield ""
        yield f"Not checked yet: {_text(title)}"


def _text(text: str) -> str:
    shown = escaped(text[:_MOST_TEXT])
    return shown if len(text) <= _MOST_TEXT else f"{shown} …"
