"""Which parts an alert runbook has, under headings of any level, inside one another, or under labels only.

Three habits of authors are met here, so that reading knows one form: a part inside another ("### Resolution" below
"## Troubleshooting") is taken out of it, a document whose headings say nothing is cut at its labels ("**Impact:**", or
the one word "Impact" on a line of its own), and an alert's page without any part is its own diagnosis when it shows
commands. Labels are asked last, because beside headings a label is a part of a step.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from faultmaven_kb.dialects.alert_headings import HEADINGS, INNER_HEADINGS
from faultmaven_kb.dialects.dialect import Document, sections_by_role
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Paragraph
from faultmaven_kb.text.outline import OutlineSection, label_of, split_labels, walk, words

__all__ = ["ALERT_NAME", "alert_sections", "label_role", "lead_of"]

_CORE = frozenset({"meaning", "impact", "symptoms", "causes", "diagnosis", "mitigation", "steps"})
"""A document with none of these is no runbook of this form, whatever else its headings say."""

_OUTER = frozenset({"causes", "diagnosis", "mitigation", "steps"})
_LABEL_LENGTH = 40
ALERT_NAME = re.compile(r"[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*")
_SHELLS = frozenset({"", "bash", "console", "sh", "shell", "shell-session", "zsh"})


def alert_sections(document: Document) -> tuple[tuple[str, OutlineSection], ...]:
    """The parts of an alert runbook in document order, each with its role; empty for any other document."""
    by_heading = tuple(sections_by_role(document, HEADINGS))
    if not _CORE & {role for role, _ in by_heading}:
        by_label = tuple(_labelled(document))
        if len(_CORE & {role for role, _ in by_label}) > 1:
            return by_label
        return _commands_of_an_alert(document)
    return tuple(part for role, section in by_heading for part in _taken_apart(role, section))


def label_role(block: Block) -> str | None:
    """The role of the label that a paragraph opens with, or of the words that are its whole first line."""
    found = _label(block)
    return found[1] if found else None


def lead_of(document: Document) -> tuple[Block, ...]:
    """The paragraphs below the title, up to the first label that names a part; other labels are left out."""
    found: list[Block] = []
    for section in document.outline[:2]:
        blocks = section.blocks if section.level < 2 else ()
        for block in takewhile(lambda block: _label(block) is None, blocks):
            if isinstance(block, Paragraph) and label_of(block) is None:
                found.append(block)
    return tuple(found)


def _taken_apart(role: str, section: OutlineSection) -> Iterator[tuple[str, OutlineSection]]:
    """A part, then the parts of other kinds that stand inside it."""
    inner: list[tuple[str, OutlineSection]] = []
    yield role, _without(section, role, inner) if role in _OUTER else section
    yield from inner


def _without(
    section: OutlineSection, role: str, inner: list[tuple[str, OutlineSection]], *, about: str = ""
) -> OutlineSection:
    """The section without those below it that are parts of another kind; these join `inner`.

    A part of one case ("### Disk full" with a "#### Resolution") is called after the case.
    """
    kept = []
    for child in section.children:
        found = INNER_HEADINGS.role(child.key)
        if found is None or found == role:
            kept.append(_without(child, role, inner, about=child.title))
        else:
            inner.append((found, replace(child, title=about or child.title)))
    return replace(section, children=tuple(kept)) if section.children else section


def _labelled(document: Document) -> Iterator[tuple[str, OutlineSection]]:
    """The text below each label that names a part, as a section of its own."""
    for section in walk(document.outline):
        label, role, begun = "", "", None
        blocks: list[Block] = []
        for block in (part for whole in section.blocks for part in _pieces(whole)):
            named = _label(block)
            if named is None:
                blocks.append(block)
                continue
            if role and begun:
                yield role, _under_label(section, label, blocks, begun)
            label, role, rest = named
            blocks, begun = [rest] if rest else [], block.span
        if role and begun:
            yield role, _under_label(section, label, blocks, begun)


def _pieces(block: Block) -> Iterator[Block]:
    return split_labels(block) if isinstance(block, Paragraph) else iter((block,))


def _label(block: Block) -> tuple[str, str, Paragraph | None] | None:
    """The label that a paragraph opens with, its role, and the rest of the paragraph; None for any other block."""
    if not isinstance(block, Paragraph):
        return None
    bold = label_of(block)
    first, _, below = block.text.partition("\n")
    label, text = bold or (plain(first).rstrip(": "), below)
    role = HEADINGS.role(words(label)) if len(label) <= _LABEL_LENGTH else None
    if role is None or words(label) == "severity":  # a label's severity is a value
        return None
    return label, role, Paragraph(text, block.span) if text else None


def _under_label(section: OutlineSection, label: str, blocks: list[Block], begun: Span) -> OutlineSection:
    """A label's blocks as a section; below the title its name is the heading, which says what it is about."""
    title = section.title if section.level > 1 else label
    last = blocks[-1].span if blocks else begun
    return OutlineSection(
        None, title, words(label), tuple(blocks), (), Span(begun.line, begun.column, last.end_line, last.end_column)
    )


def _commands_of_an_alert(document: Document) -> tuple[tuple[str, OutlineSection], ...]:
    """The one section of a page that is called like an alert and shows what to do."""
    if len(document.outline) != 1 or document.outline[0].children:
        return ()
    page = document.outline[0]
    helps = any(
        isinstance(block, ListBlock) or (isinstance(block, Fence) and block.language in _SHELLS)
        for block in page.blocks
    )
    return (("diagnosis", page),) if helps and ALERT_NAME.fullmatch(page.title) else ()
