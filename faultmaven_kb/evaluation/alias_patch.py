"""The aliases that missed questions suggest, as a patch on the front matter of the runbooks.

A patch, not a rewritten file: a curator reads it, changes or leaves out lines, and applies the rest. Every changed text
is read again, and what does not come out as the old aliases and the new ones is left out of the patch and named.
"""

import json
import re
from collections.abc import Callable, Iterable
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.evaluation.explaining import Explanation
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.reading.reader import parse_runbook

__all__ = ["AliasPatch", "alias_patch", "with_aliases"]

_FENCE = "---"
_KEY = re.compile(r"aliases:[ \t]*(?P<value>[^\n]*)")
_ITEM = re.compile(r"(?P<indent>[ \t]*)-[ \t]")


class AliasPatch(NamedTuple):
    """A unified diff, empty when nothing is suggested, and the runbooks whose file could not be changed, sorted."""

    text: str
    left_out: tuple[str, ...]


def alias_patch(explanations: Iterable[Explanation], get: Callable[[str], Runbook | None]) -> AliasPatch:
    """The patch that adds each explanation's alias to its right runbook; `get` gives the runbook with an id.

    An alias that a runbook has already, in whatever case, is not suggested.
    """
    missing: dict[str, dict[str, str]] = {}
    for explanation in explanations:
        if explanation.alias:
            missing.setdefault(explanation.right, {}).setdefault(explanation.alias.casefold(), explanation.alias)
    parts: list[str] = []
    left_out: list[str] = []
    for name, aliases in sorted(missing.items()):
        runbook = get(name)
        known = {alias.casefold() for alias in runbook.metadata.aliases} if runbook else set()
        new = [alias for key, alias in aliases.items() if key not in known]
        if runbook and new:
            part = _part(runbook, new)
            parts.append(part)
            left_out += [] if part else [name]
    return AliasPatch("".join(parts), tuple(left_out))


def with_aliases(text: str, aliases: Iterable[str]) -> str:
    """A runbook's text with more aliases in its front matter; the text itself where it has none that can be changed."""
    lines = text.split("\n")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), 0)
    if lines[0].rstrip() != _FENCE or not end:
        return text
    quoted = [json.dumps(alias, ensure_ascii=False) for alias in aliases]
    at = next((n for n in range(1, end) if _KEY.match(lines[n])), 0)
    if not at:
        return "\n".join([*lines[:end], "aliases:", *(f"  - {literal}" for literal in quoted), *lines[end:]])
    value = lines[at].split(":", 1)[1].strip()
    if value.startswith("[") and value.endswith("]"):
        inner = value[1:-1].strip()
        lines[at] = f"aliases: [{', '.join([*([inner] if inner else []), *quoted])}]"
        return "\n".join(lines)
    last, indent = at, "  "
    while last + 1 < end and (item := _ITEM.match(lines[last + 1])):
        last, indent = last + 1, item["indent"]
    return "\n".join([*lines[: last + 1], *(f"{indent}- {literal}" for literal in quoted), *lines[last + 1 :]])


def _part(runbook: Runbook, aliases: list[str]) -> str:
    """The patch of one file, empty where its front matter cannot be changed line by line."""
    if runbook.path is None:
        return ""
    try:
        before = read_regular(Path(runbook.path)).decode("utf-8")
    except (FaultmavenError, UnicodeDecodeError):
        return ""
    after = with_aliases(before, aliases)
    patched = parse_runbook(after, path=runbook.path).runbook
    if patched is None or patched.metadata.aliases != (*runbook.metadata.aliases, *aliases):
        return ""
    name = Path(runbook.path).as_posix().lstrip("/")
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(unified_diff(old, new, f"a/{name}", f"b/{name}"))
