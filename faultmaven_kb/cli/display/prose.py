"""Markdown in a terminal, wrapped at its width, but never inside a piece of code: what is broken cannot be copied.

The renderer wraps at every space. So while it lays out the lines, each piece of code with a space is one long word of
characters for private use; afterwards the code takes the word's place. Code that is longer than a line is left to the
terminal, which wraps it without a line break. Cells of tables stay as the renderer lays them out, or they would move.
"""

import copy
import functools
import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.markdown import Markdown
from rich.segment import Segment

__all__ = ["Prose"]

_FIRST, _FILLER = 0xE000, "\uf8ff"
_MOST = 0x1800  # characters from U+E000 on; U+F8FF is the filler
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_WORD = re.compile("([\ue000-\uf8fe])\uf8ff*|\uf8ff+")
_MARGIN = 8
"""What the bullets of two nested lists take of a line; deeper ones are rare, and code in them is only wrapped later."""


class Prose:
    """A Markdown text as something that rich prints; lines end where their last word does."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        page = _parsed(self.text)
        codes = [] if _PRIVATE.search(self.text) else _hide_codes(page.parsed, options.max_width - _MARGIN)

        def code(match: re.Match[str]) -> str:
            return codes[ord(match[1]) - _FIRST] if match[1] else ""

        for line in Segment.split_lines(console.render(page, options)):
            parts = [part._replace(text=_WORD.sub(code, part.text)) if codes else part for part in line]
            while parts and not parts[-1].text.strip():
                parts.pop()
            if parts:
                yield from parts[:-1]
                yield parts[-1]._replace(text=parts[-1].text.rstrip())
            yield Segment.line()


def _parsed(text: str) -> Markdown:
    """The text as rich reads it."""
    page = copy.copy(_empty_page())
    page.markup, page.parsed = text, _parser().parse(text)
    return page


@functools.cache
def _empty_page() -> Markdown:
    return Markdown("", hyperlinks=False)


@functools.cache
def _parser() -> MarkdownIt:
    """The parser that rich makes for each text again, which costs more than to read a paragraph."""
    return MarkdownIt().enable("strikethrough").enable("table")


def _hide_codes(tokens: Sequence[Token], width: int) -> list[str]:
    """Put a word in place of each piece of code that could be broken; the pieces, by the word's first character."""
    codes: list[str] = []
    in_table = 0
    for token in tokens:
        in_table += (token.type == "table_open") - (token.type == "table_close")
        for child in token.children or ():
            length = cell_len(child.content)
            breakable = " " in child.content or length > width
            if child.type == "code_inline" and breakable and not in_table and len(codes) < _MOST - 1:
                filler = _FILLER * (max(1, min(length, width)) - 1)
                codes.append(child.content)
                child.content = chr(_FIRST + len(codes) - 1) + filler
    return codes
