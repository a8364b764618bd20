"""What the commands of `fmkb lab` share: where labs, runbooks and images are, and how they are read and reported."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from faultmaven_kb.cli.shared.options import options
from faultmaven_kb.diagnostics import Diagnostic, Level, did_you_mean
from faultmaven_kb.disk.folders import real_path
from faultmaven_kb.errors import ConfigurationError, UnknownRunbookError
from faultmaven_kb.knowledge_base import builtin_path
from faultmaven_kb.labs.declarations.check import check_lab
from faultmaven_kb.labs.declarations.declaration import DEFAULT_SET, LabFile
from faultmaven_kb.labs.declarations.plan import LoadedLab, load_lab, read_labs
from faultmaven_kb.labs.machines.images import (
    Image,
    read_images,
)
from faultmaven_kb.labs.proving.heartbeat import Heartbeat
from faultmaven_kb.reading.files import find_runbooks, read_file
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["LabRoom", "heartbeat", "lab_options", "print_found", "runbooks_beside", "say", "state_folder"]

_HEARTBEAT = 30.0  # seconds between two signs of life, chosen


lab_options = options(
    click.option(
        "--runbooks",
        type=click.Path(path_type=Path),
        help="Folder of the runbooks. Default: runbooks/ next to the labs, else the built-in ones.",
    ),
    click.option(
        "--labs",
        type=click.Path(path_type=Path),
        default=Path("labs"),
        show_default=True,
        help="Folder of the declarations, with images.yaml and results/.",
    ),
)
"""The options that say which labs and runbooks are meant."""


class LabRoom:
    """The folder of the labs, read: declarations, images, and where the runbooks are."""

    def __init__(self, folder: Path, runbooks: Path | None) -> None:
        self.folder = folder
        self.files = read_labs([folder])
        if not self.files:
            raise click.UsageError(f"no *.lab.yaml found in {folder}")
        self.images = read_images(folder / "images.yaml")
        place = runbooks or runbooks_beside(folder)
        click.echo(printable(f"labs in {real_path(folder)}, runbooks in {real_path(place)}"), err=True)
        self.paths = {path.stem: path for path in find_runbooks([place])}
        self.runbooks: Mapping[str, Path] = self.paths

    def loaded(self, file: LabFile) -> LoadedLab | None:
        """The lab of a valid declaration whose runbook exists."""
        try:
            return load_lab(file, self.runbooks) if file.lab else None
        except UnknownRunbookError:
            return None

    def diagnostics(self, file: LabFile) -> tuple[Diagnostic, ...]:
        """All that is wrong with a declaration."""
        if file.lab is None:
            return file.diagnostics
        loaded = self.loaded(file)
        if loaded is None:
            hint = did_you_mean(file.lab.runbook, self.runbooks)
            message = f'no runbook has the id "{file.lab.runbook}"{hint}'
            return (Diagnostic("LB102", "unknown-runbook", Level.ERROR, message, file.path, file.span("runbook")),)
        return check_lab(loaded, images=self.images)

    def valid(self, files: tuple[LabFile, ...], *, trial: bool = False) -> tuple[LoadedLab, ...] | None:
        """The labs of the declarations, None after printing what is wrong with one of them.

        For a `trial`, which makes no proof, fences that are neither run nor skipped are printed and do not prevent the
        run.
        """
        diagnostics = tuple(diagnostic for file in files for diagnostic in self.diagnostics(file))
        if diagnostics:
            print_found(diagnostics)
        if any(diagnostic.code != "LB109" or not trial for diagnostic in diagnostics):
            click.echo("not proven: the declaration or the runbook has faults", err=True)
            return None
        return tuple(diagnostic for file in files if (diagnostic := self.loaded(file)))

    def image(self, name: str) -> Image:
        """The image of this name; a name that does not exist is a wrong call."""
        if name not in self.images:
            raise click.UsageError(f'no image is called "{name}", expected one of {", ".join(self.images)}')
        return self.images[name]

    def chosen(self, ids: tuple[str, ...], *, sets: tuple[str, ...] = ()) -> tuple[LabFile, ...]:
        """The declarations of these runbooks, those of these sets when none is named, all when no set is named."""
        known = {file.lab.runbook if file.lab else Path(file.path).name.split(".")[0]: file for file in self.files}
        for name in ids:
            if name not in known:
                hint = did_you_mean(name, known) or "; `fmkb lab list` shows them all"
                raise click.UsageError(f'no lab is for "{printable(name)}"{hint}')
        if ids:
            return tuple(known[name] for name in ids)
        names = {_set_of(file) for file in self.files}
        for name in sets:
            if name not in names:
                expected = ", ".join(sorted(names))
                hint = did_you_mean(name, names)
                raise click.UsageError(
                    f'no lab belongs to the set "{printable(name)}", expected one of {expected}{hint}'
                )
        return tuple(file for file in self.files if not sets or _set_of(file) in sets)


def runbooks_beside(labs: Path) -> Path:
    """The folder `runbooks` next to the labs' folder, if it exists, else the built-in runbooks.

    Raises `ConfigurationError` when the installed package contains another text of one of them: what is proven would
    differ from what the other commands show.
    """
    folder_beside, installed = real_path(labs).parent / "runbooks", builtin_path()
    if not folder_beside.is_dir():
        return installed
    for path in find_runbooks([folder_beside]):
        copy = installed / path.relative_to(folder_beside)
        if copy.resolve() != path and copy.is_file() and read_file(copy)[1] != read_file(path)[1]:
            raise ConfigurationError(
                f"{path} differs from the installed copy {copy}; "
                f"run `pip install --editable .` in {folder_beside.parent}, or name the folder with --runbooks"
            )
    return folder_beside


def _set_of(file: LabFile) -> str:
    """The set of a lab; a declaration with errors is in the default one, so that its errors are reported."""
    return file.lab.set if file.lab else DEFAULT_SET


def state_folder() -> Path:
    """The folder of images and machines: `FMKB_LABS_DIR`, or the one for the whole system."""
    return Path(os.environ.get("FMKB_LABS_DIR", "/var/lib/fmkb-labs"))


def say(text: str) -> None:
    """Print a line of progress on standard error."""
    click.echo(printable(text), err=True)


def print_found(diagnostics: tuple[Diagnostic, ...]) -> None:
    """Print each finding on one line: its place, level, code and message."""
    for diagnostic in diagnostics:
        place = f"{diagnostic.path}:{diagnostic.span.line}:{diagnostic.span.column}"
        click.echo(printable(f"{place}: {diagnostic.level}[{diagnostic.code}] {diagnostic.message}"))


def heartbeat() -> Heartbeat:
    """A sign of life twice a minute where the output is a log, not a terminal."""
    return Heartbeat(say, seconds=0 if sys.stderr.isatty() else _HEARTBEAT)
