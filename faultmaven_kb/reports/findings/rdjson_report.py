"""Findings in the Reviewdog Diagnostic Format (`rdjson`): review comments on any code host, safe fixes as suggestions.

Columns count UTF-8 bytes from 1, ends are exclusive.
"""

from typing import Any

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.rule_help.pages import page_url
from faultmaven_kb.reports.context import Context
from faultmaven_kb.source import Source, Span, utf8_column
from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["to_rdjson"]

_SEVERITIES = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.INFO: "INFO"}


def to_rdjson(report: Report, context: Context) -> str:
    """The report as one DiagnosticResult."""
    result = {
        "source": {"name": "fmkb", "url": page_url("index")},
        "diagnostics": [_diagnostic(diagnostic, report, context) for diagnostic in report.diagnostics],
    }
    return json_text(result, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic, report: Report, context: Context) -> dict[str, Any]:
    source = report.sources.get(diagnostic.path)
    entry: dict[str, Any] = {
        "message": diagnostic.message,
        "location": _location(diagnostic.path, diagnostic.span, source, context),
        "severity": _SEVERITIES[diagnostic.level],
        "code": {"value": diagnostic.code, "url": page_url(diagnostic.code)},
    }
    if diagnostic.fix and diagnostic.fix.safe:
        edits = diagnostic.fix.edits
        entry["suggestions"] = [{"range": _range(edit.span, source), "text": edit.replacement} for edit in edits]
    if diagnostic.related:
        entry["related_locations"] = [
            {
                "message": other.message,
                "location": _location(other.path, other.span, report.sources.get(other.path), context),
            }
            for other in diagnostic.related
        ]
    return entry


def _location(path: str, span: Span, source: Source | None, context: Context) -> dict[str, Any]:
    return {"path": context.relative(path), "range": _range(span, source)}


def _range(span: Span, source: Source | None) -> dict[str, Any]:
    def position(line: int, column: int) -> dict[str, int]:
        return {"line": line, "column": utf8_column(source.line(line), column) if source else column}

    return {"start": position(span.line, span.column), "end": position(span.end_line, span.end_column)}
