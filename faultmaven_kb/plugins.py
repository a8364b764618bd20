"""Rules, dialects and report formats of your own: objects that installed packages offer through entry points.

A package names them in its metadata, in one of three groups: `faultmaven_kb.rules`, `faultmaven_kb.dialects`,
`faultmaven_kb.reports`. Nothing is configured and nothing is imported from the documents that are read: what may run is
what was installed, so the current folder, which may be an untrusted checkout, is not searched for plug-ins.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from faultmaven_kb.errors import ConfigurationError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["DIALECT_GROUP", "REPORT_GROUP", "RULE_GROUP", "plugin_stamp", "plugins", "refuse_taken"]

RULE_GROUP = "faultmaven_kb.rules"
DIALECT_GROUP = "faultmaven_kb.dialects"
REPORT_GROUP = "faultmaven_kb.reports"

_Kind = TypeVar("_Kind")


def plugins(group: str, kind: type[_Kind]) -> tuple[_Kind, ...]:
    """What installed packages offer in a group, by the names of the entry points.

    An entry point is one object of `kind` or a tuple of them. Raises `ConfigurationError` for one that cannot be
    imported or is something else; its text names the package.
    """
    objects: list[_Kind] = []
    for entry, package in _entry_points():
        if entry.group == group:
            objects += _loaded(entry, package, kind)
    return tuple(objects)


def refuse_taken(what: str, names: Sequence[str]) -> None:
    """Raises `ConfigurationError` where two of ours and of plug-ins (`what` they are) have the same name."""
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f'plug-in {what} "{name}": the name is already taken, expected another')


def _loaded(entry: "EntryPoint", package: str, kind: type[_Kind]) -> tuple[_Kind, ...]:
    where = f'plug-in "{entry.name}" of {package} ({entry.group})'
    try:
        value = entry.load()
    except Exception as error:  # whatever a package of others does when it is imported
        message = f"{where} cannot be imported: {type(error).__name__}: {error}; fix or uninstall the package"
        raise ConfigurationError(message) from error
    values: tuple[object, ...] = value if isinstance(value, tuple) else (value,)
    for item in values:
        if not isinstance(item, kind):
            expected = f"a {kind.__name__} or a tuple of them"
            raise ConfigurationError(f'{where}: "{entry.value}" is a {type(item).__name__}, expected {expected}')
    return tuple(item for item in values if isinstance(item, kind))


def plugin_stamp() -> str:
    """Changes when a package with plug-ins is installed, removed, or has another version or another text."""
    return " ".join(f"{entry.group} {entry.name} {package} {_digest(entry)}" for entry, package in _entry_points())


def _digest(entry: "EntryPoint") -> str:
    """A digest of the module of an entry point, empty where it cannot be read."""
    from hashlib import blake2b  # noqa: PLC0415 - only where there is a plug-in
    from importlib.util import find_spec  # noqa: PLC0415

    try:
        spec = find_spec(entry.module)
        return blake2b(Path(spec.origin).read_bytes(), digest_size=8).hexdigest() if spec and spec.origin else ""
    except (ImportError, OSError, ValueError):
        return ""


@lru_cache(maxsize=1)
def _entry_points() -> tuple[tuple["EntryPoint", str], ...]:
    """The entry points of our groups with their packages' names and versions, sorted."""
    folders = [folder for folder in sys.path if _is_installed(folder)]
    if not any(_offers_plugins(folder) for folder in folders):
        return ()
    from importlib.metadata import distributions  # noqa: PLC0415 - as slow as the rest of a short check together

    entries = [
        (entry, f"{package.name} {package.version}")
        for package in distributions(path=folders)
        for entry in package.entry_points
        if entry.group in (RULE_GROUP, DIALECT_GROUP, REPORT_GROUP)
    ]
    unique = {(entry.group, entry.name): (entry, package) for entry, package in reversed(entries)}
    return tuple(unique[key] for key in sorted(unique))


def _is_installed(folder: str) -> bool:
    """Whether a folder of `sys.path` may contain installed packages: not the current one."""
    return folder != "" and os.path.realpath(folder) != os.path.realpath(Path.cwd())


def _offers_plugins(folder: str) -> bool:
    """Whether the metadata of any package in a folder names one of our groups: a look that imports nothing."""
    return any(b"[faultmaven_kb." in text for text in _metadata(Path(folder)))


def _metadata(folder: Path) -> Iterator[bytes]:
    try:
        packages = [package for package in folder.iterdir() if package.name.endswith(("-info", ".egg-info"))]
    except OSError:
        return
    for package in packages:
        try:
            yield (package / "entry_points.txt").read_bytes()
        except OSError:
            continue
