"""The causal-chain generation of runbooks: each cause carries a chain of states, what shows each of them, and fixes.

Authors write a cause as one run of lines, so a label often comes right below a list item and Markdown takes it for the
item's own text. Causes are therefore read line by line within their items. An intervention becomes a solution whose
title keeps its kind and its place in the chain (`Remediation (root): …`); `Cause Z`, the fallback, is not a cause. The
first form of the generation had options and resolutions instead of causes: `causal_chain_options` reads these.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from faultmaven_kb.dialects.causal_chain_options import read_options, read_resolutions
from faultmaven_kb.dialects.dialect import Dialect, Document, Vocabulary, sections_by_role
from faultmaven_kb.dialects.faultmaven import read_step
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.durations import read_duration
from faultmaven_kb.dialects.pieces.parts import (
    commands_in,
    item_text,
    items_in,
    links_in,
    notes_in,
    passages_in,
    practices_in,
    read_symptoms,
    section_passage,
    text_of,
    without_notes,
)
from faultmaven_kb.model.runbook import (
    Cause,
    ChainLink,
    Indicator,
    Instruction,
    Note,
    Passage,
    Prevention,
    Solution,
    Step,
)
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Block, ListBlock, ListItem, Paragraph
from faultmaven_kb.text.outline import OutlineSection, blocks_below, groups, split_labels, words

__all__ = ["CAUSAL_CHAIN"]

HEADINGS = Vocabulary(
    ("symptoms", ("symptom recognition",)),
    ("problem", ("problem definition",)),
    ("applicability", ("applicability",)),
    ("diagnostic-steps", ("diagnostic steps",)),
    ("causes", ("causes",)),
    ("mitigation", ("mitigation",)),
    ("resolution", ("root cause resolution",)),
    ("verification", ("verification",)),
    ("prevention", ("prevention",)),
    ("sources", ("sources", "references")),
)
_LABELS = (
    ("statement", ("statement", "mechanism")),
    ("chain", ("chain",)),
    ("indicators", ("indicators", "indicator")),
    ("interventions", ("interventions", "intervention")),
    ("mitigation", ("mitigation",)),
    ("remediation", ("resolution", "remediation")),
    ("aside", ("impact", "rollback", "verification")),
)
"""What the labels of a cause are read as; the first year of these runbooks had a mitigation and a resolution instead of
interventions, and what follows the resolution belongs to it."""

_ROLES = {label: role for role, labels in _LABELS for label in labels}
_STATUSES = {"in-review": "draft"}
_DIFFICULTIES = {"expert": "advanced"}

_CAUSE = re.compile(r"^cause\s+([A-Z])\b\s*[:.)–—-]*\s*", re.IGNORECASE)
_LABEL_LINE = re.compile(r"^\s*\*\*(?P<label>[A-Za-z]+)\s*(?::\*\*|\*\*\s*:)\s*(?P<text>.*)$")
_NODE = re.compile(r"^(?P<node>root|s\d{1,2}|D)\s*:\s*(?P<text>.*)$", re.DOTALL)
_ARROW = re.compile(r"(?:(?<!\s)\s++)?(?:→|->|⟶)\s*")
_SOURCE = re.compile(r"^\[(?P<source>step\s*\d[^\]]*+|symptoms?|default)\]\s*(?P<text>.*)$", re.IGNORECASE | re.DOTALL)
_KIND = re.compile(r"^\*\*(?P<kind>[\w -]+)\*\*\s*(?:\((?P<node>[^)]*)\))?\s*:?\s*", re.DOTALL)
_FACET = re.compile(r"\*\*(?P<facet>risk|duration|verification|command)s?\s*(?::\*\*|\*\*\s*:)\s*", re.IGNORECASE)
_EXPECTED = re.compile(r"^expected (?:output|result)s?\s*[^:\n]{0,40}:\s*", re.IGNORECASE)


def _fit(document: Document) -> int:
    by_role = {HEADINGS.role(section.key): section for section in document.outline}
    for section in document.outline[:2]:
        by_role.update((HEADINGS.role(child.key), child) for child in section.children)
    causes = by_role.get("causes")
    lettered = causes is not None and any(_CAUSE.match(child.title) for child in causes.children)
    first_form = {"problem", "diagnostic-steps"} <= set(by_role)
    return 3 * (len(by_role) - (None in by_role)) if lettered or first_form or "symptoms" in by_role else 0


def _translate(values: Mapping[str, Any]) -> dict[str, Any]:
    """The front matter of this generation: `service` is a technology, two words mean what another one means here."""
    translated = dict(values)
    service = values.get("service")
    if isinstance(service, str) and "technology" not in values:
        translated["technology"] = service
    for field, table in (("status", _STATUSES), ("difficulty", _DIFFICULTIES)):
        value = values.get(field)
        if isinstance(value, str) and value in table:
            translated[field] = table[value]
    return translated


def _read(document: Document) -> Contents:
    parts = Contents()
    for role, section in sections_by_role(document, HEADINGS):
        parts = parts.followed_by(_READERS[role](document, section))
    numbered = enumerate(parts.solutions, 1)
    return replace(
        parts, solutions=tuple(solution.model_copy(update={"number": number}) for number, solution in numbered)
    )


def _problem(document: Document, section: OutlineSection) -> Contents:
    blocks = blocks_below(section)
    return Contents(purpose=text_of(without_notes(blocks)), notes=notes_in(blocks))


def _options(document: Document, section: OutlineSection) -> Contents:
    return Contents(solutions=read_options(section))


def _resolutions(document: Document, section: OutlineSection) -> Contents:
    return Contents(solutions=read_resolutions(section))


def _symptoms(document: Document, section: OutlineSection) -> Contents:
    blocks = blocks_below(section)
    beside = tuple(block for block in section.blocks if not isinstance(block, ListBlock))
    return Contents(
        symptoms=read_symptoms(blocks),
        notes=notes_in(blocks),
        passages=passages_in(groups(beside)),
    )


def _passage(document: Document, section: OutlineSection) -> Contents:
    return Contents(passages=section_passage(section, text_of(blocks_below(section))))


def _steps(document: Document, section: OutlineSection) -> Contents:
    return Contents(
        steps=tuple(_step(child) for child in section.children),
        passages=passages_in(groups(section.blocks)),
    )


def _step(section: OutlineSection) -> Step:
    """A step; its words after the command say what to expect, with or without a bold label."""
    step = read_step(section)
    expected, others = [step.expected_output] if step.expected_output else [], []
    for passage in step.passages:
        match = _EXPECTED.match(passage.text)
        if match and not passage.label:
            expected.append(passage.text[match.end() :])
        else:
            others.append(passage)
    return step.model_copy(update={"expected_output": "\n\n".join(expected), "passages": tuple(others)})


@dataclass
class _Entry:
    """A text under one label of a cause, with the blocks that belong to it."""

    label: str
    role: str
    text: str
    blocks: tuple[Block, ...]
    span: Span


def _entries(blocks: tuple[Block, ...]) -> Iterator[_Entry]:
    """The labelled texts and items of a cause in order; a label inside an item ends that item."""
    label = ""
    for block in blocks:
        parts = (
            block.items if isinstance(block, ListBlock) else split_labels(block) if isinstance(block, Paragraph) else ()
        )
        for part in parts or (block,):
            inside = part.blocks if isinstance(part, ListItem) else (part,)
            for new_label, text in _labelled(text_of(inside), inside_item=isinstance(part, ListItem)):
                label = new_label or label
                if text or (commands_in(inside) and not new_label):
                    yield _Entry(label, _ROLES.get(label, ""), text, () if new_label else inside, part.span)


def _labelled(text: str, *, inside_item: bool) -> Iterator[tuple[str, str]]:
    """A text cut before each line that opens with a label of a cause; an item's first line is always its own."""
    label = ""
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        match = _LABEL_LINE.match(line) if number or not inside_item else None
        role = _ROLES.get(match["label"].lower()) if match else None
        if match and role and not (inside_item and role == "aside"):
            if number:
                yield label, "\n".join(lines).strip()
            label, lines = match["label"].lower(), [match["text"]]
        else:
            lines.append(line)
    yield label, "\n".join(lines).strip()


