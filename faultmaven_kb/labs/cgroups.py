"""Control groups of a machine: its limits of memory and processes, whichever hierarchy the host has.

On version 1 there is one folder per controller, on version 2 a single one; hybrid hosts have both. nspawn makes groups
of its own below (`payload`, `supervisor`), which are removed with the machine.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

__all__ = ["create_groups", "end_members", "remove_groups"]

_ROOT = Path("/sys/fs/cgroup")
_LIMITS = {
    "memory": (("memory.limit_in_bytes", "memory"), ("memory.max", "memory")),
    "pids": (("pids.max", "pids"),),
}


def create_groups(name: str, *, memory: int, pids: int, root: Path = _ROOT) -> tuple[Path, ...]:
    """New groups called `name` with the limits (bytes, processes) as far as the host has the controllers."""
    if (root / "cgroup.controllers").exists():
        parents = [root]
    else:
        parents = [root / each for each in ("memory", "pids", "systemd", "unified") if (root / each).is_dir()]
    limits = {"memory": str(memory), "pids": str(pids)}
    groups = []
    for parent in parents:
        group = parent / name
        group.mkdir(exist_ok=True)
        for pairs in _LIMITS.values():
            for file, limit in pairs:
                if (group / file).exists():
                    with contextlib.suppress(OSError):
                        (group / file).write_text(limits[limit], encoding="ascii")
        groups.append(group)
    return tuple(groups)


def end_members(groups: tuple[Path, ...]) -> None:
    """Kill every process in the groups and in those below them; a group that vanishes meanwhile is no error."""
    for folder in (folder for group in groups for folder in _folders(group)):
        with contextlib.suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
                os.kill(int(pid), signal.SIGKILL)


def remove_groups(groups: tuple[Path, ...], *, patience: float = 3.0) -> None:
    """Remove the groups and what was made below them; processes that are still dying get `patience` seconds."""
    end = time.monotonic() + patience
    for group in groups:
        while group.is_dir() and not _remove(group) and time.monotonic() < end:
            time.sleep(0.02)


def _remove(group: Path) -> bool:
    try:
        for folder in reversed(_folders(group)):
            folder.rmdir()
    except OSError:
        return not group.exists()
    return True


def _folders(group: Path) -> tuple[Path, ...]:
    """A group and those below it, the outer ones first."""
    with contextlib.suppress(OSError):
        return (group, *sorted((path for path in group.rglob("*") if path.is_dir()), key=lambda path: len(path.parts)))
    return (group,)
