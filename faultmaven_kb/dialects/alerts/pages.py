"""Pages with a heading for each alert or problem: where such a page is cut, before a dialect reads each part.

Large projects keep one page for many alerts: a heading with the alert's name, below it what it means, how to
investigate, how to fix, under headings, labels or plain words. Such headings are found by what is below them: at least
two on one level that are parts of no runbook themselves and each of which holds parts of one. Where most headings of a
level name alerts or faults ("Redis refuses connections") and none of them a part, they are problems whatever is below
them, under one heading or under several that gather them.

A cut is cautious: a page with one problem, and headings inside a part ("Solution 1" below "Solutions"), stay
whole.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from faultmaven_kb.dialects.alerts.sections import ALERT_NAME
from faultmaven_kb.dialects.dialect import Document, role_of
from faultmaven_kb.dialects.headings import HEADINGS
from faultmaven_kb.dialects.labels import label_role, lines_in
from faultmaven_kb.dialects.pieces.faults import counts_problem, is_small_name, may_name_fault, names_fault
from faultmaven_kb.dialects.pieces.parts import all_commands
from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Paragraph, Table, ThematicBreak
from faultmaven_kb.text.outline import OutlineSection, blocks_below, label_of, split_labels, walk

__all__ = ["problems_of", "rest_of"]

_FEWEST = 2
_SHARE = 0.5
_FEWEST_NAMED = 3
_FEWEST_LISTED = 3
_OPEN = (None, "cases")
"""What a heading means that is no part of a runbook itself."""
_HELPS = frozenset({"diagnosis", "mitigation", "steps", "actions", "causes"})
_TELLS = frozenset({"meaning", "impact", "symptoms"})
_FIRES = re.compile(
    r"\bthis alert (?:fires|is fired|is triggered|triggers|is raised|goes off|means|indicates)\b", re.IGNORECASE
)


def problems_of(document: Document) -> tuple[OutlineSection, ...]:
    """The sections that are a runbook each, in document order; empty where the document is one runbook."""
    problems = list(_problems(document.outline))
    if any(_is_alert_name(problem.title) for problem in problems):  # an alert may be the only one below its heading
        level = problems[0].level
        inside = {part.span for problem in problems for part in walk((problem,))}
        problems += [
            section
            for section in walk(document.outline)
            if section.level == level and section.span not in inside and _is_alert_name(section.title)
        ]
    return tuple(sorted(problems, key=lambda section: section.span))


def rest_of(document: Document, problems: Iterable[OutlineSection]) -> tuple[OutlineSection, ...]:
    """What a page holds beside its problems, as sections without them; empty where that is only prose."""
    inside = {part.span for problem in problems for part in walk((problem,))}
    rest = tuple(_without(document.outline, inside))
    return rest if any(_holds_code(section.blocks) for section in walk(rest)) else ()


def _holds_code(blocks: tuple[Block, ...]) -> bool:
    """Whether there is a command or a table among the blocks."""
    return any(isinstance(block, Table) for block in blocks) or bool(all_commands(blocks))


def _without(sections: Iterable[OutlineSection], inside: AbstractSet[Span]) -> Iterator[OutlineSection]:
    for section in sections:
        rest = replace(section, children=tuple(_without(section.children, inside)))
        emptied = section.children and not rest.children and not _says(section)
        if section.span not in inside and not emptied:
            yield rest


def _says(section: OutlineSection) -> bool:
    """Whether a section has more of its own than a line between it and the next."""
    return any(map(_says_more, section.blocks))


def _problems(siblings: tuple[OutlineSection, ...], *, counted: bool = True) -> Iterator[OutlineSection]:
    """The problems among some sections of one level; where there are none, those further down.

    Where they are `counted`, "Issue 2: …" is one whatever it says; below "Common issues" it is one of these.
    """
    headed = [section for section in siblings if section.heading]
    if len(headed) == 1 and headed[0].level == 1 and headed[0].children:  # the title, whatever it says
        children = headed[0].children
        if role_of(headed[0], HEADINGS) == "cases" and len(children) >= _FEWEST and not any(_means(children)):
            yield from children
        else:
            yield from _problems(children)
        return
    whole = any(role_of(section, HEADINGS) in _HELPS | _TELLS for section in headed)  # its problems are cases of it
    open_ones = [section for section in headed if role_of(section, HEADINGS) in (_OPEN[:1] if whole else _OPEN)]
    problems = _named_problems(headed, counted=counted)
    spans = {section.span for section in problems}
    problems += [section for section in open_ones if section.span not in spans and _is_problem(section)]
    if len(problems) >= _FEWEST and len(problems) >= _SHARE * sum(map(_does_something, open_ones)):
        yield from sorted(problems, key=lambda section: section.span)
        return
    listed = [section for section in open_ones if _is_problem(section, listed=True)]
    if len(listed) >= _FEWEST_LISTED and len(listed) == len(open_ones):
        yield from listed
        return
    gathered = [child for section in open_ones for child in section.children if child.heading]
    cases = any(role_of(section, HEADINGS) == "cases" for section in open_ones)
    cousins = [] if any(map(_is_bare, gathered)) else _named_problems(gathered, counted=not cases)
    if (
        not cousins
        and gathered[1:]
        and all(is_small_name(child.title) for child in gathered)
        and any(map(_is_of_alerts, open_ones))
    ):
        cousins = gathered
    if any(map(_gathers, open_ones)):
        spans = {section.span for section in cousins}
        cousins += [child for child in gathered if child.span not in spans and _is_problem(child)]
    if cousins:
        yield from cousins
        return
    for section in open_ones:
        yield from _problems(section.children, counted=not cases)


def _does_something(section: OutlineSection) -> bool:
    """Whether a section holds parts, commands or lists of numbers, so that it is no mere background."""
    parts = walk((section,))
    blocks = blocks_below(section)
    numbered = any(isinstance(block, ListBlock) and block.ordered for block in blocks)
    return numbered or bool(all_commands(blocks)) or any(role_of(part, HEADINGS) for part in parts)


def _means(sections: Iterable[OutlineSection]) -> Iterator[str]:
    """The parts of a runbook that headings name."""
    return (role for section in sections if (role := role_of(section, HEADINGS)))


def _named_problems(siblings: list[OutlineSection], *, counted: bool) -> list[OutlineSection]:
    """The headings of a level that are mostly names of alerts or faults, empty where one of them names a part.

    Beside faults a heading that tells a state ("Account locked") is one too. A heading right above another one, with
    nothing of its own, shares what is below that one.
    """
    alerts = [_is_alert_name(section.title) for section in siblings]
    faults = [
        alert or (_names_fault(section, counted=counted) and role_of(section, HEADINGS) in _OPEN)
        for alert, section in zip(alerts, siblings, strict=True)
    ]
    named = alerts if any(alerts) else faults
    if sum(named) < _FEWEST_NAMED or sum(named) < _SHARE * len(siblings):
        return []
    if any(role_of(section, HEADINGS) in _HELPS | _TELLS for section in siblings):
        return []
    if not any(alerts):
        named = [
            fault or (may_name_fault(section.title) and role_of(section, HEADINGS) in _OPEN)
            for fault, section in zip(faults, siblings, strict=True)
        ]
    following = [*siblings[1:], None]
    return [
        replace(section, blocks=below.blocks, children=below.children) if below and _is_bare(section) else section
        for is_named, section, below in zip(named, siblings, following, strict=True)
        if is_named
    ]


def _names_fault(section: OutlineSection, *, counted: bool) -> bool:
    return names_fault(section.title) or (counted and counts_problem(section.title))


def _is_bare(section: OutlineSection) -> bool:
    return not section.blocks and not section.children


def _is_problem(section: OutlineSection, *, listed: bool = False) -> bool:
    """Whether a section holds a runbook: it tells what is wrong and helps, or it is an alert that helps.

    Labels that are `listed`, each a point, say so where all headings beside one another have them.
    """
    if section.key.startswith(("step ", "solution ", "cause ", "option ")):
        return False
    roles = {role for child in section.children if (role := role_of(child, HEADINGS))}
    within = (section, *section.children)
    roles |= {role for part in within for block in part.blocks for role in _label_roles(block, listed=listed)}
    if _gathers(section):
        return False
    alert = _is_alert_name(section.title) or _says_when_it_fires(section)
    shows = any(isinstance(block, ListBlock | Fence) for block in section.blocks)
    if alert:
        return bool(roles & (_HELPS | _TELLS)) or shows
    if "symptoms" in roles and shows:
        return True
    return bool(roles & _HELPS) and (bool(roles & _TELLS) or len(roles & _HELPS) > 1)


def _is_of_alerts(section: OutlineSection) -> bool:
    return section.key.rpartition(" ")[2] in ("alerts", "alarms", "checks", "monitors")


def _gathers(section: OutlineSection) -> bool:
    """Whether a section has nothing of its own and gathers headings that are a problem each by their labels."""
    if any(map(_says_more, section.blocks)) or any(role_of(child, HEADINGS) for child in section.children):
        return False
    return any(map(_is_problem, section.children))


def _says_more(block: Block) -> bool:
    return not isinstance(block, ThematicBreak)


def _is_alert_name(title: str) -> bool:
    """Whether a heading is the name of an alert (`KubePodCrashLooping`) and nothing else."""
    return ALERT_NAME.fullmatch(title.strip()) is not None


def _label_roles(block: Block, *, listed: bool) -> Iterator[str]:
    if isinstance(block, Paragraph):
        for piece in split_labels(block):
            role = label_role(piece)
            if role:
                yield role
    elif listed and isinstance(block, ListBlock) and not block.ordered:
        yield from (role for line in lines_in(block) if label_of(line) and (role := label_role(line)))


def _says_when_it_fires(section: OutlineSection) -> bool:
    first = next((block for block in section.blocks if isinstance(block, Paragraph)), None)
    return first is not None and _FIRES.search(first.text) is not None
