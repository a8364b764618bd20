"""RB816 and RB904: rules about a change, for which the state before it must be known.

They compare the facts of a document with those it had at an earlier revision. Which revision, and how it was read, is
the caller's business; without one only the ids that the configuration retires are looked at.
"""

import re
from collections.abc import Iterator

from faultmaven_kb.diagnostics import Level
from faultmaven_kb.gate.facts.records import Change, Facts
from faultmaven_kb.gate.toolkit.rule_model import Base, Finding, Profile, Rule, base_rule

__all__ = ["RULES"]

_NUMBERS = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:\+.*)?")


@base_rule("RB816", "id-reused", Level.ERROR, Profile.CONTRIBUTE, options=("retired-ids",), linked_only=True)
def id_reused(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that no runbook takes an id that the configuration retired or that was deleted or deprecated since the
    compared revision.

    Old links, alerts and tickets still use the id and must not lead to a runbook about something else.
    """
    for facts in base.documents:
        fate = "retired by the configuration" if facts.id in base.settings.retired_ids else _fate(base.change, facts)
        if fate and facts.status != "deprecated":
            yield facts, Finding(f'id "{facts.id}" was {fate}, expected a new id', facts.id_span)


def _fate(change: Change | None, facts: Facts) -> str | None:
    """What became of the runbook that had this id before, None when it is this very one."""
    if change is None:
        return None
    before = change.before.get(facts.path)
    if before is None or before.id != facts.id:
        return change.retired.get(facts.id)
    if before.status == "deprecated" and before.title != facts.title:
        return f'deprecated as "{before.title}"'
    return None


@base_rule("RB904", "changed-without-version-bump", Level.WARNING, Profile.CONTRIBUTE, linked_only=True)
def changed_without_version_bump(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """With `--since`, checks that a changed runbook has a higher version and a new date.

    Readers who printed, bookmarked or copied a runbook notice a change by its version.
    """
    if base.change is None:
        return
    for facts in base.documents:
        before = base.change.before.get(facts.path)
        if before is None or before.content == facts.content or not facts.version:
            continue
        since = f"since {base.change.revision}"
        if facts.version == before.version:
            message = f'content changed {since}, but the version is still "{facts.version}"'
            yield facts, Finding(message, facts.version_span)
        elif _falls(before.version, facts.version):
            message = f'version went from "{before.version}" to "{facts.version}" {since}, expected a higher one'
            yield facts, Finding(message, facts.version_span)
        elif facts.updated and facts.updated == before.updated and facts.updated != base.today.isoformat():
            message = f'content changed {since}, but last_updated is still "{facts.updated}"'
            yield facts, Finding(message, facts.updated_span)


def _falls(before: str | None, now: str) -> bool:
    """Whether a version is lower than before; versions with a pre-release part are not compared."""
    first, second = _NUMBERS.fullmatch(before or ""), _NUMBERS.fullmatch(now)
    return bool(first and second and [int(part) for part in second.groups()] < [int(part) for part in first.groups()])


RULES: tuple[Rule, ...] = (id_reused, changed_without_version_bump)
