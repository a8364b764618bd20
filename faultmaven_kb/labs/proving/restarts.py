"""Restarts that systemd is about to make by itself: the control before a solution has to outwait them.

A service that was killed and has `Restart=` is back after `RestartSec=`, whatever the reader does meanwhile; a solution
that does nothing would seem to work. systemd says which services wait (sub-state `auto-restart`) and counts its own
restarts (`NRestarts`), so nobody has to guess how long to look. This stage knows no runbook; it asks through a function
that runs a script in the machine.
"""

from collections.abc import Callable

__all__ = ["PendingRestarts", "units_in"]

_ASK = "systemctl show '*.service' --property=Id,SubState,NRestarts"
_WAITING = ("auto-restart", "auto-restart-queued")


class PendingRestarts:
    """The services that systemd will restart, each until it has done so once. `run` returns a script's output."""

    def __init__(self, run: Callable[[str], str]) -> None:
        self._run = run
        self._counts: dict[str, str] = {}
        self._done: set[str] = set()

    def look(self) -> tuple[str, ...]:
        """Names of the services that have just been restarted for the first time; look until none is `waiting`."""
        restarted = []
        for unit in units_in(self._run(_ASK)):
            name, count = unit.get("Id", ""), unit.get("NRestarts", "")
            if name in self._done:
                continue
            if name in self._counts and count != self._counts[name]:
                self._done.add(name)
                restarted.append(name)
            elif unit.get("SubState") in _WAITING:
                self._counts.setdefault(name, count)
            elif name in self._counts:
                del self._counts[name]
        return tuple(restarted)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The services that still wait for their restart."""
        return tuple(sorted(set(self._counts) - self._done))


def units_in(text: str) -> list[dict[str, str]]:
    """The properties of each unit in the blocks that `systemctl show` prints."""
    return [dict(line.split("=", 1) for line in block.split("\n") if "=" in line) for block in text.split("\n\n")]
