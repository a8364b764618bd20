"""What the configuration makes of findings: which count, at which level, and for which files they do not.

Path patterns are those of `.gitignore`, read by pathspec.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.gate.settings.path_patterns import read_path_pattern
from faultmaven_kb.gate.settings.settings import ALWAYS, CREDENTIALS, Criteria, Exclusion, Settings

if TYPE_CHECKING:
    from pathspec import PathSpec

__all__ = ["apply_policy", "matches_path"]


def apply_policy(
    diagnostics: Iterable[Diagnostic], criteria: Criteria, *, place: str, identity: str | None
) -> Iterator[Diagnostic]:
    """The diagnostics of one document that count under the settings, at the levels these give them."""
    settings = criteria.settings
    if settings == Settings():
        yield from diagnostics
        return
    excluded = [exclusion for exclusion in settings.exclusions if _concerns(exclusion, place, identity)]
    for diagnostic in diagnostics:
        reach = settings.reach(diagnostic.code, criteria.profile)
        if reach is None or (diagnostic.code not in ALWAYS and _excluded(diagnostic.code, excluded, settings)):
            continue
        level = settings.level(diagnostic.code, diagnostic.level)
        yield diagnostic if level is diagnostic.level else replace(diagnostic, level=level)


def _excluded(code: str, exclusions: Iterable[Exclusion], settings: Settings) -> bool:
    if code in CREDENTIALS and not settings.allow_credential_suppression:
        return False
    return any(not exclusion.codes or code in exclusion.codes for exclusion in exclusions)


def _concerns(exclusion: Exclusion, place: str, identity: str | None) -> bool:
    return identity in exclusion.ids or any(matches_path(pattern, place) for pattern in exclusion.paths)


def matches_path(pattern: str, place: str) -> bool:
    """Whether a pattern matches a path below the root, read as in `.gitignore`; `!` and `#` are literal.

    Raises `ConfigurationError` for a pattern that is not understood.
    """
    return _spec(pattern).match_file(place)


@lru_cache(maxsize=256)
def _spec(pattern: str) -> "PathSpec[Any]":
    return read_path_pattern(pattern.removeprefix("./"))
