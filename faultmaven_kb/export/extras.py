"""Optional parts: imports what an extra brings, or says which extra to install.

The core installs without them; anybody who needs one asks here at the moment of use, never at import.
"""

from importlib import import_module
from typing import Any

from faultmaven_kb.errors import ConfigurationError

__all__ = ["from_extra", "missing"]


def from_extra(module: str, *, extra: str) -> Any:
    """The module. Raises `ConfigurationError` with the line to type when the extra is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".", 1)[0] != module.split(".", 1)[0]:
            raise
        raise ConfigurationError(missing(module, extra=extra)) from None


def missing(module: str, *, extra: str) -> str:
    """What to say when a module is not there: which extra brings it, as a line to type."""
    return f"this needs \"{module}\", which is not installed; run: pip install 'faultmaven-kb[{extra}]'"