def _causes(document: Document, section: OutlineSection) -> Contents:
    causes: list[Cause] = []
    solutions: list[Solution] = []
    passages = list(passages_in(groups(section.blocks)))
    for child in section.children:
        letter = _CAUSE.match(child.title)
        name = plain(child.title[letter.end() :] if letter else child.title)
        entries = tuple(_entries(blocks_below(child)))
        number = ord(letter[1].upper()) - ord("A") + 1 if letter else len(causes) + 1
        is_fallback = letter is not None and letter[1].upper() == "Z"
        if is_fallback:
            passages += (Passage(label=name, text=e.text, span=e.span) for e in entries if e.role == "statement")
        else:
            causes.append(_cause(name, number, child.span, entries))
        solutions += (_solution(name, (entry,)) for entry in entries if entry.role == "interventions")
        for kind in ("mitigation", "remediation"):
            fix = tuple(
                entry for entry in entries if entry.role == kind or (kind, entry.role) == ("remediation", "aside")
            )
            if any(entry.role == kind for entry in fix):
                solutions.append(_solution(name, fix, kind=kind.capitalize()))
        passages += (Passage(label=name, text=e.text, span=e.span) for e in entries if not e.role and e.text)
    return Contents(causes=tuple(causes), solutions=tuple(solutions), passages=tuple(passages))


