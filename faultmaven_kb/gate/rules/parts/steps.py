"""RB50x and RB51x: diagnostic steps and solutions.

A step is a subsection that is numbered, calls itself a step or shows a command; any other subsection is an explanation,
not a step. What a step or a solution lacks is reported at its heading.
"""

import re
from collections.abc import Iterator

from faultmaven_kb.brief import counted
from faultmaven_kb.diagnostics import Edit, Fix, Level
from faultmaven_kb.dialects.faultmaven import SOLUTION, STEP, numbered_title
from faultmaven_kb.dialects.pieces.parts import commands_in, group_text
from faultmaven_kb.fences.languages import is_only_comments
from faultmaven_kb.gate.toolkit.parts import (
    by_role,
    children_of,
    first_out_of_order,
    incomplete,
    section_of,
)
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import literals
from faultmaven_kb.text.languages import OUTPUT, PROMPTED
from faultmaven_kb.text.markdown import Fence, fences_in
from faultmaven_kb.text.outline import OutlineSection, blocks_below, heading_span, parts_of, walk

__all__ = ["RULES"]

_STEP_TITLE = re.compile(r"Step (\d+): \S")
_STEP_LIKE = re.compile(r"step\b", re.IGNORECASE)
_SOLUTION_NUMBER = re.compile(r"(?:solution|option|fix)\s*#?(\d{1,3})\b", re.IGNORECASE)
_EXPECTED_COMMENT = re.compile(
    r"^\s*(?:#|--|//)\s*(?:expected|sample|example|healthy|typical)?\s*(?:output|result)\b", re.IGNORECASE
)
_OUTPUT_LABEL = re.compile(r"\b(?:output|expected|results?)\b")
_OUTCOME_LABEL = re.compile(r"(?:expected|outcome|success|verif|result|validat|confirm|how to verify)")
_WORD = re.compile(r"[a-z0-9]{3,}")
_COMMON_WORDS = frozenset(
    "the and for with from that this too not has have are was are its into onto over under out off per via than then "
    "when where while which does did can cannot all any one two wrong missing failed failing fault error problem issue "
    "cause causes because other".split()
)


def _steps(checked: Checked) -> list[OutlineSection]:
    section = section_of(checked, "diagnostic-steps")
    return [child for child in children_of(section) if _is_step(child)] if section else []


def _is_step(section: OutlineSection) -> bool:
    named = bool(_STEP_LIKE.match(section.title)) or numbered_title(section.title)[0] is not None
    return named or bool(_fences(section)) or bool(by_role(section, STEP).keys() & {"what-to-check", "how-to-check"})


def _solutions(checked: Checked) -> tuple[OutlineSection, ...]:
    section = section_of(checked, "solutions")
    return children_of(section) if section else ()


def _fences(section: OutlineSection) -> tuple[Fence, ...]:
    return tuple(fences_in(blocks_below(section)))


@rule("RB501", "too-few-steps", Level.ERROR, Profile.CONTRIBUTE)
def too_few_steps(checked: Checked) -> Iterator[Finding]:
    """Checks that there are at least two diagnostic steps.

    A single check rarely distinguishes one cause from another.
    """
    section, count = section_of(checked, "diagnostic-steps"), len(_steps(checked))
    if section and count < 2:
        message = f"{counted(count, 'diagnostic step')}, expected at least 2"
        yield incomplete(checked, message, heading_span(section))


@rule("RB502", "step-numbering", Level.WARNING, Profile.CONTRIBUTE)
def step_numbering(checked: Checked) -> Iterator[Finding]:
    """Checks that diagnostic steps are numbered 1, 2, 3 without gaps.

    Other steps and notes refer to "step 3". With gaps or repeats they point to the wrong step.
    """
    yield from _numbering(checked, _steps(checked), "step", re.compile(r"(?:step\s*)?#?(\d{1,3})\b", re.IGNORECASE))


def _numbering(
    checked: Checked, sections: list[OutlineSection], noun: str, pattern: re.Pattern[str]
) -> Iterator[Finding]:
    """One finding at the first number out of order, with the edits that renumber all."""
    numbered = [(section, span) for section in sections if (span := _number_span(checked, section, pattern))]
    if len(numbered) != len(sections):
        return
    numbers = [int(checked.document.source.slice(span)) for _, span in numbered]
    wrong = first_out_of_order(numbers)
    if wrong is not None:
        pairs = zip(numbers, numbered, strict=True)
        edits = tuple(Edit(at, str(n)) for n, (number, (_, at)) in enumerate(pairs, 1) if number != n)
        fix = Fix("renumber", edits, safe=True)
        message = f"{noun} is numbered {numbers[wrong]}, expected {wrong + 1}"
        yield Finding(message, heading_span(numbered[wrong][0]), fix)


