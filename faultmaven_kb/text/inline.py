"""Texts within a line of Markdown: without their marks, and their code spans. Needs no parser, so it loads at once.

Blocks, links and everything that depends on where a text is belong to `markdown`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["CodeSpan", "code_spans", "literals", "outside_comments", "plain", "table_cell", "without_comments"]

_TICKS = re.compile(r"`+")
_TICKS_OR_COMMENT = re.compile(r"`+|<!--")
_BOLD_OPENS = re.compile(r"(?:\*\*|__)(?=\S)")
_BOLD_CLOSES = {mark: re.compile(rf"(?<=\S){re.escape(mark)}") for mark in ("**", "__")}
_LINK = re.compile(r"!?\[([^\[\]]*+)\]\([^()]*+(?:\([^()]*+\)[^()]*+)*\)")


class CodeSpan(NamedTuple):
    """Where a code span begins, where its code begins and ends, and where it ends, as indexes of the text."""

    start: int
    code_start: int
    code_end: int
    end: int


def code_spans(text: str) -> Iterator[CodeSpan]:
    """The code spans of a text in order: from a run of backticks to the next run of the same length (CommonMark 6.1).

    Each run is looked at once. An expression with a back reference looks from every run to the end of the text.
    """
    done = 0
    for run, closing in _pairs(list(_TICKS.finditer(text))):
        if closing and run.start() >= done:
            done = closing.end()
            yield CodeSpan(run.start(), run.end(), closing.start(), done)


def _pairs(runs: list[re.Match[str]]) -> Iterator[tuple[re.Match[str], re.Match[str] | None]]:
    """Each run with the next one that is equal to it; None if there is none."""
    latest: dict[str, re.Match[str]] = {}
    pairs = []
    for run in reversed(runs):
        pairs.append((run, latest.get(run[0])))
        latest[run[0]] = run
    return reversed(pairs)


def without_comments(text: str) -> str:
    """The text without HTML comments; what looks like one inside a code span stays."""
    return outside_comments(text).strip() if "<!--" in text else text


def outside_comments(text: str) -> str:
    """The text without HTML comments, its spaces as they are. What is never closed is not a comment."""
    parts, copied, done, last = [], 0, 0, text.rfind("-->")
    for mark, closing in _pairs(list(_TICKS_OR_COMMENT.finditer(text))):
        if mark.start() < done:
            continue
        if mark[0] != "<!--":
            done = closing.end() if closing else done
        elif mark.end() <= last:
            parts.append(text[copied : mark.start()])
            copied = done = text.index("-->", mark.end()) + 3
    return "".join([*parts, text[copied:]])


def literals(text: str) -> tuple[str, ...]:
    """The code spans of a text: what the software prints or what is typed, exactly."""
    return tuple(_unpad(text[span.code_start : span.code_end]) for span in code_spans(text))


def _unpad(code: str) -> str:
    """A code span's text as CommonMark 6.1 reads it: one space on both sides belongs to the marks."""
    code = code.replace("\n", " ")
    return code[1:-1] if code.strip() and code[0] == code[-1] == " " and len(code) > 2 else code


def plain(text: str) -> str:
    """A text without emphasis, code and link marks, on one line."""
    text = _LINK.sub(r"\1", text) if "](" in text else text
    if "`" in text:
        text = _without_ticks(text)
    if "**" in text or "__" in text:
        text = _without_bold(text)
    return " ".join(text.split())


def _without_ticks(text: str) -> str:
    parts, copied = [], 0
    for span in code_spans(text):
        parts += [text[copied : span.start], _unpad(text[span.code_start : span.code_end])]
        copied = span.end
    return "".join([*parts, text[copied:]])


def _without_bold(text: str) -> str:
    """Bold text without its marks. Once a mark is not closed, no later one of its kind is: each is sought once."""
    parts, copied, at = [], 0, 0
    unclosed: set[str] = set()
    while opening := _BOLD_OPENS.search(text, at):
        mark = opening[0]
        closing = None if mark in unclosed else _BOLD_CLOSES[mark].search(text, opening.end() + 1)
        if closing:
            parts += [text[copied : opening.start()], text[opening.end() : closing.start()]]
            copied = at = closing.end()
        else:
            unclosed.add(mark)
            at = opening.start() + 1
    return "".join([*parts, text[copied:]])


def table_cell(text: str) -> str:
    """Markdown for a cell of a table: on one line, and a pipe ends no cell. Untrusted text is to be escaped before."""
    return " ".join(text.split()).replace("|", "\\|")
