"""What an export would lose: text of the source that the typed fields do not contain, carried over as it was written.

Exports write the fields of the model. Sections that no dialect understood have none, and a command may be in a part
that a target form has no place for. This module compares the sections with what was written: every fence that is
missing there is carried over, and of sections that were not understood the prose as well.
"""

from collections.abc import Iterable, Iterator

from faultmaven_kb.export.markdown_text import joined, one_line
from faultmaven_kb.model.runbook import Runbook, Section
from faultmaven_kb.source import Source
from faultmaven_kb.text.markdown import (
    Block,
    Fence,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    ThematicBreak,
    fences_in,
    read_blocks,
)

__all__ = ["carried_sections"]


def carried_sections(runbook: Runbook, output: str) -> tuple[str, ...]:
    """The sections with blocks that `output` lacks, each under a heading of level 2, in document order."""
    converted = one_line(output)
    understood = frozenset(_understood(runbook))
    lacking = (
        (section, _missing(section, converted, prose=number not in understood))
        for number, section in enumerate(runbook.sections)
    )
    return tuple(
        joined((f"## Kept: {one_line(section.title) or 'text'}", *texts)) for section, texts in lacking if texts
    )


def _understood(runbook: Runbook) -> Iterator[int]:
    """The numbers of the sections whose prose has a field: those with a role and all below them, and the title's."""
    within: int | None = None
    for number, section in enumerate(runbook.sections):
        if within is not None and section.level > within:
            yield number
            continue
        within = section.level if section.role else None
        if section.role:
            yield number


def _missing(section: Section, converted: str, *, prose: bool) -> tuple[str, ...]:
    """The blocks of a section that are not in the bare text `converted`: fences, and the rest where it is wanted."""
    source = Source(section.text)
    return tuple(
        "\n".join(source.lines[block.span.line - 1 : block.span.end_line])
        for block in read_blocks(source)
        if _is_missing(block, converted, prose=prose)
    )


def _is_missing(block: Block, converted: str, *, prose: bool) -> bool:
    if any(one_line(fence.code) not in converted for fence in fences_in((block,))):
        return True
    if not prose or isinstance(block, Fence | Heading | ThematicBreak):
        return False
    return any(one_line(text) not in converted for text in _texts((block,)))


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _texts(item.blocks)
        elif isinstance(block, Quote):
            yield from _texts(block.blocks)
        elif not isinstance(block, Fence | Heading | ThematicBreak):
            yield getattr(block, "text", "") or "\n".join(
                cell for row in getattr(block, "rows", ()) for cell in row.cells
            )
