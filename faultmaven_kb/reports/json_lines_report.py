"""One JSON object for each finding and line, for programs that read as they go; shaped as in the JSON report."""

import json

from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.json_report import diagnostic_dict

__all__ = ["to_json_lines"]


def to_json_lines(report: Report, context: Context) -> str:
    """The findings as JSON Lines; empty when there is none."""
    return "".join(json.dumps(diagnostic_dict(each), ensure_ascii=False) + "\n" for each in report.diagnostics)
