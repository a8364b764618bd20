"""Code blocks without prompts that show what was typed and, below it, what that printed.

Authors copy a terminal and leave the prompts out: a command, an empty line, a table. A paragraph of such a block is
printed where its first line is one that nobody types and no other line of it is typed; the paragraph above it is then
what was typed. A block of commands alone, and a script whose parts are empty lines apart, stay whole.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, starmap

from faultmaven_kb.dialects.drawn.outputs import LOG_LINE
from faultmaven_kb.dialects.pieces.typed import is_called, is_prose, is_typed_line
from faultmaven_kb.source import Span
from faultmaven_kb.text.languages import OUTPUT, PROMPTED, SHELL
from faultmaven_kb.text.markdown import Fence

__all__ = ["printed_apart"]

_MAY_BE = SHELL | PROMPTED | OUTPUT | {""}
_HEADER = re.compile(r"[A-Z][A-Z0-9%()/_.-]{0,30}(?: [A-Z][A-Z()]{0,20}){0,2}(?: {2,}|\t+)[A-Z%(]")
"""The names of the columns of a table, in capitals."""
_DONE = re.compile(
    r"[\w.-]{1,40}/[\w.-]{1,80} (?:annotated|condition met|configured|cordoned|created|deleted|drained|edited|evicted|"
    r"labeled|patched|replaced|restarted|resumed|scaled|successfully rolled out|unchanged|uncordoned|updated)\b"
)
"""How kubectl says what it has done."""
_UNIT = re.compile(r"\{\"\w{1,40}\":|[●○×] \S|(?:Filesystem|Proto|Active Internet|Active connections) ")
"""How a unit of systemd, a table of a tool of Linux and a record in JSON begin."""
_SAID = re.compile(r"(?:\.{3}|…)\s*\Z|[A-Z][\w ()/-]{1,40}:(?: {2,}|\t)\S")
"""What is left out of an output, and a name with its value in a column."""
_SAID_FIRST = re.compile(r"[ \t]{1,12}[\w-]{1,30}(?: [\w()-]{1,30}){0,3}: \S|[A-Z][^=$|;`{}\n]{0,80}:\s*\Z")
"""A name with its value, and a name above some values: what is printed right below a command, or configuration."""
_GAP = re.compile(r" {2,}|\t+")
_FEWEST = 2
_COLUMNS = 3  # chosen: two columns may be a command with its comment
_MANY_COLUMNS = 5  # chosen: configuration that is pasted below a command has fewer
_LONGEST = 200  # lines: what is longer is a script, or output alone
_GOES_ON = ("\\", "|", "&&", "||", "(", "{", ",")


def printed_apart(fence: Fence) -> tuple[Fence, ...]:
    """A block as fences of what is typed, all at its place, and one of what is printed; another fence as it is."""
    if fence.language not in _MAY_BE or "\n" not in fence.code.strip("\n") or "<<" in fence.code:
        return (fence,)
    lines = fence.code.rstrip("\n").split("\n")
    if len(lines) > _LONGEST or not (any(map(_is_printed, lines)) or any(starmap(_is_said, pairwise(lines)))):
        return (fence,)
    parts = list(_parts(lines))
    printed, first = parts[0]
    typed_first = not printed and (
        fence.language in SHELL or any(is_typed_line(line) or is_called(line) for line in lines[: first.stop])
    )
    whole = all(printed or _is_whole(lines[place.start : place.stop]) for printed, place in parts)
    if len(parts) < _FEWEST or not typed_first or not whole:
        return (fence,)
    typed = tuple(
        replace(fence, code="\n".join(lines[place.start : place.stop]).strip("\n") + "\n")
        for printed, place in parts
        if not printed
    )
    shown = [place for printed, place in parts if printed]
    text = "\n".join("\n".join(lines[place.start : place.stop]) for place in shown)
    line = fence.span.line + shown[0].start + fence.fenced
    span = Span(line, fence.span.column, fence.span.end_line, fence.span.end_column)
    return (*typed, Fence("stdout", "", f"{text}\n", span))


def _parts(lines: list[str]) -> Iterator[tuple[bool, range]]:
    """The lines as parts that are printed (True) or typed, in order; empty lines belong to what is above them."""
    begin, printing = 0, False
    for number, line in enumerate(lines):
        if printing:
            ends = (
                is_typed_line(line) or line.startswith("#") or (not lines[number - 1].strip() and _may_be_typed(line))
            )
        else:
            ends = number > 0 and (_is_printed(line) or _is_said(lines[number - 1], line))
        if ends:
            yield printing, range(begin, number)
            begin, printing = number, not printing
    yield printing, range(begin, len(lines))


def _is_printed(line: str) -> bool:
    """Whether nobody types a line: one of a log, the head of a table, what a tool says it has done."""
    if _HEADER.match(line) or _DONE.match(line) or _UNIT.match(line):
        return True
    return LOG_LINE.match(line) is not None


def _is_said(above: str, line: str) -> bool:
    """Whether a line below another is a value with its name, what is left out, or a row of many columns."""
    if _SAID.match(line):
        return True
    if _SAID_FIRST.match(line):
        return not above.strip() or is_typed_line(above) or is_called(above)
    return _is_row_below(above, line)


def _is_row_below(above: str, line: str) -> bool:
    """Whether a line right below a command is a row of many columns, which nobody types."""
    if "   " not in line or line[:1] in (" ", "#") or line.rstrip().endswith(_GOES_ON):
        return False
    row = len(_GAP.split(line.strip())) >= _MANY_COLUMNS and not is_typed_line(line)
    return row and is_typed_line(above) and not above.rstrip().endswith(_GOES_ON)


def _may_be_typed(line: str) -> bool:
    """Whether a line below an empty one is no row of a table, no sentence and nothing else that is printed."""
    row = len(_GAP.split(line.strip())) >= _COLUMNS
    return bool(line.strip()) and not (row or is_prose(line) or _is_printed(line))


def _is_whole(lines: list[str]) -> bool:
    """Whether what is typed ends with its last line: no quote is open, and nothing is to come."""
    text = "\n".join(line for line in lines if not line.startswith("#")).rstrip()
    return not text.endswith(_GOES_ON) and text.count("'") % 2 == 0 and text.count('"') % 2 == 0
