"""Who owns a file: the CODEOWNERS file of a repository, read as GitHub reads it.

The first of the three usual places counts, and in it the last line whose pattern matches; a line without a name says
that nobody owns what it matches. Patterns are read by pathspec in its plain form, in which `docs/*` does not match what
lies in a folder of `docs`, as in CODEOWNERS and unlike in `.gitignore`.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.regular import SETTINGS_LIMIT, regular_text
from faultmaven_kb.gate.facts.tree import DiskTree
from faultmaven_kb.gate.settings.path_patterns import read_path_pattern

if TYPE_CHECKING:
    from pathspec import PathSpec

__all__ = ["CodeOwners", "find_owners", "read_owners"]

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_MOST_LINES = 5_000  # chosen: a thousand runbooks are matched in seconds
_MOST_NAMES = 100  # chosen, for each line: every runbook is counted for each of its owners
_GAP = re.compile(r"(?<!\\)\s")
"""White space ends a pattern unless a backslash is before it."""


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The lines of a CODEOWNERS file, the last one first; `file` is its path below the root of the repository."""

    file: str
    tree: DiskTree
    lines: "tuple[tuple[PathSpec[Any], tuple[str, ...]], ...]"

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of a file; none where no line matches, the line names nobody, or it lies elsewhere."""
        place = self.tree.relative(path)
        return next((names for pattern, names in self.lines if place and pattern.match_file(place)), ())


def find_owners(root: Path) -> CodeOwners | None:
    """The owners in a repository, None without a CODEOWNERS.

    Raises `ConfigurationError` for a file that cannot be read or is not understood.
    """
    for place in _PLACES:
        if os.path.lexists(root / place):
            return read_owners(regular_text(root / place, root, limit=SETTINGS_LIMIT), place, root)
    return None


def read_owners(text: str, file: str, root: Path) -> CodeOwners:
    """The owners in a text that is the file called `file` below a root.

    An owner whom a line names twice is one. Raises `ConfigurationError` for a pattern that is not understood, and for
    more lines, or owners on a line, than are matched in time.
    """
    numbered = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    entries = [(number, line) for number, line in numbered if line and not line.startswith("#")]
    if len(entries) > _MOST_LINES:
        raise ConfigurationError(f"{file}: {len(entries):,} lines with patterns, expected at most {_MOST_LINES:,}")
    return CodeOwners(
        file, DiskTree(root), tuple(_line(line, f"{file}:{number}") for number, line in reversed(entries))
    )


def _line(line: str, where: str) -> "tuple[PathSpec[Any], tuple[str, ...]]":
    pattern, *rest = _GAP.split(line, maxsplit=1)
    names = tuple(dict.fromkeys("".join(rest).partition("#")[0].split()))
    if len(names) > _MOST_NAMES:
        raise ConfigurationError(f"{where}: {len(names):,} owners on a line, expected at most {_MOST_NAMES}")
    try:
        return read_path_pattern(pattern, plain=True), names
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}: {error}, expected one of CODEOWNERS such as /runbooks/") from None
