"""Which parts an alert runbook has, under headings of any level, inside one another, or under labels only.

Three habits of authors are met here, so that reading knows one form: a part inside another ("### Resolution" below
"## Troubleshooting") is taken out of it, a document whose headings say nothing is cut at its labels ("**Impact:**", or
the one word "Impact" on a line of its own), and an alert's page without any part is its own diagnosis when it shows
commands. Labels are asked last, because beside headings a label is a part of a step.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import takewhile, zip_longest

from faultmaven_kb.dialects.dialect import Document, role_of, sections_by_role
from faultmaven_kb.dialects.headings import HEADINGS, INNER_HEADINGS
from faultmaven_kb.dialects.labels import TELLINGS, label_role, labelled_parts, lines_in, part_label, under_label
from faultmaven_kb.dialects.loose.forms import held_role, procedure_in, without_spans
from faultmaven_kb.dialects.loose.procedures import in_turn
from faultmaven_kb.dialects.pieces.faults import names_fault
from faultmaven_kb.dialects.pieces.furniture import is_contents, is_furniture, only_links, without_furniture
from faultmaven_kb.dialects.pieces.parts import all_commands, item_text, items_in
from faultmaven_kb.source import Span
from faultmaven_kb.text.languages import TYPED
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Paragraph
from faultmaven_kb.text.outline import OutlineSection, blocks_below, label_of, walk, words

__all__ = [
    "ALERT_NAME",
    "alert_sections",
    "lead_of",
    "of_several",
    "with_value",
]

_CORE = frozenset(
    {"meaning", "impact", "symptoms", "causes", "diagnosis", "mitigation", "steps", "actions", "analysis", "cases"}
)
"""A document with none of these is no runbook of this form, whatever else its headings say."""

_ALONE = frozenset({"diagnosis", "mitigation", "actions", "symptoms", "causes"})
"""Labels of which one is enough."""
_PROBLEM = frozenset({"problem", "issue", "the issue", "problem description", "issue description"})
_OUTER = frozenset({"symptoms", "causes", "diagnosis", "mitigation", "steps", "actions", "analysis"})
_BELOW_THE_TITLE = 2
_AUTOMATED = re.compile(r"\W{0,3}automat(?:ed|ic)\b", re.IGNORECASE)
ALERT_NAME = re.compile(r"[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*")
_SHELLS = TYPED | {""}


def alert_sections(document: Document) -> tuple[tuple[str, OutlineSection], ...]:
    """The parts of an alert runbook in document order, each with its role; empty for any other document."""
    procedure = {section.span for section in procedure_in(document.outline)}
    outline = without_spans(document.outline, procedure)
    rest = Document(document.source, document.front_matter, outline)
    titles = [section for section in document.outline if section.level == 1]
    title = {section.span for section in titles if section.children and len(titles) == 1}
    by_heading = tuple(
        (role, section)
        for role, section in map(_as_held, sections_by_role(rest, HEADINGS))
        if section.span not in title and role and not (role == "meaning" and _only_facts(section))
    )
    if any(role == "mitigation" and section.level > _BELOW_THE_TITLE for role, section in by_heading):
        by_heading = tuple(_with_faults(outline, by_heading))
    by_label = tuple(labelled_parts(without_spans(outline, {section.span for _, section in by_heading})))
    named, labelled = ({role for role, _ in parts} & _CORE for parts in (by_heading, by_label))
    if not named and len(labelled) < 2 and not labelled & _ALONE:
        return _commands_of_an_alert(document)
    names = _named_after(outline)
    by_heading = tuple(part for role, section in by_heading for part in _opened(role, section))
    by_heading = tuple((role, replace(part, title=names.get(part.span, part.title))) for role, part in by_heading)
    parts = [part for role, section in by_heading for part in _taken_apart(role, with_value(role, section))]
    return tuple(sorted((*parts, *by_label), key=lambda part: part[1].span))


def of_several(sections: tuple[tuple[str, OutlineSection], ...]) -> Iterator[tuple[str, OutlineSection]]:
    """The parts; those of the same name below several headings as the problem, or else the procedure, of each."""
    problems = [section for role, section in sections if role == "meaning" and section.key in _PROBLEM]
    steps = [section for role, section in sections if role == "steps" and words(section.title) != section.key]
    faults = any(role == "symptoms" for role, _ in sections)
    several = len({section.title for section in steps}) > 1 and not (faults or in_turn(steps))
    for role, section in sections:
        if problems[1:] and section in problems:
            yield "symptoms", section
        else:
            yield "procedure" if several and section in steps else role, section


def _with_faults(
    outline: tuple[OutlineSection, ...], parts: tuple[tuple[str, OutlineSection], ...]
) -> Iterator[tuple[str, OutlineSection]]:
    """The parts, those below a heading that says what is wrong and holds its fix as a case of that fault."""
    inside: set[Span] = set()
    for section in walk(outline):
        if section.children and section.level > 1 and section.span not in inside and _is_fault(section):
            inside |= {part.span for part in walk((section,))}
            yield "cases", replace(section, blocks=(), children=(section,))
    yield from (part for part in parts if part[1].span not in inside)


def _is_fault(section: OutlineSection) -> bool:
    mends = any(INNER_HEADINGS.role(child.key) == "mitigation" for child in section.children)
    return mends and role_of(section, HEADINGS) is None and names_fault(section.title)


def _as_held(part: tuple[str, OutlineSection]) -> tuple[str, OutlineSection]:
    """A part as what it holds: signs with a triage, what a system does by itself, causes under headings.

    One called "Issues" or "Errors" that has neither headings nor bold names is none, or only notes.
    """
    role, section = part
    if role in ("symptoms", "meaning"):
        return held_role(section) or role, section
    if (
        role in ("actions", "mitigation")
        and _AUTOMATED.match(section.title)
        and not all_commands(blocks_below(section))
    ):
        return "resources", section
    if role in ("cases", "diagnosis") and _counts_causes(section.children):
        return "causes", section
    if role != "cases" or section.children:
        return part
    items = (item_text(item) for item in items_in(section.blocks))
    if any(text.startswith(("**", "__")) for text in items):
        return part
    return ("resources" if section.key.startswith("known ") else ""), section


def _counts_causes(sections: tuple[OutlineSection, ...]) -> bool:
    """Whether most of some headings count causes ("Cause 2: the disk is full")."""
    counted = [section for section in sections if section.key.startswith("cause ")]
    return bool(counted[1:]) and 2 * len(counted) > len(sections)


def _opened(role: str, section: OutlineSection) -> Iterator[tuple[str, OutlineSection]]:
    """A part; an overview that holds other parts or procedures under headings is left to these and to its own words.

    So are actions that are mostly called by the names of parts ("Detection", "Investigation", "Mitigation").
    """
    named = {child.span: inner_role for child in section.children if (inner_role := role_of(child, HEADINGS))}
    stages = role in ("actions", "steps") and len(named) > 1 and 2 * len(named) >= len(section.children)
    done: AbstractSet[Span] = (
        _done_below(section, named.keys()) if role == "meaning" and section.children else frozenset()
    )
    if not (stages or role in ("meaning", "cases")) or not (named or done):
        yield role, section
        return
    own = replace(section, children=())
    if own.blocks and not _only_facts(own):
        yield role, own
    for child in section.children:
        if child.span not in done:
            yield named.get(child.span, "resources" if role == "meaning" else role), child


def _done_below(section: OutlineSection, named: AbstractSet[Span]) -> AbstractSet[Span]:
    """The places of the headings right below an overview that name no part and under which something is done."""
    return {child.span for child in section.children if child.span not in named and _is_done(child)}


def _is_done(section: OutlineSection) -> bool:
    """Whether there is something to type, or a numbered list, in a section or below it: more than an explanation."""
    return bool(all_commands(blocks_below(section))) or any(
        isinstance(block, ListBlock) and block.ordered for block in blocks_below(section)
    )


def with_value(role: str, section: OutlineSection) -> OutlineSection:
    """A section that tells something with what its heading says behind a colon: "Likely causes: a bad release"."""
    name, colon, value = section.title.partition(": ")
    if not colon or role not in TELLINGS or HEADINGS.role(words(name)) != role or section.heading is None:
        return section
    return replace(section, blocks=(Paragraph(value.strip(), section.heading.span), *section.blocks))


def _only_facts(section: OutlineSection) -> bool:
    """Whether a section has nothing but labels with their values ("**Threshold:** 5 %"), which tell no meaning."""
    lines = [line for block in section.blocks if not is_furniture(block) for line in lines_in(block)]
    return bool(section.blocks) and not section.children and all(label_of(line) is not None for line in lines)


def lead_of(document: Document) -> tuple[Block, ...]:
    """The paragraphs below the title, up to the first label that names a part; other labels are left out."""
    paragraphs: list[Block] = []
    tops = [section for section in document.outline if not is_contents(section)]
    for section in tops[:2]:
        blocks = section.blocks if section.level < 2 or len(tops) == 1 else ()
        for block in takewhile(lambda block: label_role(block) is None, _above_code(without_furniture(blocks))):
            if isinstance(block, Paragraph) and label_of(block) is None and not only_links(block):
                paragraphs.append(block)
    return tuple(paragraphs)


def _above_code(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks above the first fence, without the words that announce it."""
    above = tuple(takewhile(lambda block: not isinstance(block, Fence), blocks))
    above = tuple(block for block, below in zip_longest(above, above[1:]) if not _announces_points(block, below))
    last = above[-1] if above and len(above) < len(blocks) else None
    return above[:-1] if isinstance(last, Paragraph) and last.text.rstrip(" *_").endswith(":") else above


