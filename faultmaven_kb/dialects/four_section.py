"""Plain alert runbooks: Meaning, Impact, Diagnosis, Mitigation, with or without front matter.

They have no numbered steps or solutions, so each part that holds a command or has a heading of its own becomes
one: a diagnosis of three fences reads as three steps, a mitigation with two headings as two solutions. Where nothing
says what the alert means, the words below the title do.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from faultmaven_kb.dialects.alerts.cases import case_parts, cases_among, named_cases, unlabelled_case
from faultmaven_kb.dialects.alerts.sections import alert_sections, lead_of, of_several
from faultmaven_kb.dialects.dialect import Dialect, Document, role_of
from faultmaven_kb.dialects.drawn.outputs import is_message, shown_in, without_shown
from faultmaven_kb.dialects.headings import HEADINGS
from faultmaven_kb.dialects.labels import is_of_names, label_role, part_label, parts_by_label
from faultmaven_kb.dialects.loose.beside import unclaimed
from faultmaven_kb.dialects.loose.forms import loose_contents, without_spans
from faultmaven_kb.dialects.loose.listing import (
    in_order,
    numbered,
    one_step,
    short_title,
    solutions_in,
    steps_in,
)
from faultmaven_kb.dialects.loose.procedures import counted_steps
from faultmaven_kb.dialects.loose.purpose import first_words, shown_first
from faultmaven_kb.dialects.loose.tables import fix_tables
from faultmaven_kb.dialects.pieces.announcements import introduced_causes
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.deeds import looks, prepares
from faultmaven_kb.dialects.pieces.enumerations import heading_number, heading_words
from faultmaven_kb.dialects.pieces.faults import seen_in
from faultmaven_kb.dialects.pieces.furniture import only_links
from faultmaven_kb.dialects.pieces.parts import (
    all_commands,
    item_text,
    items_in,
    links_in,
    notes_in,
    practices_in,
    read_causes,
    read_symptoms,
    section_passage,
    text_of,
    text_with_code,
)
from faultmaven_kb.dialects.pieces.series import series_of
from faultmaven_kb.model.runbook import Cause, Link, Passage, Prevention, Solution, Symptom
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import literals
from faultmaven_kb.text.languages import CONSOLE, TYPED
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, ListItem, Paragraph, fences_in
from faultmaven_kb.text.outline import OutlineSection, blocks_below, label_of, words

__all__ = ["FOUR_SECTION"]


_ONE_CAUSE = ("cause", "root cause", "reason")
_LABELLED = re.compile(r"[A-Z][\w-]{2,20}(?: [\w-]{2,20})?: ")
_CARRY_CAUSES = frozenset({"meaning", "diagnosis", "actions", "mitigation"})


def _fit(document: Document) -> int:
    roles = {role for role, _ in alert_sections(document.shaped)}
    return len(roles) * 2 if {"meaning", "impact"} & roles else len(roles)


def _read(document: Document) -> Contents:
    document, parts = fix_tables(document.shaped)
    sections = tuple(of_several(alert_sections(document)))
    roles = {role for role, _ in sections}
    sections = tuple((_meant(role, roles, section), section) for role, section in sections)
    fixes = [section.span for role, section in sections if role in ("mitigation", "actions")]
    sections = tuple((_before_fixes(role, section, fixes), section) for role, section in sections)
    for role, section in sections:
        parts = parts.followed_by(_section(document, role, section))
    rest = unclaimed(document.outline, sections)
    if not parts.causes:
        carry = [part for role, part in sections if role in _CARRY_CAUSES]
        blocks = tuple(block for part in (*carry, *rest) for block in blocks_below(part))
        parts = replace(parts, causes=tuple(introduced_causes(blocks)) or tuple(_causes_in_sentences(blocks)))
    counted = {section.level for _, section in sections if heading_number(section.title)[0] is not None}
    loose = loose_contents(
        rest, has_steps=bool(parts.steps), has_solutions=bool(parts.solutions), counted_parts=counted
    )
    parts = parts.followed_by(loose)
    if not parts.purpose and not any(section.level == 1 for _, section in sections):
        parts = replace(parts, purpose=text_of(lead_of(document)) or text_of(first_words(_above(rest, sections))))
    if not parts.symptoms:
        parts = replace(parts, symptoms=tuple(shown_first(rest)))
    verification = "\n\n".join(
        text for role, section in sections if role == "verification" and (text := _outcome(section))
    )
    solutions = _verified(numbered(in_order(parts.solutions)), verification)
    return replace(parts, steps=numbered(in_order(parts.steps)), solutions=solutions)


def _causes_in_sentences(blocks: tuple[Block, ...]) -> Iterator[Cause]:
    """What paragraphs say behind a label of causes ("Likely causes: a full disk, a bad release")."""
    for block in blocks:
        label = part_label(block)
        if label and label[1] == "causes" and isinstance(label[2], Paragraph):
            yield from read_causes(series_of((label[2],)))


def _above(rest: tuple[OutlineSection, ...], parts: Iterable[tuple[str, OutlineSection]]) -> tuple[OutlineSection, ...]:
    """What a page holds above its first part; what is below a part is no word about the whole page."""
    first = min((section.span.line for _, section in parts), default=0)
    above = (section for section in rest if section.span.line < first)
    return tuple(
        replace(
            section,
            blocks=tuple(block for block in section.blocks if block.span.line < first or not _opens_anew(block)),
            children=tuple(child for child in section.children if child.span.line < first),
        )
        for section in above
    )


def _opens_anew(block: Block) -> bool:
    """Whether a paragraph opens like the labels of parts do ("Safety: …"), though it names none."""
    return isinstance(block, Paragraph) and _LABELLED.match(block.text) is not None


def _meant(role: str, roles: set[str], section: OutlineSection) -> str:
    """What "Steps", "Actions" and "Root cause analysis" mean: what they hold, and what the document has no heading for.

    Steps that mostly look at something are a diagnosis, and so are all where nothing else is one. Actions beside a
    diagnosis are the mitigation that is missing.
    """
    if role == "analysis":
        named = any(isinstance(block, ListBlock) and is_of_names(block) for block in section.blocks)
        looked = not named and bool(all_commands(blocks_below(section)))
        return "diagnosis" if looked or _mostly_looks(section) else "causes"
    if role not in ("steps", "actions"):
        return role
    if role == "steps" and "diagnosis" not in roles:
        return "diagnosis"
    if role == "actions" and section.children:
        return "actions"
    if role == "actions" and "diagnosis" in roles and "mitigation" not in roles:
        return "diagnosis" if _comments_look(section) else "mitigation"
    return "diagnosis" if _mostly_looks(section) else "mitigation"


def _mostly_looks(section: OutlineSection) -> bool:
    deeds = [item_text(item) for item in items_in(section.blocks)] or [child.title for child in section.children]
    return 2 * sum(looks(heading_number(deed)[1]) for deed in deeds) > len(deeds)


def _comments_look(section: OutlineSection) -> bool:
    """Whether the comments in what is typed, and no words beside it, all say to look at something."""
    comments = [
        line.strip().lstrip("# ")
        for fence in fences_in(section.blocks)
        for line in fence.code.split("\n")
        if line.lstrip().startswith("# ")
    ]
    return bool(comments) and all(map(looks, comments)) and not items_in(section.blocks)


def _actions(section: OutlineSection) -> Contents:
    """Actions under headings of their own: those that look at something are steps, the others solutions."""
    checks = tuple(child for child in section.children if looks(heading_number(child.title)[1]))
    rest = replace(section, children=tuple(child for child in section.children if child not in checks))
    steps = steps_in(replace(section, blocks=(), children=checks)) if checks else ()
    return Contents(steps=steps, solutions=solutions_in(rest) if rest.children or rest.blocks else ())


def _before_fixes(role: str, section: OutlineSection, fixes: list[Span]) -> str:
    """What a verification above every mitigation is: it confirms the alert, so it is a check, or only text."""
    if role != "verification" or not fixes or section.span > min(fixes):
        return role
    return "diagnosis" if all_commands(blocks_below(section)) else "resources"


def _verified(solutions: tuple[Solution, ...], outcome: str) -> tuple[Solution, ...]:
    """A verification section says what shows that the mitigation worked: the outcome of the last solution."""
    if not outcome or not solutions:
        return solutions
    return (*solutions[:-1], solutions[-1].model_copy(update={"expected_outcome": outcome}))


def _outcome(section: OutlineSection) -> str:
    """What a verification says to see; one with headings of its own is a procedure, and only a passage."""
    return (
        ""
        if section.children and all_commands(blocks_below(section))
        else text_of(_without_announcements(blocks_below(section)))
    )


def _section(document: Document, role: str, section: OutlineSection) -> Contents:
    blocks = blocks_below(section)
    links = links_in(document.source, blocks)
    if role in ("meaning", "impact"):
        return replace(_told(document, role, section, blocks), resources=links)
    if role in ("symptoms", "diagnosis", "cases", "mitigation") and (cases := cases_among(section, role)):
        return _with_cases(document, role, section, cases)
    if role == "symptoms":
        contents = Contents(symptoms=read_symptoms(blocks) or _as_symptom(blocks))
        return replace(contents, steps=steps_in(section)) if _asks_a_store(blocks) else contents
    if role == "cases":
        return _problems(document, section, links)
    if role == "causes":
        return replace(_causes(section), resources=links)
    if role == "diagnosis":
        return Contents(steps=steps_in(section), resources=links)
    if role == "procedure":
        return Contents(solutions=(counted_steps(section),), resources=links)
    if role == "actions":
        return replace(_actions(section), resources=links)
    if role == "mitigation":
        needed, section = _needed_before(document, section)
        return Contents(solutions=solutions_in(section), resources=links, passages=needed)
    if role == "prevention":
        do, avoid = practices_in(blocks)
        beside = tuple(block for block in blocks if not isinstance(block, ListBlock))
        return Contents(
            prevention=Prevention(do=do, avoid=avoid, passages=section_passage(section, text_with_code(beside)))
        )
    if role in ("rollback", "escalation", "verification", "prerequisites"):
        return Contents(passages=section_passage(section, document.written_in(section)), resources=links)
    return Contents(resources=links, passages=section_passage(section, text_of(blocks)))


def _told(document: Document, role: str, section: OutlineSection, blocks: tuple[Block, ...]) -> Contents:
    """What a page is about, or what its fault does; a message without words is what is seen."""
    prose = text_of(block for block in _without_announcements(blocks) if not only_links(block))
    shows = any(fences_in(blocks))
    text = Contents(purpose=prose) if role == "meaning" else Contents(impact=prose)
    if role == "meaning" and shows and not prose:
        text = Contents(symptoms=_as_symptom(blocks))
    passages = section_passage(section, document.written_in(section)) if shows else ()
    return replace(text, notes=notes_in(blocks), passages=passages)


def _needed_before(document: Document, section: OutlineSection) -> tuple[tuple[Passage, ...], OutlineSection]:
    """What the headings below a mitigation say is needed or set before it, and the mitigation without these."""
    needed = [child for child in section.children if _is_needed(child)]
    if not needed or len(needed) == len(section.children):
        return (), section
    passages = (Passage(label=child.title, text=document.written_in(child), span=child.span) for child in needed)
    rest = without_spans(section.children, {child.span for child in needed})
    return tuple(passages), replace(section, children=rest)


def _is_needed(section: OutlineSection) -> bool:
    return role_of(section, HEADINGS) == "prerequisites" or prepares(heading_words(section.title))


def _with_cases(document: Document, role: str, section: OutlineSection, cases: tuple[OutlineSection, ...]) -> Contents:
    """A part with headings that are a problem each: the rest of it as the part that it is, then each problem."""
    rest = replace(section, children=without_spans(section.children, {case.span for case in cases}))
    contents = _section(document, role, rest) if rest.blocks or rest.children else Contents()
    for case in cases:
        parts = case_parts(case)
        done = {block.span.line for _, part in parts for block in blocks_below(part)}
        blocks = tuple(block for block in blocks_below(case) if block.span.line not in done)
        unlabelled = not any(named in ("mitigation", "diagnosis") for named, _ in parts) or _types(blocks)
        if unlabelled:
            contents = contents.followed_by(unlabelled_case(case, _without_labels(blocks)))
        read = _of_one_case(_section(document, named, part) for named, part in parts)
        named = role in ("cases", "symptoms") or (role == "diagnosis" and bool(read.causes))
        if parts and named and not (unlabelled or read.symptoms):
            read = replace(read, symptoms=(seen_in(case),))
        contents = contents.followed_by(read)
    return contents


def _of_one_case(parts: Iterable[Contents]) -> Contents:
    """What the parts of one problem say; its solutions apply where its first symptom is seen."""
    contents = Contents()
    for part in parts:
        contents = contents.followed_by(part)
    if not contents.symptoms:
        return contents
    when = contents.symptoms[0].text
    solutions = (
        solution if solution.when_to_use else solution.model_copy(update={"when_to_use": when})
        for solution in contents.solutions
    )
    return replace(contents, solutions=tuple(solutions))


def _problems(document: Document, section: OutlineSection, links: tuple[Link, ...]) -> Contents:
    """Problems that are the bold items of lists, and the text beside them."""
    blocks = blocks_below(section)
    contents = Contents(resources=links)
    for case in named_cases(blocks):
        contents = contents.followed_by(case)
    beside = tuple(block for block in blocks if not isinstance(block, ListBlock))
    return replace(contents, passages=section_passage(section, text_of(beside)))


def _without_labels(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks without labels that have been read (`**Problem:** …`)."""
    return tuple(block for block in blocks if label_role(block) is None)


