"""Which solution answers a cause: only where the solution's own text names it.

"When to use this solution" counts first, then the title. A cause that no solution names has none here, though one may
help: guessing a cure is worse than showing none.
"""

from dataclasses import dataclass

from faultmaven_kb.differential.mentions import CauseNames, mentions
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.source import Span

__all__ = ["SolutionLink", "solutions_by_cause"]


@dataclass(frozen=True, slots=True)
class SolutionLink:
    """A solution that a cause leads to: its place in the runbook (from 1), and the words (`reason`) that link it."""

    position: int
    number: int | None
    title: str
    reason: str
    span: Span


def solutions_by_cause(runbook: Runbook, names: CauseNames) -> tuple[tuple[SolutionLink, ...], ...]:
    """For each cause of a runbook, in their order, the solutions that name it."""
    rows: list[list[SolutionLink]] = [[] for _ in runbook.causes]
    for position, solution in enumerate(runbook.solutions, 1):
        for text in (solution.when_to_use, solution.title):
            named = sorted({mention.cause for mention in mentions(text, names)})
            for cause in named:
                link = SolutionLink(position, solution.number, solution.title, text, solution.span)
                rows[cause].append(link)
            if named:
                break
    return tuple(tuple(links) for links in rows)
