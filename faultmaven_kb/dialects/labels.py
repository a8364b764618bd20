"""The parts of an alert runbook that labels name: "**Impact:**", `Cause: the disk is full`, one word alone on a line.

What a label is, which part it names, and how far what it is above reaches.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from faultmaven_kb.dialects.headings import HEADINGS, label_means
from faultmaven_kb.dialects.pieces.deeds import is_of_deeds, is_of_looks
from faultmaven_kb.dialects.pieces.furniture import is_furniture
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.languages import TYPED
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, ListItem, Paragraph, Quote
from faultmaven_kb.text.outline import OutlineSection, is_note, label_of, split_labels, walk, words

__all__ = [
    "TELLINGS",
    "is_of_names",
    "label_role",
    "labelled_parts",
    "lines_in",
    "part_label",
    "parts_by_label",
    "under_label",
]

TELLINGS = frozenset({"meaning", "impact", "symptoms", "causes"})
_LABEL_LENGTH = 40
_BESIDE = ("diagnosis", "mitigation")
_PLAIN_LABEL = re.compile(
    r"[*_]?(?P<label>[^\W\d_][^\n:：.|`*_]{1,38})[*_]?[:：][*_]?(?P<text>(?:[ \t]+\S|(?<=：)\S)[^\n]*|[ \t]*$)"
)
_DASHED_LABEL = re.compile(r"(?P<label>[A-Z][a-z]{2,14}(?: [a-z]{2,12})?)[ \t]{1,2}[–—-][ \t]{1,2}(?P<text>\S[^\n]*)")
_NAME_OF_LABEL = re.compile(r",|\s[–—-]\s")
_BRACKETED = re.compile(r"\*\*(?P<label>[^*\n.]{3,38})\*\*[ \t]\([^()\n]{1,100}\)[:：](?P<text>[ \t]*)")
_STOPPED = re.compile(r"\*\*(?P<label>[^*\n.]{3,38})\.\*\*(?P<text>.*)", re.DOTALL)


def lines_in(block: Block) -> Iterator[Block]:
    """The lines of a paragraph, or the items of a list by their first block; any other block as it is."""
    if isinstance(block, Paragraph):
        yield from (Paragraph(line, block.span) for line in block.text.split("\n"))
    elif isinstance(block, ListBlock):
        yield from (item.blocks[0] if item.blocks else block for item in block.items)
    else:
        yield block


def label_role(block: Block) -> str | None:
    """The role of the label that a paragraph opens with, or of the words that are its whole first line."""
    label = part_label(block)
    return label[1] if label else None


def parts_by_label(section: OutlineSection) -> Iterator[tuple[str, OutlineSection]]:
    """The parts that the labels of a section name, each with its role and under the section's own title."""
    for role, part in labelled_parts((section,)):
        yield role, replace(part, title=section.title)


def labelled_parts(outline: tuple[OutlineSection, ...]) -> Iterator[tuple[str, OutlineSection]]:
    """The text below each label that names a part, as a section of its own."""
    for section in walk(outline):
        label, role, begun = "", "", None
        blocks: list[Block] = []
        for block in (part for whole in section.blocks for part in _pieces(whole)):
            named = part_label(block)
            if named is None and role in TELLINGS and _is_said(blocks) and _is_points(block):
                named = section.title, "diagnosis" if is_of_looks(block) else "mitigation", block
            if named is None and not (
                role in TELLINGS and (_is_bare_label(block) or (_is_said(blocks) and _begins_anew(block)))
            ):
                blocks.append(block)
                continue
            if role and begun:
                yield role, under_label(section, label, blocks, begun)
            label, role, rest = named or ("", "", None)
            blocks, begun = [rest] if rest else [], block.span
        if role and begun:
            yield role, under_label(section, label, blocks, begun)


def _is_said(blocks: list[Block]) -> bool:
    """Whether the words behind a label say it all: a colon at their end announces more."""
    first = blocks[0] if blocks else None
    return isinstance(first, Paragraph) and not first.text.rstrip(" *_").endswith((":", "："))


def _is_bare_label(block: Block) -> bool:
    """Whether a paragraph is only a label, and none that opens a note: what is below it is about something else."""
    label = label_of(block) if isinstance(block, Paragraph) else None
    return label is not None and not label[1] and not is_note(words(label[0]))


def _begins_anew(block: Block) -> bool:
    """Whether a block below a label that has said all is about something else: words, a procedure, a command."""
    if isinstance(block, Fence):
        return block.language in TYPED
    return isinstance(block, Paragraph) or (isinstance(block, ListBlock) and block.ordered)


