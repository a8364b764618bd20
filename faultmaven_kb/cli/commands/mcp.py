"""`fmkb mcp`: the knowledge base as a server for agents."""

import datetime
import ipaddress
import logging
import os
import socket
from pathlib import Path

import click

from faultmaven_kb.cli.shared.common import cache_in_force, kb_option
from faultmaven_kb.cli.shared.semantic import semantic_option, with_semantic
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.export.extras import from_extra
from faultmaven_kb.text.terminal_text import printable

__all__ = ["command"]


@click.command("mcp")
@click.option("--http", is_flag=True, help="Serve streamable HTTP at /mcp instead of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen on.")
@semantic_option
@kb_option
def command(http: bool, host: str, port: int, semantic: str | None, kb_paths: tuple[Path, ...]) -> None:
    """Serve the runbooks to agents over the Model Context Protocol; needs the extra `mcp`.

    \b
    Examples:
      fmkb mcp --kb runbooks
      fmkb mcp --http --port 8000

    Files are read again when they change. All tools are read-only; there is no authentication, so HTTP stays on the
    loopback address unless --host says otherwise.
    """
    from_extra("mcp.server.mcpserver", extra="mcp")
    from faultmaven_kb.mcp_server.live_base import LiveBase  # noqa: PLC0415 - the extra may be missing
    from faultmaven_kb.mcp_server.server import RunbookServer  # noqa: PLC0415

    base = LiveBase(kb_paths, cache=cache_in_force(), prepare=lambda found: with_semantic(found, semantic))
    base.current()
    logging.disable(logging.INFO)  # standard error is where clients show what went wrong
    server = RunbookServer(base, today=datetime.date.today)
    if not http:
        server.run("stdio")
        return
    if not _is_loopback(host):
        click.echo(
            f"fmkb: {printable(host)} is no loopback address: whoever reaches it can read the runbooks", err=True
        )
    _check_free(host, port)
    click.echo(f"fmkb: serving http://{printable(host)}:{port}/mcp", err=True)
    server.run("streamable-http", host=host, port=port)


def _check_free(host: str, port: int) -> None:
    """Raises `ConfigurationError` where nothing can listen: the server would only find out when it has started."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, number) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(
            f"cannot listen on {host}:{port} ({reason}), expected a free --port and an address of this machine"
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
