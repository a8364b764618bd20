"""The format this library exists for: quick reference card, diagnostic steps, solutions, prevention, related issues.

The tables say which words name which part; everything else follows from them. Labels in a card may also be
headings one level deeper, as some authors write them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from faultmaven_kb.dialects.dialect import Dialect, Document, Vocabulary
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.durations import read_duration
from faultmaven_kb.dialects.pieces.parts import (
    code_in,
    commands_in,
    group_text,
    item_text,
    items_in,
    links_in,
    notes_in,
    passages_in,
    practices_in,
    read_causes,
    read_instructions,
    read_measures,
    read_symptoms,
    text_of,
    without_notes,
)
from faultmaven_kb.model.runbook import Link, Passage, Prevention, Revision, Solution, Step
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Block, Table
from faultmaven_kb.text.outline import Group, OutlineSection, blocks_below, groups, parts_of, walk, words

__all__ = [
    "CARD",
    "FAULTMAVEN",
    "PREVENTION",
    "SECTIONS",
    "SOLUTION",
    "STEP",
    "numbered_title",
    "read_solution",
    "read_step",
]

SECTIONS = Vocabulary(
    ("quick-reference-card", ("quick reference card", "quick reference")),
    ("diagnostic-steps", ("diagnostic steps", "diagnostics", "diagnostic procedure")),
    ("root-cause-analysis", ("root cause analysis", "root causes", "root cause")),
    ("solutions", ("solutions", "solution", "resolution steps")),
    ("prevention", ("prevention", "preventive measures")),
    ("related-issues", ("related issues", "related runbooks", "related")),
    ("version-history", ("version history", "revision history", "changelog", "change log")),
    ("license", ("license attribution", "license", "license and attribution")),
)
CARD = Vocabulary(
    ("symptoms", ("symptoms", "symptom")),
    ("causes", ("common causes", "causes", "likely causes")),
    ("quick-fix", ("quick fix", "quick fixes", "immediate fix")),
    ("resolution-time", ("estimated resolution time", "resolution time", "time to resolution", "estimated time")),
)
STEP = Vocabulary(
    ("what-to-check", ("what to check", "what to do", "check")),
    ("how-to-check", ("how to check", "command", "commands", "how to")),
    ("expected-output", ("expected output", "expected result", "expected results", "example output", "expected")),
    ("look-for", ("look for", "what to look for")),
    ("meaning", ("what this tells you", "what it tells you", "what this means", "interpretation", "meaning")),
)
SOLUTION = Vocabulary(
    ("when-to-use", ("when to use this solution", "when to use", "use when")),
    ("prerequisites", ("prerequisites", "prerequisite", "requirements", "before you start")),
    ("instructions", ("implementation steps", "implementation", "steps", "procedure", "instructions")),
    ("outcome", ("expected outcome", "expected result", "outcome", "success criteria", "verification")),
    ("time", ("time to resolution", "resolution time", "estimated time", "time")),
)
PREVENTION = Vocabulary(
    ("immediate", ("immediate prevention", "immediate", "tactical prevention", "short-term prevention")),
    ("long-term", ("long-term prevention", "long term prevention", "long-term", "strategic prevention")),
    ("practices", ("best practices", "best practice")),
    ("security", ("security considerations", "security")),
)
RELATED = Vocabulary(
    ("related", ("related runbooks", "related", "see also", "related issues")),
    ("resources", ("external resources", "resources", "documentation", "references", "external links")),
)

_NUMBERED = re.compile(r"^(?:step|solution|option|fix)?\s*#?(\d{1,3})\s*[:.)\-–—]*\s*", re.IGNORECASE)


_NUMBERED_KEY = re.compile(r"(?:step|solution) \d")
_OWN_FIELDS = frozenset({"technology", "difficulty", "verified_by"})


def _fit(document: Document) -> int:
    sections = list(walk(document.outline))
    keys = [section.key for section in sections]
    named = [
        SECTIONS.role(section.key) for section in sections if section.key != "quick reference" or _is_card(section)
    ]
    section_roles = {
        role for role in named if role != "solutions" or named.count(role) == 1
    }  # one for each problem is no part
    roles = len(section_roles - {None, "license", "related-issues"})
    if (
        "quick-reference-card" in section_roles or document.front_matter.values.keys() >= _OWN_FIELDS
    ):  # no other family has them
        return roles * 2 + 20
    if not {"diagnostic-steps", "solutions"} & section_roles:
        return 0
    numbered = any(_NUMBERED_KEY.match(key) for key in keys)
    own_fields = bool(_OWN_FIELDS & document.front_matter.values.keys())
    return roles * 2 if roles + numbered + own_fields > 1 else 0  # one heading alone is anybody's


def _is_card(section: OutlineSection) -> bool:
    """Whether a quick reference has a label of the card; elsewhere it is a table of links or of anything else."""
    return any(CARD.label_role(group.key) for group in parts_of(section))


def _read(document: Document) -> Contents:
    parts = Contents(purpose=_purpose(document))
    for role, section in _top_sections(document):
        reader = _READERS.get(role)
        if reader:
            parts = parts.filled_by(reader(document, section))
    return parts


def _top_sections(document: Document) -> Iterator[tuple[str, OutlineSection]]:
    """The sections of the format; one inside another of them is its part, not a section of its own."""
    pending = list(document.outline)
    while pending:
        section = pending.pop(0)
        role = SECTIONS.role(section.key)
        if role:
            yield role, section
        else:
            pending = [*section.children, *pending]


def _purpose(document: Document) -> str:
    """The purpose line under the first heading."""
    for section in document.outline[:2]:
        for group in groups(section.blocks):
            if group.key == "purpose":
                return group_text(group)
    return ""


def _sorted_parts(
    label_groups: tuple[Group, ...], vocabulary: Vocabulary
) -> tuple[dict[str, list[Group]], list[Group]]:
    """Groups by the role of their label, and those that are neither known nor notes."""
    known: dict[str, list[Group]] = {}
    rest = []
    for group in label_groups:
        role = vocabulary.label_role(group.key)
        if role:
            known.setdefault(role, []).append(group)
        else:
            rest.append(group)
    return known, rest


def _blocks(label_groups: list[Group] | None) -> tuple[Block, ...]:
    return tuple(block for group in label_groups or () for block in group.blocks)


def _text(label_groups: list[Group] | None) -> str:
    return "\n\n".join(text for group in label_groups or () if (text := group_text(group)))


def _listed(label_groups: list[Group] | None) -> tuple[str, ...]:
    """The items of a label's list, or its text as one item."""
    texts = tuple(group.text for group in label_groups or () if group.text)
    blocks = without_notes(_blocks(label_groups))
    items = tuple(text for item in items_in(blocks) if (text := item_text(item)))
    return texts + (items or tuple(text for text in [text_of(blocks)] if text))


