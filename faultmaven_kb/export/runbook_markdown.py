"""Parts of a runbook as Markdown, in the labels that the readers know: what several target forms write alike."""

from collections.abc import Iterable, Iterator

from faultmaven_kb.export.markdown_text import item, items, joined, one_line
from faultmaven_kb.model.runbook import Cause, Command, Link, Measure, Note, Prevention, Solution, Step
from faultmaven_kb.text.fenced import fence

__all__ = [
    "cause_text",
    "fences",
    "labelled",
    "link_items",
    "measure_texts",
    "note_texts",
    "practice_items",
    "solution_text",
    "step_text",
]


def labelled(label: str, text: str) -> str:
    """`**Label:** text`, nothing for an empty text."""
    return f"**{label}:** {text}" if text.strip() else ""


def fences(commands: Iterable[Command]) -> tuple[str, ...]:
    """One fenced block for each command."""
    return tuple(fence(command.code, command.language) for command in commands)


def note_texts(notes: Iterable[Note]) -> tuple[str, ...]:
    """Notes under their labels."""
    return tuple(labelled(note.kind.capitalize(), note.text) for note in notes)


def step_text(number: int, step: Step) -> str:
    """A diagnostic step under its own heading; `number` is used where the step has none."""
    return joined(
        (
            f"### Step {step.number or number}: {one_line(step.title)}",
            labelled("What to check", step.what_to_check),
            *note_texts(step.notes),
            joined(("**How to check:**", *fences(step.commands))) if step.commands else "",
            f"**Expected output:**\n\n{fence(step.expected_output, 'text')}" if step.expected_output else "",
            f"**Look for:**\n\n{items(step.look_for)}" if step.look_for else "",
            labelled("What this tells you", step.meaning),
        )
    )


def solution_text(number: int, solution: Solution) -> str:
    """A solution under its own heading, its warnings above the commands."""
    inside = [command for instruction in solution.instructions for command in instruction.commands]
    others = [command for command in solution.commands if command not in inside]
    return joined(
        (
            f"### Solution {solution.number or number}: {one_line(solution.title)}",
            labelled("When to use this solution", solution.when_to_use),
            f"**Prerequisites:**\n\n{items(solution.prerequisites)}" if solution.prerequisites else "",
            *note_texts(solution.notes),
            *(
                labelled(passage.label, passage.text) if passage.label else passage.text
                for passage in solution.passages
            ),
            joined(("**Implementation Steps:**", *_instructions(solution))) if solution.instructions else "",
            *fences(others),
            labelled("Expected outcome", solution.expected_outcome),
            labelled("Time to resolution", solution.resolution_time.text),
        )
    )


def _instructions(solution: Solution) -> Iterator[str]:
    for index, instruction in enumerate(solution.instructions, start=1):
        mark = f"{instruction.number if instruction.number is not None else index}."
        yield item(instruction.text or "Run:", mark, fences(instruction.commands))


def cause_text(number: int, cause: Cause) -> str:
    """`1. **Name** (50% of cases) - description`, with what shows it below."""
    share = _share(cause)
    share = f" ({share})" if share else ""
    text = f"**{cause.name}**{share}" + (f" - {cause.description}" if cause.description else "")
    return item(text, f"{cause.number or number}.")


def _share(cause: Cause) -> str:
    """The weight as its author wrote it, a number as a share of cases."""
    if cause.weight is None:
        return cause.weight_text
    return f"{cause.weight_text or f'{cause.weight * 100:g}%'} of cases"


def measure_texts(measures: Iterable[Measure]) -> tuple[str, ...]:
    """Preventive measures as numbered items with their commands."""
    return tuple(
        item(
            f"**{measure.name}** - {measure.text}" if measure.text else f"**{measure.name}**",
            f"{number}.",
            fences(measure.commands),
        )
        for number, measure in enumerate(measures, start=1)
    )


def practice_items(prevention: Prevention) -> str:
    """What to do and what to avoid as a list; every item says which, since the words alone may say the opposite."""
    lines = [item(f"✅ {practice.text}") for practice in prevention.do]
    return "\n".join([*lines, *(item(f"❌ {practice.text}") for practice in prevention.avoid)])


def link_items(links: Iterable[Link]) -> str:
    """A list of links."""
    return items(f"[{link.title}]({link.url})" for link in links)
