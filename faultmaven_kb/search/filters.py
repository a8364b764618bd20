"""Narrowing a search by what runbooks say about themselves, as a value that an index can look at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.model.vocabularies import SEVERITIES, STATUSES

if TYPE_CHECKING:
    from faultmaven_kb.model.runbook import Runbook

__all__ = ["Filter", "filter_of"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Passes the runbooks that have every value and the tag; `values` are pairs of a field and a value.

    Upper and lower case are the same. Called with a runbook it says whether that one passes; an index that keeps the
    values in columns need not read a runbook.
    """

    values: tuple[tuple[str, str], ...]
    tag: str | None = None

    def __call__(self, runbook: "Runbook") -> bool:
        metadata = runbook.metadata
        if any((getattr(metadata, name) or "").casefold() != value for name, value in self.values):
            return False
        return self.tag is None or self.tag in (tag.casefold() for tag in metadata.tags)


def filter_of(technology: str | None, severity: str | None, tag: str | None, status: str | None) -> Filter | None:
    """The filter of some options; None where nothing is narrowed.

    Raises `ConfigurationError` with the nearest word for a severity or a status that no runbook can have.
    """
    _check("severity", severity, SEVERITIES)
    _check("status", status, STATUSES)
    options = {"technology": technology, "severity": severity, "status": status}
    values = tuple((name, value.casefold()) for name, value in options.items() if value is not None)
    if not values and tag is None:
        return None
    return Filter(values, tag.casefold() if tag is not None else None)


def _check(name: str, value: str | None, options: tuple[str, ...]) -> None:
    if value is not None and value.casefold() not in options:
        hint = did_you_mean(value, options)
        raise ConfigurationError(f'{name} is "{value}", expected one of {", ".join(options)}{hint}')
