"""What a page is for where no heading says so: the first words that are about the whole page."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile

from faultmaven_kb.dialects.alert_sections import label_role
from faultmaven_kb.dialects.loose_forms import asks, is_aside
from faultmaven_kb.dialects.pieces.branches import is_branch
from faultmaven_kb.dialects.pieces.enumerations import heading_number
from faultmaven_kb.dialects.pieces.furniture import is_furniture
from faultmaven_kb.text.markdown import Block, Fence, Paragraph
from faultmaven_kb.text.outline import OutlineSection, label_of, split_labels

__all__ = ["first_words"]

_SENTENCE = 4
_TWO_MARKS = 2


def first_words(outline: tuple[OutlineSection, ...]) -> tuple[Paragraph, ...]:
    """The first paragraph that says something, outside of questions, conditions and asides; none where there is none.

    What is below a command is about the command, and what is below a numbered heading about that step.

    Below the title one that announces a list will do ("Two things are needed:"); further down a sentence is asked for.
    """
    tops = [section for section in outline if section.level <= 1] or list(outline[:1])
    above = [each for section in tops for each in _said((replace(section, children=()),))]
    above = [each for each in above if _is_sentence(each.text)]
    telling = [each for each in above if label_of(each) is None and not each.text.rstrip(" *_").endswith(":")]
    further = (each for each in _said(outline) if label_of(each) is None and not each.text.endswith(":"))
    below = [each for each in further if _is_sentence(each.text)]
    return tuple((telling or [each for each in above if not _is_facts(each)] or below)[:1])


def _announces(block: Block) -> bool:
    return isinstance(block, Paragraph) and "\n" not in block.text and block.text.rstrip(" *_").endswith(":")


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
        above = tuple(takewhile(lambda block: not isinstance(block, Fence), () if numbered else section.blocks))
        if len(above) < len(section.blocks) and above and _announces(above[-1]):
            above = above[:-1]
        for block in above:
            if isinstance(block, Paragraph):
                if asks(block.text):
                    break
                code = block.text.startswith("`") and block.text.endswith("`") and block.text.count("`") == _TWO_MARKS
                if not code and not is_furniture(block) and label_role(block) is None:
                    yield block
        yield from _said(section.children)
