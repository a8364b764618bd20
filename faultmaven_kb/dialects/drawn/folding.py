"""Lists whose items Markdown takes apart, whole: what stands between two items belongs to the one above it.

Authors do not indent. Commands and points between "1." and "2." belong to the first, code below a point that announces
it belongs to that point, and "- 1. Stop it" is an item of a numbered list.
"""

import re
from dataclasses import replace

from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, ListItem, Paragraph

__all__ = ["folded"]

_FEWEST = 2
_ANSWER = re.compile(r"\W{0,4}(?:if )?(?:yes|no)\W{0,2}\s*(?:[,:→=>–—-]|\Z)", re.IGNORECASE)


def folded(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with each list as one; the same object where no list is taken apart."""
    above = None
    for block in blocks:  # a loop, because most pages have neither
        if isinstance(block, ListBlock) and not block.ordered:
            above = block
            first = block.items[0].blocks
            if first and isinstance(first[0], ListBlock):
                blocks = tuple(map(_counted_once, blocks))
                break
        elif above and isinstance(block, Fence):
            blocks = _announcing(blocks)
            break
        else:
            above = None
    return _between_numbers(blocks)


def _counted_once(block: Block) -> Block:
    """A list whose points hold a number each ("- 1. Stop it") as the numbered list that it is."""
    if not isinstance(block, ListBlock) or block.ordered:
        return block
    inner = [item.blocks[0] if item.blocks else None for item in block.items]
    if not all(isinstance(first, ListBlock) and first.ordered and len(first.items) == 1 for first in inner):
        return block
    counted = [first.items[0] for first in inner if isinstance(first, ListBlock)]
    items = tuple(
        replace(number, blocks=(*number.blocks, *item.blocks[1:]), span=item.span)
        for number, item in zip(counted, block.items, strict=True)
    )
    return replace(block, ordered=True, items=items)


def _announcing(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Code right below a list of points whose last one announces it ("… run this command:") as a part of that point."""
    folded: list[Block] = []
    for block in blocks:
        above = folded[-1] if folded else None
        if isinstance(above, ListBlock) and not above.ordered:
            last = above.items[-1].blocks[-1:]
            announces = isinstance(block, Fence) and any(map(_ends_with_colon, last))
            goes_on = (
                isinstance(block, ListBlock) and not block.ordered and isinstance(last[0] if last else None, Fence)
            )
            if announces and len(above.items) >= _FEWEST:
                folded[-1] = _joined(above, (block,), ())
                continue
            if goes_on and isinstance(block, ListBlock) and above.span.end_line < block.span.line:
                folded[-1] = _joined(above, (), block.items)
                continue
        folded.append(block)
    return tuple(folded) if len(folded) < len(blocks) else blocks


def _ends_with_colon(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.text.rstrip(" *_").endswith((":", "："))


def _between_numbers(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """What is between two numbers of one list, or points right below a numbered item, as a part of the item above it.

    A list goes on where the next number follows, or where only code is between and the author writes "1." each time.
    """
    folded: list[Block] = []
    at = 0
    while at < len(blocks):
        block = blocks[at]
        at += 1
        if not (isinstance(block, ListBlock) and block.ordered):
            folded.append(block)
            continue
        whole = block
        while True:
            end = _next_number(blocks, at, whole)
            if end is None:
                break
            following = blocks[end]
            assert isinstance(following, ListBlock)
            whole = _joined(whole, blocks[at:end], following.items)
            at = end + 1
        for end in range(at, min(at + 2, len(blocks))):
            if _is_right_below(blocks[end], whole):
                whole = _joined(whole, blocks[at : end + 1], ())
                at = end + 1
                break
        folded.append(whole)
    return tuple(folded) if len(folded) < len(blocks) else blocks


def _next_number(blocks: tuple[Block, ...], at: int, whole: ListBlock) -> int | None:
    """The index of the list that goes on with the count of a list."""
    for index in range(at, len(blocks)):
        block = blocks[index]
        if isinstance(block, ListBlock) and block.ordered:
            last, first = whole.items[-1].number, block.items[0].number
            if last is None or first is None:
                return None
            again = first == 1 == last and all(isinstance(piece, Fence) for piece in blocks[at:index])
            return index if first == last + 1 or again else None
    return None


def _is_right_below(block: Block, whole: ListBlock) -> bool:
    if not isinstance(block, ListBlock) or block.ordered:
        return False
    return block.span.line == whole.span.end_line + 1 or all(_answers(item) for item in block.items)


def _answers(item: ListItem) -> bool:
    """Whether a point says what to do for "yes" or "no": a part of the question above it."""
    first = item.blocks[0] if item.blocks else None
    return isinstance(first, Paragraph) and _ANSWER.match(first.text) is not None


def _joined(whole: ListBlock, between: tuple[Block, ...], items: tuple[ListItem, ...]) -> ListBlock:
    """A list whose last item holds some more blocks, followed by some more items."""
    last = whole.items[-1]
    if between:
        end = between[-1].span
        span = Span(last.span.line, last.span.column, end.end_line, end.end_column)
        last = replace(last, blocks=(*last.blocks, *between), span=span)
    all_items = (*whole.items[:-1], last, *items)
    first, end = whole.span, all_items[-1].span
    return replace(whole, items=all_items, span=Span(first.line, first.column, end.end_line, end.end_column))
