"""Texts within a line of Markdown: without their marks, and their code spans. Needs no parser, so it loads at once.

Blocks, links and everything that depends on where a text stands belong to `markdown`.
"""

import re

__all__ = ["literals", "plain", "table_cell", "without_comments"]

_COMMENT_OR_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|<!--.*?-->", re.DOTALL)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def without_comments(text: str) -> str:
    """The text without HTML comments; what looks like one inside a code span stays."""
    if "<!--" not in text:
        return text
    return _COMMENT_OR_CODE.sub(lambda match: match[0] if match[1] else "", text).strip()


def literals(text: str) -> tuple[str, ...]:
    """The code spans of a text: what the software prints or what is typed, to the letter."""
    if "`" not in text:
        return ()
    return tuple(_unpad(match[2]) for match in _CODE_SPAN.finditer(text))


def _unpad(code: str) -> str:
    """A code span's text as CommonMark 6.1 reads it: one blank on both sides belongs to the marks."""
    code = code.replace("\n", " ")
    return code[1:-1] if code.strip() and code[0] == code[-1] == " " and len(code) > 2 else code


def plain(text: str) -> str:
    """A text without emphasis, code and link marks, on one line."""
    text = _LINK.sub(r"\1", text) if "](" in text else text
    if "`" in text:
        text = _CODE_SPAN.sub(lambda match: _unpad(match[2]), text)
    if "**" in text or "__" in text:
        text = _EMPHASIS.sub(r"\2", text)
    return " ".join(text.split())


def table_cell(text: str) -> str:
    """Markdown for a cell of a table: on one line, and a pipe ends no cell. Untrusted text is to be escaped before."""
    return " ".join(text.split()).replace("|", "\\|")
