"""No headings of a team's own: what every reader of runbooks takes where nobody has chosen any."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["NO_ALIASES"]

NO_ALIASES: Mapping[str, str] = MappingProxyType({})
