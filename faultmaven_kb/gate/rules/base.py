"""RB804 to RB818, the base as a whole: ids, relations, copies and claims that only show when runbooks are compared.

Rules about copies and shared symptoms look for what cannot be chance (nearly the same text, the same sentence), so that
runbooks of one technology may resemble each other as they must.
"""

import posixpath
import re
from collections.abc import Iterator

from faultmaven_kb.diagnostics import Level, Related
from faultmaven_kb.gate.facts.records import Facts, Named, SymptomFact
from faultmaven_kb.gate.facts.similarity import nearest_earlier
from faultmaven_kb.gate.rules.links import related_targets
from faultmaven_kb.gate.toolkit.rule_model import Base, Finding, Profile, Rule, base_rule
from faultmaven_kb.reading.ids import Naming, unique_ids

__all__ = ["RULES"]

_INDEXES = ("README.md", "_index.md")
_COPY = 0.6  # share of common runs, chosen (docs/reference/configuration.md)


@base_rule("RB804", "duplicate-id", Level.ERROR, Profile.INGEST)
def duplicate_id(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that every id is unique.

    Runbooks are addressed by id. Of two with the same id, only one can be found.
    """
    first: dict[str, Facts] = {}
    ids = unique_ids([Naming(facts.id, facts.path, facts.by_file) for facts in base.documents])
    for facts, unique in zip(base.documents, ids, strict=True):
        earlier = first.setdefault(unique or facts.id, facts)
        if unique is None and earlier is not facts:
            related = Related("also defined here", earlier.path, earlier.id_span)
            message = f'id "{facts.id}" is already taken by {earlier.path}, expected a unique id'
            yield facts, Finding(message, facts.id_span, related=(related,))


@base_rule("RB806", "no-related-runbooks", Level.WARNING, Profile.CONTRIBUTE, linked_only=True)
def no_related_runbooks(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that at least one related runbook is linked.

    Related runbooks are the shortest way from the wrong runbook to the right one.
    """
    for facts in base.documents:
        if facts.related_span is not None and not facts.related_ids:
            yield facts, Finding("no related runbook is linked, expected at least one", facts.related_span)


def _copies(base: Base) -> dict[str, tuple[Facts, float]]:
    """The documents that are nearly the text of another, with that one and their resemblance."""
    pairs = nearest_earlier([facts.sketch for facts in base.documents])
    return {
        base.documents[index].path: (base.documents[other], share) for index, other, share in pairs if share >= _COPY
    }


@base_rule("RB811", "near-duplicate", Level.WARNING, Profile.CURATED)
def near_duplicate(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks for runbooks that share most of their text.

    One copy gets corrected, and somebody follows the other one.
    """
    copies = _copies(base)
    for facts in base.documents:
        if facts.path in copies:
            other, share = copies[facts.path]
            related = Related("nearly the same text", other.path, other.title_span)
            message = f'about {share:.0%} of the text is also in "{other.id}"'
            yield facts, Finding(message, facts.title_span, related=(related,))


@base_rule("RB812", "not-in-index", Level.INFO, Profile.CURATED, linked_only=True)
def not_in_index(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that the table of contents of a folder (`README.md` or `_index.md`) lists every runbook in it. Folders
    without one are not checked.

    Readers who browse the table of contents do not find a runbook that is not listed.
    """
    if base.tree is None:
        return
    indexes: dict[str, tuple[str, str] | None] = {}
    for place, facts in sorted(base.places.items()):
        folder, name = posixpath.split(place)
        if folder not in indexes:
            indexes[folder] = _index_of(base, folder)
        index = indexes[folder]
        if index and not _lists(index[1], name[:-3]):
            yield facts, Finding(f'"{name}" is not listed in {index[0]}', facts.id_span)


def _index_of(base: Base, folder: str) -> tuple[str, str] | None:
    """The path and text of a folder's table of contents, None where it has none."""
    assert base.tree is not None
    for name in _INDEXES:
        data = base.tree.data(posixpath.join(folder, name))
        if data is not None:
            return posixpath.join(folder, name), data.decode("utf-8", "replace")
    return None


def _lists(text: str, stem: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(stem)}(?![\w-])", text) is not None


@base_rule("RB814", "one-way-relation", Level.INFO, Profile.CURATED, linked_only=True)
def one_way_relation(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that related runbooks link to each other.

    If one runbook is related to another, its readers need the way back as well.
    """
    for facts, link, place in related_targets(base):
        other = base.at(place)
        if other and other is not facts and other.related_span and facts.id not in other.related_ids:
            if posixpath.basename(base.homes[facts.path])[:-3] in other.related_ids:
                continue
            related = Related("no link back among its related runbooks", other.path, other.related_span)
            yield facts, Finding(f'"{other.id}" does not name this runbook', link.target_span, related=(related,))


@base_rule("RB817", "symptom-overlap", Level.INFO, Profile.CURATED)
def symptom_overlap(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks for symptoms that occur in several runbooks.

    If two runbooks list the same symptom, the symptom alone does not show which one to follow.
    """
    copies = _copies(base)
    owners: dict[str, tuple[Facts, SymptomFact]] = {}
    for facts in base.documents:
        for symptom in facts.symptoms if facts.path not in copies else ():
            for key in (symptom.key, *symptom.literals):
                if len(key.split()) < 3:
                    continue
                owner, first = owners.setdefault(key, (facts, symptom))
                if owner is not facts:
                    related = Related("the same symptom", owner.path, first.span)
                    yield facts, Finding(f'symptom also occurs in "{owner.id}"', symptom.span, related=(related,))
                    break


@base_rule("RB818", "alert-in-several-runbooks", Level.WARNING, Profile.CONTRIBUTE)
def alert_in_several_runbooks(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that each alert is named in the `alerts` of one runbook only.

    When the alert fires, one runbook is opened. Of two that name it, the second is never found.
    """
    owners: dict[str, tuple[Facts, Named]] = {}
    for facts in base.documents:
        for alert in facts.alerts:
            owner, first = owners.setdefault(alert.text.casefold(), (facts, alert))
            if owner is not facts:
                related = Related("also named here", owner.path, first.span)
                message = f'alert "{alert.text}" is already named by "{owner.id}", expected one runbook for it'
                yield facts, Finding(message, alert.span, related=(related,))


RULES: tuple[Rule, ...] = (
    duplicate_id,
    no_related_runbooks,
    near_duplicate,
    not_in_index,
    one_way_relation,
    symptom_overlap,
    alert_in_several_runbooks,
)
