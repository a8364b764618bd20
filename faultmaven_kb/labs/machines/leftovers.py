"""What a killed run left behind, found by the state it recorded and never by a name.

Each machine has a folder with a `state.json`: its own process, the process that owns it (each with its start time, so
that a number in use again is not mistaken) and its control groups. A folder whose owner is gone is cleaned up; so is
one without a state, because nobody sees a folder of a living process before it has one.
"""

import contextlib
import json
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

from faultmaven_kb.disk.replacing import swap_in
from faultmaven_kb.labs.machines.cgroups import end_members, remove_groups
from faultmaven_kb.labs.machines.locks import locked

__all__ = ["claim", "forget", "record", "sweep"]


def claim(machines: Path) -> Path:
    """A new folder for a machine, owned by this process: no sweep of another run sees it before that is written."""
    machines.mkdir(parents=True, exist_ok=True)
    with _unswept(machines):
        folder = Path(tempfile.mkdtemp(prefix="m-", dir=machines))
        record(folder, pid=None, groups=())
    return folder


def record(folder: Path, *, pid: int | None, groups: tuple[Path, ...]) -> None:
    """Note what belongs to the machine in `folder`, owned by this process."""
    state = {
        "owner": _identity(os.getpid()),
        "process": _identity(pid) if pid else None,
        "groups": [str(group) for group in groups],
    }
    swap_in(folder / "state.json", json.dumps(state).encode())


def forget(folder: Path, groups: tuple[Path, ...]) -> None:
    """End what is left of a machine and remove its groups and its folder."""
    end_members(groups)
    remove_groups(groups)
    shutil.rmtree(folder, ignore_errors=True)


def sweep(machines: Path) -> int:
    """Clean up every machine below the folder whose owner is gone; returns how many there were."""
    if not machines.is_dir():
        return 0
    with _unswept(machines):
        states = [(folder, _read(folder)) for folder in sorted(machines.iterdir())]
    abandoned = [(folder, state) for folder, state in states if not _alive(state.get("owner"))]
    for folder, state in abandoned:
        process = state.get("process")
        if process and _alive(process):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process["pid"], signal.SIGKILL)
        forget(folder, tuple(Path(group) for group in state.get("groups", ())))
    return len(abandoned)


def _unswept(machines: Path) -> contextlib.AbstractContextManager[bool]:
    """While it is held, no folder is there without its state and none is looked at."""
    return locked(machines.with_name(".machines.lock"))


def _read(folder: Path) -> dict[str, Any]:
    try:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _identity(pid: int) -> dict[str, object]:
    return {"pid": pid, "started": _start_time(pid)}


def _alive(identity: object) -> bool:
    if not isinstance(identity, dict) or not isinstance(identity.get("pid"), int):
        return False
    started = _start_time(identity["pid"])
    return started is not None and started == identity.get("started")


def _start_time(pid: int) -> str | None:
    """Field 22 of `/proc/PID/stat`: clock ticks after boot, proc(5)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]
