"""A report for a person at a terminal: the worst first, one cause once, and what to do next.

The text format keeps the order of the files for programs that read its lines; here the order follows the work. What
one rule finds at one place is one cause (six missing sections of one page) and is shown as one block. A message that
does not fit next to its place is below it.
"""

import textwrap
from collections import Counter
from collections.abc import Iterator

from rich.cells import cell_len

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.findings.text_report import Piece, details, source_line, summary
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["statistics", "to_terminal_pieces"]

_RANK = {level: rank for rank, level in enumerate((Level.ERROR, Level.WARNING, Level.INFO))}
_INDENT = "     "


def to_terminal_pieces(report: Report, *, width: int, retry: str) -> Iterator[Piece]:
    """The report as pieces of styled text for lines of `width` cells; `retry` is the command that was run."""
    causes: dict[tuple[str, int, str], list[Diagnostic]] = {}
    for diagnostic in sorted(report.diagnostics, key=_order):
        causes.setdefault((diagnostic.path, diagnostic.span.line, diagnostic.code), []).append(diagnostic)
    for same in causes.values():  # each at the place of its worst finding
        yield from _block(report, same, width)
    yield from summary(report)
    yield from _next(report, retry)


def _order(diagnostic: Diagnostic) -> tuple[int, str, int, int, str]:
    span = diagnostic.span
    return _RANK[diagnostic.level], diagnostic.path, span.line, span.column, diagnostic.code


def _block(report: Report, same: list[Diagnostic], width: int) -> Iterator[Piece]:
    """The findings of one rule at one place."""
    first = same[0]
    place = f"{printable(first.path)}:{first.span.line}:{first.span.column}: "
    rule = f" {first.code} {first.name}"
    yield "path", place
    yield first.level.value, first.level.value
    yield "code", rule
    used = cell_len(place) + len(first.level.value) + len(rule)
    messages = [printable(diagnostic.message) for diagnostic in same]
    if len(same) == 1 and used + 2 + cell_len(messages[0]) <= width:
        yield "", f": {messages[0]}\n"
    else:
        yield "", f": {len(same)} findings here\n" if len(same) > 1 else "\n"
        mark = "- " if len(same) > 1 else ""
        for message in messages:
            later = _INDENT + " " * len(mark)
            wrapped = textwrap.wrap(message, max(width, 40), initial_indent=_INDENT + mark, subsequent_indent=later)
            yield "", "\n".join(wrapped) + "\n"
    yield from source_line(report, first, width - 10)
    for diagnostic in same:
        yield from details(diagnostic)


def _next(report: Report, retry: str) -> Iterator[Piece]:
    """What to do next, the cheapest first."""
    diagnostics = report.diagnostics
    if not diagnostics:
        return
    safe = sum(1 for diagnostic in diagnostics if diagnostic.fix and diagnostic.fix.safe)
    yield "", "\nnext:\n"
    if safe:
        yield "", f"  {printable(retry)} --fix   # {safe} without a decision of yours\n"
    worst = Counter(diagnostic.path for diagnostic in diagnostics if diagnostic.level is not Level.INFO)
    if len(worst) > 1:
        path, count = worst.most_common(1)[0]
        yield "", f"  begin with {printable(path)}: {count} errors and warnings\n"
    code, _ = Counter(diagnostic.code for diagnostic in sorted(diagnostics, key=_order)).most_common(1)[0]
    yield "", f"  fmkb rules {code}   # why, with an example\n"


def statistics(report: Report) -> str:
    """How often each rule found something, the most frequent first, one a line; empty for a clean report."""
    counts = Counter((diagnostic.code, diagnostic.name) for diagnostic in report.diagnostics)
    fixable = Counter(diagnostic.code for diagnostic in report.diagnostics if diagnostic.fix and diagnostic.fix.safe)
    lines = []
    for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        hint = f"  ({fixable[code]} with --fix)" if fixable[code] else ""
        lines.append(f"{count:>6}  {code}  {name}{hint}\n")
    return "".join(lines)
