"""Findings as SARIF 2.1.0 (OASIS), within the limits that GitHub's code scanning sets.

Columns count code points (`columnKind`), ends are exclusive. The fingerprint is the one that GitHub would compute
itself, so that a finding keeps its thread when lines move and when the file is uploaded by another way. Only safety
rules carry a `security-severity`: the others are not security alerts.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import quote

from faultmaven_kb._version import __version__
from faultmaven_kb.diagnostics import Diagnostic, Fix, Level, Related
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.rule_help.pages import page_url
from faultmaven_kb.gate.rules.catalogue import all_rules
from faultmaven_kb.gate.toolkit.rule_model import Rule
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.fingerprint import line_hashes
from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["RESULT_LIMIT", "to_sarif"]

RESULT_LIMIT = 25_000
"""Most results that GitHub accepts in one run; the worst are kept."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_SECURITY = {Level.ERROR: "8.0", Level.WARNING: "5.0", Level.INFO: "2.0"}


def to_sarif(report: Report, context: Context) -> str:
    """The report as one SARIF log with one run."""
    ordered = sorted(report.diagnostics, key=lambda diagnostic: diagnostic.level.rank)[:RESULT_LIMIT]
    hashes = lru_cache(maxsize=None)(lambda path: _hashes(report.sources.get(path)))
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "results": [_result(diagnostic, hashes(diagnostic.path), context) for diagnostic in ordered],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(log, indent=2) + "\n"


def _hashes(source: Source | None) -> tuple[str, ...]:
    return line_hashes(source.text) if source is not None else ()


def _driver() -> dict[str, Any]:
    return {
        "name": "fmkb",
        "fullName": f"fmkb {__version__}",
        "semanticVersion": __version__,
        "informationUri": "https://github.com/FaultMaven/faultmaven_kb",
        "rules": [_rule(rule) for rule in all_rules()],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": ["runbook", rule.profile.label]}
    if rule.code.startswith("RB7"):
        properties["tags"].append("security")
        properties["security-severity"] = _SECURITY[rule.level]
    url = page_url(rule.code)
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "fullDescription": {"text": rule.description},
        "help": {
            "text": f"{rule.description}\n\n{url}",
            "markdown": f"{rule.description}\n\n[{rule.code} {rule.name}]({url})",
        },
        "helpUri": url,
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": properties,
    }


def _result(diagnostic: Diagnostic, hashes: tuple[str, ...], context: Context) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.level],
        "message": {"text": diagnostic.message},
        "locations": [{"physicalLocation": _place(diagnostic.path, diagnostic.span, context)}],
    }
    index = next((index for index, rule in enumerate(all_rules()) if rule.code == diagnostic.code), None)
    if index is not None:
        result["ruleIndex"] = index
    if diagnostic.span.line <= len(hashes):
        result["partialFingerprints"] = {"primaryLocationLineHash": hashes[diagnostic.span.line - 1]}
    if diagnostic.related:
        result["relatedLocations"] = [_related(other, context) for other in diagnostic.related]
    if diagnostic.fix and diagnostic.fix.edits:
        result["fixes"] = [_fix(diagnostic.fix, diagnostic.path, context)]
    return result


def _place(path: str, span: Span, context: Context) -> dict[str, Any]:
    return {"artifactLocation": _artifact(path, context), "region": _region(span)}


def _artifact(path: str, context: Context) -> dict[str, str]:
    """A file: below the repository relative to it, elsewhere as an absolute address."""
    relative = context.relative(path)
    uri = quote(relative, safe="/")
    return {"uri": f"file://{uri}"} if relative.startswith("/") else {"uri": uri, "uriBaseId": "SRCROOT"}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _related(related: Related, context: Context) -> dict[str, Any]:
    place = _place(related.path, related.span, context)
    return {"message": {"text": related.message}, "physicalLocation": place}


def _fix(fix: Fix, path: str, context: Context) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.replacement}} for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(path, context), "replacements": replacements}
    return {"description": {"text": fix.message}, "artifactChanges": [change]}
