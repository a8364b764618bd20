"""Diagnostics for people: the place, the source line with a caret under it, the remedy, and a summary.

Yields styled pieces (`style`, text) and knows no terminal; the command line colours them or not.
"""

from collections.abc import Iterator

from rich.cells import cell_len

from faultmaven_kb.brief import counted
from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines

__all__ = ["Piece", "details", "source_line", "summary", "to_pieces", "to_text"]

Piece = tuple[str, str]
"""A style (a level's name, `path`, `code`, `dim`, `caret` or empty) and the text in it."""

_WIDTH = 110  # characters of a source line, chosen


def to_text(report: Report, context: Context | None = None) -> str:
    """The report as plain text, without styles."""
    return "".join(text for _, text in to_pieces(report))


def to_pieces(report: Report) -> Iterator[Piece]:
    """The report as pieces of styled text, line ends included."""
    for diagnostic in report.diagnostics:
        yield from _diagnostic(report, diagnostic)
    yield from summary(report)


def _diagnostic(report: Report, diagnostic: Diagnostic) -> Iterator[Piece]:
    span = diagnostic.span
    yield "path", f"{printable(diagnostic.path)}:{span.line}:{span.column}: "
    yield diagnostic.level.value, diagnostic.level.value
    yield "code", f" {diagnostic.code} {diagnostic.name}"
    yield "", f": {printable(diagnostic.message)}\n"
    yield from source_line(report, diagnostic)
    yield from details(diagnostic)


def details(diagnostic: Diagnostic) -> Iterator[Piece]:
    """The related places of a finding and its fix, a line each."""
    for related in diagnostic.related:
        place = f"{printable(related.path)}:{related.span.line}:{related.span.column}"
        yield "dim", f"     = {printable(related.message)}: {place}\n"
    if diagnostic.fix:
        how = "--fix" if diagnostic.fix.safe else "--unsafe-fixes"
        yield "dim", f"     = fix: {printable(diagnostic.fix.message)} ({how})\n"


def source_line(report: Report, diagnostic: Diagnostic, width: int = _WIDTH) -> Iterator[Piece]:
    """The line of a finding with a caret under its place, at most `width` characters of it."""
    source, span = report.sources.get(diagnostic.path), diagnostic.span
    line = source.line(span.line) if source else ""
    if not line.strip():
        return
    end = span.end_column if span.end_line == span.line else len(line) + 1
    shift = max(0, span.column - 1 - width // 2)
    shown = line[shift : shift + width]
    before = printable_lines(line[shift : span.column - 1])
    marked = printable_lines(line[span.column - 1 : min(end - 1, shift + width)])
    yield "dim", f"{span.line:>5} | "
    yield "", printable_lines(shown) + "\n"
    yield "dim", "      | "
    yield "", " " * cell_len(before)
    yield "caret", "^" * max(1, cell_len(marked)) + "\n"


def summary(report: Report) -> Iterator[Piece]:
    """How many runbooks were checked, what was found, and how much of it can be fixed."""
    files = counted(len(report.files), "runbook")
    if not report.diagnostics:
        yield "ok", f"{files} checked, nothing to report\n"
        return
    counts = [(level, counted(number, level.value)) for level in Level if (number := report.count(level))]
    yield "", f"\n{files} checked: "
    for index, (level, words) in enumerate(counts):
        yield level.value, words
        yield "", ", " if index < len(counts) - 1 else "\n"
    fixable = sum(1 for diagnostic in report.diagnostics if diagnostic.fix and diagnostic.fix.safe)
    unsafe = sum(1 for diagnostic in report.diagnostics if diagnostic.fix and not diagnostic.fix.safe)
    if fixable or unsafe:
        yield "dim", f"{fixable} can be fixed with --fix, {unsafe} more with --unsafe-fixes\n"
