"""What a fix was meant to change: decides, after a fix, whether the runbook that is read now is the one intended.

A fix edits spans of text, and a span can reach further than its author thought: a quote that was part of a value, a
heading that made the next list a section. So the document is read again and compared part by part with what it was. A
part may go, change or appear only where an edit was made. An edit of structure (a heading, a fence, a label, a comment)
may turn what follows it into other parts, that is its point; but no section and no command may be lost elsewhere.
Nothing here knows any rule, so a new rule's fix is guarded from its first day.
"""

import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from faultmaven_kb.diagnostics import Edit
from faultmaven_kb.model.runbook import Command, Part, Runbook, Section
from faultmaven_kb.reading.reader import ReadDocument
from faultmaven_kb.source import BYTE_ORDER_MARK, Source, Span

__all__ = ["unintended_change"]

_LINE_ENDS = frozenset({"\r\n", "\n", "\r"})
_STRUCTURE = re.compile(
    r"\s*(?:>\s*)*(?:(?:[-*+]|\d+[.)])\s+)?(?:#|`{3}|~{3}|<!--|-{3}\s*$)|.*-->|\s*[^\w*]{0,8}\*\*[^*]+(?::\*\*|\*\*:)"
)
_ELSEWHERE = ("span", "role")
_Lines = Sequence[tuple[int, int]]


def unintended_change(before: ReadDocument, after: ReadDocument, edits: Sequence[Edit]) -> str:
    """What changed in the runbook although no edit was made there, in a few words; empty when nothing did."""
    if _is_form_only(before.source, edits):
        return "" if before.runbook == after.runbook else "the text reads differently with other line ends"
    old, new = touched_lines(before.source, edits)
    field = _metadata_change(before, after, old, new)
    if field:
        return f"{field} would change as well"
    structural = _touches_structure(before.source, old) or _touches_structure(after.source, new)
    lost, gained = _differences(before.runbook, after.runbook)
    parts_after = {(part.kind, part.content) for part in _parts(after.runbook)}
    for part in lost:
        if _meets(old, part.span) or _was_front_matter(part, before, after):
            continue
        if not structural or (part.kind in (Section, Command) and (part.kind, part.content) not in parts_after):
            return f"a {part.kind.__name__.lower()} on line {part.span.line} would change as well"
    for part in () if structural else gained:
        if not _meets(new, part.span):
            return f"a {part.kind.__name__.lower()} would appear on line {part.span.line}"
    return ""


def _was_front_matter(part: "_Placed", before: ReadDocument, after: ReadDocument) -> bool:
    """Whether a part was read from what is front matter after the fix, and could not be distinguished from text
    before."""
    return not before.front_matter.readable and part.span.end_line <= after.front_matter.span.end_line


def touched_lines(source: Source, edits: Iterable[Edit]) -> tuple[_Lines, _Lines]:
    """The lines (first, last) that the edits touch in the text before them, and in the text after them."""
    old: list[tuple[int, int]] = []
    new: list[tuple[int, int]] = []
    shift = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        first, last = edit.span.line, edit.span.end_line
        if edit.span.end_column == 1 and last > first:
            last -= 1
        added = _line_ends(edit.replacement)
        old.append((first, last))
        new.append((first + shift, first + shift + added))
        shift += added - _line_ends(source.slice(edit.span))
    return old, new


def _is_form_only(source: Source, edits: Iterable[Edit]) -> bool:
    """Whether the edits only remove a byte order mark, exchange line ends or add one."""
    changes = ((source.slice(edit.span), edit.replacement) for edit in edits)
    return all(
        (old, new) == (BYTE_ORDER_MARK, "") or (new in _LINE_ENDS and (not old or old in _LINE_ENDS))
        for old, new in changes
    )


def _metadata_change(before: ReadDocument, after: ReadDocument, old: _Lines, new: _Lines) -> str:
    """The first front matter field that changed although nothing near it was edited; empty if there is none."""
    if not before.front_matter.readable or not before.front_matter.present:
        return ""
    was, now = before.front_matter.values, after.front_matter.values
    for key in dict.fromkeys([*was, *now]):
        if was.get(key) == now.get(key) and (key in was) == (key in now):
            continue
        places = [(side, _field_span(document, key)) for document, side in ((before, old), (after, new))]
        if not any(span is not None and _meets(side, span) for side, span in places):
            return str(key)
    return ""


def _field_span(document: ReadDocument, key: str) -> Span | None:
    if (key,) not in document.front_matter.entries:
        return None
    start, value = document.front_matter.key_span(key), document.front_matter.value_span(key)
    return Span(start.line, start.column, value.end_line, value.end_column)


class _Placed(NamedTuple):
    """A part that knows its place, with what it says itself; the parts in it are compared separately."""

    kind: type[Part]
    span: Span
    content: tuple[tuple[str, object], ...]


def _differences(before: Runbook, after: Runbook) -> tuple[list[_Placed], list[_Placed]]:
    """The parts that only the one or only the other runbook has, whatever their order."""
    was, now = list(_parts(before)), list(_parts(after))
    return _beyond(was, now), _beyond(now, was)


def _beyond(parts: Iterable[_Placed], others: Iterable[_Placed]) -> list[_Placed]:
    left = Counter((other.kind, other.content) for other in others)
    rest = []
    for part in parts:
        if left[part.kind, part.content] > 0:
            left[part.kind, part.content] -= 1
        else:
            rest.append(part)
    return rest


def _parts(part: Part) -> Iterator[_Placed]:
    for value in part.__dict__.values():
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Part):
                span = getattr(inner, "span", None)
                if span is not None:
                    yield _Placed(type(inner), span, _content(inner))
                yield from _parts(inner)


def _content(part: Part) -> tuple[tuple[str, object], ...]:
    """What a part says itself; the role of a section follows from headings elsewhere."""
    own = ((name, value) for name, value in part.__dict__.items() if name not in _ELSEWHERE and not _holds_parts(value))
    return tuple(own)


def _holds_parts(value: object) -> bool:
    return isinstance(value, tuple) and all(hasattr(item, "span") for item in value)


def _touches_structure(source: Source, ranges: _Lines) -> bool:
    lines = source.lines
    return any(_STRUCTURE.match(line) for first, last in ranges for line in lines[first - 1 : min(last, first + 200)])


def _meets(ranges: _Lines, span: Span) -> bool:
    """Whether a span shares a line with one of the ranges, which are in order and end in order."""
    index = bisect_right(ranges, (span.end_line, sys.maxsize))
    return index > 0 and ranges[index - 1][1] >= span.line


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
