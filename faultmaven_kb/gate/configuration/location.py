"""Where the configuration comes from: the file found upwards from the checked path, and the root of its links.

The nearest `.fmkb.toml`, or `pyproject.toml` with a table `[tool.faultmaven-kb]`, counts, up to the top of the git
repository. Links are followed below the root: the repository, else the current folder, else what was given.
"""

from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.file import Configuration, has_table, read_configuration
from faultmaven_kb.reading.files import real_path

__all__ = ["FoundConfiguration", "find_configuration", "load_configuration", "root_of", "shown"]

_NAMES = (".fmkb.toml", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class FoundConfiguration:
    """A configuration and the folder that its relative paths start from."""

    configuration: Configuration
    folder: Path


def find_configuration(start: Path) -> FoundConfiguration:
    """The configuration in force for a path; the defaults where there is no file.

    Raises `ConfigurationError` for a file that is not understood.
    """
    for folder in _upwards(start):
        for name in _NAMES:
            file = folder / name
            if file.is_file() and (name != "pyproject.toml" or _has_table(file)):
                return load_configuration(file)
    return FoundConfiguration(Configuration(), _folder(start))


def load_configuration(file: Path) -> FoundConfiguration:
    """The configuration in a file. Raises `ConfigurationError` for one that cannot be read or is not understood."""
    folder = real_path(file).parent

    def read(relative: str) -> str:
        return _text(folder / relative)

    return FoundConfiguration(read_configuration(_text(file), shown(file), read=read), folder)


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
    for marker in (".git", ".fmkb.toml"):
        for folder in folders:
            if (folder / marker).exists():
                return folder
    if not path.is_absolute() and real.is_relative_to(Path.cwd().resolve()):
        return Path.cwd().resolve()
    return next((folder.parent for folder in folders if folder.name == "runbooks"), None)


def _folder(path: Path) -> Path:
    real = real_path(path)
    return real if real.is_dir() else real.parent


def _upwards(path: Path) -> list[Path]:
    """The folder of a path and those above it, up to the top of the git repository."""
    folder = _folder(path)
    found = []
    for each in (folder, *folder.parents):
        found.append(each)
        if (each / ".git").exists():
            break
    return found


def _has_table(file: Path) -> bool:
    try:
        return has_table(_text(file))
    except ConfigurationError as error:
        raise ConfigurationError(f"{shown(file.parent)}/{error}") from None


def shown(file: Path) -> str:
    """A path relative to the current folder where it lies below it, else as it is."""
    try:
        return real_path(file).relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return file.as_posix()


def _text(file: Path) -> str:
    try:
        if file.is_dir():
            from faultmaven_kb.proofs.proof import joined_proofs  # noqa: PLC0415 - only where proofs are configured

            return joined_proofs(file)
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"cannot read {shown(file)!r}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{shown(file)}: not UTF-8") from error
