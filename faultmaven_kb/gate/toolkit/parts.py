"""The parts of a runbook's sections as written: labelled groups, steps and solutions with their headings.

Rules need the places of labels and headings, which the model leaves out. What is missing from a draft or a deprecated
runbook is worth an info, not an error: it is not finished yet, or no longer kept up.
"""

import re
from itertools import pairwise

from faultmaven_kb.diagnostics import Level
from faultmaven_kb.dialects.dialect import Vocabulary
from faultmaven_kb.dialects.faultmaven import SECTIONS
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding
from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import Paragraph
from faultmaven_kb.text.outline import Group, OutlineSection, blocks_below, parts_of, words

__all__ = ["by_role", "children_of", "first_out_of_order", "incomplete", "section_of"]

_NO_HEADING = re.compile(r"#{1,6}([^#\s].*)")


def section_of(checked: Checked, role: str) -> OutlineSection | None:
    """The first level 2 section with a role."""
    sections = (section for section in checked.sections if section.level == 2 and SECTIONS.role(section.key) == role)
    return next(sections, None)


def children_of(section: OutlineSection) -> tuple[OutlineSection, ...]:
    """The subsections of a section, up to the heading of another one that is not a section because of its marks.

    `### Prevention` and `##Prevention` below Solutions are reported as such; what follows them is not a solution.
    """
    lost = [child.span.line for child in section.children if SECTIONS.role(child.key)]
    for block in blocks_below(section):
        match = _NO_HEADING.match(block.text) if isinstance(block, Paragraph) else None
        if match and SECTIONS.role(words(match[1])):
            lost.append(block.span.line)
    return tuple(child for child in section.children if not lost or child.span.line < min(lost))


def by_role(section: OutlineSection, vocabulary: Vocabulary) -> dict[str, Group]:
    """The first group of each role."""
    groups_by_role: dict[str, Group] = {}
    for group in parts_of(section):
        role = vocabulary.label_role(group.key)
        if role:
            groups_by_role.setdefault(role, group)
    return groups_by_role


def incomplete(checked: Checked, message: str, span: Span) -> Finding:
    """A finding about something that is missing; an info where the runbook's status says that it may be."""
    return Finding(message, span, level=Level.INFO if checked.is_relaxed else None)


def first_out_of_order(numbers: list[int]) -> int | None:
    """The index of the first number that is not one more than the one before; the first number is 1."""
    return next((index for index, (last, number) in enumerate(pairwise([0, *numbers])) if number != last + 1), None)
