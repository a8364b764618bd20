"""Writes any runbook in this library's own format, as a draft."""

import re
from collections.abc import Iterator
from datetime import date

from faultmaven_kb.export.carried import carried_sections
from faultmaven_kb.export.draft import Draft, Marks, marked_front_matter
from faultmaven_kb.export.markdown_text import hyphenated, items, joined, one_line
from faultmaven_kb.export.runbook_markdown import (
    cause_text,
    fences,
    link_items,
    measure_texts,
    note_texts,
    practice_items,
    solution_text,
    step_text,
)
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.model.vocabularies import ID_PATTERN
from faultmaven_kb.text.inline import table_cell

__all__ = ["as_faultmaven"]

_STRUCTURE = re.compile(r"\*\*|__|^[ \t]*(?:[#>|<]|```|~~~|---|===)", re.MULTILINE)


def as_faultmaven(runbook: Runbook, *, today: date) -> Draft:
    """The runbook as a draft of this library's format; reading it gives back whatever the format can contain."""
    marks = Marks()
    head = _head(runbook, marks, today)
    own = joined(_body(runbook, marks, today))
    body = joined((own, *carried_sections(runbook, own)))
    _note_losses(runbook, marks)
    name = f"{_id(runbook, None)}.md"
    return Draft(name, f"{head}\n{body}\n\n{marks.section()}\n", tuple(marks.marks))


def _id(runbook: Runbook, marks: Marks | None) -> str:
    identity = hyphenated(runbook.id) or "runbook"
    if not re.fullmatch(ID_PATTERN, identity):
        identity = f"{hyphenated(runbook.metadata.technology or 'todo')}-{identity}"
    if marks is not None and identity != runbook.id:
        marks.invented(f'id "{identity}" for "{runbook.id}"', "")
    return identity


def _head(runbook: Runbook, marks: Marks, today: date) -> str:
    about = runbook.metadata
    values: dict[str, object] = {"id": _id(runbook, marks), "title": one_line(runbook.title)}
    missing: dict[str, object] = {
        "technology": "todo",
        "severity": "medium",
        "tags": ["todo"],
        "difficulty": "intermediate",
        "version": "0.1.0",
        "last_updated": today.isoformat(),
        "verified_by": "none yet",
        "status": "draft",
    }
    invented = []
    for key, value in missing.items():
        own = getattr(about, key)
        if own:
            values[key] = str(own) if key == "last_updated" else list(own) if key == "tags" else own
        else:
            values[key] = value
            invented.append(key)
            marks.invented(f"front matter {key} ({value if isinstance(value, str) else 'todo'})", "")
    if about.aliases:
        values["aliases"] = list(about.aliases)
    if about.alerts:
        values["alerts"] = list(about.alerts)
    return marked_front_matter(values, invented)


def _body(runbook: Runbook, marks: Marks, today: date) -> Iterator[str]:
    yield f"# {one_line(runbook.title)}"
    purpose = runbook.purpose or marks.invented("the purpose", "TODO what this runbook brings back")
    yield from _purpose(purpose)
    yield from _card(runbook, marks)
    yield "## Diagnostic Steps"
    if not runbook.steps:
        yield marks.invented("the diagnostic steps", "### Step 1: TODO find out which cause it is")
    yield from (step_text(number, step) for number, step in enumerate(runbook.steps, start=1))
    yield "## Root Cause Analysis"
    yield runbook.root_cause_analysis or marks.invented("the root cause analysis", "TODO why this happens.")
    yield "## Solutions"
    if not runbook.solutions:
        yield marks.invented("the solutions", "### Solution 1: TODO fix the likeliest cause")
    yield from (solution_text(number, solution) for number, solution in enumerate(runbook.solutions, start=1))
    yield from _prevention(runbook, marks)
    yield from _links(runbook, marks)
    yield "## Version History"
    yield _history(runbook, marks, today)


def _card(runbook: Runbook, marks: Marks) -> Iterator[str]:
    yield "## Quick Reference Card"
    yield from note_texts(runbook.notes)
    symptoms = items(symptom.text for symptom in runbook.symptoms)
    yield f"**🔍 Symptoms:**\n\n{symptoms or marks.invented('the symptoms', '- TODO what is seen')}"
    causes = "\n".join(cause_text(number, cause) for number, cause in enumerate(runbook.causes, start=1))
    unknown = "1. **TODO** (100% of cases) - TODO"
    yield f"**⚡ Common Causes:**\n\n{causes or marks.invented('the common causes', unknown)}"
    fix = joined(fences(runbook.quick_fix)) or marks.invented("the quick fix", "```bash\n# TODO first relief\n```")
    yield f"**🚀 Quick Fix:**\n\n{fix}"
    time = runbook.resolution_time.text or marks.invented("the resolution time", "TODO")
    yield f"**⏱️ Estimated Resolution Time:** {time}"


def _purpose(text: str) -> Iterator[str]:
    """The first paragraph behind its label, and the others below it unless one would read as something else."""
    first, _, rest = text.partition("\n\n")
    below = rest if not _STRUCTURE.search(rest) else ""
    yield f"> **Purpose**: {one_line(first if below else text)}"
    yield below


def _prevention(runbook: Runbook, marks: Marks) -> Iterator[str]:
    prevention = runbook.prevention
    yield "## Prevention"
    if prevention.immediate:
        yield joined(("### Immediate Prevention (Tactical)", *measure_texts(prevention.immediate)))
    if prevention.long_term:
        yield joined(("### Long-term Prevention (Strategic)", *measure_texts(prevention.long_term)))
    practices = practice_items(prevention)
    if practices:
        yield joined(("### Best Practices", practices))
    if prevention.security:
        yield joined(("### Security Considerations", items(practice.text for practice in prevention.security)))
    if not (prevention.immediate or prevention.long_term or practices):
        yield marks.invented("the prevention", "### Best Practices\n\n- ✅ TODO")


def _links(runbook: Runbook, marks: Marks) -> Iterator[str]:
    yield "## Related Issues"
    if not (runbook.related or runbook.resources):
        yield marks.invented("the related issues", "TODO which runbooks are about neighbours of this problem.")
    if runbook.related:
        yield f"**Related runbooks:**\n\n{link_items(runbook.related)}"
    if runbook.resources:
        yield f"**External resources:**\n\n{link_items(runbook.resources)}"
    for passage in runbook.passages:
        if passage.text:
            yield joined((f"## Kept: {one_line(passage.label) or 'text'}", passage.text))


def _history(runbook: Runbook, marks: Marks, today: date) -> str:
    rows = [(row.version, row.date.isoformat() if row.date else "", row.author, row.changes) for row in runbook.history]
    if not rows:
        version = runbook.metadata.version or "0.1.0"
        rows = [(version, today.isoformat(), "TODO", marks.invented("the version history", "TODO Converted draft"))]
    cells = ["| " + " | ".join(table_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(["| Version | Date | Author | Changes |", "|---|---|---|---|", *cells])


def _note_losses(runbook: Runbook, marks: Marks) -> None:
    """What the format has no field for; passages are kept as separate sections."""
    for key in runbook.metadata.other:
        marks.left_out(f"front matter {key}")
    marks.left_out("the impact", runbook.impact)
    marks.left_out("the chains of the causes", any(cause.chain for cause in runbook.causes))
    marks.left_out("the indicators of the causes", any(cause.indicators for cause in runbook.causes))
    marks.left_out("remarks outside the steps", any(step.passages for step in runbook.steps))
    marks.left_out("remarks outside the prevention", runbook.prevention.passages)
