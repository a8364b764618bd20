"""Where the configuration comes from: the file found upwards from the checked path, and the root of its links.

The nearest `.fmkb.toml`, or `pyproject.toml` with a table `[tool.faultmaven-kb]`, counts, up to the top of the git
repository. When a change is checked, it is looked for in the files before the change, which the change cannot alter.
Links are followed below the root: the repository, else the current folder, else what was given.
"""

import os
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.disk.folders import real_path, repository_top
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.file import Configuration, has_table, read_configuration
from faultmaven_kb.gate.configuration.regular import (
    CONFIGURATION_FILE,
    CONFIGURATION_FILES,
    DATA_LIMIT,
    SETTINGS_LIMIT,
    regular_text,
    shown,
    utf8,
)
from faultmaven_kb.gate.facts.snapshot import Snapshot
from faultmaven_kb.gate.facts.tree import SnapshotTree

__all__ = [
    "FoundConfiguration",
    "RulesInForce",
    "configuration_before",
    "find_configuration",
    "load_configuration",
    "load_configuration_before",
    "root_of",
    "text_before",
]


@dataclass(frozen=True, slots=True)
class FoundConfiguration:
    """A configuration, the folder that its relative paths start from, and how the text of its baseline is read."""

    configuration: Configuration
    folder: Path
    read_baseline: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """What decides about a check: the configuration and the root of links; for a change also the text of the baseline
    before it, the state before it, and what to report about the configuration itself."""

    file: FoundConfiguration
    root: Path | None
    baseline: Callable[[], str] | None = None
    since: Snapshot | None = None
    notices: tuple[Diagnostic, ...] = ()


def find_configuration(start: Path) -> FoundConfiguration:
    """The configuration in force for a path; the defaults where there is no file.

    Raises `ConfigurationError` for a file that is not understood.
    """
    for folder in _upwards(start):
        for name in CONFIGURATION_FILES:
            file = folder / name
            if os.path.lexists(file) and (name != "pyproject.toml" or _has_table(_text(file), shown(file.parent))):
                return load_configuration(file)
    return FoundConfiguration(Configuration(), _folder(start))


def load_configuration(file: Path) -> FoundConfiguration:
    """The configuration in a file. Raises `ConfigurationError` for one that cannot be read or is not understood."""
    text = _text(file)
    folder = real_path(file).parent
    root = repository_top(folder) or folder

    def proofs(relative: str) -> str:
        return _proofs(folder / relative, root)

    def read(relative: str) -> str:
        return regular_text(folder / relative, root, limit=SETTINGS_LIMIT)

    configuration = read_configuration(text, shown(file), read=read, proofs=proofs)
    path = folder / configuration.baseline

    def baseline() -> str:
        return regular_text(path, root, limit=DATA_LIMIT)

    return FoundConfiguration(configuration, folder, baseline if configuration.baseline else None)


def configuration_before(tree: SnapshotTree, place: str, *, root: Path) -> FoundConfiguration:
    """The configuration that was in force for a folder, a path relative to the root, before a change.

    Links are not followed there. Raises `ConfigurationError` as `find_configuration` does.
    """
    folder = place
    while True:
        for name in CONFIGURATION_FILES:
            file = posixpath.join(folder, name)
            if file in tree.files and (name != "pyproject.toml" or _has_table(text_before(tree, file), folder or ".")):
                return load_configuration_before(tree, file, root=root)
        if not folder:
            return FoundConfiguration(Configuration(), root / place)
        folder = posixpath.dirname(folder)


def load_configuration_before(tree: SnapshotTree, file: str, *, root: Path) -> FoundConfiguration:
    """The configuration in a file as it was before a change, with the schema and the baseline as they were.

    The proofs are those of now: a change brings the proof of the runbook that it changes.
    """
    folder = posixpath.dirname(file)

    def read(relative: str) -> str:
        return text_before(tree, posixpath.normpath(posixpath.join(folder, relative)))

    def proofs(relative: str) -> str:
        return _proofs(root / folder / relative, root)

    configuration = read_configuration(text_before(tree, file), shown(root / file), read=read, proofs=proofs)
    path = configuration.baseline
    return FoundConfiguration(configuration, root / folder, (lambda: read(path)) if path else None)


def text_before(tree: SnapshotTree, file: str) -> str:
    """The text of a file before a change. Raises `ConfigurationError` for one that was not there."""
    data = tree.data(file)
    if data is None:
        raise ConfigurationError(f"cannot read {file!r}: it was not a file of the repository before the change")
    return utf8(data, file)


def root_of(paths: tuple[Path, ...]) -> Path | None:
    """The folder below which links of these paths are followed; None leaves it to the paths themselves."""
    if not paths:
        return None
    root = _root(paths[0])
    inside = root is not None and all(real_path(path).is_relative_to(root) for path in paths)
    return root if inside else None


def _root(path: Path) -> Path | None:
    real = real_path(path)
    folders = list(_upwards(path))
    top = repository_top(folders[0]) or next(
        (candidate for candidate in folders if (candidate / CONFIGURATION_FILE).exists()), None
    )
    if top:
        return top
    if not path.is_absolute() and real.is_relative_to(Path.cwd().resolve()):
        return Path.cwd().resolve()
    return next((folder.parent for folder in folders if folder.name == "runbooks"), None)


def _folder(path: Path) -> Path:
    real = real_path(path)
    return real if real.is_dir() else real.parent


def _upwards(path: Path) -> list[Path]:
    """The folder of a path and those above it, up to the top of the git repository."""
    folder = _folder(path)
    top = repository_top(folder)
    return [parent for parent in (folder, *folder.parents) if top is None or parent.is_relative_to(top)]


def _has_table(text: str, folder: str) -> bool:
    try:
        return has_table(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{folder}/{error}") from None


def _text(file: Path) -> str:
    """The text of a configuration, which lies in its repository also where it is a link."""
    return regular_text(file, _upwards(file.parent)[-1], limit=SETTINGS_LIMIT)


def _proofs(path: Path, root: Path) -> str:
    """The proofs in a file, or in the files of a folder, as one JSON list."""
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError):  # a NUL or a name that is too long, which reading it will report
        is_folder = False
    if not is_folder:
        return regular_text(path, root, limit=DATA_LIMIT)
    from faultmaven_kb.proofs.proof import joined_proofs  # noqa: PLC0415 - only where proofs are configured

    text = joined_proofs(path, read=lambda file: regular_text(file, root, limit=SETTINGS_LIMIT))
    if len(text) > DATA_LIMIT:
        raise ConfigurationError(f"cannot read {shown(path)!r}: its files are larger than {DATA_LIMIT:,} bytes")
    return text
