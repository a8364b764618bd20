"""The quick reference card as its author divided it: the parts by role, and the items of a part."""

from faultmaven_kb.dialects.faultmaven import CARD
from faultmaven_kb.dialects.pieces.parts import items_in
from faultmaven_kb.gate.toolkit.parts import by_role, section_of
from faultmaven_kb.gate.toolkit.rule_model import Checked
from faultmaven_kb.text.markdown import ListItem
from faultmaven_kb.text.outline import Group, OutlineSection, groups, heading_span

__all__ = ["card_of", "group_of", "items_of", "underlined"]


def card_of(checked: Checked) -> tuple[OutlineSection, dict[str, Group]] | None:
    """The card and its parts by role; a label that became a heading by a hyphen below it takes its part along."""
    section = section_of(checked, "quick-reference-card")
    if section is None:
        return None
    parts = by_role(section, CARD)
    for heading in underlined(checked):
        below = by_role(heading, CARD)
        first = next(iter(groups(heading.blocks)), None)
        blocks = first.blocks if first and not first.label else ()
        role = CARD.label_role(heading.key) or ""
        parts = {role: Group(heading.title, heading.key, "", blocks, heading_span(heading))} | below | parts
    return section, parts


def underlined(checked: Checked) -> list[OutlineSection]:
    """Labels of the card with a line of one hyphen below: an empty list item that Markdown reads as a heading."""
    return [
        section
        for section in checked.sections
        if section.heading
        and section.heading.span.end_line > section.heading.span.line
        and section.heading.text.startswith(("**", "__"))
        and CARD.label_role(section.key)
        and checked.lines[section.heading.span.end_line - 1].strip() == "-"
    ]


def group_of(checked: Checked, role: str) -> Group | None:
    """The part of the card with a role; None without one."""
    card = card_of(checked)
    return card[1].get(role) if card else None


def items_of(checked: Checked, role: str) -> tuple[ListItem, ...]:
    """The list items of a part of the card."""
    group = group_of(checked, role)
    return items_in(group.blocks) if group else ()
