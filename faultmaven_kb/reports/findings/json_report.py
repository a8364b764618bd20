"""Diagnostics as JSON, the stable shape for programs: lines and columns from 1 in code points, the end exclusive."""

from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["to_json"]


def to_json(report: Report, context: Context | None = None) -> str:
    """The report as one JSON object with `diagnostics` and `summary`, ended by a line feed."""
    return json_text(report.to_dict(), indent=2) + "\n"
