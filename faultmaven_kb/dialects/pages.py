"""Pages with a heading for each alert or problem: where such a page is cut, before a dialect reads each part.

Large projects keep one page for many alerts: a heading with the alert's name, below it what it means, how to
investigate, how to fix, under headings, labels or plain words. Such headings are found by what is below them: at least
two on one level that are parts of no runbook themselves and each of which holds parts of one. A cut is cautious: a page
with one problem, and headings inside a part ("Solution 1" below "Solutions"), stay whole.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from faultmaven_kb.dialects.alert_headings import HEADINGS
from faultmaven_kb.dialects.alert_sections import ALERT_NAME, label_role
from faultmaven_kb.dialects.dialect import Document, role_of
from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Paragraph, Quote, Table
from faultmaven_kb.text.outline import OutlineSection, split_labels, walk

__all__ = ["problems_of", "rest_of"]

_FEWEST = 2
_SHARE = 0.5
_HELPS = frozenset({"diagnosis", "mitigation", "steps", "actions", "causes"})
_TELLS = frozenset({"meaning", "impact", "symptoms"})
_FIRES = re.compile(
    r"\bthis alert (?:fires|is fired|is triggered|triggers|is raised|goes off|means|indicates)\b", re.IGNORECASE
)


def problems_of(document: Document) -> tuple[OutlineSection, ...]:
    """The sections that are a runbook each, in document order; empty where the document is one runbook."""
    return tuple(_problems(document.outline))


def rest_of(document: Document, problems: Iterable[OutlineSection]) -> tuple[OutlineSection, ...]:
    """What a page holds beside its problems, as sections without them; empty where that is only prose."""
    inside = {part.span for problem in problems for part in walk((problem,))}
    rest = tuple(_without(document.outline, inside))
    return rest if any(_holds_code(section.blocks) for section in walk(rest)) else ()


def _holds_code(blocks: Iterable[Block]) -> bool:
    """Whether there is a fence or a table among the blocks, in lists and quotes as well."""
    for block in blocks:
        if isinstance(block, Fence | Table):
            return True
        if isinstance(block, ListBlock) and any(_holds_code(item.blocks) for item in block.items):
            return True
        if isinstance(block, Quote) and _holds_code(block.blocks):
            return True
    return False


def _without(sections: Iterable[OutlineSection], inside: AbstractSet[Span]) -> Iterator[OutlineSection]:
    for section in sections:
        if section.span not in inside:
            yield replace(section, children=tuple(_without(section.children, inside)))


def _problems(siblings: tuple[OutlineSection, ...]) -> Iterator[OutlineSection]:
    """The problems among some sections of one level; where there are none, those further down."""
    open_ones = [section for section in siblings if section.heading and role_of(section, HEADINGS) is None]
    found = [section for section in open_ones if _is_problem(section)]
    if len(found) >= _FEWEST and len(found) >= _SHARE * len(open_ones):
        yield from found
        return
    for section in open_ones:
        yield from _problems(section.children)


def _is_problem(section: OutlineSection) -> bool:
    """Whether a section holds a runbook: it tells what is wrong and helps, or it is an alert that helps."""
    if section.key.startswith(("step ", "solution ", "cause ", "option ")):
        return False
    roles = {role for child in section.children if (role := role_of(child, HEADINGS))}
    roles |= {role for block in section.blocks for role in _label_roles(block)}
    alert = _is_alert_name(section.title) or _says_when_it_fires(section)
    if alert:
        return bool(roles & (_HELPS | _TELLS)) or any(isinstance(b, ListBlock | Fence) for b in section.blocks)
    return bool(roles & _HELPS) and (bool(roles & _TELLS) or len(roles & _HELPS) > 1)


def _is_alert_name(title: str) -> bool:
    """Whether a heading is the name of an alert (`KubePodCrashLooping`) and nothing else."""
    return ALERT_NAME.fullmatch(title.strip()) is not None


def _label_roles(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        for piece in split_labels(block):
            role = label_role(piece)
            if role:
                yield role


def _says_when_it_fires(section: OutlineSection) -> bool:
    first = next((block for block in section.blocks if isinstance(block, Paragraph)), None)
    return first is not None and _FIRES.search(first.text) is not None