def _card(document: Document, section: OutlineSection) -> Contents:
    parts = parts_of(section)
    known, rest = _sorted_parts(parts, CARD)
    time = plain(_text(known.get("resolution-time")))
    return Contents(
        symptoms=read_symptoms(_blocks(known.get("symptoms"))),
        causes=read_causes(_blocks(known.get("causes"))),
        quick_fix=commands_in(_blocks(known.get("quick-fix"))),
        resolution_time=read_duration(time) if time else None,
        notes=notes_in(blocks_below(section)),
        passages=passages_in(rest) + _leftover(known, document),
    )


def _leftover(known: dict[str, list[Group]], document: Document) -> tuple[Passage, ...]:
    """Prose in the card beside its lists: an inline quick fix, a sentence under the symptoms."""
    passages = []
    for role in ("symptoms", "causes", "quick-fix"):
        for group in known.get(role, ()):
            prose = tuple(block for block in group.blocks if role == "quick-fix" or not items_in((block,)))
            text = group_text(replace(group, blocks=prose))
            if text:
                passages.append(Passage(label=group.label, text=text, span=group.span))
    return tuple(passages)


def numbered_title(title: str) -> tuple[int | None, str]:
    """`Step 2: Look` as (2, "Look"); a title without a number keeps all its words."""
    match = _NUMBERED.match(title)
    return (int(match[1]), title[match.end() :].strip() or title) if match else (None, title)


def _steps(document: Document, section: OutlineSection) -> Contents:
    return Contents(
        steps=tuple(read_step(child) for child in section.children),
        passages=passages_in(groups(section.blocks)),
    )


