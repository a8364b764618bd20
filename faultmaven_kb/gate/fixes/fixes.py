"""Applies the fixes of a report to texts: chosen, edited, read again, and refused when something else changed.

A fix is taken whole or not at all; safe ones go first, and of two that overlap the later waits for the next round,
because its place may have moved. Rounds go on until nothing is left to fix, so that a second run finds nothing to do.
The rules are run by the caller (`check`), since only it knows the settings. Nothing is written here, except by
`FixedFile.write`, which refuses links and files that changed meanwhile.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

from faultmaven_kb.brief import brief
from faultmaven_kb.diagnostics import Diagnostic, Edit, apply_edits
from faultmaven_kb.disk.replacing import replace_file
from faultmaven_kb.errors import PathError
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.fixes.intent import unintended_change
from faultmaven_kb.reading.reader import ReadDocument, read_document
from faultmaven_kb.source import Source
from faultmaven_kb.text.characters.decoding import decode, read_bytes

__all__ = ["Check", "FixedFile", "Refusal", "fix_report"]

Check = Callable[[str, str], Report]
"""Checks one document on its own: its text and its path."""

_ROUNDS = 10  # chosen: bounds fixes that uncover others
_MOST, _LINE, _FEWEST = 600_000, 60, 2
"""How many characters may be read again to fix one document, how many a line counts at least, and how often it is tried
whatever its size (chosen: 33 trials for 300 lines; `python -m benchmarks.hostile --command "validate --fix"`)."""
_NOT_TRIED = "too many fixes of this document change something else, it was not tried (run it again)"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fix that was not made, and why."""

    diagnostic: Diagnostic
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The refusal as plain data."""
        return {"diagnostic": self.diagnostic.to_dict(), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class FixedFile:
    """One document before (`source`) and after (`text`), with the findings that were fixed and those that were not."""

    source: Source
    text: str
    applied: tuple[Diagnostic, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def __repr__(self) -> str:
        return brief(self, source=self.source, applied=self.applied, refused=self.refused)

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.applied)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data: `path`, `text`, `diff`, and the findings that were `applied` or `refused`."""
        return {
            "path": self.source.path,
            "text": self.text,
            "diff": self.diff(),
            "applied": [diagnostic.to_dict() for diagnostic in self.applied],
            "refused": [refusal.to_dict() for refusal in self.refused],
        }

    def diff(self) -> str:
        """The change as a unified diff, empty if there is none. Carriage returns are part of the lines."""
        old, new = (text.split("\n") for text in (self.source.text, self.text))
        names = (f"a/{self.source.path}", f"b/{self.source.path}")
        lines = unified_diff(_with_ends(old), _with_ends(new), *names)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    def write(self) -> None:
        """Write the text over the file, completely or not at all.

        Raises `PathError` for a link, for a file that changed since it was read, and for one that cannot be written.
        """
        path = Path(self.source.path)
        now, _ = decode(read_bytes(path), self.source.path)
        if now is None or now.text != self.source.text:
            raise PathError(f"{self.source.path!r} changed while it was checked, nothing was written (run it again)")
        replace_file(path, self.text.encode("utf-8"))


def fix_report(report: Report, *, check: Check, unsafe: bool = False) -> tuple[FixedFile, ...]:
    """The documents of a report for which a fix is offered, after the fixes, in the report's order.

    Safe fixes only, unless `unsafe`. What the report leaves out (as a baseline does) is not fixed, although `check`
    may find it. Nothing is written.
    """
    by_path: dict[str, list[Diagnostic]] = {}
    for diagnostic in report.diagnostics:
        by_path.setdefault(diagnostic.path, []).append(diagnostic)
    return tuple(
        _fix_file(
            report.sources[path],
            by_path[path],
            _Trials(check, report.sources[path], report.aliases),
            unsafe,
            report.complete,
        )
        for path in report.files
        if path in report.sources and any(_offered(offer, unsafe) for offer in by_path.get(path, ()))
    )


def _with_ends(lines: list[str]) -> list[str]:
    return [f"{line}\n" for line in lines[:-1]] + lines[-1:] * bool(lines[-1])


def _offered(diagnostic: Diagnostic, unsafe: bool) -> bool:
    return diagnostic.fix is not None and (diagnostic.fix.safe or unsafe)


def _fix_file(
    source: Source, reported: Sequence[Diagnostic], trials: "_Trials", unsafe: bool, complete: bool
) -> FixedFile:
    fixable = [diagnostic for diagnostic in reported if _offered(diagnostic, unsafe)]
    applied = [diagnostic for diagnostic in fixable if diagnostic.fix and not diagnostic.fix.edits]
    if not source.exact and not applied:
        reason = "the file is not UTF-8, its bytes could not be restored"
        return FixedFile(source, source.text, refused=tuple(Refusal(diagnostic, reason) for diagnostic in fixable))
    now, refused, texts = Source(source.text, source.path), list[Refusal](), {source.text}
    before = reported if complete and source.exact else trials.check(now.text, now.path).diagnostics
    left_out = {_identity(diagnostic) for diagnostic in before} - {_identity(diagnostic) for diagnostic in reported}
    for _ in range(_ROUNDS):
        step = _round(
            now, [diagnostic for diagnostic in fixable if diagnostic.fix and diagnostic.fix.edits], before, trials
        )
        refused += step.refused
        if step.text in texts:
            break
        texts.add(step.text)
        applied += step.applied
        now, before = Source(step.text, source.path), step.left
        skipped = left_out | {_identity(refusal.diagnostic) for refusal in refused}
        fixable = [
            diagnostic for diagnostic in before if _offered(diagnostic, unsafe) and _identity(diagnostic) not in skipped
        ]
    return FixedFile(source, now.text, tuple(applied), tuple(refused))


