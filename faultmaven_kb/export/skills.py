"""Runbooks as Agent Skills: one folder `<name>/SKILL.md` each (agentskills.io specification), or one zip each.

The description is what an agent's prompt lists all the time, so it says what and when within 256 characters; the body
is read once the skill is chosen. A known loader cuts the file at the first two `---` it meets, wherever they are, and
other tools look for lines of them: neither the front matter nor any line of the body contains one except the two
fences.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from faultmaven_kb.export.agent_text import as_shown
from faultmaven_kb.export.carried import carried_sections
from faultmaven_kb.export.markdown_text import front_matter, hyphenated, indented, item, items, joined, one_line
from faultmaven_kb.export.runbook_markdown import (
    cause_text,
    fences,
    labelled,
    practice_items,
    solution_text,
    step_text,
)
from faultmaven_kb.model.runbook import Cause, Measure, Runbook
from faultmaven_kb.text.characters.terminal_text import json_text
from faultmaven_kb.text.inline import plain

__all__ = ["Skill", "catalog", "skill_of", "skills_of", "zipped"]

_NAME_LENGTH = 64  # the specification of Agent Skills
_DESCRIPTION_LENGTH = 256  # chosen: an agent's prompt has all descriptions; the specification allows 1,024
_PURPOSE_LENGTH = 110  # chosen: leaves room for symptoms in the description
_ABOUT_SHARES = (
    "The likeliest causes, with the share of cases their author expects. A share is a prior estimate: let the "
    "observations decide."
)
_TAG = re.compile(r"[<>]")
_FENCE = re.compile(r"(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill: its name is its folder's name, `text` the whole of SKILL.md."""

    name: str
    description: str
    text: str
    updated: str = ""


def skills_of(runbooks: Iterable[Runbook]) -> tuple[Skill, ...]:
    """One skill for each runbook; of two that would have the same name the second gets a number."""
    skills: dict[str, Skill] = {}
    for runbook in runbooks:
        base = _name(runbook)
        name, number = base, 2
        while name in skills:
            ending = f"-{number}"
            name, number = base[: _NAME_LENGTH - len(ending)].rstrip("-") + ending, number + 1
        skills[name] = skill_of(runbook, name=name)
    return tuple(skills.values())


def skill_of(runbook: Runbook, *, name: str | None = None) -> Skill:
    """The skill for a runbook, under its own name."""
    name = name or _name(runbook)
    runbook = as_shown(runbook)
    description = _description(runbook)
    metadata = dict(_metadata(runbook))
    head = front_matter({"name": name, "description": description, **({"metadata": metadata} if metadata else {})})
    own = joined(_body(runbook))
    body = _without_rules(joined((own, *carried_sections(runbook, own))))
    updated = runbook.metadata.last_updated
    return Skill(name, description, f"{head}\n{body}\n", str(updated) if updated else "")