def read_step(section: OutlineSection) -> Step:
    """A diagnostic step under a heading of its own."""
    number, title = numbered_title(section.title)
    known, rest = _sorted_parts(parts_of(section), STEP)
    expected = known.get("expected-output")
    shown = tuple(block for group in expected or () for block in group.blocks)
    text = [group.text for group in expected or () if group.text]
    commands = [
        *_blocks(rest),
        *(
            block
            for role, label_groups in known.items()
            if role != "expected-output"
            for block in _blocks(label_groups)
        ),
    ]
    return Step(
        number=number,
        title=title,
        what_to_check=_text(known.get("what-to-check")),
        commands=tuple(sorted(commands_in(commands), key=lambda command: command.span)),
        expected_output="\n".join([*text, code_in(shown) or text_of(shown)]).strip("\n"),
        look_for=_listed(known.get("look-for")),
        meaning=_text(known.get("meaning")),
        notes=notes_in(blocks_below(section)),
        passages=passages_in(rest + [g for g in known.get("how-to-check", ()) if group_text(g)]),
        span=section.span,
    )


def _solutions(document: Document, section: OutlineSection) -> Contents:
    return Contents(
        solutions=tuple(read_solution(child) for child in section.children),
        passages=passages_in(groups(section.blocks)),
    )


def read_solution(section: OutlineSection) -> Solution:
    """A solution under a heading of its own."""
    number, title = numbered_title(section.title)
    known, rest = _sorted_parts(parts_of(section), SOLUTION)
    time = plain(_text(known.get("time")))
    blocks = blocks_below(section)
    return Solution(
        number=number,
        title=title,
        when_to_use="\n".join(_listed(known.get("when-to-use"))),
        prerequisites=_listed(known.get("prerequisites")),
        instructions=read_instructions(_blocks(known.get("instructions")) or _blocks(rest)),
        commands=commands_in(blocks),
        expected_outcome=_text(known.get("outcome")),
        resolution_time=read_duration(time) if time else Solution.model_fields["resolution_time"].default,
        notes=notes_in(blocks),
        passages=passages_in(rest),
        span=section.span,
    )


def _root_cause(document: Document, section: OutlineSection) -> Contents:
    first, last = section.span.line + 1, max(part.span.end_line for part in walk((section,)))
    lines = [document.source.line(number) for number in range(first, last + 1)]
    return Contents(root_cause_analysis="\n".join(lines).strip().removesuffix("---").rstrip())


def _prevention(document: Document, section: OutlineSection) -> Contents:
    known, rest = _sorted_parts(parts_of(section), PREVENTION)
    do, avoid = practices_in(_blocks(known.get("practices")))
    security, also = practices_in(_blocks(known.get("security")))
    security = tuple(sorted((*security, *also), key=lambda practice: practice.span))
    prevention = Prevention(
        immediate=read_measures(_blocks(known.get("immediate"))),
        long_term=read_measures(_blocks(known.get("long-term"))),
        do=do,
        avoid=avoid,
        security=security,
        passages=passages_in(rest),
    )
    return Contents(prevention=prevention)


def _related(document: Document, section: OutlineSection) -> Contents:
    related: list[Link] = []
    resources: list[Link] = []
    rest = []
    for group in parts_of(section):
        role = RELATED.label_role(group.key)
        links = links_in(document.source, group.blocks)
        for link in links:
            is_runbook = link.id is not None if role is None else role == "related" and link.id is not None
            (related if is_runbook else resources).append(link)
        if not links:
            rest.append(group)
    return Contents(related=tuple(related), resources=tuple(resources), passages=passages_in(rest))


def _history(document: Document, section: OutlineSection) -> Contents:
    tables = [block for block in blocks_below(section) if isinstance(block, Table)]
    return Contents(history=tuple(row for table in tables for row in _revisions(table)))


def _revisions(table: Table) -> Iterator[Revision]:
    names = [words(cell) for cell in table.rows[0].cells]
    for row in table.rows[1:]:
        cells = dict(zip(names, row.cells, strict=False))
        if any(cells.values()):
            yield Revision(
                version=plain(cells.get("version", "")).removeprefix("v"),
                date=_date(plain(cells.get("date", ""))),
                author=plain(cells.get("author", "")),
                changes=cells.get("changes", cells.get("description", "")),
                span=row.span,
            )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_READERS = {
    "quick-reference-card": _card,
    "diagnostic-steps": _steps,
    "root-cause-analysis": _root_cause,
    "solutions": _solutions,
    "prevention": _prevention,
    "related-issues": _related,
    "version-history": _history,
}

FAULTMAVEN = Dialect("faultmaven", SECTIONS, _fit, _read, fields=tuple(sorted(_OWN_FIELDS)))
