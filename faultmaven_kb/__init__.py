"""Parses operations runbooks into validated typed models and finds the right one from a symptom.

    >>> from faultmaven_kb import KnowledgeBase
    >>> kb = KnowledgeBase.builtin()
    >>> kb.search("FATAL: sorry, too many clients already").hits[0].runbook.id
    'postgres-connection-pool-exhausted'

This module is one sorted list of names; the rooms behind them are imported when a name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from faultmaven_kb._version import __version__

if TYPE_CHECKING:
    from faultmaven_kb.checking.gate import Gate as Gate
    from faultmaven_kb.checking.gate import check as check
    from faultmaven_kb.checking.gate import check_text as check_text
    from faultmaven_kb.checking.gate import fix as fix
    from faultmaven_kb.checking.gate import write_report as write_report
    from faultmaven_kb.diagnostics import Diagnostic as Diagnostic
    from faultmaven_kb.diagnostics import Edit as Edit
    from faultmaven_kb.diagnostics import Fix as Fix
    from faultmaven_kb.diagnostics import Level as Level
    from faultmaven_kb.dialects.dialect import Dialect as Dialect
    from faultmaven_kb.dialects.dialect import Document as Document
    from faultmaven_kb.dialects.dialect import Vocabulary as Vocabulary
    from faultmaven_kb.dialects.pieces.contents import Contents as Contents
    from faultmaven_kb.errors import ConfigurationError as ConfigurationError
    from faultmaven_kb.errors import FaultmavenError as FaultmavenError
    from faultmaven_kb.errors import PathError as PathError
    from faultmaven_kb.errors import UnknownRunbookError as UnknownRunbookError
    from faultmaven_kb.gate.engine.report import Report as Report
    from faultmaven_kb.gate.fixes.fixes import FixedFile as FixedFile
    from faultmaven_kb.gate.settings.settings import Profile as Profile
    from faultmaven_kb.gate.settings.settings import Settings as Settings
    from faultmaven_kb.gate.toolkit.rule_model import Checked as Checked
    from faultmaven_kb.gate.toolkit.rule_model import Finding as Finding
    from faultmaven_kb.gate.toolkit.rule_model import Rule as Rule
    from faultmaven_kb.gate.toolkit.rule_model import rule as rule
    from faultmaven_kb.knowledge_base import KnowledgeBase as KnowledgeBase
    from faultmaven_kb.knowledge_base import builtin_path as builtin_path
    from faultmaven_kb.model.parse_result import ParseResult as ParseResult
    from faultmaven_kb.model.runbook import Runbook as Runbook
    from faultmaven_kb.reading.reader import parse_runbook as parse_runbook
    from faultmaven_kb.reports.context import Context as Context
    from faultmaven_kb.reports.formats import Format as Format
    from faultmaven_kb.search.answer import Answer as Answer
    from faultmaven_kb.search.answer import Evidence as Evidence
    from faultmaven_kb.search.answer import Hit as Hit
    from faultmaven_kb.source import Span as Span
    from faultmaven_kb.storage.kept import Cache as Cache

__all__ = [
    "Answer",
    "Cache",
    "Checked",
    "ConfigurationError",
    "Contents",
    "Context",
    "Diagnostic",
    "Dialect",
    "Document",
    "Edit",
    "Evidence",
    "FaultmavenError",
    "Finding",
    "Fix",
    "FixedFile",
    "Format",
    "Gate",
    "Hit",
    "KnowledgeBase",
    "Level",
    "ParseResult",
    "PathError",
    "Profile",
    "Report",
    "Rule",
    "Runbook",
    "Settings",
    "Span",
    "UnknownRunbookError",
    "Vocabulary",
    "__version__",
    "builtin_path",
    "check",
    "check_text",
    "fix",
    "parse_runbook",
    "rule",
    "write_report",
]

_ROOMS = {
    "Answer": "search.answer",
    "Cache": "storage.kept",
    "Checked": "gate.toolkit.rule_model",
    "ConfigurationError": "errors",
    "Contents": "dialects.pieces.contents",
    "Context": "reports.context",
    "Diagnostic": "diagnostics",
    "Dialect": "dialects.dialect",
    "Document": "dialects.dialect",
    "Edit": "diagnostics",
    "Evidence": "search.answer",
    "FaultmavenError": "errors",
    "Finding": "gate.toolkit.rule_model",
    "Fix": "diagnostics",
    "FixedFile": "gate.fixes.fixes",
    "Format": "reports.formats",
    "Gate": "checking.gate",
    "Hit": "search.answer",
    "KnowledgeBase": "knowledge_base",
    "Level": "diagnostics",
    "ParseResult": "model.parse_result",
    "PathError": "errors",
    "Profile": "gate.settings.settings",
    "Report": "gate.engine.report",
    "Rule": "gate.toolkit.rule_model",
    "Runbook": "model.runbook",
    "Settings": "gate.settings.settings",
    "Span": "source",
    "UnknownRunbookError": "errors",
    "Vocabulary": "dialects.dialect",
    "builtin_path": "knowledge_base",
    "check": "checking.gate",
    "check_text": "checking.gate",
    "fix": "checking.gate",
    "parse_runbook": "reading.reader",
    "rule": "gate.toolkit.rule_model",
    "write_report": "checking.gate",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"faultmaven_kb.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
