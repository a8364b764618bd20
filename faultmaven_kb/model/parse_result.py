"""What reading a document yields. A room of its own, so that a kept result loads without the parser."""

from dataclasses import dataclass

from faultmaven_kb.brief import brief
from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.model.runbook import Runbook

__all__ = ["ParseResult"]


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What reading yields: the runbook (None when there was no text to read) and what is wrong with the content."""

    runbook: Runbook | None
    diagnostics: tuple[Diagnostic, ...] = ()

    def __repr__(self) -> str:
        return brief(self, runbook=self.runbook, diagnostics=self.diagnostics)
