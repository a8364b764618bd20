"""One line for each finding, as compilers write it: for editors, grep and short logs."""

from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["to_concise"]


def to_concise(report: Report, context: Context) -> str:
    """`path:line:column: level code name: message` for each finding; empty if there is none."""
    return "".join(
        f"{printable(diagnostic.path)}:{diagnostic.span.line}:{diagnostic.span.column}: "
        f"{diagnostic.level.value} {diagnostic.code} {diagnostic.name}: {_one_line(diagnostic.message)}\n"
        for diagnostic in report.diagnostics
    )


def _one_line(text: str) -> str:
    return " ".join(printable(text).splitlines())