def zipped(skill: Skill) -> bytes:
    """The skill as a zip file with SKILL.md at its root; equal skills give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("SKILL.md", date_time=(1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, skill.text.encode())
    return buffer.getvalue()


def catalog(skills: Iterable[Skill], *, base: str = "") -> str:
    """The older catalogue form: a JSON list of id, update_date, description and link (`base` before the path)."""
    rows = [
        {
            "id": skill.name,
            "update_date": skill.updated,
            "description": skill.description,
            "link": f"{base}{skill.name}/SKILL.md",
        }
        for skill in skills
    ]
    return json_text(rows, indent=2) + "\n"


def _name(runbook: Runbook) -> str:
    return hyphenated(runbook.id)[:_NAME_LENGTH].strip("-") or "runbook"


def _bare(text: str) -> str:
    """Words for the front matter: one line, no marks, no tags, no run of hyphens."""
    return re.sub("-{2,}", "-", _TAG.sub("", one_line(plain(text))))


def _description(runbook: Runbook) -> str:
    """What it is for, then when: literal messages first, because they are what an agent will see."""
    title = _bare(runbook.title)
    what = _clause(_bare(runbook.purpose) or title, _PURPOSE_LENGTH)
    text = f"{what}." if title.casefold() in what.casefold() else f"{_clause(title, 100)}: {what}."
    joint = " Use when seeing "
    for sign in _signs(runbook) or [f"signs of {_clause(title, 80)}"]:
        if len(text) + len(joint) + len(sign) < _DESCRIPTION_LENGTH:
            text, joint = text + joint + sign, ", "
    return text if text.endswith(".") else text + "."


def _signs(runbook: Runbook) -> list[str]:
    """What is seen: the messages that open a symptom, then symptoms without any."""
    opening = [symptom.literals[0] for symptom in runbook.symptoms if symptom.literals and symptom.text.startswith("`")]
    literal = [f'"{_bare(text)}"' for text in opening]
    sentences = [_clause(_bare(symptom.text), 90) for symptom in runbook.symptoms if not symptom.literals]
    return [sign for sign in dict.fromkeys((*literal, *sentences)) if len(sign) > 4]


def _clause(text: str, limit: int) -> str:
    """The text up to its last comma or word within the limit, without a full stop."""
    if len(text) > limit:
        head = text[: limit + 1]
        text = head.rsplit(", ", 1)[0] if ", " in head[limit // 2 :] else head.rsplit(" ", 1)[0]
    return text.rstrip(" .,;:")


def _metadata(runbook: Runbook) -> Iterator[tuple[str, str]]:
    about = runbook.metadata
    values = (
        ("title", runbook.title),
        ("technology", about.technology),
        ("severity", about.severity),
        ("difficulty", about.difficulty),
        ("status", about.status),
        ("version", about.version),
        ("last_updated", str(about.last_updated) if about.last_updated else None),
        ("verified_by", about.verified_by),
        ("tags", ", ".join(about.tags)),
        ("aliases", ", ".join(about.aliases)),
        ("alerts", ", ".join(about.alerts)),
    )
    yield from ((key, _bare(value)) for key, value in values if value)


def _body(runbook: Runbook) -> Iterator[str]:
    yield f"# {one_line(runbook.title)}"
    yield "## Goal"
    yield (
        joined((runbook.purpose, labelled("Impact", runbook.impact)))
        or f"Find out why this happens and fix it: {runbook.title}."
    )
    if runbook.symptoms:
        yield "## When to use"
        yield items(symptom.text for symptom in runbook.symptoms)
    yield "## Workflow"
    yield "Run one command at a time, read its result, and keep what it supports or rules out."
    yield from (step_text(number, step) for number, step in enumerate(runbook.steps, start=1))
    if runbook.quick_fix:
        yield joined(("### First relief", *fences(runbook.quick_fix)))
    yield "## Synthesis"
    yield _synthesis(runbook)
    yield "## Remediation"
    yield "Ask before anything that changes a system."
    yield from (solution_text(number, solution) for number, solution in enumerate(runbook.solutions, start=1))
    measures = (*runbook.prevention.immediate, *runbook.prevention.long_term)
    prevention = "\n".join([*map(_measure, measures), practice_items(runbook.prevention)]).strip("\n")
    if prevention:
        yield "## Prevention"
        yield prevention
    links = [link for link in runbook.resources if "://" in link.url]
    if links:
        yield "## References"
        yield items(f"[{link.title}]({link.url})" for link in links)


def _measure(measure: Measure) -> str:
    text = f"**{measure.name}** - {measure.text}" if measure.text else f"**{measure.name}**"
    return item(text, "-", fences(measure.commands))


def _synthesis(runbook: Runbook) -> str:
    if not runbook.causes:
        return "Say which observation supports which explanation. When none fits, say so."
    return joined(
        (
            _ABOUT_SHARES,
            "\n".join(_cause(number, cause) for number, cause in enumerate(runbook.causes, start=1)),
            "When no cause fits the observations, say so instead of choosing one.",
        )
    )


def _cause(number: int, cause: Cause) -> str:
    indicators = [
        f"{indicator.source}: {indicator.text}" if indicator.source else indicator.text
        for indicator in cause.indicators
        if indicator.text
    ]
    return (
        joined((cause_text(number, cause), indented(items(indicators), 3))) if indicators else cause_text(number, cause)
    )


def _without_rules(text: str) -> str:
    """No line of three hyphens alone: in YAML it becomes one with a comment, elsewhere one of four."""
    lines = text.split("\n")
    marks = language = ""
    for index, line in enumerate(lines):
        bare = line.strip()
        opening = _FENCE.match(bare)
        if opening and not marks:
            marks, language = opening[1], bare[len(opening[1]) :].strip()
        elif opening and bare.startswith(marks) and not bare.strip(marks[0]):
            marks = language = ""
        if bare == "---":
            lines[index] = line.replace("---", "--- # next document" if language in ("yaml", "yml") else "----")
    return "\n".join(lines)
