"""Puts a server together from plain values, so that each of several processes can do it for itself."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.routing import BaseRoute

from faultmaven_kb.export.extras import from_extra
from faultmaven_kb.http_server.application import application
from faultmaven_kb.http_server.metrics import Measured, Metrics
from faultmaven_kb.http_server.site import WithSite
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.serving.guard import Application, Guard, Receive, Scope, Send
from faultmaven_kb.serving.live_base import LiveBase
from faultmaven_kb.serving.rules import GuardRules
from faultmaven_kb.storage.kept import Cache

__all__ = ["ServerSettings", "as_it_is", "server"]


def as_it_is(base: KnowledgeBase) -> KnowledgeBase:
    """The base unchanged; a function with a name, because processes cannot be given a lambda."""
    return base


@dataclass(frozen=True)
class ServerSettings:
    """What is served and to whom: the runbooks at `paths`, by the `rules`.

    `mcp_sessions` is how many agents may have a session at /mcp: None disables /mcp, 0 serves it without sessions.
    `seconds` is the time that an answer may take. All values are picklable.
    """

    rules: GuardRules
    today: Callable[[], datetime.date]
    paths: tuple[Path, ...] = ()
    cache: Cache | None = None
    prepare: Callable[[KnowledgeBase], KnowledgeBase] = as_it_is
    link: str | None = None
    site: Path | None = None
    mcp_sessions: int | None = None
    seconds: float = 20.0


def server(settings: ServerSettings) -> Application:
    """The whole application: endpoints, site and MCP behind a guard, and all of it counted."""
    base = LiveBase(settings.paths, cache=settings.cache, prepare=settings.prepare)
    metrics = Metrics()
    beside: tuple[BaseRoute, ...] = ()
    lifespan = None
    if settings.mcp_sessions is not None:
        from_extra("mcp.server.mcpserver", extra="mcp")
        from faultmaven_kb.mcp_server.over_http import over_http  # noqa: PLC0415 - the extra may be missing

        agents = over_http(base, today=settings.today, sessions=settings.mcp_sessions)
        beside, lifespan = tuple(agents.routes), partial(agents.router.lifespan_context, agents)
    app: Application = application(
        base,
        today=settings.today,
        metrics=metrics,
        link=settings.link,
        seconds=settings.seconds,
        beside=beside,
        lifespan=lifespan,
    )
    if settings.site is not None:
        app = WithSite(app, settings.site)
    return Measured(Guard(_WithHead(app), settings.rules), metrics)


class _WithHead:
    """Answers HEAD as GET; the server that speaks HTTP omits the body."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        get_scope = {**scope, "method": "GET"}
        try:
            await self._app(get_scope, receive, send)
        finally:
            scope["route"] = get_scope.get("route")