def _announces_points(block: Block, below: Block | None) -> bool:
    """Whether words only announce the points right below them ("Applies to alerts:")."""
    announces = isinstance(block, Paragraph) and block.text.rstrip(" *_").endswith(":")
    return announces and isinstance(below, ListBlock)


def _taken_apart(role: str, section: OutlineSection) -> Iterator[tuple[str, OutlineSection]]:
    """A part, then the parts of other kinds inside it."""
    inner: list[tuple[str, OutlineSection]] = []
    if role in _OUTER:
        section = _without_labels(_without(section, role, inner), role, inner)
    yield role, section
    yield from inner


def _without_labels(section: OutlineSection, role: str, inner: list[tuple[str, OutlineSection]]) -> OutlineSection:
    """The section without what follows a label of its own text that names another part on a line of its own."""
    own: list[Block] = []
    label, begun, other = "", section.span, ""
    blocks: list[Block] = []
    for block in section.blocks:
        named = part_label(block)
        inner_role = INNER_HEADINGS.role(words(named[0])) if named and named[2] is None else None
        if inner_role is None:
            (blocks if other else own).append(block)
            continue
        if other:
            inner.append((other, under_label(section, label, blocks, begun)))
        other = inner_role if inner_role != role else ""
        label, begun, blocks = named[0] if named else "", block.span, []
        if not other:
            own.append(block)
    if other:
        inner.append((other, under_label(section, label, blocks, begun)))
    return replace(section, blocks=tuple(own))