def _number_span(checked: Checked, section: OutlineSection, pattern: re.Pattern[str]) -> Span | None:
    heading = heading_span(section)
    line = checked.lines[heading.line - 1]
    match = re.compile(r"[\s#]*+(?:\*\*|__)?[^\w\s]*\s*" + f"(?:{pattern.pattern})", pattern.flags).match(line)
    return Span(heading.line, match.start(1) + 1, heading.line, match.end(1) + 1) if match else None


@rule("RB503", "step-without-command", Level.ERROR, Profile.CONTRIBUTE)
def step_without_command(checked: Checked) -> Iterator[Finding]:
    """Checks that every diagnostic step has a command.

    "Check the logs" leaves the reader to find out how, during an incident.
    """
    for step in _steps(checked):
        if not _has_command(step):
            yield incomplete(checked, f'step "{step.title}" has no command', heading_span(step))


def _has_command(step: OutlineSection) -> bool:
    parts = by_role(step, STEP)
    outputs = (
        {command.span for command in commands_in(parts["expected-output"].blocks)}
        if "expected-output" in parts
        else set()
    )
    for fence in _fences(step):
        is_output = fence.span in outputs or fence.language in OUTPUT
        if not is_output and not is_only_comments(fence.code, fence.language):
            return True
    text = [group_text(parts["how-to-check"])] if "how-to-check" in parts else []
    if not parts:
        text = [group_text(group) for group in parts_of(step)]
    return any(" " in code.strip() for part in text for code in literals(part))


@rule("RB504", "step-without-expected-output", Level.WARNING, Profile.CURATED)
def step_without_expected_output(checked: Checked) -> Iterator[Finding]:
    """Checks that every diagnostic step with a command shows its expected output.

    Readers can only interpret the output if they know what a healthy or a broken system prints.
    """
    for step in _steps(checked):
        if _has_command(step) and not _has_output(step):
            message = f'step "{step.title}" shows no output, expected "**Expected output:**" or a text fence'
            yield incomplete(checked, message, heading_span(step))


def _has_output(step: OutlineSection) -> bool:
    if any(_OUTPUT_LABEL.search(group.key) and (group.text or group.blocks) for group in parts_of(step)):
        return True
    fences = _fences(step)
    if any(fence.language in OUTPUT or fence.language in PROMPTED for fence in fences):
        return True
    return any(_EXPECTED_COMMENT.match(line) for fence in fences for line in fence.code.split("\n"))


@rule("RB505", "step-heading", Level.WARNING, Profile.CONTRIBUTE)
def step_heading(checked: Checked) -> Iterator[Finding]:
    """Checks that steps have headings of the form `### Step N: Title`.

    Tools split the section at these headings, and people quote the numbers.
    """
    for number, step in enumerate(_steps(checked), 1):
        if step.level == 3 and not _STEP_TITLE.match(step.title):
            heading = heading_span(step)
            title = re.sub(r"(?i)^step\b[\s:.)–—-]*", "", numbered_title(step.title)[1]) or "Title"
            label = numbered_title(step.title)[0]
            replacement = f"### Step {label or number}: {title}"
            fix = Fix(f'write "{replacement}"', (Edit(heading, replacement),), safe=False)
            yield Finding(f'heading is "{step.title}", expected "Step {label or number}: {title}"', heading, fix)
    section = section_of(checked, "diagnostic-steps")
    if section is None:
        return
    for part in checked.sections:
        inside = any(part is below for below in walk((section,)))
        if part.level != 3 and re.match(r"Step \d+\b", part.title) and (inside or part.level < 3):
            heading = heading_span(part)
            replacement = f"### {part.heading.text if part.heading else part.title}"
            fix = Fix("use level 3", (Edit(heading, replacement),), safe=False)
            yield Finding(f'heading "{part.title}" is at level {part.level}, expected level 3', heading, fix)


@rule("RB511", "too-few-solutions", Level.ERROR, Profile.CONTRIBUTE)
def too_few_solutions(checked: Checked) -> Iterator[Finding]:
    """Checks that there is a solution. A second one is recommended from profile curated on.

    A diagnosis without a solution does not end the incident. A second solution helps when the first one is not
    possible.
    """
    section, count = section_of(checked, "solutions"), len(_solutions(checked))
    if section and count == 0:
        yield incomplete(checked, "no solution, expected at least 1", heading_span(section))
    elif section and count == 1:
        message = "1 solution, at least 2 are recommended"
        yield Finding(message, heading_span(section), level=Level.INFO, profile=Profile.CURATED)


