"""How a knowledge base is doing, as a value: what is old, unproven, hard to find, alike, unconnected, and whose it is.

`checking.health` fills it in, `reports.health_report` words it. Each row names a runbook by its id, or by its path
where an id would not be unique. The surprising decision: a proof counts as behind only when a later proof of the same
image recorded another version of the package; nothing is asked of the network.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from faultmaven_kb.evaluation.self_check import SelfCheck
from faultmaven_kb.proofs.proof import Proof

__all__ = ["Behind", "Clash", "Health", "Instead", "NotFirst", "Owner", "Stale", "Unproven", "behind", "not_first"]


@dataclass(frozen=True, slots=True)
class Stale:
    """A runbook whose `last_updated` (ISO 8601) is older than the configured months."""

    runbook: str
    last_updated: str


@dataclass(frozen=True, slots=True)
class Unproven:
    """A runbook that is not proven, or not all of it: why, and the parts that no lab ran."""

    runbook: str
    reason: Literal["status", "no proof", "changed", "in part"]
    message: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instead:
    """A symptom that another runbook answers first; empty where the search finds nothing."""

    symptom: str
    first: str


@dataclass(frozen=True, slots=True)
class NotFirst:
    """A runbook with symptoms that do not find it first: how many were asked, found it first, and what came instead.

    It is lost when fewer than half of them bring it among the first three hits, or when it has none.
    """

    runbook: str
    asked: int
    first: int
    lost: bool
    instead: tuple[Instead, ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """Two runbooks with the same id, nearly the same text, or the same symptom, which is then named."""

    kind: Literal["id", "text", "symptom"]
    runbook: str
    other: str
    symptom: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """A proof with a version of a package that a later proof of the same image, of runbook `newer`, did not have."""

    runbook: str
    image: str
    package: str
    version: str
    date: str
    newest: str
    newer: str
    newer_date: str


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner, how many runbooks are theirs, and how many findings those have; without a name, nobody's."""

    name: str
    runbooks: int
    findings: int


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a knowledge base on a day (ISO 8601). Counts are by value, the most frequent first.

    `proofs` is how many proofs the configuration names, `owners_file` the CODEOWNERS file, empty without one.
    """

    today: str
    runbooks: int
    stale_months: int
    proofs: int
    technologies: Mapping[str, int]
    severities: Mapping[str, int]
    statuses: Mapping[str, int]
    stale: tuple[Stale, ...] = ()
    unproven: tuple[Unproven, ...] = ()
    not_first: tuple[NotFirst, ...] = ()
    clashes: tuple[Clash, ...] = ()
    orphans: tuple[str, ...] = ()
    behind: tuple[Behind, ...] = ()
    owners_file: str = ""
    owners: tuple[Owner, ...] = ()

    @property
    def findings(self) -> tuple[str, ...]:
        """The runbook of each finding: every row but those of runbooks that most of their symptoms do find."""
        lost = (row.runbook for row in self.not_first if row.lost)
        old = (row.runbook for row in self.stale)
        claimed = (row.runbook for row in self.unproven)
        alike = (row.runbook for row in self.clashes)
        late = (row.runbook for row in self.behind)
        return (*old, *claimed, *lost, *alike, *self.orphans, *late)

    def to_dict(self) -> dict[str, Any]:
        """The state as plain values, as `fmkb report --format json` prints it."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)} | {
            "findings": len(self.findings)
        }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def not_first(check: SelfCheck) -> tuple[NotFirst, ...]:
    """The runbooks of a check that a symptom of theirs does not find first, and those without symptoms, by id."""
    lost = {row.runbook for row in check.lost}
    rows = [
        NotFirst(row.runbook, row.asked, row.first, row.runbook in lost, _instead(check, row.runbook))
        for row in check.runbooks
        if row.first < row.asked
    ]
    silent = (NotFirst(runbook, 0, 0, lost=True) for runbook in check.without_symptoms)
    return tuple(sorted((*rows, *silent), key=lambda row: row.runbook))


def _instead(check: SelfCheck, runbook: str) -> tuple[Instead, ...]:
    return tuple(
        Instead(outcome.question.text, outcome.ranking[0] if outcome.ranking else "")
        for outcome in check.evaluation.of(runbook).outcomes
        if not outcome.first_is_right
    )


def behind(proofs: Iterable[Proof]) -> tuple[Behind, ...]:
    """The proofs that a later one of the same image shows to be behind, by runbook, image and package."""
    recorded = [
        (name, package, version, proof)
        for proof in proofs
        for name, image in proof.images.items()
        for package, version in image.versions.items()
    ]
    newest: dict[tuple[str, str], tuple[str, Proof]] = {}
    for name, package, version, proof in sorted(recorded, key=lambda entry: (entry[3].date, entry[3].runbook)):
        newest[name, package] = version, proof
    rows = []
    for name, package, version, proof in recorded:
        latest, newer = newest[name, package]
        if version != latest and proof.date < newer.date:
            rows.append(_behind(proof, name, package, version, latest, newer))
    return tuple(sorted(rows, key=lambda row: (row.runbook, row.image, row.package)))


def _behind(proof: Proof, image: str, package: str, version: str, latest: str, newer: Proof) -> Behind:
    day, newer_day = proof.date.isoformat(), newer.date.isoformat()
    return Behind(proof.runbook, image, package, version, day, latest, newer.runbook, newer_day)