def _without(
    section: OutlineSection, role: str, inner: list[tuple[str, OutlineSection]], *, about: str = ""
) -> OutlineSection:
    """The section without those below it that are parts of another kind; these join `inner`.

    A part of one case ("### Disk full" with a "#### Resolution") is called after the case.
    """
    children = []
    for child in section.children:
        inner_role = role_of(child, INNER_HEADINGS)
        if inner_role is None or inner_role == role:
            children.append(_without(child, role, inner, about=child.title))
        else:
            inner.append((inner_role, replace(child, title=about or child.title)))
    return replace(section, children=tuple(children)) if section.children else section


def _named_after(outline: tuple[OutlineSection, ...]) -> dict[Span, str]:
    """For sections called "Steps" and the like the heading right above, which says what they are the steps of."""
    return {
        child.span: section.title
        for section in walk(outline)
        if section.level > 1
        for child in section.children
        if role_of(child, HEADINGS) in ("steps", "actions")
    }


def _commands_of_an_alert(document: Document) -> tuple[tuple[str, OutlineSection], ...]:
    """The one section of a page that is called like an alert and shows what to do."""
    if len(document.outline) != 1 or document.outline[0].children:
        return ()
    page = document.outline[0]
    helps = any(
        isinstance(block, ListBlock) or (isinstance(block, Fence) and block.language in _SHELLS)
        for block in page.blocks
    )
    return (("diagnosis", page),) if helps and ALERT_NAME.fullmatch(page.title) else ()