@rule("RB512", "solution-numbering", Level.WARNING, Profile.CONTRIBUTE)
def solution_numbering(checked: Checked) -> Iterator[Finding]:
    """Checks that solutions are numbered 1, 2, 3 without gaps.

    Steps and notes refer to solutions by number.
    """
    numbered = [section for section in _solutions(checked) if _number_span(checked, section, _SOLUTION_NUMBER)]
    yield from _numbering(checked, numbered, "solution", _SOLUTION_NUMBER)
    for section in _solutions(checked):
        if numbered and section not in numbered and re.match(r"(?i)solution\b", section.title):
            yield Finding(f'solution "{section.title}" has no number', heading_span(section))


@rule("RB513", "solution-without-steps", Level.ERROR, Profile.CONTRIBUTE)
def solution_without_steps(checked: Checked) -> Iterator[Finding]:
    """Checks that every solution says what to do.

    A title, a condition and a duration do not help without instructions.
    """
    for section in _solutions(checked):
        parts = by_role(section, SOLUTION)
        rest = [group for group in parts_of(section) if SOLUTION.label_role(group.key) in (None, "instructions")]
        runs = any(not is_only_comments(fence.code, fence.language) for fence in _fences(section))
        if not runs and not any(group_text(group) for group in rest):
            missing = "" if "instructions" in parts else ', expected "**Implementation Steps:**"'
            yield incomplete(
                checked, f'solution "{section.title}" does not say what to do{missing}', heading_span(section)
            )


def _lacks(checked: Checked, role: str, label: str, other: re.Pattern[str] | None = None) -> Iterator[Finding]:
    """Solutions without a labelled part."""
    for section in _solutions(checked):
        present = [group for group in parts_of(section) if SOLUTION.label_role(group.key) == role]
        if other:
            present += [group for group in parts_of(section) if other.match(group.key)]
        if not any(group.text or group.blocks for group in present):
            yield incomplete(checked, f'solution "{section.title}" has no "**{label}:**"', heading_span(section))


@rule("RB514", "solution-without-when-to-use", Level.WARNING, Profile.CURATED)
def solution_without_when_to_use(checked: Checked) -> Iterator[Finding]:
    """Checks that every solution says when to use it.

    With several solutions the reader needs the condition for choosing one.
    """
    yield from _lacks(checked, "when-to-use", "When to use this solution", re.compile(r"when\b"))


@rule("RB515", "solution-without-outcome", Level.WARNING, Profile.CURATED)
def solution_without_outcome(checked: Checked) -> Iterator[Finding]:
    """Checks that every solution states its expected outcome.

    Without it, nobody can see whether the solution worked.
    """
    yield from _lacks(checked, "outcome", "Expected outcome", _OUTCOME_LABEL)


@rule("RB516", "solution-without-time", Level.WARNING, Profile.CURATED)
def solution_without_time(checked: Checked) -> Iterator[Finding]:
    """Checks that every solution states how long it takes.

    Two minutes or two hours decide which solution to try first.
    """
    yield from _lacks(checked, "time", "Time to resolution", re.compile(r"(?:estimated )?(?:time|duration)\b"))


@rule("RB517", "cause-without-solution", Level.INFO, Profile.CURATED)
def cause_without_solution(checked: Checked) -> Iterator[Finding]:
    """Checks that a solution mentions each cause, by the words of its name.

    If no solution deals with a cause, the diagnosis ends without a next step.
    """
    texts = [_stems(_section_text(checked, section)) for section in _solutions(checked)]
    for cause in checked.document.runbook.causes if texts else ():
        stems = _stems(cause.name)
        if stems and not any(len(stems & text) * 2 >= len(stems) for text in texts):
            span = checked.document.source.line_span(cause.span.line)
            yield Finding(f'no solution mentions cause "{cause.name}"', span)


def _section_text(checked: Checked, section: OutlineSection) -> str:
    last = max(part.span.end_line for part in walk((section,)))
    return "\n".join(checked.lines[section.span.line - 1 : last])


def _stems(text: str) -> set[str]:
    """The beginnings of the words that carry meaning, so that "leak" meets "leaks" and "leaking"."""
    stem_words = _WORD.findall(text.lower().replace("_", " "))
    return {word[:5].rstrip("s") for word in stem_words if word not in _COMMON_WORDS}


@rule("RB518", "solution-without-prerequisites", Level.INFO, Profile.CURATED)
def solution_without_prerequisites(checked: Checked) -> Iterator[Finding]:
    """Checks that every solution lists its prerequisites.

    Missing access or a missing tool should be noticed before the first command, not after the third.
    """
    yield from _lacks(checked, "prerequisites", "Prerequisites")


RULES: tuple[Rule, ...] = (
    too_few_steps,
    step_numbering,
    step_without_command,
    step_without_expected_output,
    step_heading,
    too_few_solutions,
    solution_numbering,
    solution_without_steps,
    solution_without_when_to_use,
    solution_without_outcome,
    solution_without_time,
    cause_without_solution,
    solution_without_prerequisites,
)
