"""Blocks to a tree of sections, and a section's blocks to labelled groups. Dialects and rules walk these.

A section owns the blocks up to the next heading of any level, so the sections of a document never overlap and together
contain every line. A group is what is under one bold label (`**🔍 Symptoms:**`): labels are matched on their ASCII
words, so any emoji, none, or a mis-decoded one reads the same. A note ("**⚠️ Warning:**") is a label that opens no
group: it stays where it is, so that the fence below a warning still belongs to the label above it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.aliases import NO_ALIASES
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Block, Heading, Paragraph, Quote, ThematicBreak
from faultmaven_kb.text.translations import in_english

__all__ = [
    "NOTE_KINDS",
    "Group",
    "OutlineSection",
    "blocks_below",
    "blocks_with_headings",
    "build_outline",
    "groups",
    "heading_span",
    "is_note",
    "label_of",
    "parts_of",
    "split_labels",
    "walk",
    "words",
]

NOTE_KINDS = ("note", "warning", "caution", "danger", "important", "tip", "risk", "risks", "attention")
"""The first words of labels that open a note."""


_LABEL = re.compile(
    r"^(?P<lead>[^A-Za-z0-9*_\n]*)(?P<mark>\*\*|__)(?P<label>[^\n]+?)(?P=mark)(?P<colon>[ \t]*[:：])?[ \t]*"
)
_LABEL_START = 12  # characters: an emoji and spaces may come before a label
_WORD = re.compile(r"[a-z0-9]+(?:[-'’][a-z0-9]+)*")
_BRACKETS = re.compile(r"\([^)]{0,100}\)")


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A heading with its own blocks and the sections below it; the part before the first heading has level 0.

    `title` is the heading without marks, `key` its words in lower case, without emoji and brackets: what dialects look
    up.
    """

    heading: Heading | None
    title: str
    key: str
    blocks: tuple[Block, ...]
    children: "tuple[OutlineSection, ...]"
    span: Span

    @property
    def level(self) -> int:
        """The heading's level, 0 for what is before the first heading."""
        return self.heading.level if self.heading else 0

    def raised(self, by: int) -> "OutlineSection":
        """The section with its heading, and those below it, on a level that is higher by some."""
        heading = replace(self.heading, level=self.level - by) if self.heading else None
        return replace(self, heading=heading, children=tuple(child.raised(by) for child in self.children))


@dataclass(frozen=True, slots=True)
class Group:
    """What is under one label: the words behind it on its line, and the blocks after it.

    `key` is the label's words in lower case; both are empty for what is before the first label.
    """

    label: str
    key: str
    text: str
    blocks: tuple[Block, ...]
    span: Span


@lru_cache(maxsize=4096)  # labels and headings repeat from runbook to runbook
def words(text: str) -> str:
    """Lower-case ASCII words joined by one space, without what is in brackets; names of parts in English."""
    bare = _BRACKETS.sub(" ", text) if "(" in text else text
    return in_english(bare) or " ".join(_WORD.findall(bare.lower()))


def is_note(key: str) -> bool:
    """Whether a label's words open a note ("warning", "note on memory")."""
    return key.split(" ", 1)[0] in NOTE_KINDS


def build_outline(
    source: Source, blocks: Iterable[Block], start_line: int = 1, *, aliases: Mapping[str, str] = NO_ALIASES
) -> tuple[OutlineSection, ...]:
    """The top sections of a document in order, each with its children; `start_line` is the body's first line.

    `aliases` gives for a heading, in lower case, the one it is read as: a team's own name for a part.
    """
    flat: list[tuple[Heading | None, list[Block]]] = [(None, [])]
    for block in blocks:
        if isinstance(block, Heading):
            flat.append((block, []))
        else:
            flat[-1][1].append(block)
    if not flat[0][1]:
        del flat[0]
    if not flat:
        return ()
    lines = source.lines
    starts = [heading.span.line if heading else start_line for heading, _ in flat]
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    spans = []
    for first, end in zip(starts, ends, strict=True):
        last = end
        while last > first and not lines[last - 1].strip():
            last -= 1
        spans.append(source.line_span(first, last))
    return _nest(flat, spans, 0, len(flat), aliases)


