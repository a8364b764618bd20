"""What one connection may take: the head of a request has a size and a time, and an answer has to be fetched.

uvicorn alone bounds neither, and its limit counts requests, not connections on which none arrives. Its faster parser
keeps a head of any length, and it waits for ever for a request that was begun and for a client that reads no further;
each would hold a connection and memory before a guard is asked. So the parser is always h11, which refuses a head above
64 KB, and two timers close what does not move. How long a body may take is the guard's part.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["SECONDS", "BoundedConnection"]

SECONDS = 20.0  # chosen, as for a body (`GuardRules.seconds_to_arrive`)


class BoundedConnection(H11Protocol):
    """A connection that is closed when a request's head is not there, or an answer not fetched, within 20 seconds."""

    _arriving: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The time for the first request begins; one beyond the limit is closed, since each is an open file."""
        super().connection_made(transport)
        if self.limit_concurrency is not None and len(self.connections) > self.limit_concurrency:
            transport.abort()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        """The time for a further request begins with its first bytes; until then uvicorn's own limit counts."""
        super().data_received(data)
        self._watch()

    def pause_writing(self) -> None:
        """The time to fetch what is waiting begins."""
        super().pause_writing()
        self._unread = self.loop.call_later(SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Enough was fetched."""
        super().resume_writing()
        _cancel(self._unread)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        _cancel(self._arriving)
        _cancel(self._unread)

    def _watch(self) -> None:
        if not self._awaits_a_head():
            _cancel(self._arriving)
            self._arriving = None
        elif self._arriving is None:
            self._arriving = self.loop.call_later(SECONDS, self._late)

    def _awaits_a_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _late(self) -> None:
        if self._awaits_a_head():
            self.transport.close()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
