"""Findings that were there before: a file of fingerprints that lets a base adopt the gate without fixing all at once.

A fingerprint is made of the file, the rule, the text of the line and the head of the message, not of the line's number,
so it survives lines that move. Equal ones are counted. The file is a ratchet: what is fixed must leave it (RB905), so
that it cannot come back unseen.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.settings.settings import CREDENTIALS
from faultmaven_kb.source import Source, Span

__all__ = [
    "Baseline",
    "Known",
    "Mark",
    "baseline_text",
    "mark_of",
    "narrowed",
    "read_baseline",
    "stale_entries",
    "within",
    "without_known",
]

_VERSION = 1  # of the file's format
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """What makes a finding the same finding tomorrow: file (relative to the root), code, fingerprint."""

    path: str
    code: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Known:
    """One line of a baseline: a mark, how many findings have it, and the line of the file it is on."""

    mark: Mark
    count: int
    line: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline that was read; `path` names its file in diagnostics."""

    path: str
    text: str
    entries: tuple[Known, ...]


def mark_of(diagnostic: Diagnostic, place: str, source: Source | None) -> Mark:
    """The mark of a finding in the file at `place`."""
    line = " ".join(source.line(diagnostic.span.line).split()) if source else ""
    head = _DIGITS.sub("#", diagnostic.message.split(", expected", 1)[0])
    digest = hashlib.blake2b("\n".join((line, head)).encode("utf-8", "surrogatepass"), digest_size=8)
    return Mark(place, diagnostic.code, digest.hexdigest())


def baseline_text(marks: Iterable[Mark], *, allow_credentials: bool = False) -> str:
    """The baseline file of some findings: JSON, one line each, sorted, so that changes to it read well."""
    counts = Counter(mark for mark in marks if allow_credentials or mark.code not in CREDENTIALS)
    rows = [_row(mark, count) for mark, count in sorted(counts.items())]
    inside = ",\n    ".join(rows)
    return f'{{\n  "version": {_VERSION},\n  "findings": [' + (f"\n    {inside}\n  " if rows else "") + "]\n}\n"


def read_baseline(text: str, path: str) -> Baseline:
    """The baseline in a file's text. Raises `ConfigurationError` for anything but what `baseline_text` wrote."""
    try:
        data = json.loads(text)
        version = data["version"]
        rows = [
            (Mark(*(_word(row[key]) for key in ("path", "code", "fingerprint"))), int(row["count"]))
            for row in data["findings"]
        ]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not a baseline (write it again with --write-baseline): {error}") from error
    if version != _VERSION:
        raise ConfigurationError(f"{path}: baseline has version {version}, expected {_VERSION}")
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if '"fingerprint"' in line:
            lines.setdefault(line.strip().rstrip(","), number)
    return Baseline(path, text, tuple(Known(mark, count, lines.get(_row(mark, count), 1)) for mark, count in rows))


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text in quotes")
    return value


def narrowed(baseline: Baseline, allowed: Baseline) -> Baseline:
    """A baseline without what another one does not list: a change may take entries out and add none."""
    return within(baseline, {entry.mark: entry.count for entry in allowed.entries})


def within(baseline: Baseline, counts: Mapping[Mark, int]) -> Baseline:
    """A baseline whose entries count no more than so many findings of each mark."""
    entries = (replace(entry, count=min(entry.count, counts.get(entry.mark, 0))) for entry in baseline.entries)
    return replace(baseline, entries=tuple(entry for entry in entries if entry.count > 0))


def _row(mark: Mark, count: int) -> str:
    return json.dumps({"path": mark.path, "code": mark.code, "fingerprint": mark.fingerprint, "count": count})


def without_known(
    findings: Iterable[tuple[Diagnostic, Mark]], known: Mapping[Mark, int], *, allow_credentials: bool = False
) -> Iterator[Diagnostic]:
    """The findings beyond those that are known, in their order; credentials are never known unless that is allowed."""
    remaining = Counter(known)
    for diagnostic, mark in findings:
        if remaining[mark] > 0 and (allow_credentials or mark.code not in CREDENTIALS):
            remaining[mark] -= 1
        else:
            yield diagnostic


def stale_entries(
    baseline: Baseline,
    marks: Collection[Mark],
    *,
    checked: Collection[str],
    exists: Callable[[str], bool],
    runs: Callable[[str], bool],
    compares: Callable[[str], bool],
) -> Iterator[Diagnostic]:
    """Entries of the baseline that are fixed: their file was checked by their rule, or is deleted.

    `runs` says whether a rule ran, `compares` whether it looks at several files: such a rule finds less when only some
    files are checked, so its entries count only when every file of the baseline was checked or is deleted.
    """
    counts = Counter(marks)
    listed = {entry.mark.path for entry in baseline.entries}
    deleted = {path for path in listed if path not in checked and not exists(path)}
    whole = all(entry.mark.path in checked or entry.mark.path in deleted for entry in baseline.entries)
    for entry in baseline.entries:
        mark, missing = entry.mark, entry.count - counts[entry.mark]
        covered = mark.path in checked and runs(mark.code) and (whole or not compares(mark.code))
        if missing > 0 and (covered or mark.path in deleted):
            what = f"{missing} of {entry.count} findings" if entry.count > 1 else "the finding"
            message = f"{what} of {mark.code} in {mark.path}: fixed, write the baseline again"
            span = Span(entry.line, 1, entry.line, 1)
            yield Diagnostic("RB905", "stale-baseline-entry", Level.WARNING, message, baseline.path, span)
