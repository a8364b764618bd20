"""Problems beside one another under one heading: "Common issues", "Troubleshooting", "Symptoms" with a heading each.

Small teams keep what goes wrong in one part of a page, a heading or a bold item for each problem. What is below such
a heading belongs to that problem alone: its name is what is seen, its labels say what they are, and words or commands
without labels are what helps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from faultmaven_kb.dialects.alerts.sections import with_value
from faultmaven_kb.dialects.dialect import role_of
from faultmaven_kb.dialects.headings import HEADINGS, label_means
from faultmaven_kb.dialects.labels import parts_by_label
from faultmaven_kb.dialects.loose.forms import without_spans
from faultmaven_kb.dialects.loose.listing import one_solution, one_step
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.deeds import is_of_deeds, looks
from faultmaven_kb.dialects.pieces.enumerations import heading_words
from faultmaven_kb.dialects.pieces.faults import seen_in
from faultmaven_kb.dialects.pieces.parts import all_commands, item_text, items_in, read_causes
from faultmaven_kb.model.runbook import Symptom
from faultmaven_kb.text.inline import literals
from faultmaven_kb.text.markdown import Block, ListBlock
from faultmaven_kb.text.outline import OutlineSection, blocks_below, words

__all__ = ["case_parts", "cases_among", "named_cases", "unlabelled_case"]

_TELLS = frozenset({"meaning", "symptoms", "causes"})
_HELPS = frozenset({"diagnosis", "mitigation", "steps", "actions"})
_BOLD = ("**", "__")


def cases_among(section: OutlineSection, role: str) -> tuple[OutlineSection, ...]:
    """The headings right below a part that are a problem each, by what is below them.

    Below a diagnosis a problem tells what is wrong and helps; below symptoms it helps; under "Common issues" each is.
    """
    cases = tuple(child for child in section.children if _is_case(child, role))
    if role == "symptoms" and 2 * len(cases) >= len(section.children):
        return tuple(child for child in section.children if cases and role_of(child, HEADINGS) is None)
    return cases


def _is_case(section: OutlineSection, role: str) -> bool:
    if role_of(section, HEADINGS) is not None:
        return False
    if role == "cases":
        return True
    if role == "symptoms":
        blocks = blocks_below(section)
        return bool(all_commands(blocks)) or any(isinstance(block, ListBlock) and _helps(block) for block in blocks)
    roles = {part_role for part_role, _ in case_parts(section)}
    tells = _TELLS | {"diagnosis"} if role == "mitigation" else _TELLS
    return bool(roles & tells) and bool(roles & _HELPS) and len(roles) > 1


def _helps(block: ListBlock) -> bool:
    return block.ordered and is_of_deeds(block)


def case_parts(section: OutlineSection) -> tuple[tuple[str, OutlineSection], ...]:
    """The parts of a problem under labels and under headings of its own, each called after the problem."""
    title = heading_words(section.title)
    named = [(role, with_value(role, child)) for child in section.children if (role := _named(child))]
    rest = replace(section, children=without_spans(section.children, {child.span for _, child in named}))
    parts = [*parts_by_label(rest), *named]
    return tuple((_in_a_case(role), replace(part, title=title)) for role, part in parts)


def _named(section: OutlineSection) -> str | None:
    """The part that a heading in a problem names, with a value behind its name or without ("Problem: login fails")."""
    return role_of(section, HEADINGS) or label_means(words(section.title.partition(": ")[0]))


def _in_a_case(role: str) -> str:
    """What a part says of one problem: its description is what is seen, its steps are what helps."""
    if role == "meaning":
        return "symptoms"
    return "mitigation" if role in ("steps", "actions") else role


def unlabelled_case(section: OutlineSection, blocks: tuple[Block, ...]) -> Contents:
    """A problem without labels: its heading is what is seen, the rest what helps; a check is a step."""
    title = heading_words(section.title)
    if looks(title):
        return Contents(steps=(one_step(title, blocks, section.span, counted=False),))
    symptoms = (seen_in(section),)
    if not blocks:
        return Contents(symptoms=symptoms)
    solution = one_solution(title, blocks, section.span).model_copy(update={"when_to_use": title, "number": None})
    return Contents(symptoms=symptoms, solutions=(solution,))


def named_cases(blocks: Iterable[Block]) -> Iterator[Contents]:
    """What each item of the lists says that opens with the bold name of a problem: what is seen, and what helps."""
    for item in items_in(block for block in blocks if isinstance(block, ListBlock)):
        if not item_text(item).startswith(_BOLD):
            continue
        (named,) = read_causes((ListBlock(False, (item,), item.span),))
        symptoms = (Symptom(text=named.name, literals=literals(named.name), span=item.span),)
        contents = Contents(symptoms=symptoms)
        if named.description or all_commands(item.blocks):
            solution = one_solution(named.name, item.blocks, item.span)
            contents = replace(
                contents, solutions=(solution.model_copy(update={"when_to_use": named.name, "number": None}),)
            )
        yield contents
