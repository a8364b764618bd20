"""A declaration and its runbook side by side: which commands run where, with which values. Nothing is executed here.

The plan of a section is the list of its commands in order, without those that are skipped; anybody who runs them needs
no knowledge of Markdown or YAML any more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.disk.folders import entries_below
from faultmaven_kb.errors import PathError, UnknownRunbookError
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.labs.declarations.declaration import (
    Case,
    Check,
    ComputedValue,
    Diagnosis,
    Lab,
    LabFile,
    OtherSection,
    SolutionProof,
    read_lab,
)
from faultmaven_kb.proofs.extraction import LabCommand, LabFence, extract
from faultmaven_kb.reading.reader import ReadDocument, read_document
from faultmaven_kb.source import START

__all__ = [
    "LoadedLab",
    "PlannedCommand",
    "checks_of",
    "fences_of",
    "find_labs",
    "load_lab",
    "parts_of",
    "planned",
    "read_labs",
    "values_of",
]


@dataclass(frozen=True, slots=True)
class PlannedCommand:
    """A command with the network namespace it runs in (empty: the machine) and its fence."""

    command: LabCommand
    fence: LabFence
    on: str


@dataclass(frozen=True)
class LoadedLab:
    """A valid declaration with the runbook it belongs to and the fences that can be executed."""

    file: LabFile
    lab: Lab
    document: ReadDocument
    fences: tuple[LabFence, ...]

    @property
    def id(self) -> str:
        """The id of the runbook."""
        return self.document.runbook.id

    @property
    def skipped(self) -> Mapping[str, str]:
        """What is not run, by name of the section, fence or command, with the reason; directives included."""
        declared = {skip.part: skip.reason for skip in self.lab.skipped}
        directed = {fence.id: reason for fence in self.fences if (reason := fence.directive("skip"))}
        return {**directed, **declared}


def find_labs(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The `*.lab.yaml` files at the paths and below them, sorted. Raises `PathError` for a path that does not exist."""
    files: set[Path] = set()
    for path in paths:
        if path.is_dir():
            files.update(
                Path(entry.path) for entry in entries_below(path, hidden=True) if entry.name.endswith(".lab.yaml")
            )
        elif path.is_file():
            files.add(path)
        else:
            raise PathError(f"no such file or folder: {str(path)!r}")
    return tuple(sorted(files))


def load_lab(file: LabFile, runbooks: Mapping[str, Path]) -> LoadedLab:
    """The lab with its runbook. Raises `UnknownRunbookError` when no runbook has the id."""
    lab = file.lab
    assert lab is not None, "a declaration with errors cannot be loaded"
    path = runbooks.get(lab.runbook)
    document = read_document(path, aliases=team_headings((path,)))[0] if path else None
    if document is None:
        raise UnknownRunbookError(f'{file.path}: no runbook has the id "{lab.runbook}"')
    return LoadedLab(file, lab, document, extract(document.runbook, document.source, clients=lab.clients))


def planned(loaded: LoadedLab, part: Diagnosis | SolutionProof) -> tuple[PlannedCommand, ...]:
    """The commands of a section that run, in order."""
    return tuple(
        PlannedCommand(command, fence, _place(part.host, command.id, fence.id))
        for fence in fences_of(loaded, part)
        for command in fence.commands
        if command.id not in loaded.skipped
    )


def fences_of(loaded: LoadedLab, part: Diagnosis | SolutionProof) -> tuple[LabFence, ...]:
    """The fences of a section that run: those that are named, or all, without what is skipped."""
    fences = [fence for fence in loaded.fences if fence.section == part.section]
    chosen = [fence for number, fence in enumerate(fences, start=1) if not part.fences or number in part.fences]
    return tuple(fence for fence in chosen if fence.id not in loaded.skipped)


def parts_of(solution: SolutionProof) -> tuple[SolutionProof, ...]:
    """The sections of the runbook that the proof of a solution runs, in order: its own, others around it."""
    around = (solution.before, solution, solution.after)
    return tuple(_as_solution(part, solution) for part in around if isinstance(part, SolutionProof | OtherSection))


def _as_solution(part: SolutionProof | OtherSection, solution: SolutionProof) -> SolutionProof:
    """Another section, run as the solution is: where it runs, for how long, with its values below the part's own."""
    if isinstance(part, SolutionProof):
        return part
    values = {**solution.values, **part.values}
    return solution.model_copy(update={"section": part.section, "fences": part.fences, "values": values})


def checks_of(lab: Lab, case: Case, solution: SolutionProof) -> dict[str, Check]:
    """What must be preserved when this solution is proven, by name; the inner scope wins."""
    return {**lab.preserved, **case.preserved, **solution.preserved}


def values_of(*scopes: Mapping[str, str | ComputedValue]) -> dict[str, str | ComputedValue]:
    """The values of several scopes as one; the inner (later) one wins."""
    return {name: value for scope in scopes for name, value in scope.items()}


def _place(on: str | dict[str, str], command: str, fence: str) -> str:
    if isinstance(on, str):
        return on
    return on.get(command, on.get(fence, on.get(fence.split("/", maxsplit=1)[0], "")))


def read_labs(paths: Iterable[Path]) -> tuple[LabFile, ...]:
    """All declarations at the paths, valid or not, in order."""
    return tuple(_read(path) for path in find_labs(paths))


def _read(path: Path) -> LabFile:
    """A declaration; one that cannot be read is a finding and does not hide the others."""
    try:
        return read_lab(path)
    except PathError as error:
        name = path.as_posix()
        return LabFile.unread(name, (Diagnostic("RB013", "unreadable-file", Level.ERROR, str(error), name, START),))
