"""Findings as GitHub annotations, and the table for the summary of a workflow's step.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a warning. So the worst come
first, a last line says how many are only in the log, and the summary has them all. The format is the one of the
workflow commands; what comes from a runbook is escaped, or a runbook could give the runner commands.
"""

from collections.abc import Iterable, Iterator

from faultmaven_kb.brief import counted
from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.rule_help.pages import page_url
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.markdown_text import escaped
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["step_summary", "to_github"]

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}
_SHOWN = 10  # GitHub's limit for a step
_SUMMARY_LIMIT = 900_000
"""Bytes of a step's summary; GitHub refuses one beyond 1 MiB altogether."""


def to_github(report: Report, context: Context) -> str:
    """One workflow command for each finding, errors first, and a line on those that GitHub will not show."""
    lines = [_annotation(diagnostic, context) for diagnostic in _worst_first(report.diagnostics)]
    hidden = [counted(count, _COMMANDS[level]) for level in Level if (count := report.count(level) - _SHOWN) > 0]
    if hidden:
        lines.append(f"GitHub shows {_SHOWN} annotations of a kind: {', '.join(hidden)} more are in this log only")
    return "".join(f"{line}\n" for line in lines)


def step_summary(report: Report, context: Context) -> str:
    """All findings as one Markdown table, for the file that GITHUB_STEP_SUMMARY names."""
    counts = ", ".join(counted(report.count(level), level.value) for level in Level)
    head = f"### fmkb validate: {counted(len(report.files), 'runbook')}, {counts}\n\n"
    if not report.diagnostics:
        return head
    table = "| Level | Rule | Place | Finding |\n|---|---|---|---|\n"
    return head + table + "".join(_cut(_rows(report.diagnostics, context), _SUMMARY_LIMIT)) + "\n"


def _annotation(diagnostic: Diagnostic, context: Context) -> str:
    span = diagnostic.span
    properties = [
        ("file", context.relative(diagnostic.path)),
        ("line", str(span.line)),
        ("endLine", str(span.end_line)),
    ]
    if span.line == span.end_line:
        properties += [("col", str(span.column)), ("endColumn", str(span.end_column))]
    properties.append(("title", f"{diagnostic.code} {diagnostic.name}"))
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties)
    return f"::{_COMMANDS[diagnostic.level]} {listed}::{_data(diagnostic.message)}"


def _data(text: str) -> str:
    text = "\n".join(printable(line) for line in text.split("\n"))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _worst_first(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    return sorted(diagnostics, key=lambda diagnostic: diagnostic.level.rank)


def _rows(diagnostics: Iterable[Diagnostic], context: Context) -> Iterator[str]:
    for diagnostic in _worst_first(diagnostics):
        place = f"{context.relative(diagnostic.path)}:{diagnostic.span.line}:{diagnostic.span.column}"
        rule = f"[{diagnostic.code}]({page_url(diagnostic.code)}) {diagnostic.name}"
        yield f"| {diagnostic.level.value} | {rule} | {escaped(place)} | {escaped(diagnostic.message)} |\n"


def _cut(rows: Iterable[str], limit: int) -> Iterator[str]:
    """The rows that fit into a number of bytes, and a last one that counts the others."""
    rows, size = list(rows), 0
    for index, row in enumerate(rows):
        size += len(row.encode("utf-8", "replace"))
        if size > limit:
            yield f"| | | | {len(rows) - index} more findings do not fit here |\n"
            return
        yield row
