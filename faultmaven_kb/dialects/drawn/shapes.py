"""Shapes that authors draw by hand where Markdown has a form, read as that form before a dialect looks.

"a) …", "ii. …", "① …", "1️⃣ …" and "Step one: …" at the start of paragraphs are the items of a numbered list. "Term"
with lines of ": text" below it is a label with a list. A quote that holds only what one types is code. A table of
fields and values is a label for each row. A list that repeats the headings of the page is its table of contents. The
lines of the page keep their places; only blocks change. Bold lines that count problems or causes are headings. A
heading that is a question and the one that is its answer are one section.
"""

import operator
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise

from faultmaven_kb.dialects.drawn.folding import folded
from faultmaven_kb.dialects.drawn.interleaved import printed_apart
from faultmaven_kb.dialects.drawn.pairs import paired
from faultmaven_kb.dialects.drawn.sessions import typed_and_printed
from faultmaven_kb.dialects.pieces.enumerations import as_lists, heading_number, heading_words
from faultmaven_kb.dialects.pieces.typed import is_typed_line, is_typed_prose
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.languages import OUTPUT
from faultmaven_kb.text.markdown import Block, Fence, Heading, ListBlock, ListItem, Paragraph, Quote, Table
from faultmaven_kb.text.outline import OutlineSection, is_note, label_of, walk, words

__all__ = ["shaped"]

_FEWEST = 2
_BOLD_LINE = re.compile(r"\*\*(?P<title>[^*\n]{4,160}?)(?:[:：]\*\*|\*\*[ \t]{0,4}(?:[:：]|(?=\n|\Z)))")
_COUNTS = re.compile(r"\*\*(?:cause|error|failure|failure mode|fault|issue|problem|scenario)\b", re.IGNORECASE)
_COUNTED_STARTS = frozenset(f"**{letter}" for letter in "CEFIPScefips")
_TERM_LENGTH = 80
_NAME_AND_VALUE = 2
_FACT_COLUMNS = frozenset(
    ("", *"field property item attribute key name detail details parameter aspect info information metadata".split())
)
_DIAGRAMS = frozenset({"mermaid", "plantuml", "puml", "dot", "graphviz", "d2"})
_PLAIN = OUTPUT | _DIAGRAMS | {""}
_NO_LANGUAGES = frozenset({"code", "command", "commands", "snippet"})
"""Names after the marks of a fence that are no language."""
_CODE = frozenset({"code", "code-block", "code-cell", "sourcecode"})
_SAYS = frozenset(
    "admonition attention caution danger dropdown error hint important note seealso tab-item tab-set tip topic "
    "warning".split()
)
"""Directives of MyST whose text is read by people and typed by nobody."""
_BOX = re.compile(r"\s{0,8}(?:[-*]\s)?\[[ xX]\]\s")
_DRAWN = re.compile(r"[\u2500-\u257f\u25b2-\u25c4]|\+-{3,}|\S → \S|^\s{1,40}[|v]\s*$", re.MULTILINE)
"""Lines and arrows of a drawing, and a path through menus ("Console → Databases")."""
_LETTERS = re.compile(r"[^\W\d_]+")


def shaped(outline: tuple[OutlineSection, ...]) -> tuple[OutlineSection, ...]:
    """The sections with blocks in the forms that Markdown has for them; the same object where nothing is drawn."""
    titles = frozenset(_bare(section.title) for section in walk(outline) if section.heading)
    return _all_shaped(outline, titles)


def _all_shaped(sections: tuple[OutlineSection, ...], titles: AbstractSet[str]) -> tuple[OutlineSection, ...]:
    new_sections = tuple(_shaped(section, titles) for section in paired(sections))
    same = len(new_sections) == len(sections) and all(map(operator.is_, new_sections, sections))
    return sections if same else new_sections


def _shaped(section: OutlineSection, titles: AbstractSet[str]) -> OutlineSection:
    children = _all_shaped(section.children, titles)
    blocks = section.blocks
    kinds = {*map(type, blocks)}
    if Quote in kinds:
        blocks = tuple(_typed_quote(block) for block in blocks)
    if Fence in kinds or ListBlock in kinds or Quote in kinds:
        blocks = tuple(_undrawn(block) for block in _apart(blocks))
    if any((isinstance(block, Paragraph) and "\n:" in block.text) or _is_definition(block) for block in blocks):
        blocks = tuple(_definitions(blocks))
    if ListBlock in {*map(type, blocks)}:
        blocks = tuple(block for block in blocks if not _repeats(block, titles))
        blocks = folded(blocks)
    if any(_is_facts(block) for block in blocks):
        blocks = tuple(piece for block in blocks for piece in _as_labels(block))
    blocks = as_lists(blocks)
    if (
        children
        and children[0].level > 1
        and blocks
        and isinstance(blocks[-1], Paragraph)
        and _heads(blocks[-1], children)
    ):
        children = (_headed(section, blocks[-1], children),)
        blocks = blocks[:-1]
    headed = [
        index
        for index, block in enumerate(blocks)
        if type(block) is Paragraph and block.text[:3] in _COUNTED_STARTS and _is_counted_problem(block)
    ]
    if headed[1:] and not any(child.blocks or child.children for child in children):
        below = tuple(_problem(section, blocks[begin:end]) for begin, end in pairwise((*headed, len(blocks))))
        return replace(section, blocks=blocks[: headed[0]], children=(*below, *children))
    same = len(blocks) == len(section.blocks) and all(map(operator.is_, blocks, section.blocks))
    if same and children is section.children:
        return section
    return replace(section, blocks=blocks, children=children)


