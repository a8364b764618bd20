"""What reading a document yields. A separate module, so that a kept result loads without the parser."""

from dataclasses import dataclass
from typing import Any

from faultmaven_kb.brief import brief
from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.model.runbook import Runbook

__all__ = ["ParseResult"]


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What reading yields: the runbook (None when there was no text to read) and what is wrong with the content.

    Of a page with a heading for each alert or problem, `runbook` is the whole page and `parts` are its runbooks.
    """

    runbook: Runbook | None
    diagnostics: tuple[Diagnostic, ...] = ()
    parts: tuple[Runbook, ...] = ()

    @property
    def runbooks(self) -> tuple[Runbook, ...]:
        """The runbooks of the document: the parts of a page, else the one runbook, if there is one."""
        return self.parts or (() if self.runbook is None else (self.runbook,))

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data: `runbook` (or None), `diagnostics` and `parts`."""
        return {
            "runbook": self.runbook.to_dict() if self.runbook else None,
            "diagnostics": [diagnostic.to_dict() for diagnostic in self.diagnostics],
            "parts": [part.to_dict() for part in self.parts],
        }

    def __repr__(self) -> str:
        return brief(self, runbook=self.runbook, diagnostics=self.diagnostics)
