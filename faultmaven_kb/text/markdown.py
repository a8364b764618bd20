"""Markdown text to typed blocks with places. Only this room and `containers` know markdown-it.

Only the block pass runs (it costs about half of a full parse): `inline` is for the few texts whose links matter. The
front matter is blanked instead of cut, so that every line number is a line of the file. What is in a fence or in an
HTML comment stays inside its block and is never seen as structure by later stages. An admonition of a site generator is
a quote that opens with GitHub's mark (`[!WARNING]`), so every later stage knows one form of warning; a tab or a folded
part is its label and its blocks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.token import Token

from faultmaven_kb.source import BYTE_ORDER_MARK, Source, Span
from faultmaven_kb.text.containers import UNMARKED, add_containers
from faultmaven_kb.text.inline import without_comments
from faultmaven_kb.text.near_markdown import as_markdown

__all__ = [
    "Block",
    "Fence",
    "Heading",
    "Html",
    "InlineLink",
    "ListBlock",
    "ListItem",
    "Paragraph",
    "Quote",
    "Table",
    "TableRow",
    "ThematicBreak",
    "blocks_within",
    "fences_in",
    "inline_links",
    "page_tokens",
    "read_blocks",
]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, ATX or underlined; `text` is as written, without the marks."""

    level: int
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; lines are separated by a line feed, comments are removed."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block; `language` is lower case and empty where none is named, `closed` is false without an end."""

    language: str
    info: str
    code: str
    span: Span
    closed: bool = True
    fenced: bool = True


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item with the blocks in it; `number` is what the author wrote in an ordered list."""

    number: int | None
    blocks: "tuple[Block, ...]"
    span: Span


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list, ordered or not."""

    ordered: bool
    items: tuple[ListItem, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote with the blocks in it."""

    blocks: "tuple[Block, ...]"
    span: Span


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of one row, as written."""

    cells: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first row is the header."""

    rows: tuple[TableRow, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Html:
    """An HTML block, comments included."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class ThematicBreak:
    """A thematic break."""

    span: Span


Block = Heading | Paragraph | Fence | ListBlock | Quote | Table | Html | ThematicBreak


@dataclass(frozen=True, slots=True)
class InlineLink:
    """A link inside a text: its words, its target as written, and the title behind the target."""

    text: str
    target: str


def _block_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    add_containers(parser)
    return parser.disable("reference")  # a link definition stays text, so that nothing of a document is lost


def _page_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    parser.validateLink = lambda _: True  # type: ignore[method-assign,assignment]  # a refused address is not shown
    parser.block.ruler.at("reference", _reference, {"alt": []})
    return parser


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A definition of a link, but for `[^a]: word`: a page that knows footnotes shows that as one, or not at all."""
    return not state.src.startswith("[^", state.bMarks[start] + state.tShift[start]) and reference(
        state, start, end, silent
    )


_PARSER = _block_parser()
_INLINE = MarkdownIt("commonmark")
_PAGE = _page_parser()
_HTML_HEADING = re.compile(r"<h(?P<level>[1-6])\b[^<>]*>(?P<title>[^\n]*)</h(?P=level)>", re.IGNORECASE)
_SUMMARY = re.compile(r"\s*(?:<details\b[^<>]*>\s*)?<summary\b[^<>]*>(?P<title>[^\n]*?)</summary>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_WHOLE_LINK = re.compile(r"\[([^\[\]`\\*_<>&!]+)\]\(([A-Za-z0-9.:/][A-Za-z0-9./:#?=~-]*)\)")


def read_blocks(source: Source, start: int = 0) -> tuple[Block, ...]:
    """The blocks of the text from index `start` (the body's start) on, in order."""
    if start:
        text = "\n" * (source.position(start).line - 1) + source.text[start:]
    else:
        text = source.text.removeprefix(BYTE_ORDER_MARK)
    normalised = as_markdown(text)
    return _Walker(
        source, _PARSER.parse(normalised), source.lines if normalised is text else normalised.split("\n")
    ).blocks()


def _fences_within(block: Fence) -> Iterator[Block]:
    """The paragraphs and fences of an indented block, as site generators read what belongs to the item above it."""
    lines = block.code.rstrip("\n").split("\n")
    begin, language = 0, None
    for number in range(len(lines) + 1):
        line = lines[number].strip() if number < len(lines) else ""
        mark = line.startswith("```")
        if number < len(lines) and not mark and (line or language is not None):
            continue
        text = "\n".join(lines[begin:number])
        first = block.span.line + begin
        span = Span(first, block.span.column, max(first, block.span.line + number - 1), block.span.end_column)
        if language is not None and text.strip():
            yield Fence(language, language, f"{text}\n", span, closed=mark)
        elif text.strip():
            yield Paragraph(text.strip(), span)
        begin = number + 1
        if mark:
            language = line.strip("`").strip().lower() if language is None else None


class _Walker:
    """Walks the flat token list once, from left to right."""

    def __init__(self, source: Source, tokens: list[Token], written: Sequence[str]) -> None:
        self.lines, self.tokens, self.written, self.index = source.lines, tokens, written, 0

    def span(self, token: Token) -> Span:
        """The lines of a token from the first character that is not a space to the last one; written for speed."""
        first, end = token.map or (0, 1)
        lines = self.lines
        while end > first + 1 and not lines[end - 1].strip():
            end -= 1
        line, last = lines[first], lines[end - 1]
        return Span(first + 1, len(line) - len(line.lstrip()) + 1, end, len(last.rstrip()) + 1)

    def blocks(self, closing: str = "") -> tuple[Block, ...]:
        """The blocks up to the closing token (which is consumed)."""
        result: list[Block] = []
        while self.index < len(self.tokens):
            token = self.tokens[self.index]
            self.index += 1
            if token.type == closing:
                break
            if token.type == "paragraph_open":  # by far the most frequent
                text = self.tokens[self.index].content
                self.index += 2
                result.append(Paragraph(without_comments(text) if "<!--" in text else text, self.span(token)))
                continue
            if token.type == "container_open":
                result.extend(self.container(token))
                continue
            if token.type == "html_block":
                result.extend(self.html(token))
                continue
            if token.type == "code_block" and "```" in token.content:
                result.extend(_fences_within(self.fence(token)))
                continue
            block = self.block(token)
            if block is not None:
                result.append(block)
        return tuple(result)

    def block(self, token: Token) -> Block | None:
        """The block that a token opens."""
        kind = token.type
        if kind == "heading_open":
            content = self.tokens[self.index].content
            self.index += 2
            return Heading(int(token.tag[1]), without_comments(content), self.span(token))
        if kind in ("fence", "code_block"):
            return self.fence(token)
        if kind in ("bullet_list_open", "ordered_list_open"):
            return self.list_block(token)
        if kind == "blockquote_open":
            return Quote(self.blocks("blockquote_close"), self.span(token))
        if kind == "table_open":
            return self.table(token)
        return ThematicBreak(self.span(token)) if kind == "hr" else None

    def html(self, token: Token) -> Iterator[Block]:
        """A heading written in HTML as one, a folded part's summary as its label, anything else as it is."""
        span = self.span(token)
        text = token.content
        if heading := _HTML_HEADING.fullmatch(text.strip()):
            title = " ".join(_TAG.sub(" ", heading["title"]).split())
            if title:
                yield Heading(int(heading["level"]), title, span)
                return
        if summary := _SUMMARY.match(text):
            label = " ".join(_TAG.sub("", summary["title"]).split()).rstrip(":")
            if label:
                yield Paragraph(f"**{label}:**", span)
                text = text[summary.end() :]
                if not text.strip():
                    return
        yield Html(text, span)

    def container(self, token: Token) -> Iterator[Block]:
        """An admonition as a quote with its mark; of any other container its label and what is in it."""
        span = self.span(token)
        first = Span(span.line, span.column, span.line, len(self.lines[span.line - 1].rstrip()) + 1)
        inner = self.blocks("container_close")
        if token.info in UNMARKED:
            if token.content:
                yield Paragraph(f"**{token.content}:**", first)
            yield from inner
            return
        mark = f"[!{token.info.upper()}] {token.content}".rstrip()
        if inner and isinstance(inner[0], Paragraph):  # one text, as in GitHub's form
            last = inner[0].span
            first = Span(first.line, first.column, last.end_line, last.end_column)
            inner = (Paragraph(f"{mark}\n{inner[0].text}", first), *inner[1:])
        else:
            inner = (Paragraph(mark, first), *inner)
        yield Quote(inner, span)

    def fence(self, token: Token) -> Fence:
        span = self.span(token)
        if token.type == "code_block":
            return Fence("", "", token.content, span, fenced=False)
        if not token.markup:  # of a shortcode, which is none without its end
            return Fence(token.info.lower(), token.info, token.content, span)
        info = token.info.strip()
        language = info.split(maxsplit=1)[0].lower() if info else ""
        last = self.written[min(token.map[1], len(self.written)) - 1].strip(" \t>") if token.map else ""
        closed = last.startswith(token.markup) and not last.strip(token.markup[0])
        return Fence(language, info, token.content, span, closed and span.end_line > span.line)

    def list_block(self, token: Token) -> ListBlock:
        ordered = token.type == "ordered_list_open"
        closing = "ordered_list_close" if ordered else "bullet_list_close"
        items = []
        while (item := self.tokens[self.index]).type != closing:
            self.index += 1
            number = int(item.info) if ordered and item.info.isdigit() else None
            items.append(ListItem(number, self.blocks("list_item_close"), self.span(item)))
        self.index += 1
        return ListBlock(ordered, tuple(items), self.span(token))

    def table(self, token: Token) -> Table:
        rows: list[TableRow] = []
        cells: list[str] = []
        opening = token
        while (part := self.tokens[self.index]).type != "table_close":
            self.index += 1
            if part.type == "tr_open":
                opening, cells = part, []
            elif part.type == "inline":
                cells.append(part.content.strip())
            elif part.type == "tr_close":
                rows.append(TableRow(tuple(cells), self.span(opening)))
        self.index += 1
        return Table(tuple(rows), self.span(token))


def inline_links(text: str) -> tuple[InlineLink, ...]:
    """The links of a text in order, autolinks included; targets as they are written."""
    if "](" not in text and "][" not in text and "<" not in text:
        return ()
    if whole := _WHOLE_LINK.fullmatch(text):  # the usual item of a list of links, without a parse
        return (InlineLink(whole[1], whole[2]),)
    links: list[InlineLink] = []
    for token in _INLINE.parseInline(text):
        target, words = None, ""
        for child in token.children or ():
            if child.type == "link_open":
                target, words = str(child.attrGet("href") or ""), ""
            elif child.type == "link_close" and target is not None:
                links.append(InlineLink(words, target))
                target = None
            elif target is not None:
                words += " " if child.type == "softbreak" else child.content
    return tuple(links)


def blocks_within(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block in order, each before those in it: those in lists and quotes as well."""
    for block in blocks:
        yield block
        if isinstance(block, ListBlock):
            for item in block.items:
                yield from blocks_within(item.blocks)
        elif isinstance(block, Quote):
            yield from blocks_within(block.blocks)


def page_tokens(text: str, references: dict[str, Any] | None = None) -> list[Token]:
    """All tokens of a text, those within lines as well; `references` keeps definitions of links from text to text."""
    return _PAGE.parse(text, references if references is not None else {})


def fences_in(blocks: Iterable[Block]) -> Iterator[Fence]:
    """Every fence among the blocks in order, those in lists and quotes as well."""
    return (block for block in blocks_within(blocks) if isinstance(block, Fence))