def _heads(block: Paragraph, children: tuple[OutlineSection, ...]) -> bool:
    """Whether a bold name alone on its line, right above counted headings, is what these are ("**Common causes:**")."""
    label = label_of(block) if heading_number(children[0].title)[0] is not None else None
    return label is not None and not label[1] and not is_note(words(label[0])) and len(children) >= _FEWEST


def _headed(section: OutlineSection, name: Paragraph, children: tuple[OutlineSection, ...]) -> OutlineSection:
    """Some headings below a name that is a heading of its own."""
    label = label_of(name)
    title = label[0] if label else name.text
    heading = Heading(section.level + 1, title, name.span)
    span = Span(name.span.line, name.span.column, section.span.end_line, section.span.end_column)
    below = tuple(child.raised(-1) for child in children)
    return OutlineSection(heading, title, words(title), (), below, span)


def _is_counted_problem(block: Paragraph) -> bool:
    """Whether a paragraph opens with a bold line that counts a problem or a cause: "**Cause 2 - the disk is full**"."""
    match = _BOLD_LINE.match(block.text) if _COUNTS.match(block.text) else None
    return match is not None and heading_words(match["title"]) != match["title"]


def _problem(section: OutlineSection, blocks: tuple[Block, ...]) -> OutlineSection:
    """A bold line with what follows it as a heading below a section."""
    first = blocks[0]
    assert isinstance(first, Paragraph)
    match = _BOLD_LINE.match(first.text)
    assert match is not None
    title = match["title"].strip()
    heading = Heading(section.level + 1, title, replace(first.span, end_line=first.span.line))
    text = first.text[match.end() :].strip()
    own = (Paragraph(text, first.span), *blocks[1:]) if text else blocks[1:]
    span = Span(first.span.line, first.span.column, blocks[-1].span.end_line, blocks[-1].span.end_column)
    return OutlineSection(heading, title, words(title), own, (), span)


