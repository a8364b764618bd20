"""The dialects, in the order in which they are asked. A new family of documents is one module and one entry here."""

from functools import lru_cache

from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.dialects.causal_chain import CAUSAL_CHAIN
from faultmaven_kb.dialects.dialect import Dialect, Document
from faultmaven_kb.dialects.faultmaven import FAULTMAVEN
from faultmaven_kb.dialects.four_section import FOUR_SECTION
from faultmaven_kb.dialects.generic import GENERIC
from faultmaven_kb.dialects.skill import SKILL
from faultmaven_kb.dialects.typed_front_matter import TYPED_FRONT_MATTER
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.plugins import DIALECT_GROUP, plugins, refuse_taken

__all__ = ["DIALECTS", "all_dialects", "best_dialect", "dialect_named"]

DIALECTS: tuple[Dialect, ...] = (FAULTMAVEN, CAUSAL_CHAIN, SKILL, TYPED_FRONT_MATTER, FOUR_SECTION, GENERIC)
"""The dialects of this package."""


@lru_cache(maxsize=1)
def all_dialects() -> tuple[Dialect, ...]:
    """The dialects of installed plug-ins, which win over ours on a tie, and those of this package.

    A function, because a plug-in imports the rooms that are being imported while this module is. Raises
    `ConfigurationError` for a name that is taken.
    """
    added = plugins(DIALECT_GROUP, Dialect)
    dialects = (*added, *DIALECTS)
    refuse_taken("dialect", [dialect.name for dialect in dialects])
    return dialects


def best_dialect(document: Document) -> Dialect:
    """The dialect whose headings fit the document best; the earlier one on a tie, the generic one for none."""
    fits = [(dialect.fit(document), dialect) for dialect in all_dialects()]
    best = max(fits, key=lambda fit: fit[0])
    return best[1] if best[0] > 0 else GENERIC


def dialect_named(name: str) -> Dialect:
    """The dialect with a name. Raises `ConfigurationError` for any other word."""
    for dialect in all_dialects():
        if dialect.name == name:
            return dialect
    options = [dialect.name for dialect in all_dialects()]
    hint = did_you_mean(name, options)
    raise ConfigurationError(f'dialect is "{name}", expected one of {", ".join(options)}{hint}')
