"""How much of one kind a document may contain: the stage between the parser and everything that walks its blocks.

A file of a permitted size can still be thousands of headings, one paragraph of a hundred thousand brackets, or lists in
lists in lists. Every later stage may take time that grows with such a number, or with its square, so it is bounded
here, once, on the blocks as the parser saw them (the lines of a hostile file prove nothing about its structure). The
limits are ten times what the largest runbooks contain; a document beyond one is reported (RB014) and not read further.
"""

import re

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.markdown import Block, Fence, Heading, Html, ListBlock, Paragraph, Quote, Table

__all__ = ["LIMITS", "beyond_limit", "too_much_to_parse"]

LIMITS = {
    "lines": 10_000,
    "pipes": 20_000,
    "headings": 500,
    "code blocks": 500,
    "list items": 2_000,
    "table rows": 2_000,
    "table cells": 10_000,
    "columns of one table": 100,
    "paragraphs": 3_000,
    "HTML blocks": 1_000,
    "links": 1_000,
    "characters of code": 100_000,
    "characters in one code block": 40_000,
    "characters in one paragraph": 10_000,
    "marks in one paragraph": 600,
    "levels of nesting": 8,
    "spaces and empty lines in a row": 400,
}
"""The most of each kind in one document. Marks are brackets, asterisks, underscores, backticks, quotes and `<`."""

_BLANKS = re.compile(rf"(?<!\s)\s{{{LIMITS['spaces and empty lines in a row'] + 1}}}")
_MARKS = "[(<*_`\"'{"


def too_much_to_parse(source: Source) -> Diagnostic | None:
    """Where a document has more lines or pipes than it may (RB014): the limits that the parser itself needs."""
    line = LIMITS["lines"] + 1
    if len(source.lines) > line:
        return _beyond("lines", source, source.line_span(line))
    if source.text.count("|") > LIMITS["pipes"]:  # each may be a cell of a table
        first = source.text.index("|")
        return _beyond("pipes", source, source.span(first, first + 1))
    return None


def beyond_limit(source: Source, blocks: tuple[Block, ...]) -> Diagnostic | None:
    """The first place where a document contains more of one kind than it may (RB014); None where it contains less."""
    if blanks := _BLANKS.search(source.text):
        return _beyond("spaces and empty lines in a row", source, source.span(*blanks.span()))
    marked = source.text.count("](") + source.text.count("<http") > LIMITS["links"]
    beyond = _first_beyond(blocks, 1, dict.fromkeys(LIMITS, 0), marked=marked)
    return _beyond(beyond[0], source, beyond[1]) if beyond else None


def _beyond(kind: str, source: Source, span: Span) -> Diagnostic:
    message = f"more than {LIMITS[kind]:,} {kind}, split the document or shorten it"
    return Diagnostic("RB014", "too-many-parts", Level.ERROR, message, source.path, span)


def _first_beyond(
    blocks: tuple[Block, ...], depth: int, counts: dict[str, int], *, marked: bool
) -> tuple[str, Span] | None:
    """The first kind of which blocks bring more than is permitted, and where; `counts` is what was before them.

    Links are counted only where the whole text has `marked` too many, because most of the time goes into counting.
    """
    if blocks and depth > LIMITS["levels of nesting"]:
        return "levels of nesting", blocks[0].span
    for block in blocks:
        match block:
            case Heading() | Paragraph() | Html():
                kind = _added(counts, _KINDS[block.__class__], 1) or _text_beyond(block.text, counts, marked=marked)
                inner = (kind, block.span) if kind else None
            case Fence():
                kind = _code_beyond(len(block.code), counts)
                inner = (kind, block.span) if kind else None
            case ListBlock():
                inner = _item_beyond(block, depth, counts, marked=marked)
            case Quote():
                inner = _first_beyond(block.blocks, depth + 1, counts, marked=marked)
            case Table():
                inner = _row_beyond(block, counts, marked=marked)
            case _:
                inner = None
        if inner:
            return inner
    return None


_KINDS: dict[type, str] = {Heading: "headings", Paragraph: "paragraphs", Html: "HTML blocks"}


def _added(counts: dict[str, int], kind: str, count: int) -> str | None:
    """The kind, if with some more of it there is too much."""
    counts[kind] += count
    return kind if counts[kind] > LIMITS[kind] else None


def _code_beyond(size: int, counts: dict[str, int]) -> str | None:
    kind = _added(counts, "code blocks", 1) or _added(counts, "characters of code", size)
    most = LIMITS["characters in one code block"]
    return "characters in one code block" if kind is None and size > most else kind


def _item_beyond(block: ListBlock, depth: int, counts: dict[str, int], *, marked: bool) -> tuple[str, Span] | None:
    for item in block.items:
        if kind := _added(counts, "list items", 1):
            return kind, item.span
        if inner := _first_beyond(item.blocks, depth + 1, counts, marked=marked):
            return inner
    return None


def _row_beyond(block: Table, counts: dict[str, int], *, marked: bool) -> tuple[str, Span] | None:
    for row in block.rows:
        cells = len(row.cells)
        kind = _added(counts, "table rows", 1) or _added(counts, "table cells", cells)
        if kind is None and cells > LIMITS["columns of one table"]:
            kind = "columns of one table"
        kind = kind or _text_beyond("|".join(row.cells), counts, marked=marked)
        if kind:
            return kind, row.span
    return None


def _text_beyond(text: str, counts: dict[str, int], *, marked: bool) -> str | None:
    size = len(text)
    if size > LIMITS["characters in one paragraph"]:
        return "characters in one paragraph"
    if size > LIMITS["marks in one paragraph"] and sum(map(text.count, _MARKS)) > LIMITS["marks in one paragraph"]:
        return "marks in one paragraph"
    return _added(counts, "links", text.count("](") + text.count("<http")) if marked else None
