"""Exceptions: the *call* was wrong. A fault in a runbook is never one of these, it is a `Diagnostic`.

The tree::

    FaultmavenError
    ├── PathError              a file or folder that was asked for cannot be read
    ├── UnknownRunbookError    no runbook has this id (also a KeyError)
    └── ConfigurationError     a setting has an unknown key or value
"""

__all__ = ["ConfigurationError", "FaultmavenError", "PathError", "UnknownRunbookError"]


class FaultmavenError(Exception):
    """The base of everything this library raises; its text names the fault and the remedy."""


class PathError(FaultmavenError):
    """A path that the caller named does not exist or cannot be read."""


class UnknownRunbookError(FaultmavenError, KeyError):
    """No runbook of the knowledge base has the id that was asked for."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else "unknown runbook"


class ConfigurationError(FaultmavenError):
    """A setting, a rule code or a filter value that does not exist."""
