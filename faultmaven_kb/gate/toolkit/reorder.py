"""Edits that bring pieces of a document into the order of the format: front matter fields, sections.

A piece is moved with all that belongs to it: a field with the comments above it, a section with everything up to the
next heading of its level. Nothing inside a piece is touched. Where pieces cannot be distinguished for certain (fields
in braces, a section twice), there is no edit.
"""

from collections.abc import Sequence

from faultmaven_kb.diagnostics import Edit
from faultmaven_kb.gate.toolkit.rule_model import Checked
from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.outline import OutlineSection

__all__ = ["in_order", "reorder_fields", "reorder_sections"]


def in_order(ranks: Sequence[int]) -> frozenset[int]:
    """The indexes of the longest run of ranks that rise: what is not in it was moved. Of equal ones the first."""
    runs: list[tuple[int, ...]] = [()]
    for index, rank in enumerate(ranks):
        fitting = [run for run in runs if not run or ranks[run[-1]] < rank]
        runs.append((*_longest(fitting), index))
    return frozenset(_longest(runs))


def _longest(runs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return max(runs, key=len)


def reorder_fields(checked: Checked, order: Sequence[str]) -> tuple[Edit, ...]:
    """The edit that puts the top-level fields into an order, unknown ones last as they are; empty without one."""
    front_matter, source = checked.document.front_matter, checked.document.source
    keys = list(front_matter.values)
    starts = [front_matter.key_span(key) for key in keys]
    if any(start.column != 1 for start in starts) or len({start.line for start in starts}) < len(keys):
        return ()
    firsts = [_with_comments(source, start.line) for start in starts]
    last = front_matter.span.end_line
    pieces = _pieces(source, firsts, last)
    rank = {key: index for index, key in enumerate(order)}
    ordered = sorted(range(len(keys)), key=lambda index: (rank.get(keys[index], len(rank)), index))
    return (Edit(Span(firsts[0], 1, last, 1), "".join(pieces[index] for index in ordered)),)


def _with_comments(source: Source, line: int) -> int:
    """The first line of a field: the first of the comments directly above it, or its own."""
    while source.line(line - 1).startswith("#"):
        line -= 1
    return line


def reorder_sections(checked: Checked, sections: Sequence[OutlineSection]) -> tuple[Edit, ...]:
    """The edit that puts sections of one level, given in the order wanted, into the places that they have now.

    What is between them stays where it is.
    """
    source = checked.document.source
    places = sorted(sections, key=lambda section: section.span)
    spans = {id(section): _whole(checked, section) for section in places}
    texts = {key: source.slice(span) for key, span in spans.items()}
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    edits = []
    for old, new in zip(places, sections, strict=True):
        if old is not new:
            text = texts[id(new)].rstrip("\r\n")
            moved = texts[id(old)]
            edits.append(Edit(spans[id(old)], text + (moved[len(moved.rstrip("\r\n")) :] or line_end)))
    return tuple(edits)


def _whole(checked: Checked, section: OutlineSection) -> Span:
    """A section with everything below it, up to the next heading of its level or above, or the end of the text."""
    later = (other for other in checked.sections if other.span > section.span and other.level <= section.level)
    following = next(later, None)
    if following is not None:
        return Span(section.span.line, 1, following.span.line, 1)
    lines = checked.lines
    return Span(section.span.line, 1, len(lines), len(lines[-1]) + 1)


def _pieces(source: Source, firsts: Sequence[int], end: int) -> list[str]:
    """The texts from each line up to the next one, the last up to line `end`."""
    stops = [*firsts[1:], end]
    return [source.slice(Span(first, 1, stop, 1)) for first, stop in zip(firsts, stops, strict=True)]
