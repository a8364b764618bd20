"""Finds out how a knowledge base is doing: the rules of the gate, the proofs, its own symptoms, its links, its owners.

Nothing is judged here a second time: what is stale or alike is what the gate's rules find, with the exclusions and
suppressions of the base but whatever its profile is; what is hard to find is what `fmkb eval` finds.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from faultmaven_kb.checking.gate import Gate
from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.evaluation.health import Clash, Health, Owner, Stale, Unproven, behind, not_first
from faultmaven_kb.evaluation.owners import CodeOwners, find_owners
from faultmaven_kb.evaluation.self_check import self_check
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.model.vocabularies import VERIFIED
from faultmaven_kb.proofs.extraction import extract
from faultmaven_kb.proofs.proof import Proof, outdated, parse_proofs
from faultmaven_kb.source import Source
from faultmaven_kb.text.inline import plain

__all__ = ["health_of"]

_STALE, _SAME_ID, _SAME_TEXT, _SAME_SYMPTOM = "RB219", "RB804", "RB811", "RB817"
_KINDS: Mapping[str, Literal["text", "symptom"]] = {_SAME_TEXT: "text", _SAME_SYMPTOM: "symptom"}
_NOT_SET = "not set"


def health_of(kb: KnowledgeBase, *, today: date, cache: Path | None = None) -> Health:
    """The state of a knowledge base of files on a day; `cache` is a folder in which the gate keeps its results.

    The configuration and the owners are those found from the first file. Raises `PathError` for a file that is gone,
    `ConfigurationError` for a base without files and a configuration or CODEOWNERS that is not understood.
    """
    gate = Gate.open(*_paths(kb), today=today, cache=cache)
    settings = replace(gate.settings, select=(_STALE, *_KINDS), extend_select=(), ignore=())
    gate = replace(gate, settings=settings)
    proofs = parse_proofs(settings.proofs) if settings.proofs else {}
    inputs = _Inputs(kb, gate.check(against_baseline=False), proofs)
    state = Health(
        today=today.isoformat(),
        runbooks=len(kb),
        stale_months=settings.stale_months,
        proofs=len(proofs),
        technologies=_counts(runbook.metadata.technology for runbook in kb),
        severities=_counts(runbook.metadata.severity for runbook in kb),
        statuses=_counts(runbook.metadata.status for runbook in kb),
        stale=tuple(inputs.stale()),
        unproven=tuple(inputs.unproven()),
        not_first=not_first(self_check(tuple(kb))),
        clashes=tuple(inputs.clashes()),
        orphans=_orphans(kb),
        behind=behind(proof for name, proof in proofs.items() if name in kb),
    )
    owners = find_owners(gate.root) if gate.root else None
    if owners is None:
        return state
    return replace(state, owners_file=owners.file, owners=tuple(inputs.owners(owners, state)))


def _paths(kb: KnowledgeBase) -> tuple[str, ...]:
    return tuple(dict.fromkeys(runbook.path for runbook in kb if runbook.path))


def _counts(values: Iterable[str | None]) -> dict[str, int]:
    counts = Counter(value or _NOT_SET for value in values)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _orphans(kb: KnowledgeBase) -> tuple[str, ...]:
    """The runbooks that are related to none and that none is related to."""
    related = {runbook.id: {other.id for other in kb.related(runbook.id)} - {runbook.id} for runbook in kb}
    linked = {other for others in related.values() for other in others}
    return tuple(sorted(name for name, others in related.items() if not others and name not in linked))


@dataclass(frozen=True)
class _Inputs:
    """A knowledge base with what the gate found in its files and the proofs that are known, by runbook."""

    kb: KnowledgeBase
    report: Report
    proofs: Mapping[str, Proof]

    @cached_property
    def _at(self) -> Mapping[str, list[Runbook]]:
        """The runbooks of each file."""
        by_file: dict[str, list[Runbook]] = {}
        for runbook in self.kb:
            by_file.setdefault(runbook.path or "", []).append(runbook)
        return by_file

    def _name(self, path: str) -> str:
        """The id of the runbook in a file; the path where there are several, or none that counts."""
        runbooks = self._at.get(path, [])
        return runbooks[0].id if len(runbooks) == 1 else path

    def _found(self, *codes: str) -> Iterator[Diagnostic]:
        return (diagnostic for diagnostic in self.report.diagnostics if diagnostic.code in codes)

    def stale(self) -> Iterator[Stale]:
        """The runbooks that rule RB219 reports, in the order of their files."""
        for diagnostic in self._found(_STALE):
            yield Stale(self._name(diagnostic.path), str(self._at[diagnostic.path][0].metadata.last_updated))

    def clashes(self) -> Iterator[Clash]:
        """The runbooks whose id is taken, in the order of their files, then those with the text or symptom of another.

        One whose id is taken does not count as a runbook of the base, so it is named by its path.
        """
        for diagnostic in self.kb.diagnostics:
            if diagnostic.code == _SAME_ID:
                yield Clash("id", diagnostic.path, self._name(diagnostic.related[0].path))
        for diagnostic in self._found(*_KINDS):
            kind = _KINDS[diagnostic.code]
            symptom = self._symptom(diagnostic) if kind == "symptom" else ""
            yield Clash(kind, self._name(diagnostic.path), self._name(diagnostic.related[0].path), symptom)

    def _symptom(self, diagnostic: Diagnostic) -> str:
        symptoms = (symptom for runbook in self._at[diagnostic.path] for symptom in runbook.symptoms)
        return next((plain(symptom.text) for symptom in symptoms if symptom.span == diagnostic.span), "")

    def unproven(self) -> Iterator[Unproven]:
        """The runbooks that are not proven, or not all of them; what is deprecated needs no proof."""
        for runbook in self.kb:
            row = self._unproven(runbook)
            if row and runbook.metadata.status != "deprecated":
                yield row

    def _unproven(self, runbook: Runbook) -> Unproven | None:
        status, proof = runbook.metadata.status, self.proofs.get(runbook.id)
        if status not in VERIFIED:
            return Unproven(runbook.id, "status", f"status is {status or _NOT_SET}")
        if not self.proofs:
            return Unproven(runbook.id, "in part", f"status is {status}") if status != "verified" else None
        if proof is None:
            return Unproven(runbook.id, "no proof", f"status is {status}, but no lab has proven it")
        source = self.report.sources.get(runbook.path or "", Source(""))
        reason = outdated(proof, runbook, extract(runbook, source, clients=proof.clients))
        if reason:
            return Unproven(runbook.id, "changed", reason)
        parts = tuple(sorted({*proof.skipped, *proof.unproven}))
        return Unproven(runbook.id, "in part", f"without {', '.join(parts)}", parts) if proof.unproven else None

    def owners(self, owners: CodeOwners, state: Health) -> Iterator[Owner]:
        """Each owner with what is theirs, sorted by name; nobody's comes first. A file may have several owners."""
        runbooks: Counter[str] = Counter()
        findings: Counter[str] = Counter()
        faults = Counter(state.findings)
        for path in sorted({*self._at, *(name for name in faults if name not in self.kb)}):
            names = owners.of(path) or ("",)
            ids = [runbook.id for runbook in self._at.get(path, [])]
            for name in names:
                runbooks[name] += len(ids)
                findings[name] += sum(faults[subject] for subject in {path, *ids})
        return (Owner(name, runbooks[name], findings[name]) for name in sorted(runbooks))
