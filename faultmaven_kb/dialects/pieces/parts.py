"""Blocks to parts of the model: what every dialect needs to read a list, a fence, a note or a link.

These functions know the model and the blocks, but no heading and no label of any dialect except the words that open a
note ("Warning", "Note" …), which all of them share.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from faultmaven_kb.dialects.pieces.typed import typed_in
from faultmaven_kb.dialects.pieces.weights import name_end, weight_of
from faultmaven_kb.model.runbook import Cause, Command, Instruction, Link, Measure, Note, Passage, Practice, Symptom
from faultmaven_kb.source import Source
from faultmaven_kb.text.characters.mojibake import repair
from faultmaven_kb.text.fenced import fence
from faultmaven_kb.text.inline import literals, plain
from faultmaven_kb.text.markdown import (
    Block,
    Fence,
    ListBlock,
    ListItem,
    Paragraph,
    Quote,
    Table,
    fences_in,
    inline_links,
)
from faultmaven_kb.text.outline import NOTE_KINDS, Group, OutlineSection, is_note, label_of, split_labels, words

__all__ = [
    "all_commands",
    "code_in",
    "commands_in",
    "group_text",
    "item_text",
    "items_in",
    "links_in",
    "notes_in",
    "passages_in",
    "practices_in",
    "read_causes",
    "read_instructions",
    "read_measures",
    "read_symptoms",
    "section_passage",
    "text_of",
    "text_with_code",
    "without_box",
    "without_notes",
]

_NOTE_LABEL = re.compile(rf"(?:\*\*|__)[^A-Za-z\n]{{0,20}}(?:{'|'.join(NOTE_KINDS)})\b", re.IGNORECASE)
_ADMONITION = re.compile(r"\[!(\w+)\]\s*")
_BOLD_LEAD = re.compile(r"^\W{0,4}(\*\*|__)(?P<name>.+?)\1", re.DOTALL)
_SEPARATOR = re.compile(r"^\s*(?:[-–—:]+|->|→)\s*")
_NAME_END = re.compile(r"(?<!\s)\s++[-–—]\s+|:\s+")
_HUGO_REFERENCE = re.compile(r"""\]\(\{\{[<%]\s*(?:rel)?ref\s+["']([^"'\s<>]+)["']\s*[>%]\}\}\)""")
_DO = ("✅", "✔", "☑", "👍", "✓")
_AVOID = ("❌", "✖", "🚫", "⛔", "👎", "✗", "✘")
_AVOID_WORDS = re.compile(r"(?:don['’]t|do not|never|avoid)\b", re.IGNORECASE)
_BOX = re.compile(r"\[[ xX]\]\s+")
_MARK = re.compile(r"^[^\w\s`*\"'(\[<$/~.#@&+-]+\s*")


def commands_in(blocks: Iterable[Block]) -> tuple[Command, ...]:
    """Every fence in the blocks, nested ones included, in order."""
    return tuple(Command(language=f.language, code=f.code, span=f.span) for f in fences_in(blocks))


def all_commands(blocks: Iterable[Block]) -> tuple[Command, ...]:
    """Every fence among the blocks and every command in a code span of paragraphs, lists and tables, in order."""
    return tuple(command for block in blocks for command in _commands_of(block))


def _commands_of(block: Block) -> Iterator[Command]:
    if isinstance(block, Fence):
        yield from commands_in((block,))
    elif isinstance(block, Paragraph):
        yield from typed_in(block.text, block.span)
    elif isinstance(block, ListBlock):
        for item in block.items:
            yield from all_commands(item.blocks)
    elif isinstance(block, Quote):
        yield from all_commands(block.blocks)
    elif isinstance(block, Table):
        for row in block.rows:
            for cell in row.cells:
                if cell.lstrip().startswith("`"):  # code that a sentence mentions is described
                    yield from typed_in(cell.strip(), row.span)


def code_in(blocks: Iterable[Block]) -> str:
    """The text of all fences in the blocks, one blank line between two."""
    return "\n".join(fence.code for fence in fences_in(blocks)).rstrip("\n")


def items_in(blocks: Iterable[Block]) -> tuple[ListItem, ...]:
    """The items of every list among the blocks, in order; nested lists stay in their items."""
    return tuple(item for block in blocks if isinstance(block, ListBlock) for item in block.items)


def item_text(item: ListItem) -> str:
    """The text of an item without its fences."""
    return text_of(item.blocks)


def text_of(blocks: Iterable[Block]) -> str:
    """The prose of the blocks as Markdown: paragraphs, lists and quotes; no fences, comments or rules."""
    return "\n\n".join(part for block in blocks if (part := _prose(block)))


def text_with_code(blocks: Iterable[Block]) -> str:
    """The prose of the blocks as Markdown, with the fences between them."""
    parts = (fence(block.code, block.language) if isinstance(block, Fence) else _prose(block) for block in blocks)
    return "\n\n".join(part for part in parts if part)


def _prose(block: Block) -> str:
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, ListBlock):
        lines = []
        for index, item in enumerate(block.items):
            mark = f"{item.number if item.number is not None else index + 1}." if block.ordered else "-"
            lines.append(f"{mark} {item_text(item)}".rstrip())
        return "\n".join(lines)
    if isinstance(block, Quote):
        return text_of(block.blocks)
    if isinstance(block, Table):
        return "\n".join("| " + " | ".join(row.cells) + " |" for row in block.rows)
    return ""


def read_symptoms(blocks: Iterable[Block]) -> tuple[Symptom, ...]:
    """One symptom for each list item; items without text are left out."""
    texts = ((item, _symptom_text(item)) for item in items_in(blocks))
    return tuple(Symptom(text=text, literals=literals(text), span=item.span) for item, text in texts if text)


def _symptom_text(item: ListItem) -> str:
    """An item's text; a fence in it is the literal message, so it joins the text as a code span."""
    codes = [f"`{' '.join(fence.code.split())}`" for fence in fences_in(item.blocks) if fence.code.strip()]
    return " ".join([without_box(item_text(item)), *codes]).strip()


