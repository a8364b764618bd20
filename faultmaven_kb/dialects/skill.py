"""Agent Skills (`SKILL.md`): front matter with a name and a description, then instructions for an agent.

The format asks for no headings (agentskills.io specification), so a workflow is read where one is written: a section
about steps becomes steps, one about fixes becomes solutions, everything else stays in `sections`. The
name is the id, because the file itself is always called SKILL.md.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from faultmaven_kb.dialects.dialect import Dialect, Document, Vocabulary, sections_by_role
from faultmaven_kb.dialects.faultmaven import SOLUTION, STEP, read_solution, read_step
from faultmaven_kb.dialects.loose.beside import unclaimed
from faultmaven_kb.dialects.loose.forms import loose_contents
from faultmaven_kb.dialects.loose.listing import in_order, numbered, solutions_in, steps_in
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.parts import (
    commands_in,
    links_in,
    practices_in,
    read_causes,
    read_symptoms,
    section_passage,
    text_of,
)
from faultmaven_kb.model.runbook import Cause, Prevention, Solution
from faultmaven_kb.text.markdown import ListBlock
from faultmaven_kb.text.outline import OutlineSection, blocks_below, groups

__all__ = ["HEADINGS", "SKILL"]

HEADINGS = Vocabulary(
    ("goal", ("goal", "goals", "purpose", "overview", "about", "what this skill does")),
    ("symptoms", ("when to use", "when to use this skill", "symptoms", "triggers", "trigger conditions")),
    ("steps", ("workflow", "steps", "instructions", "procedure", "process", "diagnosis", "diagnostic steps")),
    ("causes", ("causes", "common causes", "likely causes")),
    ("synthesis", ("synthesis", "interpretation", "conclusions", "analysis")),
    ("remediation", ("remediation", "solutions", "fixes", "resolution", "mitigation", "common issues")),
    ("prevention", ("prevention",)),
    ("resources", ("resources", "references", "see also", "additional resources")),
)
_NUMBERED = re.compile(r"(?:step|solution) \d")
RELIEF = ("first relief", "quick fix")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _fit(document: Document) -> int:
    values = document.front_matter.values
    name, description = values.get("name"), values.get("description")
    if not isinstance(name, str) or not isinstance(description, str) or "title" in values:
        return 0
    return 20 if document.source.path.endswith("SKILL.md") or _NAME.fullmatch(name) else 0


def _translate(values: Mapping[str, Any]) -> dict[str, Any]:
    """The string map `metadata` of a skill may carry the fields of a runbook, as this library writes them."""
    carried = values.get("metadata")
    fields = dict(values)
    for key in ("title", "technology", "severity", "status", "difficulty", "version", "last_updated", "verified_by"):
        if isinstance(carried, dict) and isinstance(carried.get(key), str):
            fields.setdefault(key, carried[key])
    if isinstance(carried, dict):
        for key in ("tags", "aliases", "alerts"):
            if isinstance(carried.get(key), str) and carried[key].strip():
                fields.setdefault(key, [word.strip() for word in carried[key].split(",")])
    return fields


def _read(document: Document) -> Contents:
    values = document.front_matter.values
    name = str(values.get("name") or "")
    parts = Contents(id=name if _NAME.fullmatch(name) else "")
    for role, section in sections_by_role(document, HEADINGS):
        parts = parts.followed_by(_section(document, role, section))
    if not (parts.steps or parts.solutions or parts.quick_fix):  # no heading says what is done
        parts = parts.followed_by(_by_shape(document))
    return parts.filled_by(Contents(purpose=str(values.get("description") or "")))


def _by_shape(document: Document) -> Contents:
    """The steps and solutions that are known by their shape alone, beside the sections whose headings are known."""
    outline = document.shaped.outline
    read = loose_contents(
        unclaimed(outline, tuple(sections_by_role(document, HEADINGS))), has_steps=False, has_solutions=False
    )
    return Contents(steps=numbered(in_order(read.steps)), solutions=numbered(in_order(read.solutions)))


def _section(document: Document, role: str, section: OutlineSection) -> Contents:
    blocks = blocks_below(section)
    links = links_in(document.source, blocks)
    if role == "goal":
        return replace(_goal(section), resources=links)
    if role == "symptoms":
        return Contents(symptoms=read_symptoms(blocks), resources=links)
    if role == "steps":
        return replace(_steps(section), resources=links)
    if role in ("causes", "synthesis"):
        causes = tuple(cause for cause in read_causes(blocks) if role == "causes" or _is_bold(document, cause))
        beside = tuple(block for block in blocks if not (causes and isinstance(block, ListBlock)))
        return Contents(causes=causes, passages=section_passage(section, text_of(beside)), resources=links)
    if role == "remediation":
        return Contents(solutions=_solutions(section), resources=links)
    if role == "prevention":
        do, avoid = practices_in(blocks)
        return Contents(prevention=Prevention(do=do, avoid=avoid), resources=links)
    return Contents(resources=links, passages=section_passage(section, text_of(blocks)))


def _goal(section: OutlineSection) -> Contents:
    texts = {"purpose": "", "impact": ""}
    for group in groups(blocks_below(section)):
        key = "impact" if group.key == "impact" else "purpose"
        text = "\n\n".join(part for part in (texts[key], group.text, text_of(group.blocks)) if part)
        texts[key] = text
    return Contents(purpose=texts["purpose"], impact=texts["impact"])


def _steps(section: OutlineSection) -> Contents:
    """Steps under headings of their own are read with their labels; `First relief` is the quick fix."""
    relief = [child for child in section.children if child.key in RELIEF]
    children = [child for child in section.children if child.key not in RELIEF]
    if _is_ours(children, STEP):
        steps = tuple(read_step(child) for child in children)
    else:
        steps = steps_in(replace(section, children=tuple(children))) if children or not relief else ()
    return Contents(steps=steps, quick_fix=tuple(c for child in relief for c in commands_in(child.blocks)))


def _solutions(section: OutlineSection) -> tuple[Solution, ...]:
    if _is_ours(section.children, SOLUTION):
        return tuple(read_solution(child) for child in section.children)
    return solutions_in(section)


def _is_ours(children: Iterable[OutlineSection], labels: Vocabulary) -> bool:
    """Whether parts are written as this library writes them: `Step 1: …`, or with its labels."""
    return any(
        _NUMBERED.match(child.key) or any(labels.label_role(group.key) for group in groups(child.blocks))
        for child in children
    )


def _is_bold(document: Document, cause: Cause) -> bool:
    return f"**{cause.name}**" in document.source.line(cause.span.line)


SKILL = Dialect("skill", HEADINGS, _fit, _read, _translate, ("name", "description"))