def _is_points(block: Block) -> TypeGuard[ListBlock]:
    """Whether a block is points that say what to do: below a symptom or a cause they are its fix."""
    return isinstance(block, ListBlock) and not block.ordered and is_of_deeds(block)


def _pieces(block: Block) -> Iterator[Block]:
    """A paragraph cut before each line with a label; the blocks of a list whose items are labels with their text."""
    if is_furniture(block):
        return
    if isinstance(block, Paragraph):
        for piece in split_labels(block):
            yield from _plain_labels(piece) if isinstance(piece, Paragraph) else (piece,)
    elif isinstance(block, Quote) and block.blocks and part_label(block.blocks[0]):
        yield from (piece for inner in block.blocks for piece in _pieces(inner))
    elif isinstance(block, ListBlock) and _is_of_labels(block):
        for item in block.items:
            yield from _as_bare_label(item.blocks)
    else:
        yield block


def _as_bare_label(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks of an item; a label that only a list of labels makes a part ("**Check:** the disk") apart."""
    label = label_of(blocks[0]) if blocks else None
    if label and label[1] and part_label(blocks[0]) is None and HEADINGS.role(words(label[0])) in _BESIDE:
        yield Paragraph(f"**{label[0]}:**", blocks[0].span)
        yield Paragraph(label[1], blocks[0].span)
        blocks = blocks[1:]
    yield from blocks


def is_of_names(block: ListBlock) -> bool:
    """Whether each item of a list opens with a bold name and says more behind it."""
    return all(label_of(line) is not None for line in lines_in(block))


def _is_of_labels(block: ListBlock) -> bool:
    """Whether most items open with a label that names a part, or all with a label and one with such a name."""
    named = sum(_opens_with_label(item) for item in block.items)
    if named * 2 > len(block.items):
        return True
    return bool(named) and not block.ordered and is_of_names(block)


def _opens_with_label(item: ListItem) -> bool:
    return bool(item.blocks) and part_label(item.blocks[0]) is not None


def _plain_labels(block: Paragraph) -> Iterator[Paragraph]:
    """A paragraph cut before each line such as `Cause: the disk is full`."""
    lines = block.text.split("\n")
    begin = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or _plain_label(lines[index]):
            first, last = block.span.line + begin, min(block.span.line + index - 1, block.span.end_line)
            column = block.span.column if begin == 0 else 1
            yield Paragraph("\n".join(lines[begin:index]), Span(first, column, last, len(lines[index - 1]) + 1))
            begin = index


def _plain_label(line: str) -> tuple[str, str] | None:
    """The label and the text of a line such as `Cause: a full disk` or `Cause - …`, where it names a part."""
    match = _PLAIN_LABEL.match(line) or _DASHED_LABEL.match(line)
    return (match["label"].strip(), match["text"].strip()) if match and label_means(words(match["label"])) else None


def part_label(block: Block) -> tuple[str, str, Block | None] | None:
    """The label that a paragraph opens with, its role, and the rest of the paragraph; None for any other block."""
    if not isinstance(block, Paragraph) or block.text.startswith("[!"):  # a note of any kind
        return None
    first, _, below = block.text.partition("\n")
    bold = label_of(block) or _stopped(block.text)
    typed = None if bold else _plain_label(first)
    if typed and below:
        typed = (typed[0], f"{typed[1]}\n{below}".strip())
    label, text = bold or typed or (plain(first).rstrip(":： "), below)
    role = label_means(words(label)) if len(label) <= _LABEL_LENGTH else None
    if role is None and bold:  # what the name is followed by says more about it
        role = label_means(words(_NAME_OF_LABEL.split(label, maxsplit=1)[0]))
    if role is None and bold and not text:  # alone on its line it is as good as a heading
        role = HEADINGS.role(words(label))
        role = None if role == "cases" else role
    if role is None:
        return None
    return label, role, Paragraph(text, block.span) if text else None


def _stopped(text: str) -> tuple[str, str] | None:
    """The label and the text of a paragraph such as `**Symptom.** The disk is full` or `**Fix** (all three):`."""
    match = _STOPPED.match(text) or _BRACKETED.fullmatch(text)
    if not match:
        return None
    name = match["label"]
    role = label_means(words(name)) or label_means(words(_NAME_OF_LABEL.split(name, maxsplit=1)[0]))
    return (name, (match["text"] or "").strip()) if role else None


def under_label(section: OutlineSection, label: str, blocks: list[Block], begun: Span) -> OutlineSection:
    """A label's blocks as a section; below the title its name is the heading, which says what it is about."""
    title = section.title if section.level > 1 else label
    last = blocks[-1].span if blocks else begun
    return OutlineSection(
        None, title, words(label), tuple(blocks), (), Span(begun.line, begun.column, last.end_line, last.end_column)
    )
