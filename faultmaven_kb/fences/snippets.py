"""The fences of a document with what is around them: what the rules for commands and for safety look at.

A snippet knows its section, the prose above it that its reader has just read, and how an index into its code becomes a
place in the file (fences in lists and quotes are indented, so a column is shifted). Prose of an *earlier* list item
counts only where that item has no fence of its own: a warning belongs to the command it is above. What
its code parses to is computed once; placeholders are masked by words of equal length, so that an index stays an index.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from faultmaven_kb.fences import languages
from faultmaven_kb.fences.queries import queries_of
from faultmaven_kb.fences.shell import commands_only, parse
from faultmaven_kb.fences.shell_commands import Script
from faultmaven_kb.fences.sql import Statement, statements_in
from faultmaven_kb.reading.reader import ReadDocument
from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.languages import PROMPTED, SQL, TYPED
from faultmaven_kb.text.markdown import Block, Fence, Html, ListBlock, Paragraph, Quote
from faultmaven_kb.text.outline import OutlineSection

__all__ = ["Snippet", "snippets_of"]


@dataclass(frozen=True)
class Snippet:
    """One code block. `role` is its level 2 section's, `above` the prose above it in its own section, nearest last.

    `outer` is the prose that opens the sections around it, `before` the blocks above it in its section.
    """

    fence: Fence
    source: Source
    section: OutlineSection
    role: str | None
    above: tuple[str, ...]
    outer: tuple[str, ...]
    before: tuple[Fence, ...]

    @property
    def code(self) -> str:
        """The text of the block as Markdown sees it."""
        return self.fence.code

    @cached_property
    def language(self) -> str:
        """The language's word alone: `{.bash` and `bash,ignore` are bash."""
        match = re.match(r"[{.]*([^\s,{}:]*)", self.fence.language)
        return match[1] if match else ""

    @property
    def is_commands(self) -> bool:
        """Whether a reader runs it as shell commands."""
        return self.language in TYPED

    @cached_property
    def guessed_language(self) -> str:
        """The language that the code looks like, empty where its first lines leave a doubt."""
        return languages.guess(self.code)

    @cached_property
    def script(self) -> Script:
        """The parsed commands of a shell or console block."""
        return parse(commands_only(self.code) if self.language in PROMPTED else self.code)

    @property
    def queries(self) -> tuple[Statement, ...]:
        """The SQL statements of a block, or those that its commands hand to a database client."""
        return tuple(statement for _, statements in self.sessions for statement in statements)

    @cached_property
    def sessions(self) -> tuple[tuple[str, tuple[Statement, ...]], ...]:
        """The SQL statements of a block by session: the fence's language or the client's name, with what it is told."""
        if self.language in SQL:
            return ((self.language, statements_in(self.code)),)
        if not self.is_commands:
            return ()
        return tuple((command.name, tuple(queries_of(command))) for command in self.script.commands)

    @cached_property
    def opening(self) -> Span:
        """The opening marks with the language behind them."""
        line = self.source.line(self.fence.span.line)
        match = re.search(r"(`{3,}|~{3,}).*", line)
        start = match.start() if match else self.fence.span.column - 1
        return Span(self.fence.span.line, start + 1, self.fence.span.line, len(line.rstrip()) + 1)

    @cached_property
    def language_span(self) -> Span:
        """The language's word, or the place behind the marks where it is missing."""
        marks, line = self.opening, self.source.line(self.opening.line)
        start = marks.column - 1
        while start < len(line) and line[start] in "`~":
            start += 1
        while start < len(line) and line[start] in " {.":
            start += 1
        start = start if self.language else min(start, marks.end_column - 1)
        return Span(marks.line, start + 1, marks.line, start + 1 + len(self.language))

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(line) + 1 for line in self.code.split("\n")[:-1]), initial=0))

    def span(self, start: int, end: int) -> Span:
        """The place in the file of two indexes into the code, the end exclusive."""
        line, column = self._place(start)
        end_line, end_column = self._place(max(end, start))
        return Span(line, column, end_line, end_column)

    def _place(self, index: int) -> tuple[int, int]:
        row = bisect_right(self._starts, index) - 1
        number = self.fence.span.line + row + (1 if self.fence.fenced else 0)
        begin = self._starts[row]
        stop = self._starts[row + 1] - 1 if row + 1 < len(self._starts) else len(self.code)
        shift = max(len(self.source.line(number)) - (stop - begin), 0)
        return number, shift + index - begin + 1

    def line_span(self, index: int) -> Span:
        """The line of the code that contains an index, without the spaces around it."""
        return self.source.line_span(self._place(index)[0])


def snippets_of(document: ReadDocument) -> tuple[Snippet, ...]:
    """Every fence and indented code block of a document, in order."""
    return tuple(part for section in document.outline for part in _in_section(document, section, None, ()))


_CONTAINERS = frozenset({"diagnostic-steps", "solutions"})
"""The roles of sections whose parts are read one by one: their introduction is not next to a command."""


def _in_section(
    document: ReadDocument, section: OutlineSection, role: str | None, outer: tuple[str, ...]
) -> Iterator[Snippet]:
    role = role or document.dialect.headings.role(section.key)
    before: list[Fence] = []
    for fence, prose in _walk(section.blocks, ()):
        yield Snippet(fence, document.source, section, role, prose, outer, tuple(before))
        before.append(fence)
    if section.level > 1 and document.dialect.headings.role(section.key) not in _CONTAINERS:
        outer = (*outer, *_prose(tuple(block for block in section.blocks if not isinstance(block, ListBlock))))
    for child in section.children:
        yield from _in_section(document, child, role, outer)


def _walk(blocks: tuple[Block, ...], above: tuple[str, ...]) -> Iterator[tuple[Fence, tuple[str, ...]]]:
    """Every fence in the blocks with the prose above it."""
    for block in blocks:
        if isinstance(block, Fence):
            yield block, above
        elif isinstance(block, ListBlock):
            waiting: tuple[str, ...] = ()
            for item in block.items:
                yield from _walk(item.blocks, above + waiting)
                waiting = () if any(_walk(item.blocks, ())) else waiting + _prose(item.blocks)
            above += waiting
        elif isinstance(block, Quote):
            yield from _walk(block.blocks, above)
            above += _prose((block,))
        else:
            above += _prose((block,))


def _prose(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The texts among the blocks, nested ones included, without code blocks."""
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph | Html):
            texts.append(block.text)
        elif isinstance(block, Quote):
            texts.append("\n".join(_prose(block.blocks)))  # one remark: its mark speaks for all of it
        elif isinstance(block, ListBlock):
            for item in block.items:
                texts += _prose(item.blocks)
    return tuple(texts)
