"""Agent Skills (`SKILL.md`): front matter with a name and a description, then instructions for an agent.

The format asks for no headings (agentskills.io specification), so a workflow is read where one is written: a section
that speaks of steps becomes steps, one that speaks of fixes becomes solutions, everything else stays in `sections`. The
name is the id, because the file itself is always called SKILL.md.
"""

import re
from collections.abc import Mapping
from typing import Any

from faultmaven_kb.dialects.dialect import Dialect, Document, Vocabulary, sections_by_role
from faultmaven_kb.dialects.four_section import solutions_in, steps_in
from faultmaven_kb.dialects.parts import links_in, read_causes, read_symptoms, text_of
from faultmaven_kb.outline import OutlineSection, walk
from faultmaven_kb.runbook import Passage

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
    found = dict(values)
    for key in ("title", "technology", "severity", "status", "difficulty", "version", "last_updated", "verified_by"):
        if isinstance(carried, dict) and isinstance(carried.get(key), str):
            found.setdefault(key, carried[key])
    if isinstance(carried, dict):
        for key in ("tags", "aliases"):
            if isinstance(carried.get(key), str) and carried[key].strip():
                found.setdefault(key, [word.strip() for word in carried[key].split(",")])
    return found


def _read(document: Document) -> dict[str, Any]:
    values = document.front_matter.values
    parts: dict[str, Any] = {"id": str(values.get("name") or ""), "purpose": str(values.get("description") or "")}
    for role, section in sections_by_role(document, HEADINGS):
        for key, value in _section(document, role, section).items():
            parts[key] = parts[key] + value if isinstance(value, tuple) and key in parts else parts.get(key) or value
    return parts


def _section(document: Document, role: str, section: OutlineSection) -> dict[str, Any]:
    blocks = tuple(block for part in walk((section,)) for block in part.blocks)
    links = links_in(document.source, blocks)
    if role == "symptoms":
        return {"symptoms": read_symptoms(blocks), "resources": links}
    if role == "steps":
        return {"steps": steps_in(section), "resources": links}
    if role == "causes":
        return {"causes": read_causes(blocks)}
    if role == "remediation":
        return {"solutions": solutions_in(section), "resources": links}
    text = text_of(blocks)
    return {
        "resources": links,
        "passages": (Passage(label=section.title, text=text, span=section.span),) if text else (),
    }


SKILL = Dialect("skill", HEADINGS, _fit, _read, _translate)
