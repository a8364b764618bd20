"""What every base reports of its files, in one order and with the same words for an id that is taken."""

from collections.abc import Iterable

from faultmaven_kb.diagnostics import UNREAD, Diagnostic, Level, Related
from faultmaven_kb.source import START

__all__ = ["id_taken", "reported"]


def id_taken(runbook_id: str, first: str | None, second: str | None) -> Diagnostic:
    """The report that the runbook in the file `second` has the id of the one in `first`: RB804."""
    message = f'id "{runbook_id}" is already taken by {first or "another runbook"}, expected a unique id'
    related = (Related("also defined here", first or "<text>", START),)
    return Diagnostic("RB804", "duplicate-id", Level.ERROR, message, second or "<text>", START, None, related)


def reported(diagnostics: Iterable[Diagnostic], *, unread: bool) -> tuple[Diagnostic, ...]:
    """The diagnostics by file and place; `unread`: only those of what keeps something from being found."""
    chosen = (diagnostic for diagnostic in diagnostics if not unread or diagnostic.code in UNREAD)
    return tuple(sorted(chosen, key=lambda diagnostic: diagnostic.sort_key))
