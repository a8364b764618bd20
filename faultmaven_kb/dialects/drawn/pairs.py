"""Questions and answers that are headings each: "Question" above "Answer", "Q: …" above "A: …".

A pair becomes one section whose heading is the question and whose blocks are the answer, so that the rest of the
reading knows one form of a question.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from faultmaven_kb.text.markdown import Block, Paragraph
from faultmaven_kb.text.outline import OutlineSection, words

__all__ = ["paired"]

_QUESTION = re.compile(
    r"\W{0,3}(?:question|frage|pregunta|q|問|質問)\s?(?:#?\d{1,2})?(?:\s?[:：.)–—-]\s*(?P<text>\S.*)|\s?[:：.)]?)",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"\W{0,3}(?:answer|antwort|respuesta|a|答|回答)\s?(?:#?\d{1,2})?(?:\s?[:：.)–—-]\s*(?P<text>\S.*)|\s?[:：.)]?)",
    re.IGNORECASE,
)
_INITIALS = frozenset("qfpQFP問質")
_BELOW_THE_TITLE = 2


def paired(sections: tuple[OutlineSection, ...]) -> tuple[OutlineSection, ...]:
    """The sections of one level with each question and its answer as one; the same object where there are none."""
    return tuple(_pairs(sections)) if any(map(_may_ask, sections)) else sections


def _may_ask(section: OutlineSection) -> bool:
    title = section.title.lstrip(" *_#")
    return title[:1] in _INITIALS and _QUESTION.fullmatch(section.title) is not None


def _pairs(sections: tuple[OutlineSection, ...]) -> Iterator[OutlineSection]:
    at = 0
    while at < len(sections):
        section, below = sections[at], sections[at + 1] if at + 1 < len(sections) else None
        at += 1
        if not _may_ask(section):
            yield section
        elif below is not None and not section.children and _answer(below) is not None:
            yield _pair(section, (below,))
            at += 1
        elif section.children and _answer(section.children[0]) is not None:
            yield _pair(section, section.children)
        else:
            yield section


def _answer(section: OutlineSection) -> re.Match[str] | None:
    return _ANSWER.fullmatch(section.title)


def _pair(question: OutlineSection, answers: Iterable[OutlineSection]) -> OutlineSection:
    """A question with its answers as one section; the words of a bare "Question" are those below it."""
    asked = _QUESTION.fullmatch(question.title)
    title, blocks = asked["text"] if asked else None, list[Block](question.blocks)
    if not title and blocks and isinstance(blocks[0], Paragraph):
        title = " ".join(blocks[0].text.split())
        del blocks[0]
    children: list[OutlineSection] = []
    last = question.span
    for answer in answers:
        match = _answer(answer)
        if match is None:
            children.append(answer)
            continue
        if match["text"] and answer.heading:
            blocks.append(Paragraph(match["text"], answer.heading.span))
        blocks.extend(answer.blocks)
        children.extend(answer.children)
        last = answer.span
    title = title or question.title
    title = title if title.endswith(("?", "？")) else f"Q: {title}"
    level = max(question.level, _BELOW_THE_TITLE)
    heading = replace(question.heading, level=level, text=title) if question.heading else None
    span = replace(question.span, end_line=last.end_line, end_column=last.end_column)
    return replace(
        question,
        heading=heading,
        title=title,
        key=words(title),
        blocks=tuple(blocks),
        children=tuple(children),
        span=span,
    )
