"""Findings as a GitLab Code Quality report: the subset of Code Climate's issues that a merge request shows."""

from faultmaven_kb.diagnostics import Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.fingerprint import fingerprints
from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["to_gitlab"]

_SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.INFO: "info"}


def to_gitlab(report: Report, context: Context) -> str:
    """The findings as one JSON list; fingerprints are unique and keep when lines move."""
    identities = fingerprints(report.diagnostics, report.sources)
    issues = [
        {
            "description": f"{diagnostic.code} {diagnostic.name}: {diagnostic.message}",
            "check_name": diagnostic.code,
            "fingerprint": identity,
            "severity": _SEVERITIES[diagnostic.level],
            "location": {"path": context.relative(diagnostic.path), "lines": {"begin": diagnostic.span.line}},
        }
        for diagnostic, identity in zip(report.diagnostics, identities, strict=True)
    ]
    return json_text(issues, indent=2) + "\n"
