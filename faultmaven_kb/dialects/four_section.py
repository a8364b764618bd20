"""Plain alert runbooks: Meaning, Impact, Diagnosis, Mitigation, with or without front matter.

They have no numbered steps or solutions, so each part that holds a command or stands under a heading of its own becomes
one: a diagnosis of three fences reads as three steps, a mitigation with two headings as two solutions. Where nothing
says what the alert means, the words below the title do.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from faultmaven_kb.dialects.alert_headings import HEADINGS
from faultmaven_kb.dialects.alert_sections import alert_sections, lead_of
from faultmaven_kb.dialects.contents import Contents
from faultmaven_kb.dialects.dialect import Dialect, Document
from faultmaven_kb.dialects.faultmaven import numbered_title
from faultmaven_kb.dialects.parts import (
    commands_in,
    inline_commands,
    item_text,
    items_in,
    links_in,
    notes_in,
    practices_in,
    read_causes,
    read_instructions,
    read_symptoms,
    text_of,
)
from faultmaven_kb.model.runbook import Cause, Passage, Prevention, Solution, Step, Symptom
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Paragraph, Quote, Table, ThematicBreak
from faultmaven_kb.text.outline import OutlineSection, blocks_below, walk

__all__ = ["FOUR_SECTION", "solutions_in", "steps_in"]


_FEWEST_ITEMS = 2
_TITLE_LENGTH = 90
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\s+[-–—]\s+|:\s+")

_Counted = TypeVar("_Counted", Step, Solution)


def _fit(document: Document) -> int:
    roles = {role for role, _ in alert_sections(document)}
    return len(roles) * 2 if {"meaning", "impact"} & roles else len(roles)


def _read(document: Document) -> Contents:
    parts = Contents()
    found = alert_sections(document)
    roles = {role for role, _ in found}
    for role, section in found:
        parts = parts.followed_by(_section(document, _meant(role, roles), section))
    if not parts.purpose and not any(section.level == 1 for _, section in found):
        parts = replace(parts, purpose=text_of(lead_of(document)))
    verification = "\n\n".join(text for role, section in found if role == "verification" and (text := _text(section)))
    solutions = _verified(_numbered(parts.solutions), verification)
    return replace(parts, steps=_numbered(parts.steps), solutions=solutions)


def _numbered(parts: tuple[_Counted, ...]) -> tuple[_Counted, ...]:
    """Steps or solutions of several sections, each of which counts from one, counted through."""
    if len({part.number for part in parts}) == len(parts):
        return parts
    return tuple(part.model_copy(update={"number": number}) for number, part in enumerate(parts, 1))


def _meant(role: str, roles: set[str]) -> str:
    """What "Steps" means beside the other headings: the part that the document has no heading for."""
    if role != "steps":
        return role
    return "mitigation" if "diagnosis" in roles and "mitigation" not in roles else "diagnosis"


def _verified(solutions: tuple[Solution, ...], outcome: str) -> tuple[Solution, ...]:
    """A verification section says what shows that the mitigation worked: the outcome of the last solution."""
    if not outcome or not solutions:
        return solutions
    return (*solutions[:-1], solutions[-1].model_copy(update={"expected_outcome": outcome}))


def _text(section: OutlineSection) -> str:
    return text_of(blocks_below(section))


def _section(document: Document, role: str, section: OutlineSection) -> Contents:
    blocks = blocks_below(section)
    links = links_in(document.source, blocks)
    if role in ("meaning", "impact"):
        text = Contents(purpose=text_of(blocks)) if role == "meaning" else Contents(impact=text_of(blocks))
        return replace(text, notes=notes_in(blocks), resources=links)
    if role == "symptoms":
        return Contents(symptoms=read_symptoms(blocks) or _as_symptom(blocks))
    if role == "causes":
        return replace(_causes(section), resources=links)
    if role == "diagnosis":
        return Contents(steps=steps_in(section), resources=links)
    if role == "mitigation":
        return Contents(solutions=solutions_in(section), resources=links)
    if role == "prevention":
        do, avoid = practices_in(blocks)
        beside = tuple(block for block in blocks if not isinstance(block, ListBlock))
        return Contents(prevention=Prevention(do=do, avoid=avoid, passages=_passage(section, text_of(beside))))
    if role in ("rollback", "escalation", "verification"):
        return Contents(passages=_passage(section, _raw(document, section)), resources=links)
    return Contents(resources=links, passages=_passage(section, text_of(blocks)))


def _causes(section: OutlineSection) -> Contents:
    """The causes of a section: one for each heading right below it, else one for each item of its lists.

    Below "Common causes and solutions" each heading is a solution as well.
    """
    children = section.children
    blocks = section.blocks
    beside = tuple(block for block in blocks if not isinstance(block, ListBlock))
    named = tuple(_cause(number, child) for number, child in enumerate(children, 1))
    found = Contents(causes=read_causes(blocks) + named, passages=_passage(section, text_of(beside)))
    if children and HEADINGS.role(section.key.rsplit(" ", 1)[-1]) == "mitigation":
        return replace(found, solutions=solutions_in(replace(section, blocks=())))
    return found


def _cause(number: int, section: OutlineSection) -> Cause:
    written, title = numbered_title(section.title)
    blocks = blocks_below(section)
    return Cause(name=title, number=written or number, description=text_of(blocks), span=section.span)


def _raw(document: Document, section: OutlineSection) -> str:
    """A section's own lines with its commands: what no field of the model holds."""
    last = max(part.span.end_line for part in walk((section,)))
    return "\n".join(document.source.lines[section.span.line : last]).strip()


