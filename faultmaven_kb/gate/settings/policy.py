"""What the configuration makes of findings: which count, at which level, and for which files they do not.

Path patterns are those of .gitignore in short: `*` stays within a folder, `**` does not, a pattern without a slash
matches at any depth, and one that names a folder means everything below it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.gate.settings.settings import ALWAYS, CREDENTIALS, Criteria, Exclusion, Settings

__all__ = ["apply_policy", "matches_path"]


def apply_policy(
    found: Iterable[Diagnostic], criteria: Criteria, *, place: str, identity: str | None
) -> Iterator[Diagnostic]:
    """The diagnostics of one document that count under the settings, at the levels these give them."""
    settings = criteria.settings
    if settings == Settings():
        yield from found
        return
    excluded = [each for each in settings.exclusions if _concerns(each, place, identity)]
    for diagnostic in found:
        reach = settings.reach(diagnostic.code, criteria.profile)
        if reach is None or (diagnostic.code not in ALWAYS and _excluded(diagnostic.code, excluded, settings)):
            continue
        level = settings.level(diagnostic.code, diagnostic.level)
        yield diagnostic if level is diagnostic.level else replace(diagnostic, level=level)


def _excluded(code: str, exclusions: Iterable[Exclusion], settings: Settings) -> bool:
    if code in CREDENTIALS and not settings.allow_credential_suppression:
        return False
    return any(not each.codes or code in each.codes for each in exclusions)


def _concerns(exclusion: Exclusion, place: str, identity: str | None) -> bool:
    return identity in exclusion.ids or any(matches_path(pattern, place) for pattern in exclusion.paths)


def matches_path(pattern: str, place: str) -> bool:
    """Whether a pattern matches a path relative to the root, in a time that no number of stars multiplies.

    A regular expression would try the ways to share a name among its stars one by one; here all places that the parts
    of the pattern so far can end at are taken along together.
    """
    anchored, parts = _parts(pattern)
    folders = [index + 1 for index, letter in enumerate(place) if letter == "/"]
    ends = {0} if anchored else {0, *folders}
    for part in parts:
        ends = _ends_of(part, place, ends, folders)
    return any(end == len(place) or place[end] == "/" for end in ends)


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[bool, tuple[str, ...]]:
    """Whether a pattern begins at the root, and its stars, question marks and the text between them."""
    body = pattern.strip("/").removeprefix("./")
    return "/" in pattern.rstrip("/"), tuple(re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", body))


def _ends_of(part: str, place: str, starts: set[int], folders: list[int]) -> set[int]:
    """Where a part can end that begins at one of `starts`."""
    if not starts:
        return starts
    if part == "**":
        return set(range(min(starts), len(place) + 1))
    if part == "**/":
        return starts | {folder for folder in folders if folder > min(starts)}
    if part == "?":
        return {start + 1 for start in starts if place[start : start + 1] not in ("", "/")}
    if part != "*":
        return {start + len(part) for start in starts if place.startswith(part, start)}
    ends: set[int] = set()
    for start in starts:
        end = start
        while end not in ends:
            ends.add(end)
            if place[end : end + 1] in ("", "/"):
                break
            end += 1
    return ends
