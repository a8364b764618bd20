"""One JSON object for each finding and line, for programs that read as they go; shaped as in the JSON report."""

from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["to_json_lines"]


def to_json_lines(report: Report, context: Context) -> str:
    """The findings as JSON Lines; empty if there is none."""
    return "".join(json_text(diagnostic.to_dict()) + "\n" for diagnostic in report.diagnostics)