def without_box(text: str) -> str:
    """The text of an item without the box to check before it ("[ ] Writes fail")."""
    return _BOX.sub("", text) if text.startswith("[") else text


def read_causes(blocks: Iterable[Block]) -> tuple[Cause, ...]:
    """One cause for each list item: `**Name** (50% of cases) - description`, bold or not."""
    return tuple(_cause(item) for item in items_in(blocks) if item_text(item))


def _cause(item: ListItem) -> Cause:
    text = item_text(item)
    weight = weight_of(item)
    bold = _BOLD_LEAD.match(text)
    split = bold.end() if bold else name_end(text)
    name, rest = bold["name"] if bold else text[:split], text[split:]
    if weight:
        start, end = weight.outer
        if start >= split:
            rest = text[split:start] + text[end:]
        elif bold:
            shift = bold.start("name")
            name = name[: start - shift] + name[end - shift :]
        elif text[:start].strip():
            name, rest = text[:start], text[end:]
        else:
            name, rest = text[end:split], text[split:]
    return Cause(
        name=plain(name).strip(" :-–—"),
        weight=weight.share if weight else None,
        weight_text=weight.written if weight else "",
        description=_SEPARATOR.sub("", rest.lstrip(), count=1).strip(),
        number=item.number,
        span=item.span,
    )


def read_instructions(blocks: Iterable[Block]) -> tuple[Instruction, ...]:
    """One instruction for each list item, with the fences inside it."""
    return tuple(
        Instruction(
            number=item.number,
            text=text_of(without_notes(item.blocks)),
            commands=commands_in(item.blocks),
            span=item.span,
        )
        for item in items_in(blocks)
    )


def read_measures(blocks: Iterable[Block]) -> tuple[Measure, ...]:
    """One preventive measure for each list item: `**Name** - text` with the fences inside it."""
    measures = []
    for item in items_in(blocks):
        text = item_text(item)
        bold = _BOLD_LEAD.match(text)
        end = _NAME_END.search(text)
        if bold:
            name, rest = bold["name"], text[bold.end() :]
        elif end and "\n" not in text[: end.start()]:
            name, rest = text[: end.start()], text[end.end() :]
        else:
            name, _, rest = text.partition("\n")
        rest = _SEPARATOR.sub("", rest, count=1).strip()
        commands = commands_in(item.blocks)
        if name or commands:
            name = plain(name).rstrip(" :-–—")
            measures.append(Measure(name=name, text=rest, commands=commands, span=item.span))
    return tuple(measures)


