"""Control groups of a machine: its limits of memory and processes, whichever hierarchy the host has.

On version 1 there is one folder per controller, on version 2 a single one; hybrid hosts have both. nspawn makes groups
of its own below (`payload`, `supervisor`), and so does a container runtime; they are removed with the machine.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

__all__ = ["CGROUPS", "create_groups", "end_members", "entrances", "remove_groups"]

CGROUPS = Path("/sys/fs/cgroup")
"""Where a host has its control groups."""

_CONTROLLERS = ("memory", "pids", "systemd", "unified")
_LIMITS = {
    "memory": (("memory.limit_in_bytes", "memory"), ("memory.max", "memory")),
    "pids": (("pids.max", "pids"),),
}


def create_groups(
    name: str,
    *,
    memory: int,
    pids: int,
    controllers: tuple[str, ...] = _CONTROLLERS,
    devices: tuple[str, ...] = (),
    root: Path = CGROUPS,
) -> tuple[Path, ...]:
    """New groups called `name` with the limits (bytes, processes) as far as the host has the controllers.

    `devices` are the only ones that may be opened or made; without any there is no rule.
    """
    if (root / "cgroup.controllers").exists():
        parents = [root]
    else:
        parents = [root / controller for controller in controllers if (root / controller).is_dir()]
    limits = {"memory": str(memory), "pids": str(pids)}
    groups = tuple(parent / name for parent in parents)
    try:
        for group in groups:
            group.mkdir(exist_ok=True)
            _set_up(group, limits, devices)
    except OSError:
        remove_groups(groups)
        raise
    return groups


def _set_up(group: Path, limits: dict[str, str], devices: tuple[str, ...]) -> None:
    for pairs in _LIMITS.values():
        for file, limit in pairs:
            if (group / file).exists():
                with contextlib.suppress(OSError):
                    (group / file).write_text(limits[limit], encoding="ascii")
    _inherit(group)
    if devices and (group / "devices.deny").exists():
        _allow_only(devices, group)


def _inherit(group: Path) -> None:
    """A new cpuset group of version 1 has no processors and no memory, and takes no process until it has."""
    for file in ("cpuset.cpus", "cpuset.mems"):
        if (group / file).exists() and not (group / file).read_text(encoding="ascii").strip():
            (group / file).write_text((group.parent / file).read_text(encoding="ascii"), encoding="ascii")


def _allow_only(devices: tuple[str, ...], group: Path) -> None:
    """The kernel takes one rule at a time; a failure is passed on, because the rule protects the host."""
    (group / "devices.deny").write_text("a", encoding="ascii")
    for rule in devices:
        (group / "devices.allow").write_text(rule, encoding="ascii")


def entrances(groups: tuple[Path, ...]) -> tuple[Path, ...]:
    """The groups that a process joins to enter: below a group of version 2 its own leaf, made now.

    There nspawn and systemd share the controllers out to groups below, and a group that does so takes no process.
    """
    leaves = []
    for group in groups:
        leaf = group / "entered" if (group / "cgroup.controllers").exists() else group
        with contextlib.suppress(FileExistsError):
            leaf.mkdir()
        leaves.append(leaf)
    return tuple(leaves)


def end_members(groups: tuple[Path, ...]) -> None:
    """Kill every process in the groups and in those below them; a group that vanishes meanwhile is not an error."""
    for folder in (folder for group in groups for folder in _folders(group)):
        with contextlib.suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
                os.kill(int(pid), signal.SIGKILL)


def remove_groups(groups: tuple[Path, ...], *, patience: float = 15.0) -> None:
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
