"""What a check found: a value that the report formats write, fixes start from and a baseline is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from faultmaven_kb.brief import brief
from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.source import Source

__all__ = ["Report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: the diagnostics in order, the files that were read, and their texts by path.

    `places` contains each file's path relative to the root of the tree. `complete` is false where findings were
    left out, as with a baseline. `aliases` are the team's headings that the files were read with.
    """

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    sources: dict[str, Source]
    places: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return brief(self, diagnostics=self.diagnostics, files=self.files)

    def count(self, level: Level) -> int:
        """How many diagnostics have a level."""
        return sum(1 for diagnostic in self.diagnostics if diagnostic.level is level)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, as `fmkb validate --format json` prints it: `diagnostics` and `summary`."""
        return {
            "diagnostics": [diagnostic.to_dict() for diagnostic in self.diagnostics],
            "summary": {
                "files": len(self.files),
                "errors": self.count(Level.ERROR),
                "warnings": self.count(Level.WARNING),
                "infos": self.count(Level.INFO),
                "fixable": sum(1 for diagnostic in self.diagnostics if diagnostic.fix),
            },
        }

    @property
    def failed(self) -> bool:
        """Whether a check should fail: there is an error or a warning."""
        return any(diagnostic.level is not Level.INFO for diagnostic in self.diagnostics)
