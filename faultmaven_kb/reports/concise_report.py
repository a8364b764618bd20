"""One line for each finding, as compilers write it: for editors, grep and short logs."""

from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.text.terminal_text import printable

__all__ = ["to_concise"]


def to_concise(report: Report, context: Context) -> str:
    """`path:line:column: level code name: message` for each finding; empty if there is none."""
    return "".join(
        f"{printable(each.path)}:{each.span.line}:{each.span.column}: "
        f"{each.level.value} {each.code} {each.name}: {_one_line(each.message)}\n"
        for each in report.diagnostics
    )


def _one_line(text: str) -> str:
    return " ".join(printable(text).splitlines())
