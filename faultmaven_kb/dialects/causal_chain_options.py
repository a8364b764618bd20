"""The first form of the causal-chain generation: options of mitigation, then resolutions that each begin with an "If".

Its causes have no headings of their own. An option carries labels (risk, command, verify, duration), written as
paragraphs or as one list item each with the command between two lists, which reads alike. A resolution is what follows
`**If** condition → advice`, up to the next one; the condition says when to use it and gives it its name.
"""

import re
from collections.abc import Iterator

from faultmaven_kb.dialects.faultmaven import numbered_title
from faultmaven_kb.dialects.loose.listing import solutions_in
from faultmaven_kb.dialects.pieces.durations import read_duration
from faultmaven_kb.dialects.pieces.parts import commands_in, group_text, notes_in, passages_in, text_of
from faultmaven_kb.model.runbook import Duration, Instruction, Solution
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Block, ListBlock, Paragraph
from faultmaven_kb.text.outline import Group, OutlineSection, blocks_below, groups, label_of

__all__ = ["read_options", "read_resolutions"]

_IF = re.compile(r"\*\*If\*\*\s+(?P<condition>.+?)(?:(?<!\s)\s++)?(?:→|->|⟶)\s*(?P<advice>.*)", re.DOTALL)


_LABELS = ("verify", "verification", "duration")


def read_options(section: OutlineSection) -> tuple[Solution, ...]:
    """The solutions of a mitigation section: one for each option, labels in their places."""
    options = tuple(_option(child) for child in section.children)
    return options or solutions_in(section)


def _option(section: OutlineSection) -> Solution:
    number, title = numbered_title(section.title)
    blocks = tuple(_without_label_lists(blocks_below(section)))
    label_groups = groups(blocks)
    duration = plain(_text(label_groups, "duration"))
    return Solution(
        number=number,
        title=title,
        commands=commands_in(blocks),
        expected_outcome=_text(label_groups, "verify", "verification"),
        resolution_time=read_duration(duration) if duration else Duration(),
        notes=notes_in(blocks),
        passages=passages_in(group for group in label_groups if group.key not in _LABELS),
        span=section.span,
    )


def _without_label_lists(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks with each list of labels ("- **Risk**: low") unfolded, so that a label owns what follows it."""
    for block in blocks:
        if isinstance(block, ListBlock) and all(item.blocks and label_of(item.blocks[0]) for item in block.items):
            for item in block.items:
                yield from item.blocks
        else:
            yield block


def _text(label_groups: tuple[Group, ...], *keys: str) -> str:
    return "\n\n".join(text for group in label_groups if group.key in keys if (text := group_text(group)))


def read_resolutions(section: OutlineSection) -> tuple[Solution, ...]:
    """The solutions of a resolution section: one for each "If", the whole section where there is none."""
    own = tuple(section.blocks)
    starts = [index for index, block in enumerate(own) if isinstance(block, Paragraph) and _IF.match(block.text)]
    if not starts:
        return solutions_in(section)
    ends = [*starts[1:], len(own)]
    return tuple(_resolution(section.title, own[start:end]) for start, end in zip(starts, ends, strict=True))


def _resolution(title: str, blocks: tuple[Block, ...]) -> Solution:
    first = blocks[0]
    match = _IF.match(first.text) if isinstance(first, Paragraph) else None
    assert match is not None
    advice = "\n\n".join(part for part in (match["advice"].strip(), text_of(blocks[1:])) if part)
    span = Span(first.span.line, first.span.column, blocks[-1].span.end_line, blocks[-1].span.end_column)
    commands = commands_in(blocks)
    return Solution(
        title=f"{title}: {plain(match['condition'])}",
        when_to_use=match["condition"],
        instructions=(Instruction(text=advice, commands=commands, span=span),) if advice or commands else (),
        commands=commands,
        span=span,
    )
