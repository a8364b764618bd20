"""Plain alert runbooks: Meaning, Impact, Diagnosis, Mitigation, with or without front matter.

They have no numbered steps or solutions, so each part that holds a command or stands under a heading of its own becomes
one: a diagnosis of three fences reads as three steps, a mitigation with two headings as two solutions.
"""

from collections.abc import Iterator
from typing import Any

from faultmaven_kb.dialects.dialect import Dialect, Document, Vocabulary, sections_by_role
from faultmaven_kb.dialects.faultmaven import numbered_title
from faultmaven_kb.dialects.parts import (
    commands_in,
    links_in,
    notes_in,
    read_causes,
    read_instructions,
    read_symptoms,
    text_of,
)
from faultmaven_kb.markdown import Block, Fence, Paragraph, Quote, Rule
from faultmaven_kb.outline import OutlineSection, walk
from faultmaven_kb.runbook import Passage, Solution, Step, Symptom
from faultmaven_kb.source import Span

__all__ = ["FOUR_SECTION", "HEADINGS", "solutions_in", "steps_in"]

HEADINGS = Vocabulary(
    ("meaning", ("meaning", "description", "summary", "overview", "alert description")),
    ("impact", ("impact", "severity")),
    ("symptoms", ("symptoms",)),
    ("causes", ("possible causes", "causes", "common causes", "probable causes", "cause")),
    ("diagnosis", ("diagnosis", "troubleshooting", "investigation", "investigate", "diagnostics", "debugging")),
    (
        "mitigation",
        ("mitigation", "resolution", "remediation", "mitigations", "resolve", "recovery", "solution", "fix"),
    ),
    ("resources", ("additional resources", "additional notes", "references", "links", "see also", "resources")),
)


def _fit(document: Document) -> int:
    return len({role for role, _ in sections_by_role(document, HEADINGS)})


def _read(document: Document) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for role, section in sections_by_role(document, HEADINGS):
        for key, value in _section(document, role, section).items():
            parts[key] = parts[key] + value if isinstance(value, tuple) and key in parts else parts.get(key) or value
    return parts


def _section(document: Document, role: str, section: OutlineSection) -> dict[str, Any]:
    blocks = tuple(block for part in walk((section,)) for block in part.blocks)
    if role in ("meaning", "impact"):
        key = "purpose" if role == "meaning" else "impact"
        return {key: text_of(blocks), "notes": notes_in(blocks), "resources": links_in(document.source, blocks)}
    if role == "symptoms":
        return {"symptoms": read_symptoms(blocks) or _as_symptom(blocks)}
    if role == "causes":
        return {"causes": read_causes(blocks)}
    if role == "diagnosis":
        return {"steps": steps_in(section), "resources": links_in(document.source, blocks)}
    if role == "mitigation":
        return {"solutions": solutions_in(section), "resources": links_in(document.source, blocks)}
    return {
        "resources": links_in(document.source, blocks),
        "passages": (Passage(label=section.title, text=text_of(blocks), span=section.span),) if blocks else (),
    }


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
        if not isinstance(block, Rule):
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
    own = tuple(block for block in section.blocks if not isinstance(block, Rule))
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
