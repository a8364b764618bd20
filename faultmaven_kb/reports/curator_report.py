"""A Markdown report for the curator: which boxes of the review the machine has answered, which a person still must.

A ticked box was checked and is clean; an open one has its findings below it; what no rule can know stays open and says
so. What the chosen profile did not look at is named, never ticked.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from faultmaven_kb.brief import counted
from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.checklist import CHECKLIST, ChecklistItem
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.markdown_text import escaped

__all__ = ["to_curator_report"]


def to_curator_report(report: Report, context: Context) -> str:
    """One review form for each file, in Markdown with task lists."""
    forms = [_form(path, report, context) for path in report.files]
    return "\n".join((f"# Review of {counted(len(forms), 'runbook')} (profile {context.profile.label})\n", *forms))


def _form(path: str, report: Report, context: Context) -> str:
    diagnostics = [diagnostic for diagnostic in report.diagnostics if diagnostic.path == path]
    lines = [f"## {escaped(context.relative(path))}", ""]
    for step, items in groupby(CHECKLIST, key=lambda item: item.step):
        lines += [f"### {step}", ""]
        for item in items:
            lines += _box(item, diagnostics, context)
        lines.append("")
    rest = [
        diagnostic
        for diagnostic in diagnostics
        if not any(diagnostic.code.startswith(item.codes) for item in _with_codes())
    ]
    if rest:
        lines += ["### Also found", "", *(_finding(diagnostic, "- ") for diagnostic in rest), ""]
    return "\n".join(lines)


def _with_codes() -> Iterator[ChecklistItem]:
    return (item for item in CHECKLIST if item.codes)


def _box(item: ChecklistItem, diagnostics: Sequence[Diagnostic], context: Context) -> Iterator[str]:
    if not item.codes:
        yield f"- [ ] {item.text} (a person must say)"
        return
    if not item.answered(context.profile):
        yield f"- [ ] {item.text} (not looked at in this profile)"
        return
    findings = [finding for finding in diagnostics if finding.code.startswith(item.codes)]
    yield f"- [{' ' if findings else 'x'}] {item.text}"
    for finding in findings:
        yield _finding(finding, "  - ")


def _finding(diagnostic: Diagnostic, mark: str) -> str:
    place = f"line {diagnostic.span.line}"
    return f"{mark}{diagnostic.level.value} {diagnostic.code}, {place}: {escaped(diagnostic.message)}"
