"""Plain alert runbooks: Meaning, Impact, Diagnosis, Mitigation, with or without front matter.

They have no numbered steps or solutions, so each part that holds a command or stands under a heading of its own becomes
one: a diagnosis of three fences reads as three steps, a mitigation with two headings as two solutions. Where nothing
says what the alert means, the words below the title do.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from faultmaven_kb.dialects.alert_headings import HEADINGS
from faultmaven_kb.dialects.alert_sections import alert_sections, lead_of
from faultmaven_kb.dialects.dialect import Dialect, Document
from faultmaven_kb.dialects.faultmaven import numbered_title
from faultmaven_kb.dialects.parts import (
    commands_in,
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
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Paragraph, Quote, ThematicBreak
from faultmaven_kb.text.outline import OutlineSection, walk

__all__ = ["FOUR_SECTION", "solutions_in", "steps_in"]


def _fit(document: Document) -> int:
    roles = {role for role, _ in alert_sections(document)}
    return len(roles) * 2 if {"meaning", "impact"} & roles else len(roles)


def _read(document: Document) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    found = alert_sections(document)
    roles = {role for role, _ in found}
    for role, section in found:
        for key, value in _section(document, _meant(role, roles), section).items():
            parts[key] = _joined(parts[key], value) if key in parts else value
    if not parts.get("purpose") and not any(section.level == 1 for _, section in found):
        parts["purpose"] = text_of(lead_of(document))
    for key in ("steps", "solutions"):
        parts[key] = _numbered(parts.get(key, ()))
    return _verified(parts)


def _numbered(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Steps or solutions of several sections, each of which counts from one, counted through."""
    if len({part.number for part in parts}) == len(parts):
        return parts
    return tuple(part.model_copy(update={"number": number}) for number, part in enumerate(parts, 1))


def _meant(role: str, roles: set[str]) -> str:
    """What "Steps" means beside the other headings: the part that the document has no heading for."""
    if role != "steps":
        return role
    return "mitigation" if "diagnosis" in roles and "mitigation" not in roles else "diagnosis"


def _joined(first: Any, second: Any) -> Any:
    """Two sections of one role: lists one after the other, texts with a blank line between them."""
    if isinstance(first, str):
        return "\n\n".join(text for text in (first, second) if text)
    if isinstance(first, Prevention):
        return Prevention(do=first.do + second.do, avoid=first.avoid + second.avoid, passages=first.passages)
    return first + second


def _verified(parts: dict[str, Any]) -> dict[str, Any]:
    """A verification section says what shows that the mitigation worked; without one it stays a passage."""
    outcome = parts.pop("outcome", "")
    solutions = parts.get("solutions", ())
    if outcome and solutions:
        last = solutions[-1].model_copy(update={"expected_outcome": outcome})
        parts["solutions"] = (*solutions[:-1], last)
    return parts


def _section(document: Document, role: str, section: OutlineSection) -> dict[str, Any]:
    blocks = tuple(block for part in walk((section,)) for block in part.blocks)
    links = links_in(document.source, blocks)
    if role in ("meaning", "impact"):
        key = "purpose" if role == "meaning" else "impact"
        return {key: text_of(blocks), "notes": notes_in(blocks), "resources": links}
    if role == "symptoms":
        return {"symptoms": read_symptoms(blocks) or _as_symptom(blocks)}
    if role == "causes":
        return {**_causes(section), "resources": links}
    if role == "diagnosis":
        return {"steps": steps_in(section), "resources": links}
    if role == "mitigation":
        return {"solutions": solutions_in(section), "resources": links}
    if role == "prevention":
        do, avoid = practices_in(blocks)
        beside = tuple(block for block in blocks if not isinstance(block, ListBlock))
        return {"prevention": Prevention(do=do, avoid=avoid, passages=_passage(section, text_of(beside)))}
    if role in ("rollback", "escalation", "verification"):
        text = _raw(document, section)
        outcome = {"outcome": text_of(blocks)} if role == "verification" else {}
        return {"passages": _passage(section, text), "resources": links, **outcome}
    return {"resources": links, "passages": _passage(section, text_of(blocks))}


def _causes(section: OutlineSection) -> dict[str, Any]:
    """The causes of a section: one for each heading right below it, else one for each item of its lists.

    Below "Common causes and solutions" each heading is a solution as well.
    """
    children = section.children
    blocks = section.blocks
    beside = tuple(block for block in blocks if not isinstance(block, ListBlock))
    named = tuple(_cause(number, child) for number, child in enumerate(children, 1))
    found: dict[str, Any] = {
        "causes": read_causes(blocks) + named,
        "passages": _passage(section, text_of(beside)),
    }
    if children and HEADINGS.role(section.key.rsplit(" ", 1)[-1]) == "mitigation":
        found["solutions"] = solutions_in(replace(section, blocks=()))
    return found


def _cause(number: int, section: OutlineSection) -> Cause:
    written, title = numbered_title(section.title)
    blocks = tuple(block for part in walk((section,)) for block in part.blocks)
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
    own = [_step(section.title, blocks) for blocks in _runs(section.blocks)]
    below = [
        _step(part.title, part.blocks, part.span) for part in walk(section.children) if part.blocks or not part.children
    ]
    steps = [*own, *below]
    return tuple(step.model_copy(update={"number": step.number or n}) for n, step in enumerate(steps, 1))


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
    solutions = [
        _solution(child.title, tuple(b for p in walk((child,)) for b in p.blocks), child.span)
        for child in section.children
    ]
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
        instructions=read_instructions(blocks),
        commands=commands_in(blocks),
        notes=notes_in(blocks),
        passages=(Passage(text=text_of(prose), span=prose[0].span),) if prose else (),
        span=span,
    )


FOUR_SECTION = Dialect("four-section", HEADINGS, _fit, _read)
