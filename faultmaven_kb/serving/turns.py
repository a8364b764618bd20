"""Turns: how much work of a kind is done at once, how much more may wait for it, and how long.

A client of MCP that leaves does not end its call, as the protocol asks. So a client that sends calls and leaves would
let them pile up without end, and everybody else would wait behind them. Here a call that would wait too long, or behind
too many, is refused at once.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import anyio
import anyio.to_thread

from faultmaven_kb.errors import FaultmavenError

__all__ = ["BusyError", "Turns"]

_Result = TypeVar("_Result")


class BusyError(FaultmavenError):
    """Too much work of a kind is waiting already; it is to be asked for again later."""


class Turns:
    """Does work in threads of its own: `at_once` pieces, while at most `waiting` wait, each at most `seconds`."""

    def __init__(self, *, at_once: int, waiting: int, seconds: float) -> None:
        self._room, self._threads = anyio.Semaphore(at_once), anyio.CapacityLimiter(at_once)
        self._most_waiting, self._seconds = waiting, seconds
        self._waiting = 0

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """What the work returns. Raises `BusyError` when its turn does not come, and what the work raises."""
        await self._wait()
        try:
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._threads)
        finally:
            self._room.release()

    async def _wait(self) -> None:
        if self._waiting >= self._most_waiting:
            raise BusyError(f"busy: {self._waiting} others are waiting already, try again later")
        with suppress(anyio.WouldBlock):  # mostly nobody is before it, and then it costs no timer
            self._room.acquire_nowait()
            return
        self._waiting += 1
        try:
            with anyio.fail_after(self._seconds):
                await self._room.acquire()
        except TimeoutError:
            raise BusyError(f"busy: no turn within {self._seconds:g} seconds, try again later") from None
        finally:
            self._waiting -= 1
