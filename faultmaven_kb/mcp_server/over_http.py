"""The server as an application for HTTP, to be put behind a guard that checks hosts, token and rate."""

from collections.abc import Callable
from datetime import date

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette

from faultmaven_kb.mcp_server.server import RunbookServer
from faultmaven_kb.serving.live_base import LiveBase

__all__ = ["over_http"]


def over_http(base: LiveBase, *, today: Callable[[], date], sessions: int) -> Starlette:
    """Streamable HTTP at /mcp with at most this many sessions at once; 0 serves without sessions.

    Without them several processes can share an address, and nothing is announced to clients.
    """
    return RunbookServer(base, today=today).streamable_http_app(
        stateless_http=not sessions,
        max_sessions=sessions or None,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the guard does it
    )
