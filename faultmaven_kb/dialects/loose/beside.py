"""What a page holds beside its parts: the sections and blocks that no heading and no label has claimed."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from faultmaven_kb.dialects.loose.forms import without_spans
from faultmaven_kb.source import Span
from faultmaven_kb.text.outline import OutlineSection

__all__ = ["unclaimed"]


def unclaimed(
    outline: tuple[OutlineSection, ...], parts: tuple[tuple[str, OutlineSection], ...]
) -> tuple[OutlineSection, ...]:
    """What is outside of the parts: the other sections, each without what is under a label that opens a part."""
    claimed = {section.span for _, section in parts}
    labels = [section.span for _, section in parts if section.heading is None]
    bare = {section.span for role, section in parts if role == "meaning" and not section.children}
    rest = without_spans(_without_own(outline, bare, claimed), claimed - bare)
    return tuple(_beside(section, labels) for section in rest)


def _without_own(
    sections: tuple[OutlineSection, ...], bare: AbstractSet[Span], claimed: AbstractSet[Span]
) -> tuple[OutlineSection, ...]:
    """The sections without those whose own words are all that is claimed, but with what is below these."""
    rest = (
        replace(
            section,
            blocks=() if section.span in bare else section.blocks,
            children=_without_own(section.children, bare, claimed),
        )
        for section in sections
    )
    return tuple(
        section
        for section in rest
        if section.span not in bare or any(child.span not in claimed for child in section.children)
    )


def _beside(section: OutlineSection, labels: list[Span]) -> OutlineSection:
    within = [span for span in labels if section.span.line <= span.line <= section.span.end_line]
    blocks = section.blocks
    if within:
        blocks = tuple(block for block in blocks if not any(_overlap(block.span, span) for span in within))
    return replace(section, blocks=blocks, children=tuple(_beside(child, labels) for child in section.children))


def _overlap(first: Span, second: Span) -> bool:
    return first.line <= second.end_line and second.line <= first.end_line
