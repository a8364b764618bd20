"""The text of a file that settings name, or that contains them: a regular file, inside its root, of limited size.

A configuration may come from a stranger. A device or a pipe would never end, a path out of the repository would show
what lies elsewhere, and all of them are refused before anything is read.
"""

from pathlib import Path

from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.errors import ConfigurationError, PathError

__all__ = [
    "BASELINE_FILE",
    "CONFIGURATION_FILE",
    "CONFIGURATION_FILES",
    "DATA_LIMIT",
    "SETTINGS_LIMIT",
    "regular_text",
    "shown",
    "utf8",
]

BASELINE_FILE = "fmkb-baseline.json"
CONFIGURATION_FILE = ".fmkb.toml"
CONFIGURATION_FILES = (CONFIGURATION_FILE, "pyproject.toml")
"""The names of a configuration file; of two in a folder the first counts."""

SETTINGS_LIMIT = 256_000
"""Largest configuration or schema in bytes."""

DATA_LIMIT = 16_000_000
"""Largest baseline, and largest proofs in all, in bytes."""


def _real(file: Path, root: Path) -> Path:
    """The real path of a file. Raises `ConfigurationError` for one outside of `root` and for a path that is none."""
    try:
        real, top = file.resolve(), root.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigurationError(f"cannot read {shown(file)!r}: {error}") from error
    if not real.is_relative_to(top):
        raise ConfigurationError(f"cannot read {shown(file)!r}: expected a file inside of {shown(root)!r}")
    return real


def regular_text(file: Path, root: Path, *, limit: int) -> str:
    """The text of a file inside `root`. Raises `ConfigurationError` when it is not a regular one of at most `limit`
    bytes in UTF-8.
    """
    real = _real(file, root)
    name = shown(file)
    try:
        return utf8(read_regular(real, limit=limit), name)
    except PathError as error:
        raise ConfigurationError(str(error).replace(repr(str(real)), repr(name))) from error


def utf8(data: bytes, name: str) -> str:
    """Bytes as text without a byte order mark. Raises `ConfigurationError` when they are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name}: not UTF-8") from error


def shown(file: Path) -> str:
    """A path relative to the current folder where it lies below it, else as it is."""
    try:
        return file.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return file.as_posix()
