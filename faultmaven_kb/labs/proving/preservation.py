"""What a solution must leave alone: looked at before it and after it; a repair that destroys is not a repair.

A lab names the data, sessions, rules, modes and services that matter (`preserved`). A check with expected texts passes
before and after; one without them prints the same before and after. Two things are looked at without being named: a
service that was active stays active, and nothing becomes writable for everybody. A restart may change what a check
prints (a process id), so after a restart only those are looked at again that the restart of the *broken* machine left
alone. This stage knows no machine; it asks through a function that runs a script there.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial

from faultmaven_kb.labs.declarations.declaration import Check
from faultmaven_kb.labs.proving.restarts import units_in

__all__ = ["Look", "Preservation"]

Look = Callable[[str, Check], str]
"""Runs a check's script and returns what it printed; the name is for the transcript, empty for none."""

_SERVICES = Check(
    run="systemctl list-units --type=service --state=active --no-legend --plain | cut -d ' ' -f 1 |"
    " xargs -r systemctl show --property=Id,FragmentPath,Type,InvocationID"
)
_NOT_LOOKED_AT = (
    *("/proc", "/sys", "/dev", "/run/systemd", "/run/user", "/run/lab", "/run/containerd"),
    *("/var/lib/kubelet", "/var/lib/containerd", "/var/lib/docker"),
)
_OPEN = Check(
    run=f"find / \\( -path {' -o -path '.join(_NOT_LOOKED_AT)} \\) -prune"
    " -o \\( -type f -o -type d -o -type s \\) -perm -0002 ! -perm -1000 -print"
)
_PAUSE = 0.2  # seconds between two looks, chosen


class Preservation:
    """The checks of one solution on one machine. Each method returns a fault, empty if there is none."""

    def __init__(self, checks: Mapping[str, Check], look: Look, *, image: str, stops: tuple[str, ...] = ()) -> None:
        self._checks, self._look, self._image = dict(checks), look, image
        self._stops = {name if "." in name else f"{name}.service" for name in stops}
        self._before: dict[str, str] = {}
        self._services: set[str] = set()
        self._open: set[str] = set()
        self._restartable: set[str] | None = None

    def earlier_fault(self) -> str:
        """The first check with expected texts that does not pass within its time, before any command has run."""
        for name, check in self._checks.items():
            if not check.compared and not self._wait(name, check, partial(self._kept, check, "")):
                return f'"{name}" already fails before the solution, {check.expectation(self._image)}'
        return ""

    def note_restart(self, restart: Callable[[], None]) -> None:
        """Restart the broken machine and keep which checks that leaves alone."""
        before = {name: self._look(name, check) for name, check in self._checks.items()}
        restart()
        self._restartable = set()
        for name, check in self._checks.items():
            if self._wait(name, check, partial(self._kept, check, before[name])):
                self._restartable.add(name)

    def note(self) -> str:
        """Record the state right before the solution; the fault is a check that fails even then."""
        fault = self.earlier_fault()
        self._before = {name: self._look(name, check) for name, check in self._checks.items() if check.compared}
        self._services = self._steady_services()
        self._open = self._writable()
        return fault

    def damage(self, *, restarted: bool = False) -> str:
        """What the solution has damaged; after a restart only what a restart leaves alone is looked at."""
        for name, check in self._checks.items():
            if restarted and name not in (self._restartable or ()):
                continue
            before = self._before.get(name, "")
            if not self._wait(name, check, partial(self._kept, check, before)):
                return f'"{name}" was not preserved, {self._expectation(check, before)}'
        stopped = self._services - set(self._active_services()) - self._stops
        if stopped and not self._wait_for_services():
            return f"services were not preserved: {', '.join(sorted(stopped))}"
        opened = sorted(self._writable() - self._open)
        return f"the solution made this writable for everybody: {', '.join(opened[:3])}" if opened else ""

    def _kept(self, check: Check, before: str, after: str) -> bool:
        return after.strip() == before.strip() if check.compared else check.is_met(after, self._image)

    def _expectation(self, check: Check, before: str) -> str:
        if check.compared:
            return f'expected as before "{" ".join(before.split())[:200]}"'
        return check.expectation(self._image)

    def _wait(self, name: str, check: Check, holds: Callable[[str], bool]) -> bool:
        end = time.monotonic() + check.within
        while not holds(self._look(name, check)):
            if time.monotonic() >= end:
                return False
            time.sleep(_PAUSE)
        return True

    def _steady_services(self) -> set[str]:
        """Services that go on running: one that fails at each start is active only for a moment, each time anew."""
        first = self._active_services()
        time.sleep(_PAUSE)
        return {name for name, invocation in self._active_services().items() if first.get(name) == invocation}

    def _active_services(self) -> dict[str, str]:
        """The invocation of each active service that has a file; transient ones belong to the lab's own world."""
        return {
            unit["Id"]: unit.get("InvocationID", "")
            for unit in units_in(self._look("", _SERVICES))
            if unit.get("FragmentPath", "").startswith(("/etc/", "/usr/", "/lib/")) and unit.get("Type") != "oneshot"
        }

    def _wait_for_services(self) -> bool:
        """A service that restarts at this moment is active again soon."""
        end = time.monotonic() + _SERVICES.within
        while time.monotonic() < end:
            if not self._services - set(self._active_services()) - self._stops:
                return True
            time.sleep(_PAUSE)
        return False

    def _writable(self) -> set[str]:
        return set(self._look("", _OPEN).split("\n")) - {""}
