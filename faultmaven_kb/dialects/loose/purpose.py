"""What a page is for where no heading says so: the first words that are about the whole page."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from faultmaven_kb.dialects.drawn.outputs import shown_in
from faultmaven_kb.dialects.labels import label_role
from faultmaven_kb.dialects.loose.forms import is_aside
from faultmaven_kb.dialects.loose.questions import asks
from faultmaven_kb.dialects.pieces.branches import is_branch
from faultmaven_kb.dialects.pieces.enumerations import heading_number
from faultmaven_kb.dialects.pieces.furniture import is_furniture, only_links
from faultmaven_kb.model.runbook import Symptom
from faultmaven_kb.text.markdown import Block, Fence, Paragraph, Quote
from faultmaven_kb.text.outline import OutlineSection, label_of, split_labels

__all__ = ["first_words", "shown_first"]

_SENTENCE = 4
_FAULT = re.compile(r"\b(?:errors?|fail\w*|exceptions?|alerts?|warnings?|messages?|crash\w*)\b", re.IGNORECASE)
_TWO_MARKS = 2
_NAME = re.compile(r"\*\*(?:[^*\n]{1,80}:\*\*|[^*\n]{1,80}\*\*:|[^*\s.!]{1,20}(?: [^*\s.!]{1,20}){0,3}\*\*)")
"""A bold name of what is below it, which says nothing by itself."""


def first_words(outline: tuple[OutlineSection, ...]) -> tuple[Paragraph, ...]:
    """The first paragraph that says something, outside of questions, conditions and asides; none where there is none.

    What is below a command is about the command, and what is below a numbered heading about that step.

    Below the title one that announces a list will do ("Two things are needed:"); in the first part below it a sentence
    is asked for. What later parts say is about them alone.
    """
    tops = [section for section in outline if section.level <= 1] or list(outline[:1])
    above = [paragraph for section in tops for paragraph in _said((replace(section, children=()),))]
    above = [paragraph for paragraph in above if _is_sentence(paragraph.text)]
    telling = [
        paragraph
        for paragraph in above
        if label_of(paragraph) is None and not paragraph.text.rstrip(" *_").endswith(":")
    ]
    parts = (part for section in outline for part in (section.children if section.level <= 1 else (section,)))
    first = next(([part] for part in parts if not is_aside(part)), [])
    further = (
        paragraph
        for paragraph in _said(first)
        if label_of(paragraph) is None and not paragraph.text.rstrip(" *_").endswith(":")
    )
    below = [paragraph for paragraph in further if _is_sentence(paragraph.text)]
    return tuple((telling or [paragraph for paragraph in above if not _is_facts(paragraph)] or below)[:1])


def shown_first(outline: tuple[OutlineSection, ...]) -> Iterator[Symptom]:
    """The messages that the words below the title show above any command ("You see errors like this:")."""
    for section in outline:
        blocks = section.blocks if section.level <= 1 else ()
        shown = {printed.span for printed in shown_in(blocks)}
        for block, below in zip_longest(blocks, blocks[1:]):
            if isinstance(block, Fence) and block.span not in shown:
                return
            if isinstance(block, Paragraph) and isinstance(below, Fence) and below.span in shown:
                text = block.text.rstrip(" *_:")
                if _FAULT.search(text):
                    yield Symptom(
                        text=f"{text}: `{' '.join(below.code.split())}`", literals=_lines(below), span=block.span
                    )


def _lines(fence: Fence) -> tuple[str, ...]:
    return tuple(line.strip() for line in fence.code.split("\n") if line.strip())


def _announces(block: Block) -> bool:
    return isinstance(block, Paragraph) and "\n" not in block.text and block.text.rstrip(" *_").endswith(":")


def _above_code(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks above the first command, without fences that only show something and the words that announce one."""
    shown = {printed.span for printed in shown_in(blocks)}
    for block, below in zip_longest(blocks, blocks[1:]):
        if isinstance(block, Fence) and block.span not in shown:
            return
        if not isinstance(block, Fence) and not (isinstance(below, Fence) and _announces(block)):
            yield block


def _is_note(paragraph: Paragraph) -> bool:
    """Whether a quoted paragraph is a callout, a fact about the page or a hint to another one."""
    return paragraph.text.startswith(("[!", "See ")) or is_furniture(paragraph) or label_of(paragraph) is not None


def _is_sentence(text: str) -> bool:
    return text.rstrip(" *_").endswith((".", "!", "。")) or len(text.split()) >= _SENTENCE


def _is_facts(paragraph: Paragraph) -> bool:
    """Whether a paragraph is bold names with their values ("**RTO:** 10 minutes | **RPO:** none")."""
    pieces = list(split_labels(paragraph))
    return all(label_of(piece) for piece in pieces) and paragraph.text.count("**") > _TWO_MARKS


def _said(sections: Iterable[OutlineSection]) -> Iterator[Paragraph]:
    for section in sections:
        if section.level > 1 and (asks(section.title) or is_branch(section.title) or is_aside(section)):
            continue
        numbered = section.level > 1 and heading_number(section.title)[0] is not None
        for block in _above_code(() if numbered else section.blocks):
            if isinstance(block, Quote) and section.level <= 1 and label_of(block) is None:
                yield from (
                    paragraph
                    for paragraph in block.blocks
                    if isinstance(paragraph, Paragraph) and not _is_note(paragraph)
                )
            if isinstance(block, Paragraph):
                if asks(block.text):
                    break
                code = block.text.startswith("`") and block.text.endswith("`") and block.text.count("`") == _TWO_MARKS
                named = code or _NAME.fullmatch(block.text) is not None
                if not (named or is_furniture(block) or only_links(block)) and label_role(block) is None:
                    yield block
        yield from _said(section.children)
