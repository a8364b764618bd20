"""RB8xx: across files. These rules see all documents of a run at once."""

from collections.abc import Iterator

from faultmaven_kb.diagnostics import Level, Related
from faultmaven_kb.lint.rule import Base, Checked, Finding, Profile, Rule, base_rule
from faultmaven_kb.source import Span

__all__ = ["RULES"]


@base_rule("RB804", "duplicate-id", Level.ERROR, Profile.INGEST)
def duplicate_id(base: Base) -> Iterator[tuple[Checked, Finding]]:
    """An id is an address; two runbooks at one address hide each other."""
    first: dict[str, Checked] = {}
    for checked in base.documents:
        identity = checked.document.runbook.id
        earlier = first.setdefault(identity, checked)
        if earlier is not checked:
            place = _id_span(earlier)
            related = Related("also defined here", earlier.document.path, place)
            message = f'id "{identity}" is already taken by {earlier.document.path}, expected a unique id'
            yield checked, Finding(message, _id_span(checked), related=(related,))


def _id_span(checked: Checked) -> Span:
    return checked.value_span("id")


RULES: tuple[Rule, ...] = (duplicate_id,)