def _nest(
    flat: list[tuple[Heading | None, list[Block]]], spans: list[Span], begin: int, stop: int, aliases: Mapping[str, str]
) -> tuple[OutlineSection, ...]:
    """The sections from `begin` to `stop` as a tree: each contains the deeper ones that follow it."""
    top: list[OutlineSection] = []
    while begin < stop:
        heading, blocks = flat[begin]
        end = begin + 1
        while heading and end < stop and (flat[end][0] or heading).level > heading.level:
            end += 1
        children = _nest(flat, spans, begin + 1, end, aliases) if end > begin + 1 else ()
        title = plain(heading.text) if heading else ""
        top.append(
            OutlineSection(
                heading, title, words(aliases.get(title.casefold(), title)), tuple(blocks), children, spans[begin]
            )
        )
        begin = end
    return tuple(top)


def walk(sections: Iterable[OutlineSection]) -> Iterator[OutlineSection]:
    """Every section in document order, each before its children."""
    for section in sections:
        yield section
        yield from walk(section.children)


def blocks_below(section: OutlineSection) -> tuple[Block, ...]:
    """The blocks of a section and of all sections below it, in order."""
    return tuple(block for part in walk((section,)) for block in part.blocks)


def blocks_with_headings(section: OutlineSection) -> tuple[Block, ...]:
    """The blocks of a section and of those below it, whose headings are kept as labels."""
    blocks = list(section.blocks)
    for part in walk(section.children):
        if part.heading:
            blocks.append(Paragraph(f"**{part.title}:**", part.heading.span))
        blocks.extend(part.blocks)
    return tuple(blocks)


def heading_span(section: OutlineSection) -> Span:
    """Where the heading is: the place of everything that is missing below it."""
    return section.heading.span if section.heading else section.span


def parts_of(section: OutlineSection) -> tuple[Group, ...]:
    """The labelled groups of a section, and its child sections, which read alike: a heading is the label of one."""
    children = (
        Group(child.title, child.key, "", blocks_below(child), heading_span(child)) for child in section.children
    )
    return (*groups(section.blocks), *children)


def groups(blocks: Iterable[Block]) -> tuple[Group, ...]:
    """The labelled groups of some blocks in order; the first has no label when text is before all labels."""
    rows: list[tuple[str, str, list[Block], Span]] = []
    for block in blocks:
        if isinstance(block, ThematicBreak):
            continue
        for part in split_labels(block) if isinstance(block, Paragraph) else (block,):
            label = label_of(part)
            if label and not is_note(words(label[0])):
                rows.append((label[0], label[1], [], part.span))
            elif rows:
                rows[-1][2].append(part)
            else:
                rows.append(("", "", [part], part.span))
    return tuple(Group(label, words(label), text, tuple(content), span) for label, text, content, span in rows)


def split_labels(block: Paragraph) -> Iterator[Block]:
    """A paragraph cut before each line that opens with a label."""
    if "\n" not in block.text:
        yield block
        return
    lines = block.text.split("\n")
    begin = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or _label_match(lines[index]):
            first, last = block.span.line + begin, block.span.line + index - 1
            column = block.span.column if begin == 0 else 1
            span = Span(first, column, last, len(lines[index - 1]) + 1)
            yield Paragraph("\n".join(lines[begin:index]), span)
            begin = index


def _label_match(text: str) -> re.Match[str] | None:
    if text.find("**", 0, _LABEL_START) < 0 and text.find("__", 0, _LABEL_START) < 0:
        return None
    match = _LABEL.match(text)
    if match and (match["colon"] or match["label"].rstrip().endswith((":", "："))):
        return match
    return None


def label_of(block: Block) -> tuple[str, str] | None:
    """The label and the words behind it, for a paragraph or a quote that opens with one."""
    if isinstance(block, Quote):
        inner = block.blocks[0] if len(block.blocks) == 1 else None
        return label_of(inner) if isinstance(inner, Paragraph) else None
    if not isinstance(block, Paragraph):
        return None
    match = _label_match(block.text)
    if not match:
        return None
    return match["label"].strip().rstrip(":：").strip(), block.text[match.end() :].strip()
