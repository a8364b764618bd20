"""How much of one kind a document may contain: the stage between the parser and everything that walks its blocks.

A file of a permitted size can still be thousands of headings, one paragraph of a hundred thousand brackets, or lists in
lists in lists. Every later stage may take time that grows with such a number, or with its square, so it is bounded
here, once, on the blocks as the parser saw them (the lines of a hostile file prove nothing about its structure). The
limits are ten times what the largest runbooks contain; a document beyond one is reported (RB014) and not read further.
"""

import re
from collections import Counter
from collections.abc import Iterator

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

_BLANKS = re.compile(rf"\s{{{LIMITS['spaces and empty lines in a row'] + 1}}}")
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
    counts: Counter[str] = Counter()
    for kind, count, span in _measured(blocks, 1):
        counts[kind] = max(counts[kind], count) if kind in _PEAKS else counts[kind] + count
        if counts[kind] > LIMITS[kind]:
            return _beyond(kind, source, span)
    return None


def _beyond(kind: str, source: Source, span: Span) -> Diagnostic:
    message = f"more than {LIMITS[kind]:,} {kind}, split the document or shorten it"
    return Diagnostic("RB014", "too-many-parts", Level.ERROR, message, source.path, span)


_PEAKS = frozenset(kind for kind in LIMITS if " in one " in kind or kind.startswith(("levels", "columns")))


def _measured(blocks: tuple[Block, ...], depth: int) -> Iterator[tuple[str, int, Span]]:
    """What each block adds: the kind that is limited, how much of it, and where."""
    for block in blocks:
        yield "levels of nesting", depth, block.span
        if isinstance(block, Fence):
            yield "code blocks", 1, block.span
            yield "characters of code", len(block.code), block.span
            yield "characters in one code block", len(block.code), block.span
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield "list items", 1, item.span
                yield from _measured(item.blocks, depth + 1)
        elif isinstance(block, Quote):
            yield from _measured(block.blocks, depth + 1)
        elif isinstance(block, Table):
            for row in block.rows:
                yield "table rows", 1, row.span
                yield "table cells", len(row.cells), row.span
                yield "columns of one table", len(row.cells), row.span
                yield from _text("|".join(row.cells), row.span)
        elif isinstance(block, Heading | Paragraph | Html):
            kinds = {Heading: "headings", Paragraph: "paragraphs", Html: "HTML blocks"}
            yield kinds[type(block)], 1, block.span
            yield from _text(block.text, block.span)


def _text(text: str, span: Span) -> Iterator[tuple[str, int, Span]]:
    yield "characters in one paragraph", len(text), span
    yield "marks in one paragraph", sum(map(text.count, _MARKS)), span
    yield "links", text.count("](") + text.count("<http"), span
