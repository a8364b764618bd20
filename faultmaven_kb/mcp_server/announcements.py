"""Tells clients when runbooks were added, changed or removed, in both generations of the protocol.

A client of today's protocol opens a stream and hears what it asked for; one that used the older handshake is notified
on its standing channel, so those sessions are remembered here. A watcher looks at the files every few seconds, because
a client that only listens sends no request that would make the server look. The SDK derives what a server says it will
announce from other things than what it announces: `truthful` corrects that.
"""

import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import anyio.to_thread
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourcesListChanged, ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR, PromptsCapability, ServerCapabilities, ToolsCapability

from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.mcp_server.answers import uri_of
from faultmaven_kb.model.runbook import Runbook

__all__ = ["Announcements", "truthful"]

_SECONDS = 2.0  # chosen (docs/how-to/use-from-an-agent.md)
_MOST_SESSIONS = 1_000  # chosen: ten times the default of open sessions
_MOST_LISTENING = 100  # chosen: the default of open sessions
_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError)

_Snapshot = Mapping[str, Runbook]


class Announcements:
    """What changed since the last look, for everyone who listens; `current` gives the base as the files are now."""

    def __init__(self, current: Callable[[], KnowledgeBase], *, seconds: float = _SECONDS) -> None:
        self.bus = InMemorySubscriptionBus()
        self._current, self._seconds = current, seconds
        self._sessions: list[ServerSession] = []
        self._listening = 0
        self._warm: KnowledgeBase | None = None

    async def remember(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Keep the session of a client that finished the older handshake; a middleware of the SDK.

        How many listen at once is bounded here, because the SDK permits more than a server has room for.
        """
        if ctx.method == "subscriptions/listen":
            return await self._listen(ctx, call_next)
        if ctx.method == "notifications/initialized":
            self._sessions = [*self._sessions[-_MOST_SESSIONS + 1 :], ctx.session]
        return await call_next(ctx)

    async def _listen(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if self._listening >= _MOST_LISTENING:
            raise MCPError(INTERNAL_ERROR, f"{self._listening} clients listen already, try again later")
        self._listening += 1
        try:
            return await call_next(ctx)
        finally:
            self._listening -= 1

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look at the files now and then as long as the server runs."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._watch)
            yield
            group.cancel_scope.cancel()

    async def _watch(self) -> None:
        before = await anyio.to_thread.run_sync(self._look)
        while True:
            await anyio.sleep(self._seconds)
            now = await anyio.to_thread.run_sync(self._look)
            for runbook_id in sorted(before.keys() & now.keys()):
                if before[runbook_id] is not now[runbook_id] and before[runbook_id] != now[runbook_id]:
                    await self.bus.publish(ResourceUpdated(uri_of(now[runbook_id])))
            if _listed(before) != _listed(now):
                await self.bus.publish(ResourcesListChanged())
                await self._tell_sessions()
            before = now

    def _look(self) -> _Snapshot:
        """The runbooks by id, none where the knowledge base cannot be read; a new base is made ready for questions."""
        with suppress(FaultmavenError):
            base = self._current()
            if base is not self._warm:
                self._warm = base
                base.warm()
                gc.freeze()  # as in `live_base`: what was built now stays
            return {runbook.id: runbook for runbook in base}
        return {}

    async def _tell_sessions(self) -> None:
        for session in self._sessions:
            try:
                await session.send_resource_list_changed()
            except _GONE:
                self._sessions = [other for other in self._sessions if other is not session]


def _listed(runbooks: _Snapshot) -> list[tuple[str, str]]:
    """What a list of resources shows of the runbooks."""
    return [(runbook_id, runbook.title) for runbook_id, runbook in runbooks.items()]


def truthful(capabilities: ServerCapabilities) -> ServerCapabilities:
    """The capabilities with what is really announced: the list of resources changes, tools and prompts never do."""
    resources = capabilities.resources and capabilities.resources.model_copy(update={"list_changed": True})
    return capabilities.model_copy(
        update={
            "resources": resources,
            "tools": capabilities.tools and ToolsCapability(list_changed=False),
            "prompts": capabilities.prompts and PromptsCapability(list_changed=False),
        }
    )