def practices_in(blocks: Iterable[Block]) -> tuple[tuple[Practice, ...], tuple[Practice, ...]]:
    """What to do and what to avoid: distinguished by ✅ and ❌ (mis-decoded ones included), else by the words.

    The fences of an item stand below its text.
    """
    do: list[Practice] = []
    avoid: list[Practice] = []
    for item in items_in(blocks):
        mark, blank, rest = without_box(item_text(item)).partition(" ")
        text = (mark if mark.isascii() else _repaired(mark)) + blank + rest
        bare = _MARK.sub("", text).strip()
        if not bare:
            continue
        codes = [fence(block.code, block.language) for block in fences_in(item.blocks)]
        is_avoid = text.startswith(_AVOID) or (not text.startswith(_DO) and bool(_AVOID_WORDS.match(bare)))
        (avoid if is_avoid else do).append(Practice(text="\n\n".join([bare, *codes]), span=item.span))
    return tuple(do), tuple(avoid)


@lru_cache(maxsize=64)  # a list has few marks, each many times
def _repaired(mark: str) -> str:
    return repair(mark)


def links_in(source: Source, blocks: Iterable[Block]) -> tuple[Link, ...]:
    """The links in the blocks' prose, in order; a relative link to a Markdown file names a runbook's id.

    A reference of the site generator Hugo (`[text]({{< ref "x.md" >}})`) is a link too, though not to CommonMark.
    """
    links: list[Link] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            text = _HUGO_REFERENCE.sub(r"](\1)", block.text) if "{{" in block.text else block.text
            for link in inline_links(text):
                span = source.find(link.target, block.span.line, block.span.end_line) or block.span
                identity = _runbook_id(link.target)
                links.append(Link(title=plain(link.text) or link.target, url=link.target, id=identity, span=span))
        elif isinstance(block, ListBlock):
            for item in block.items:
                links.extend(links_in(source, item.blocks))
        elif isinstance(block, Quote):
            links.extend(links_in(source, block.blocks))
    return tuple(links)


def _runbook_id(url: str) -> str | None:
    path = url.split("#", 1)[0]
    if "://" in path or path.startswith("mailto:") or not path.lower().endswith(".md"):
        return None
    return path.rsplit("/", 1)[-1][:-3] or None


def notes_in(blocks: Iterable[Block]) -> tuple[Note, ...]:
    """The notes among the blocks, at any depth: labelled paragraphs, labelled quotes and `> [!WARNING]`."""
    return tuple(_walk_notes(tuple(blocks)))


def _walk_notes(blocks: tuple[Block, ...]) -> Iterator[Note]:
    for index, block in enumerate(blocks):
        if isinstance(block, Paragraph):
            if _NOTE_LABEL.search(block.text):
                yield from _paragraph_notes(block, blocks[index + 1 : index + 2])
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _walk_notes(item.blocks)
        elif isinstance(block, Quote):
            text = text_of(block.blocks)
            admonition = _ADMONITION.match(text)
            if admonition:
                yield Note(kind=admonition[1].lower(), text=text[admonition.end() :].strip(), span=block.span)
            else:
                yield from _walk_notes(block.blocks)


def _paragraph_notes(paragraph: Paragraph, following: tuple[Block, ...]) -> Iterator[Note]:
    """The notes that open on a line of a paragraph; a label on a line of its own owns the block below it."""
    for part in split_labels(paragraph):
        label = label_of(part)
        if label and is_note(words(label[0])):
            text = label[1] or text_of(following)
            yield Note(kind=words(label[0]).split(" ", 1)[0], text=text, span=part.span)


def without_notes(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks that are not notes; a paragraph or quote that opens with one is one."""
    return tuple(block for block in blocks if not _is_note_block(block))


def _is_note_block(block: Block) -> bool:
    if isinstance(block, Quote) and _ADMONITION.match(text_of(block.blocks)):
        return True
    label = label_of(block)
    return label is not None and is_note(words(label[0]))


def group_text(group: Group) -> str:
    """What a group says: the words behind its label and the text below it, without notes and fences."""
    return "\n\n".join(part for part in (group.text, text_of(without_notes(group.blocks))) if part)


def section_passage(section: OutlineSection, text: str) -> tuple[Passage, ...]:
    """A text of a section, kept under the section's title; nothing for an empty text."""
    return (Passage(label=section.title, text=text, span=section.span),) if text else ()


def passages_in(label_groups: Iterable[Group]) -> tuple[Passage, ...]:
    """What the groups hold beside fences, comments and rules, kept as labelled text."""
    passages = []
    for group in label_groups:
        text = group_text(group)
        if text:
            passages.append(Passage(label=words(group.label) and group.label, text=text, span=group.span))
    return tuple(passages)
