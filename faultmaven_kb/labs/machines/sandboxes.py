"""Sandboxes: what a machine of an image may do, as narrow as its software lets it be.

`machine` is the ordinary one. In `containers` a container runtime works too: it may make device nodes, but a control
group opens no device of the host, and the control groups it writes are below the machine's own. A new kind of software
gets its own sandbox here rather than one more right for all. This stage knows no machine and no image.
"""

from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.labs.machines.cgroups import CGROUPS

__all__ = ["SANDBOXES", "Sandbox", "lacking", "sandbox_called"]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One kind of machine.

    `dropped` are the capabilities it does not have, `controllers` the hierarchies in which it has a control group,
    `devices` the rules of that group (devices cgroup of version 1), `required` the hierarchies it cannot do without.
    """

    name: str
    dropped: tuple[str, ...]
    controllers: tuple[str, ...]
    devices: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


_NEVER = ("CAP_SYS_TIME", "CAP_SYS_MODULE", "CAP_SYS_BOOT", "CAP_SYS_RAWIO", "CAP_AUDIT_CONTROL")
_CONTAINER_GROUPS = ("blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer", "memory", "pids")
_CONTAINER_DEVICES = (
    *("c *:* m", "b *:* m"),  # a node of any device may be made, as runc demands; only those below can be opened
    *("c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm"),  # null, zero, full, random, urandom
    *("c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:200 rwm"),  # terminals; tun of the own network
)

SANDBOXES = (
    Sandbox("machine", (*_NEVER, "CAP_MKNOD"), ("memory", "pids", "systemd", "unified")),
    Sandbox(
        "containers",
        _NEVER,
        (*_CONTAINER_GROUPS, "systemd", "unified"),
        _CONTAINER_DEVICES,
        _CONTAINER_GROUPS,
    ),
)
"""All sandboxes, the ordinary one first."""


def sandbox_called(name: str) -> Sandbox:
    """The sandbox of this name. Raises `ValueError` for one that does not exist, which a recipe turns into a place."""
    for sandbox in SANDBOXES:
        if sandbox.name == name:
            return sandbox
    names = ", ".join(sandbox.name for sandbox in SANDBOXES)
    raise ValueError(f'"{name}", expected one of {names}')


def lacking(sandbox: Sandbox, *, root: Path = CGROUPS) -> str | None:
    """Why the sandbox cannot be made on this host, None when it can."""
    missing = [controller for controller in sandbox.required if not (root / controller / "cgroup.procs").is_file()]
    if not missing:
        return None
    return (
        f'the sandbox "{sandbox.name}" needs control groups of version 1, and this host has none for '
        f"{', '.join(missing)}; boot it with systemd.unified_cgroup_hierarchy=0"
    )