def _cause(name: str, number: int, span: Span, entries: tuple[_Entry, ...]) -> Cause:
    return Cause(
        name=name,
        number=number,
        description="\n\n".join(entry.text for entry in entries if entry.role == "statement"),
        chain=tuple(link for entry in entries if entry.role == "chain" for link in _links(entry)),
        indicators=tuple(_indicator(entry) for entry in entries if entry.role == "indicators"),
        span=span,
    )


def _links(entry: _Entry) -> Iterator[ChainLink]:
    for text in _ARROW.split(entry.text) if not _NODE.match(entry.text) else (entry.text,):
        match = _NODE.match(text)
        yield ChainLink(node=match["node"] if match else "", text=match["text"] if match else text, span=entry.span)


def _indicator(entry: _Entry) -> Indicator:
    match = _NODE.match(entry.text)
    node, text = (match["node"], match["text"]) if match else ("", entry.text)
    source = _SOURCE.match(text)
    if source is None:
        return Indicator(node=node, text=text, span=entry.span)
    return Indicator(node=node, source=words(source["source"]), text=source["text"], span=entry.span)


def _solution(cause: str, entries: tuple[_Entry, ...], *, kind: str = "") -> Solution:
    """A solution from an intervention, or from everything that an older runbook says under one label."""
    text = "\n\n".join(entry.text for entry in entries if entry.role != "aside" and entry.text)
    match = None if kind else _KIND.match(text)
    if match:
        kind = words(match["kind"].replace("_", " ")).capitalize() + (f" ({match['node']})" if match["node"] else "")
        text = text[match.end() :]
    pieces = [piece.strip(" \n-") for piece in _FACET.split(text)]
    facets = {facet.lower(): value for facet, value in zip(pieces[1::2], pieces[2::2], strict=True)}
    facets.update({entry.label: entry.text for entry in entries if entry.role == "aside"})
    commands = tuple(command for entry in entries for command in commands_in(entry.blocks))
    span = Span(*_ends(entries[0].span, entries[-1].span))
    action = "\n\n".join(part for part in (pieces[0], facets.get("command", "")) if part)
    asides = tuple((label.capitalize(), facets[label]) for label in ("impact", "rollback") if facets.get(label))
    return Solution(
        title=f"{kind}: {cause}" if kind else cause,
        instructions=(Instruction(text=action, commands=commands, span=span),) if action or commands else (),
        commands=commands,
        expected_outcome=facets.get("verification", ""),
        resolution_time=read_duration(facets.get("duration", "").rstrip(".")),
        notes=(Note(kind="risk", text=facets["risk"], span=span),) if facets.get("risk") else (),
        passages=tuple(Passage(label=label, text=aside, span=span) for label, aside in asides),
        span=span,
    )


def _ends(first: Span, last: Span) -> tuple[int, int, int, int]:
    return first.line, first.column, last.end_line, last.end_column


def _prevention(document: Document, section: OutlineSection) -> Contents:
    blocks = blocks_below(section)
    do, avoid = practices_in(blocks)
    beside = tuple(block for block in blocks if not isinstance(block, ListBlock))
    return Contents(prevention=Prevention(do=do, avoid=avoid, passages=passages_in(groups(beside))))


def _sources(document: Document, section: OutlineSection) -> Contents:
    blocks = blocks_below(section)
    plain_items = [item for item in items_in(blocks) if not links_in(document.source, item.blocks)]
    return Contents(
        resources=links_in(document.source, blocks),
        passages=tuple(Passage(label=section.title, text=item_text(i), span=i.span) for i in plain_items),
    )


_READERS = {
    "symptoms": _symptoms,
    "problem": _problem,
    "applicability": _passage,
    "diagnostic-steps": _steps,
    "causes": _causes,
    "mitigation": _options,
    "resolution": _resolutions,
    "verification": _passage,
    "prevention": _prevention,
    "sources": _sources,
}

CAUSAL_CHAIN = Dialect("causal-chain", HEADINGS, _fit, _read, _translate)
