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
    from faultmaven_kb.diagnostics import Diagnostic as Diagnostic
    from faultmaven_kb.diagnostics import Fix as Fix
    from faultmaven_kb.diagnostics import Level as Level
    from faultmaven_kb.errors import ConfigurationError as ConfigurationError
    from faultmaven_kb.errors import FaultmavenError as FaultmavenError
    from faultmaven_kb.errors import PathError as PathError
    from faultmaven_kb.errors import UnknownRunbookError as UnknownRunbookError
    from faultmaven_kb.knowledge_base import KnowledgeBase as KnowledgeBase
    from faultmaven_kb.model.parse_result import ParseResult as ParseResult
    from faultmaven_kb.model.runbook import Runbook as Runbook
    from faultmaven_kb.reading.reader import parse_runbook as parse_runbook
    from faultmaven_kb.search.answer import Answer as Answer
    from faultmaven_kb.search.answer import Evidence as Evidence
    from faultmaven_kb.search.answer import Hit as Hit
    from faultmaven_kb.source import Span as Span
    from faultmaven_kb.storage.kept import Cache as Cache

__all__ = [
    "Answer",
    "Cache",
    "ConfigurationError",
    "Diagnostic",
    "Evidence",
    "FaultmavenError",
    "Fix",
    "Hit",
    "KnowledgeBase",
    "Level",
    "ParseResult",
    "PathError",
    "Runbook",
    "Span",
    "UnknownRunbookError",
    "__version__",
    "parse_runbook",
]

_ROOMS = {
    "Answer": "search.answer",
    "Cache": "storage.kept",
    "ConfigurationError": "errors",
    "Diagnostic": "diagnostics",
    "Evidence": "search.answer",
    "FaultmavenError": "errors",
    "Fix": "diagnostics",
    "Hit": "search.answer",
    "KnowledgeBase": "knowledge_base",
    "Level": "diagnostics",
    "ParseResult": "model.parse_result",
    "PathError": "errors",
    "Runbook": "model.runbook",
    "Span": "source",
    "UnknownRunbookError": "errors",
    "parse_runbook": "reading.reader",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"faultmaven_kb.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
