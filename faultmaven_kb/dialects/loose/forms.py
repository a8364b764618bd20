"""What a page holds outside of the parts that a heading names: procedures, questions with answers, tables, commands.

Most runbooks of the world have few of the usual headings or none. What they do have is a shape: headings with numbers
("## 1. Drain the node"), headings that ask ("## Why does it restart?"), a table with the columns symptom, cause and
fix, a numbered list, a command below a heading. Each shape is read into the part of a runbook that it plainly is; prose
alone is not.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import takewhile

from faultmaven_kb.dialects.dialect import role_of
from faultmaven_kb.dialects.drawn.outputs import shown_in, without_shown
from faultmaven_kb.dialects.headings import HEADINGS, label_means
from faultmaven_kb.dialects.loose.listing import one_solution, one_step, steps_in
from faultmaven_kb.dialects.loose.procedures import (
    counted_procedures,
    counted_steps,
    fault_above,
    procedures_beside,
    ways_to_do,
)
from faultmaven_kb.dialects.loose.questions import answered, answers_in, asks
from faultmaven_kb.dialects.pieces.announcements import is_described
from faultmaven_kb.dialects.pieces.branches import is_branch
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.deeds import explain, is_deed, is_routine, looks, names_mending, tell_of_others
from faultmaven_kb.dialects.pieces.enumerations import heading_number, heading_words
from faultmaven_kb.dialects.pieces.faults import counts_problem, names_fault, seen_in
from faultmaven_kb.dialects.pieces.furniture import is_contents, without_furniture
from faultmaven_kb.dialects.pieces.parts import all_commands, item_text
from faultmaven_kb.model.runbook import Solution, Step
from faultmaven_kb.source import Span
from faultmaven_kb.text.languages import CONSOLE, TYPED
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, ListItem, Paragraph, fences_in
from faultmaven_kb.text.outline import OutlineSection, blocks_with_headings, label_of, walk, words

__all__ = ["held_role", "is_aside", "loose_contents", "procedure_in", "without_spans"]

_FEWEST = 2
_NEAR = 2  # lines: a heading, a blank line, its first words
_SHELLS = TYPED | CONSOLE | {"", "text"}
_STAGE = re.compile(r"\W{0,3}(?:part|phase|stage)\b", re.IGNORECASE)
_HOW_TO = re.compile(r"\W{0,3}how (?:to|do|can|should) (?!use\b|read\b|contribute\b)", re.IGNORECASE)
_TELLS_HOW = re.compile(
    r"\W{0,3}how (?:to|do|can) (?:i |we |you )?"
    r"(?:know|tell|recogni[sz]e|see|spot|find|check|identify|confirm|verify)\b",
    re.IGNORECASE,
)
_TELLS_WHAT = re.compile(
    r"\W{0,3}(?:what (?:is|are|happens)|why|how (?!to\b|do\b|can\b|should\b|we\b|i\b|you\b)|understanding|about)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"\b(?:add|apply|change|configure|create|edit|enable|include|insert|modify|overwrite|paste|put|replace|save|set|"
    r"update|use|write)\b[^.\n]{0,200}$",
    re.IGNORECASE,
)
"""Words that say to write what is below them."""
_CHECKBOX = re.compile(r"\[[ xX]\]\s")
_CHOICE = re.compile(
    r"\W{0,3}(?:solution|option|fix|workaround|alternative|scenario|case|procedure|method|approach|plan|lösung|solución|solução|soluzione|方案)\s*#?(?:\d{1,2}|[a-h])\b",
    re.IGNORECASE,
)
_ASIDE = frozenset("configuration architecture changelog glossary appendix license history".split())
_POLICIES = frozenset(
    "architecture audience cases considerations constraints frequency goals limitations metrics non-goals objectives "
    "policies policy principles responsibilities roles schedule scope targets terminology values".split()
)
"""Last words of headings whose lists say what holds, not what to do."""
_SHOWN = frozenset("output outputs example examples".split())
_NO_STEPS = frozenset(
    {"prerequisites", "resources", "escalation", "meaning", "impact", "symptoms", "causes", "prevention"}
)
_ASIDE_ROLES = frozenset({"prerequisites", "resources", "escalation"})


def procedure_in(outline: tuple[OutlineSection, ...]) -> tuple[OutlineSection, ...]:
    """The headings of one level that carry numbers and are the steps of a procedure; empty where there are none.

    Numbered headings that mostly name parts ("1. Symptoms", "2. Diagnosis") are parts.
    """
    numbered = [section for section in outline if section.heading and _is_step(section)]
    named = [section for section in numbered if role_of(section, HEADINGS)]
    if len(numbered) >= _FEWEST and 2 * len(named) < len(numbered):
        return tuple(section for section in numbered if _is_done(section))
    below = [
        () if section.level > 1 and role_of(section, HEADINGS) else procedure_in(section.children)
        for section in outline
    ]
    return tuple(section for steps in below for section in steps)


def _is_step(section: OutlineSection) -> bool:
    """Whether a heading is a numbered step; a stage that holds numbered steps of its own is none."""
    if heading_number(section.title)[0] is None:
        return False
    return not (
        _STAGE.match(section.title) and any(_is_numbered_list(block) for block in blocks_with_headings(section))
    )


def _is_done(section: OutlineSection) -> bool:
    """Whether a numbered heading says to do something; one that looks back is a step where it shows commands."""
    role = held_role(section)
    return role not in _NO_STEPS or (role == "prevention" and _all_commands(section))


def held_role(section: OutlineSection) -> str | None:
    """The role of a heading; of one that joins what is seen and a triage, the triage if there is something to do."""
    role = role_of(section, HEADINGS)
    if role not in ("symptoms", "meaning") or "diagnosis" not in HEADINGS.joined(words(heading_words(section.title))):
        return role
    does = _all_commands(section) or any(_is_numbered_list(block) for block in blocks_with_headings(section))
    return "diagnosis" if does else role


def _is_counted(section: OutlineSection) -> bool:
    """Whether a section that names no part holds a numbered list."""
    return role_of(section, HEADINGS) is None and any(map(_is_numbered_list, blocks_with_headings(section)))


def _does(section: OutlineSection) -> bool:
    """Whether a section that names no part holds a numbered list or commands."""
    return _is_counted(section) or (role_of(section, HEADINGS) is None and _all_commands(section))


def _is_numbered_list(block: Block) -> bool:
    return isinstance(block, ListBlock) and block.ordered and len(block.items) >= _FEWEST


def without_spans(sections: Iterable[OutlineSection], spans: AbstractSet[Span]) -> tuple[OutlineSection, ...]:
    """The sections without those at the places, and without what is below these."""
    return tuple(
        replace(section, children=without_spans(section.children, spans))
        for section in sections
        if section.span not in spans
    )


def loose_contents(
    outline: tuple[OutlineSection, ...],
    *,
    has_steps: bool,
    has_solutions: bool,
    counted_parts: AbstractSet[int] = frozenset(),
) -> Contents:
    """The steps and solutions in sections that no dialect has claimed.

    `counted_parts` are the levels on which numbers count the parts of the page ("3. Diagnosis"), and no steps.
    A heading about repairing is a solution where there is a diagnosis to go with it, else a step like the rest.
    """
    contents = Contents()
    below = list(_outermost(outline))
    choices = [section for section in below if _CHOICE.match(section.title) and _all_commands(section)]
    if len(choices) >= _FEWEST:
        contents = Contents(solutions=_as_solution(tuple(choices)))
        outline = without_spans(outline, {section.span for section in choices})
    ways = () if len(choices) >= _FEWEST else ways_to_do(below, _does)
    if ways:
        contents = Contents(solutions=_as_solution(ways))
        outline = without_spans(outline, {section.span for section in ways})
    procedure = tuple(section for section in procedure_in(outline) if section.level not in counted_parts)
    several = counted_procedures(outline, procedure)
    if several:
        contents = contents.followed_by(Contents(solutions=tuple(map(counted_steps, several))))
        outline = without_spans(outline, {section.span for section in several})
    elif procedure:
        steps = tuple(step for section in procedure for step in _steps_of(section))
        repairs = has_steps and not has_solutions and not choices
        read = Contents(solutions=_as_solution(procedure)) if repairs else Contents(steps=steps)
        contents = contents.followed_by(replace(read, symptoms=fault_above(procedure, outline)))
        outline = without_spans(outline, {section.span for section in procedure})
    beside = procedures_beside(outline, _is_counted)
    contents = contents.followed_by(Contents(solutions=_as_solution(beside)))
    outline = without_spans(outline, {section.span for section in beside})
    for section, read in _under_telling_headings(outline):
        contents = contents.followed_by(read)
        outline = without_spans(outline, {section.span})
    for section in _faults_in_prose(outline):
        solution = one_solution(section.title, section.blocks, section.span)
        title = heading_words(section.title)
        solutions = (solution.model_copy(update={"when_to_use": title}),)
        contents = contents.followed_by(Contents(symptoms=(seen_in(section),), solutions=solutions))
        outline = without_spans(outline, {section.span})
    sections = [section for section in walk(outline) if not is_aside(section) and not _tells_what(section)]
    own = [section for section in sections if not _is_preparation(section)]
    if contents.steps or any(all_commands(section.blocks) for section in own):
        sections = own
    for section in sections:
        answers, rest = answers_in(section.blocks)
        contents = contents.followed_by(Contents(solutions=tuple(answers)))
        contents = contents.followed_by(
            _shown(replace(section, blocks=rest, children=()), sections, has_steps=has_steps)
        )
    return contents


def _faults_in_prose(outline: tuple[OutlineSection, ...]) -> list[OutlineSection]:
    """The sections whose heading says what is wrong and whose words help; commands are among the points alone.

    The first heading of a page is its title.
    """
    return [
        section
        for section in walk(outline)
        if section.level > 1
        and section is not outline[0]
        and not section.children
        and role_of(section, HEADINGS) is None
        and (names_fault(section.title) or counts_problem(section.title))
        and _is_whole(section)
        and all(isinstance(block, Paragraph | ListBlock) for block in section.blocks)
        and not all_commands(block for block in section.blocks if not _is_points(block))
        and not any(_is_numbered_list(block) for block in section.blocks)
    ]


def _is_points(block: Block) -> bool:
    return isinstance(block, ListBlock) and not block.ordered and not any(fences_in((block,)))


def _is_whole(section: OutlineSection) -> bool:
    """Whether all that is below a heading is still there, and no label has claimed a part of it."""
    heading = section.heading
    if heading is None or not section.blocks:
        return False
    near = section.blocks[0].span.line - heading.span.end_line <= _NEAR
    return near and section.span.end_line - section.blocks[-1].span.end_line < _NEAR


def _under_telling_headings(outline: tuple[OutlineSection, ...]) -> list[tuple[OutlineSection, Contents]]:
    """What is under headings that ask, say how to or name a condition, in document order.

    Two of a kind are a form; one alone counts where it shows commands.
    """
    below = [section for section in _outermost(outline) if role_of(section, HEADINGS) is None]
    questions = [section for section in below if asks(section.title) or _says_how(section)]
    if any(map(_says_how, questions)):  # what is told beside it is background
        questions = [section for section in questions if _says_how(section) or not _only_tells(section)]
    cases = [section for section in below if is_branch(section.title)]
    questions, cases = (
        headings if len(headings) >= _FEWEST else [section for section in headings if _all_commands(section)]
        for headings in (questions, cases)
    )
    answers = [
        (section, Contents(steps=(_whole_step(section),)) if _TELLS_HOW.match(section.title) else answered(section))
        for section in questions
    ]
    answers += [
        (section, Contents(solutions=(one_solution(section.title, blocks_with_headings(section), section.span),)))
        for section in cases
    ]
    return sorted(answers, key=lambda pair: pair[0].span)


def _outermost(outline: Iterable[OutlineSection]) -> Iterator[OutlineSection]:
    """The sections below the title, without those that are inside a question, a how-to or a condition."""
    for section in outline:
        if section.level > 1:
            yield section
            if asks(section.title) or is_branch(section.title) or _says_how(section):
                continue
        yield from _outermost(section.children)


def _says_how(section: OutlineSection) -> bool:
    """Whether a heading says how to do what is below it."""
    shows = any(_is_numbered_list(block) for block in section.blocks) or _all_commands(section)
    return _HOW_TO.match(section.title) is not None and shows


def _whole_step(section: OutlineSection) -> Step:
    return one_step(section.title, blocks_with_headings(section), section.span)


def _steps_of(section: OutlineSection) -> Iterator[Step]:
    """A numbered section as a step; one that only gathers procedures under headings as a step for each of these."""
    procedures = [
        child
        for child in section.children
        if _all_commands(child) or any(_is_numbered_list(block) for block in child.blocks)
    ]
    if len(procedures) < _FEWEST or section.blocks or len(procedures) < len(section.children):
        yield _whole_step(section)
        return
    for child in procedures:
        yield one_step(child.title, blocks_with_headings(child), child.span, counted=False)


def _as_solution(procedure: tuple[OutlineSection, ...]) -> tuple[Solution, ...]:
    return tuple(one_solution(section.title, blocks_with_headings(section), section.span) for section in procedure)


def _all_commands(section: OutlineSection) -> bool:
    return bool(all_commands(blocks_with_headings(section)))


def is_aside(section: OutlineSection) -> bool:
    """Whether a section holds nothing to do: contents, prerequisites, references, an example."""
    role = role_of(section, HEADINGS) if section.level > 1 else None
    if role in _ASIDE_ROLES and not (role == "prerequisites" and _counts_commands(section)):
        return True
    return is_contents(section) or section.key in _ASIDE or _only_shows(section)


def _is_preparation(section: OutlineSection) -> bool:
    """Whether a section says what is needed before; a procedure only as a counted part, or on a page without others."""
    return section.level > 1 and HEADINGS.role(section.key) == "prerequisites"


def _only_shows(section: OutlineSection) -> bool:
    """Whether a section is an output or an example; one of a deed, with commands or numbers, is done as it says."""
    *others, last = section.key.split(" ")
    if last not in _SHOWN:
        return False
    if last.startswith("output") or any(_is_numbered_list(block) for block in section.blocks):
        return last.startswith("output")
    return not others or not any(fence.language in TYPED for fence in fences_in(section.blocks))


def _tells_what(section: OutlineSection) -> bool:
    """Whether a section explains something ("What is at risk"), so that its list is nothing to do."""
    if section.level <= 1 or any(fences_in(section.blocks)):
        return False
    last = section.key.rsplit(" ", 1)[-1]
    return _TELLS_WHAT.match(section.title) is not None or (last in _POLICIES and not all_commands(section.blocks))


def _only_tells(section: OutlineSection) -> bool:
    """Whether a section explains something in words alone."""
    blocks = blocks_with_headings(section)
    return _tells_what(section) and all(isinstance(block, Paragraph) for block in blocks) and not all_commands(blocks)


def _counts_commands(section: OutlineSection) -> bool:
    """Whether a numbered list of a section holds commands, which is a procedure under any name."""
    return any(_is_numbered_list(block) and any(fences_in((block,))) for block in section.blocks)


def _shown(section: OutlineSection, sections: list[OutlineSection], *, has_steps: bool) -> Contents:
    """What a section shows to do: commands, a numbered list, or boxes to check."""
    blocks = tuple(_without_asides(without_furniture(section.blocks)))
    section = replace(section, blocks=blocks)
    typed = any(isinstance(block, Fence) and block.language not in _SHELLS for block in blocks)
    lists = [block for i, block in enumerate(blocks) if isinstance(block, ListBlock) and not is_described(blocks, i)]
    commands = all_commands(without_shown(blocks, shown_in(blocks, section.title)))
    if not (section.level > 1 and _is_written(section)):
        commands = tuple(command for command in commands if command.language in _SHELLS)
    items = [item for block in lists for item in block.items]
    listed = [item for block in lists for item in block.items if block.ordered or _has_box(item)]
    deeds = [item for item in items if is_deed(item)]
    if not listed and (2 * len(deeds) > len(items) or (commands and not explain(items) and not _are_named(items))):
        listed = items
    if not commands and (len(listed) < _FEWEST or typed or tell_of_others(listed)):
        return Contents()
    if section.level > 1 and (_CHOICE.match(section.title) or _mends(section, sections, has_steps=has_steps)):
        return Contents(solutions=(one_solution(section.title, blocks, section.span),))
    return Contents(steps=steps_in(section, listed=bool(listed)))


def _are_named(items: list[ListItem]) -> bool:
    """Whether each item opens with the name of what it tells about, in bold or as code."""
    return all(item_text(item).startswith(("**", "__", "`")) for item in items)


def _is_written(section: OutlineSection) -> bool:
    """Whether a heading, or the words above its first fence, say to write what is shown: configuration to apply."""
    above = takewhile(lambda block: not isinstance(block, Fence), section.blocks)
    last = [block.text for block in above if isinstance(block, Paragraph)][-1:]
    return names_mending(section) or _WRITES.match(section.title) is not None or any(map(_WRITES.search, last))


def _has_box(item: ListItem) -> bool:
    first = item.blocks[0] if item.blocks else None
    return isinstance(first, Paragraph) and _CHECKBOX.match(first.text) is not None


def _without_asides(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks without the lists below a label of something that is not done here ("Prereqs:", "Notes")."""
    aside = False
    for block in blocks:
        if isinstance(block, Paragraph):
            label = label_of(block)
            first, _, below = (label[0] if label else block.text).partition("\n")
            aside = not below and label_means(words(first)) in _ASIDE_ROLES
            yield block
        else:
            if not (aside and isinstance(block, ListBlock)):
                yield block
            aside = False


def _mends(section: OutlineSection, sections: list[OutlineSection], *, has_steps: bool) -> bool:
    looked = has_steps or any(looks(other.title) for other in sections if other.level > 1)
    return looked and names_mending(section) and not is_routine(section, sections)
