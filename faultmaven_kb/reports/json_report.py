"""Diagnostics as JSON, the stable shape for programs: lines and columns from 1 in code points, the end exclusive."""

from typing import Any

from faultmaven_kb.diagnostics import Diagnostic, Fix, Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.text.terminal_text import json_text

__all__ = ["diagnostic_dict", "to_json"]


def to_json(report: Report, context: Context | None = None) -> str:
    """The report as one JSON object with `diagnostics` and `summary`, ended by a line feed."""
    data = {
        "diagnostics": [diagnostic_dict(diagnostic) for diagnostic in report.diagnostics],
        "summary": {
            "files": len(report.files),
            "errors": report.count(Level.ERROR),
            "warnings": report.count(Level.WARNING),
            "infos": report.count(Level.INFO),
            "fixable": sum(1 for diagnostic in report.diagnostics if diagnostic.fix),
        },
    }
    return json_text(data, indent=2) + "\n"


def diagnostic_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    """One diagnostic as plain values."""
    return {
        "path": diagnostic.path,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "end_line": diagnostic.span.end_line,
        "end_column": diagnostic.span.end_column,
        "code": diagnostic.code,
        "name": diagnostic.name,
        "level": diagnostic.level.value,
        "message": diagnostic.message,
        "fix": _fix_dict(diagnostic.fix) if diagnostic.fix else None,
        "related": [
            {"message": other.message, "path": other.path, "line": other.span.line, "column": other.span.column}
            for other in diagnostic.related
        ],
    }


def _fix_dict(fix: Fix) -> dict[str, Any]:
    return {
        "safe": fix.safe,
        "message": fix.message,
        "edits": [
            {
                "line": edit.span.line,
                "column": edit.span.column,
                "end_line": edit.span.end_line,
                "end_column": edit.span.end_column,
                "replacement": edit.replacement,
            }
            for edit in fix.edits
        ],
    }
