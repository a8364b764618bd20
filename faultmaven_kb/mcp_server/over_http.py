"""The server as an application for HTTP, to be put behind a guard that checks hosts, token and rate."""

from collections.abc import Callable
from datetime import date

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
    return app


async def _no_stream(_: Request) -> Response:
    """Nothing would ever come on a stream without a session, but it would be open for as long as a client likes."""
    return Response(
        problem(405, "there is nothing to listen to without sessions, expected POST"), 405, _POST, PROBLEM_TYPE
    )