def _apart(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with each session as what is typed in it and what is printed."""
    for block in blocks:
        if isinstance(block, Fence):
            pieces = typed_and_printed(replace(block, language="") if block.language in _NO_LANGUAGES else block)
            yield from pieces if pieces[1:] else printed_apart(pieces[0])
        elif isinstance(block, ListBlock) and any(len(item.blocks) > 1 for item in block.items):
            yield _list_apart(block)
        elif isinstance(block, Quote) and any(isinstance(inner, Fence) for inner in block.blocks):
            inner = tuple(_apart(block.blocks))
            yield replace(block, blocks=inner) if inner != block.blocks else block
        else:
            yield block


def _list_apart(block: ListBlock) -> ListBlock:
    """A list with the sessions in its items taken apart; the same object where there are none."""
    items = tuple(
        replace(item, blocks=blocks) if (blocks := tuple(_apart(item.blocks))) != item.blocks else item
        for item in block.items
    )
    return replace(block, items=items) if any(map(operator.is_not, items, block.items)) else block


def _undrawn(block: Block) -> Block:
    """A fence with a check list as that list, one with a drawing or a path through menus as a quote."""
    if isinstance(block, Fence) and block.language[:1] == "{":
        return _directive(block)
    if not isinstance(block, Fence) or block.language not in _PLAIN:
        return block
    lines = [(number, line) for number, line in enumerate(block.code.split("\n"), 1) if line.strip()]
    if lines and all(_BOX.match(line) for _, line in lines):
        first = block.span.line
        places = [Span(first + number, 1, first + number, len(line) + 1) for number, line in lines]
        paragraphs = (Paragraph(line.strip(), place) for (_, line), place in zip(lines, places, strict=True))
        return ListBlock(
            False, tuple(ListItem(None, (paragraph,), paragraph.span) for paragraph in paragraphs), block.span
        )
    drawn = _DRAWN.search(block.code) and not any(is_typed_line(line) for _, line in lines)
    if drawn or block.language in _DIAGRAMS:
        return Quote((Paragraph(f"```\n{block.code}```", block.span),), block.span)
    return block


def _directive(block: Fence) -> Block:
    """A fence of MyST as what it says: `{code-block} bash` is code, `{warning}` a note, `{tab-set}` only text."""
    name, _, rest = block.info.strip().partition("}")
    name = name[1:].lower()
    if name in _CODE:
        return replace(block, language=rest.split()[0].lower() if rest.split() else "")
    if name not in _SAYS:
        return block
    return Quote((Paragraph(f"[!{name.upper()}] {block.code.strip()}", block.span),), block.span)


def _typed_quote(block: Block) -> Block:
    """A quote whose every line is typed as the code that it is."""
    if not isinstance(block, Quote):
        return block
    texts = [inner.text for inner in block.blocks if isinstance(inner, Paragraph)]
    if not texts or len(texts) < len(block.blocks):
        return block
    lines = [line.strip().strip("`") for text in texts for line in text.split("\n")]
    if not all(is_typed_prose(line) for line in lines):
        return block
    return Fence("bash", "", "".join(f"{line}\n" for line in lines), block.span)


def _is_facts(block: Block) -> bool:
    """Whether a table has a name and its value in each row, as its header says or by having none."""
    if not isinstance(block, Table) or any(len(row.cells) != _NAME_AND_VALUE for row in block.rows):
        return False
    return words(block.rows[0].cells[0]) in _FACT_COLUMNS and len(block.rows) > 1


def _as_labels(block: Block) -> Iterator[Block]:
    """The rows of a table of facts as a label each with its text; any other block as it is."""
    if not isinstance(block, Table) or not _is_facts(block):
        yield block
        return
    for row in block.rows[1:]:
        name = row.cells[0].strip(" *_:`")
        if name:
            yield Paragraph(f"**{name}:** {row.cells[1]}", row.span)


def _is_definition(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.text.startswith((": ", ":\t"))


def _definitions(blocks: Iterable[Block]) -> Iterator[Block]:
    """Terms with their definitions as labels with lists; other blocks as they are."""
    term: Paragraph | None = None
    for block in blocks:
        if not isinstance(block, Paragraph):
            if term:
                yield term
            term = None
            yield block
            continue
        pieces = list(_terms(block))
        if term and pieces and pieces[0][0] is None and _is_definition(block):
            yield Paragraph(f"**{term.text.strip()}:**", term.span)
            yield _points(pieces[0][1])
            pieces, term = pieces[1:], None
        elif term:
            yield term
            term = None
        for name, points in pieces:
            if name and points:
                yield Paragraph(f"**{name.text}:**", name.span)
                yield _points(points)
            elif name and len(pieces) == 1 and "\n" not in name.text and len(name.text) <= _TERM_LENGTH:
                term = name
            elif name:
                yield name
            else:
                yield from points
    if term:
        yield term


def _terms(block: Paragraph) -> Iterator[tuple[Paragraph | None, list[Paragraph]]]:
    """A paragraph as terms, each with its definitions; the text above the first term is one without definitions."""
    lines = block.text.split("\n")
    marked = [line.startswith((": ", ":\t")) for line in lines]
    if not any(marked):
        yield block, []
        return
    name: Paragraph | None = None
    points: list[Paragraph] = []
    above: list[str] = []
    for index, line in enumerate(lines):
        span = _line_span(block, index, line)
        if marked[index]:
            points.append(Paragraph(line[1:].strip(), span))
        elif index + 1 < len(lines) and marked[index + 1] and len(line) <= _TERM_LENGTH:
            if above:
                yield Paragraph("\n".join(above), block.span), []
            if name or points:
                yield name, points
            name, points, above = Paragraph(line.strip(" *_:"), span), [], []
        elif points:
            last = points[-1]
            points[-1] = Paragraph(f"{last.text}\n{line}", last.span)
        else:
            above.append(line)
    yield name, points


def _line_span(block: Paragraph, index: int, line: str) -> Span:
    number = min(block.span.line + index, block.span.end_line)
    return Span(number, block.span.column if index == 0 else 1, number, len(line) + 1)


def _points(points: list[Paragraph]) -> ListBlock:
    first, last = points[0].span, points[-1].span
    items = tuple(ListItem(None, (point,), point.span) for point in points)
    return ListBlock(False, items, Span(first.line, first.column, last.end_line, last.end_column))


def _repeats(block: Block, titles: AbstractSet[str]) -> bool:
    """Whether a list says what the headings of the page say: its table of contents, with links or without."""
    if not isinstance(block, ListBlock) or len(block.items) < _FEWEST:
        return False
    return all(_is_title(item, titles) for item in block.items)  # mostly the first one decides


def _is_title(item: ListItem, titles: AbstractSet[str]) -> bool:
    first = item.blocks[0] if len(item.blocks) == 1 else None
    return isinstance(first, Paragraph) and _bare(plain(first.text)) in titles


def _bare(text: str) -> str:
    """The letters of a heading or an item without its number, for comparison."""
    return " ".join(_LETTERS.findall(text.casefold())) or text