def _without_announcements(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks without the words that only announce the fence right below them."""
    for block, below in zip_longest(blocks, blocks[1:]):
        if not (isinstance(block, Paragraph) and isinstance(below, Fence) and block.text.rstrip(" *_").endswith(":")):
            yield block


def _causes(section: OutlineSection) -> Contents:
    """The causes of a section: one for each heading right below it, else one for each item of its lists.

    Below "Common causes and solutions" each heading is a solution as well.
    """
    children = section.children
    blocks = section.blocks
    beside = tuple(block for block in blocks if not isinstance(block, ListBlock))
    named = tuple(_cause(number, child) for number, child in enumerate(children, 1))
    listed = read_causes(blocks) + named
    if not listed:
        listed = read_causes(series_of(block for block in beside if isinstance(block, Paragraph)))
        beside = () if listed and len(beside) == 1 else beside
    if not listed and beside and (section.heading is None or section.key in _ONE_CAUSE or ": " in section.title):
        text = text_of(beside)
        return Contents(causes=(Cause(name=short_title(text), description=text, span=beside[0].span),))
    contents = Contents(causes=listed, passages=section_passage(section, text_of(beside)))
    labelled = any(role == "mitigation" for child in children for role, _ in parts_by_label(child))
    if children and not labelled and HEADINGS.role(section.key.rsplit(" ", 1)[-1]) == "mitigation":
        return replace(contents, solutions=solutions_in(replace(section, blocks=())))
    if all_commands(beside):
        contents = replace(contents, steps=steps_in(replace(section, blocks=beside, children=()), listed=False))
    items = [item for item in items_in(blocks) if len(item.blocks) > 1 or all_commands(item.blocks)]
    cases = [*children, *map(_as_case, items)]
    for case in cases:
        contents = contents.followed_by(_case(case))
    return contents


def _case(section: OutlineSection) -> Contents:
    """What is below a cause: labels say how to recognise and how to repair it; commands without labels are a check."""
    contents = Contents()
    labelled = [(_meant(role, {"diagnosis"}, part), part) for role, part in parts_by_label(section)]
    labelled = [(role, part) for role, part in labelled if role in ("diagnosis", "mitigation")]
    for role, part in labelled:
        read = Contents(steps=steps_in(part)) if role == "diagnosis" else Contents(solutions=solutions_in(part))
        contents = contents.followed_by(read)
    done = {block.span.line for _, part in labelled for block in part.blocks}
    rest = tuple(block for block in blocks_below(section) if block.span.line not in done)
    if not all_commands(rest):
        return contents
    step = one_step(heading_words(section.title), rest, section.span, counted=False)
    return Contents(steps=(step,)).followed_by(contents)


def _as_case(item: ListItem) -> OutlineSection:
    """An item with blocks of its own as the section that its author wrote without a heading."""
    title = short_title(item_text(replace(item, blocks=item.blocks[:1])))
    blocks = item.blocks if all_commands(item.blocks[:1]) else item.blocks[1:]
    return OutlineSection(None, title, words(title), blocks, (), item.span)


def _types(blocks: tuple[Block, ...]) -> bool:
    """Whether something among the blocks is typed: no data, and nothing that is printed."""
    commands = all_commands(without_shown(blocks, shown_in(blocks)))
    return any(command.language in TYPED | CONSOLE | {""} for command in commands)


def _asks_a_store(blocks: tuple[Block, ...]) -> bool:
    """Whether code of a language that is typed is among the blocks; what is printed has none."""
    return any(fence.language in TYPED | CONSOLE for fence in fences_in(without_shown(blocks, shown_in(blocks))))


def _cause(number: int, section: OutlineSection) -> Cause:
    own_number, title = heading_number(section.title)[0], heading_words(section.title)
    blocks = blocks_below(section)
    return Cause(name=title, number=own_number or number, description=text_of(blocks), span=section.span)


def _as_symptom(blocks: tuple[Block, ...]) -> tuple[Symptom, ...]:
    """The words of a part as one symptom, with the message that they show.

    Names with their values ("**Query:** …") only say where to look.
    """
    blocks = tuple(block for block in blocks if label_of(block) is None)
    messages = [
        fence.code
        for fence in fences_in(blocks)
        if (fence.language not in TYPED | CONSOLE or is_message(fence)) and fence.code.strip()
    ]
    text = " ".join([text_of(blocks), *(f"`{' '.join(message.split())}`" for message in messages)]).strip()
    return (Symptom(text=text, literals=literals(text), span=blocks[0].span),) if text else ()


FOUR_SECTION = Dialect("four-section", HEADINGS, _fit, _read)