def _passage(section: OutlineSection, text: str) -> tuple[Passage, ...]:
    return (Passage(label=section.title, text=text, span=section.span),) if text else ()


def _as_symptom(blocks: tuple[Block, ...]) -> tuple[Symptom, ...]:
    text = text_of(blocks)
    return (Symptom(text=text, span=blocks[0].span),) if text else ()


def steps_in(section: OutlineSection) -> tuple[Step, ...]:
    """The diagnostic steps of a section: one for each heading below it, one for each fence of its own text."""
    listed = _listed_steps(section.blocks)
    own = listed or [_step(section.title, blocks) for blocks in _runs(section.blocks)]
    below = [
        _step(part.title, part.blocks, part.span) for part in walk(section.children) if part.blocks or not part.children
    ]
    steps = [*own, *below]
    return tuple(step.model_copy(update={"number": step.number or n}) for n, step in enumerate(steps, 1))


def _listed_steps(blocks: tuple[Block, ...]) -> list[Step]:
    """A step for each item where lists say what to do: without fences beside them; prose is kept by the first step."""
    items = items_in(blocks)
    if len(items) < _FEWEST_ITEMS or any(isinstance(block, Fence) for block in blocks):
        return []
    steps = [
        Step(
            title=_item_title(item_text(item)),
            what_to_check=item_text(item),
            commands=commands_in(item.blocks) + inline_commands(item),
            notes=notes_in(item.blocks),
            span=item.span,
        )
        for item in items
    ]
    beside = tuple(block for block in blocks if isinstance(block, Paragraph | Quote | Table))
    if beside:
        passage = Passage(text=text_of(beside), span=beside[0].span)
        steps[0] = steps[0].model_copy(update={"passages": (passage,), "notes": notes_in(beside) + steps[0].notes})
    return steps


def _item_title(text: str) -> str:
    """The first sentence of an item, without marks, at most a line long."""
    first = plain(text.partition("\n")[0])
    first = _SENTENCE_END.split(first, maxsplit=1)[0].rstrip(" .:;")
    return first if len(first) <= _TITLE_LENGTH else first[:_TITLE_LENGTH].rsplit(" ", 1)[0] + " …"


def _runs(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """Blocks cut after each fence: the words above a command belong to it."""
    run: list[Block] = []
    for block in blocks:
        if not isinstance(block, ThematicBreak):
            run.append(block)
        if isinstance(block, Fence):
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def _step(title: str, blocks: tuple[Block, ...], span: Span | None = None) -> Step:
    number, title = numbered_title(title)
    first, last = (blocks[0].span, blocks[-1].span) if blocks else (span, span)
    assert first is not None and last is not None
    return Step(
        number=number,
        title=title,
        what_to_check=text_of(blocks),
        commands=commands_in(blocks),
        notes=notes_in(blocks),
        span=span or Span(first.line, first.column, last.end_line, last.end_column),
    )


def solutions_in(section: OutlineSection) -> tuple[Solution, ...]:
    """The solutions of a section: one for each heading right below it, else the section itself."""
    own = tuple(block for block in section.blocks if not isinstance(block, ThematicBreak))
    solutions = [_solution(child.title, blocks_below(child), child.span) for child in section.children]
    if any(isinstance(block, Fence) for block in own) or (own and not solutions):
        solutions.insert(0, _solution(section.title, own, section.span))
    elif own and solutions:
        passage = Passage(text=text_of(own), span=own[0].span)
        solutions[0] = solutions[0].model_copy(update={"passages": (passage, *solutions[0].passages)})
    return tuple(s.model_copy(update={"number": s.number or n}) for n, s in enumerate(solutions, 1))


def _solution(title: str, blocks: tuple[Block, ...], span: Span) -> Solution:
    number, title = numbered_title(title)
    prose = tuple(block for block in blocks if isinstance(block, Paragraph | Quote))
    return Solution(
        number=number,
        title=title,
        instructions=tuple(
            each.model_copy(update={"commands": each.commands + inline_commands(item)})
            for each, item in zip(read_instructions(blocks), items_in(blocks), strict=True)
        ),
        commands=commands_in(blocks) + tuple(found for item in items_in(blocks) for found in inline_commands(item)),
        notes=notes_in(blocks),
        passages=(Passage(text=text_of(prose), span=prose[0].span),) if prose else (),
        span=span,
    )


FOUR_SECTION = Dialect("four-section", HEADINGS, _fit, _read)
