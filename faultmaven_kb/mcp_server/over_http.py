"""The server as an application for HTTP, to be put behind a guard that checks hosts, token and rate."""

from collections.abc import Callable
from datetime import date

from mcp.server.transport_security import TransportSecuritySettings
from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faultmaven_kb.mcp_server.identities import invalid_request
from faultmaven_kb.mcp_server.server import RunbookServer
from faultmaven_kb.serving.live_base import LiveBase
from faultmaven_kb.serving.problems import PROBLEM_TYPE, problem

__all__ = ["over_http"]

_PATH = "/mcp"
_POST = {"allow": "POST"}


def over_http(base: LiveBase, *, today: Callable[[], date], sessions: int) -> Starlette:
    """Streamable HTTP at /mcp with at most this many sessions at once; 0 serves without sessions.

    Without them several processes can share an address, and nothing is announced to clients.
    """
    app = RunbookServer(base, today=today).streamable_http_app(
        stateless_http=not sessions,
        json_response=True,
        max_sessions=sessions or None,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the guard does it
    )
    if not sessions:
        app.routes[:] = [Route(_PATH, _no_stream, methods=["GET"]), *app.routes]
    for route in app.routes:  # not around the application: the HTTP door takes its routes only
        if isinstance(route, Route):
            route.app = _AnsweringInvalidIds(route.app)
    return app


class _AnsweringInvalidIds:
    """Refuses requests that the SDK would take for notifications; the guard has read and limited their bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            body = await Request(scope, receive).body()
            try:
                fault = invalid_request(from_json(body))
            except ValueError:
                fault = None  # no JSON: the SDK says so
            if fault:
                text = fault.model_dump_json(by_alias=True, exclude_unset=True)
                await Response(text, 400, media_type="application/json")(scope, receive, send)
                return
            receive = _again(body, receive)
        await self._app(scope, receive, send)


def _again(body: bytes, receive: Receive) -> Receive:
    """A receiver of a body that has been read."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


async def _no_stream(_: Request) -> Response:
    """Nothing would ever come on a stream without a session, but it would be open for as long as a client likes."""
    return Response(
        problem(405, "there is nothing to listen to without sessions, expected POST"), 405, _POST, PROBLEM_TYPE
    )
