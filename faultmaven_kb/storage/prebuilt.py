"""The base that travels with its folder of runbooks: `runbooks.fmkb` beside `runbooks/`, made when a wheel is built.

Nothing in it depends on the machine or the time: names are relative to the folder, and no time of change is kept, since
unpacking a wheel sets its own. It is opened only if it is whole, was made by this very code, and the files have the
same names and sizes. Otherwise the folder is read, as if there were no such base.
"""

from contextlib import suppress
from pathlib import Path

from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.storage.base import StoredBase
from faultmaven_kb.storage.building import build_to_travel
from faultmaven_kb.storage.file_format.container import SUFFIX

__all__ = ["build_beside", "open_beside"]


def build_beside(folder: Path, target: Path) -> None:
    """Write the base of a folder, to be put beside it, to `target`.

    Raises `ConfigurationError` when something is wrong with a runbook, `PathError` when it cannot be written.
    """
    for diagnostic in build_to_travel(folder, target).diagnostics():
        raise ConfigurationError(f"{diagnostic.path}: {diagnostic.message}; expected runbooks without a finding")


def open_beside(folder: Path) -> StoredBase | None:
    """The base beside a folder, None where there is none that is whole and of the files as they are."""
    with suppress(ConfigurationError, PathError):
        base = StoredBase(folder.with_suffix(SUFFIX), home=folder)
        base.verify()
        if base.is_current():
            return base
    return None