@dataclass(frozen=True, slots=True)
class _Step:
    """One round: the text after it, what was done and refused, and what a check of the new text finds."""

    text: str
    applied: tuple[Diagnostic, ...] = ()
    refused: tuple[Refusal, ...] = ()
    left: tuple[Diagnostic, ...] = ()


class _Trials:
    """Fixes of one document that are tried: each costs a reading and a check, so there are fewer for a longer one.

    `check` is the caller's, and `aliases` are the headings it reads with. A round starts with the text that the one
    before ended with.
    """

    def __init__(self, check: Check, source: Source, aliases: Mapping[str, str]) -> None:
        self.check = check
        self._aliases = aliases
        size = max(len(source.text), _LINE * len(source.lines), 1)
        self._left = max(_MOST // size, _FEWEST)
        self._read: dict[str, ReadDocument | None] = {}

    def is_over(self) -> bool:
        """Whether nothing more may be tried; each answer counts as a trial."""
        self._left -= 1
        return self._left < 0

    def read(self, texts: tuple[str, str], path: str) -> tuple[ReadDocument | None, ReadDocument | None]:
        """The documents before and after a change; of those that were read last, the one before is not read again."""
        before, after = texts
        self._read = {text: document for text, document in self._read.items() if text == before}
        for text in texts:
            if text not in self._read:
                self._read[text] = read_document(text, path=path, aliases=self._aliases)[0]
        return self._read[before], self._read[after]


def _round(source: Source, fixable: Sequence[Diagnostic], before: Sequence[Diagnostic], trials: _Trials) -> _Step:
    """Apply what can be applied together; when that does harm, by halves to find the culprits."""
    # safe ones first, as they may show an unsafe one to be wrong
    safe = [diagnostic for diagnostic in fixable if diagnostic.fix and diagnostic.fix.safe]
    best, refused = _Step(source.text), list[Refusal]()
    waiting = [chosen] if (chosen := _without_overlaps(source, safe or fixable)) else []
    while waiting:
        group = waiting.pop()
        if trials.is_over():
            refused += [Refusal(diagnostic, _NOT_TRIED) for diagnostic in group]
            continue
        step, reason = _attempt(source, [*best.applied, *group], before, trials)
        if not reason:
            best = step
        elif len(group) == 1:
            refused.append(Refusal(group[0], reason))
        else:
            waiting += [group[len(group) // 2 :], group[: len(group) // 2]]
    return replace(best, refused=tuple(refused))


def _attempt(
    source: Source, chosen: Sequence[Diagnostic], before: Iterable[Diagnostic], trials: _Trials
) -> tuple[_Step, str]:
    """The text after some fixes, and why it must not be taken (empty when it may)."""
    edits = tuple(dict.fromkeys(edit for diagnostic in chosen for edit in _edits(source, diagnostic)))
    text = apply_edits(source, edits)
    old, new = trials.read((source.text, text), source.path)
    if old is None or new is None:
        return _Step(text), "nothing could be read afterwards"
    reason = unintended_change(old, new, edits)
    if reason:
        return _Step(text), reason
    left = trials.check(text, source.path).diagnostics
    counts, counts_left = (Counter(_identity(diagnostic) for diagnostic in side) for side in (before, left))
    for identity, number in Counter(_identity(diagnostic) for diagnostic in chosen).items():
        if counts_left[identity] > max(counts[identity] - number, 0):
            return _Step(text), "the finding would still be there"
    return _Step(text, tuple(chosen), left=left), ""


def _identity(diagnostic: Diagnostic) -> tuple[str, str]:
    """What stays of a diagnostic when lines move."""
    return diagnostic.code, diagnostic.message


def _without_overlaps(source: Source, fixable: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The fixes that can be made at once: of two that touch, the first; twice the same counts as one."""
    edits: dict[tuple[int, int], Edit] = {}
    chosen = []
    for diagnostic in fixable:
        places = {
            (source.offset(edit.span.start), source.offset(edit.span.end)): edit for edit in _edits(source, diagnostic)
        }
        if all(edits.get(place) == edit or _is_free(place, edits) for place, edit in places.items()):
            edits |= places
            chosen.append(diagnostic)
    return chosen


def _is_free(place: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    start, end = place
    return all(end < first or last < start for first, last in spans)


def _edits(source: Source, diagnostic: Diagnostic) -> tuple[Edit, ...]:
    """A fix's edits with the line ends of the document; an edit of a line end itself stays as it is."""
    edits = diagnostic.fix.edits if diagnostic.fix else ()
    if "\r\n" not in source.text or source.text.count("\r\n") != source.text.count("\n"):
        return edits
    return tuple(
        edit
        if source.slice(edit.span) in ("\r\n", "\r")
        else replace(edit, replacement=edit.replacement.replace("\r\n", "\n").replace("\n", "\r\n"))
        for edit in edits
    )
