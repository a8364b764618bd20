"""`fmkb mcp`: the knowledge base as a server for agents."""

import datetime
import logging
from pathlib import Path

import click

from faultmaven_kb.cli.servers.listening import listening_options, rules_for, shown_address
from faultmaven_kb.cli.shared.common import cache_in_force, kb_option
from faultmaven_kb.cli.shared.semantic import semantic_option, with_semantic
from faultmaven_kb.export.extras import from_extra
from faultmaven_kb.serving.live_base import LiveBase
from faultmaven_kb.serving.running import listen, serve

__all__ = ["command"]


@click.command("mcp")
@click.option("--http", is_flag=True, help="Serve streamable HTTP at /mcp instead of standard input and output.")
@listening_options
@click.option(
    "--sessions",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="How many sessions may be open at once over HTTP; one that is idle for half an hour is closed.",
)
@semantic_option
@kb_option
def command(
    http: bool,
    host: str,
    port: int,
    token_file: Path | None,
    rate: float | None,
    allowed: tuple[str, ...],
    sessions: int,
    semantic: str | None,
    kb_paths: tuple[Path, ...],
) -> None:
    """Serve the runbooks to agents over the Model Context Protocol; needs the extra `mcp`.

    \b
    Examples:
      fmkb mcp --kb runbooks
      fmkb mcp --http --port 8000
      fmkb mcp --http --host 0.0.0.0 --token-file /etc/fmkb/token

    Files are read again when they change. All tools are read-only. Beyond the loopback address requests have to bring
    a token, as `Authorization: Bearer TOKEN`.
    """
    from_extra("mcp.server.mcpserver", extra="mcp")
    from faultmaven_kb.mcp_server.over_http import over_http  # noqa: PLC0415
    from faultmaven_kb.mcp_server.server import RunbookServer  # noqa: PLC0415
    from faultmaven_kb.serving.guard import Guard  # noqa: PLC0415

    base = LiveBase(kb_paths, cache=cache_in_force(), prepare=lambda kb: with_semantic(kb, semantic))
    rules = rules_for(host, token_file, rate, allowed) if http else None
    base.current()
    logging.disable(logging.INFO)  # standard error is where clients show what went wrong
    if rules is None:
        RunbookServer(base, today=datetime.date.today).run("stdio")
        return
    listening = listen(host, port)
    click.echo(f"fmkb: serving http://{shown_address(listening)}/mcp", err=True)
    app = Guard(over_http(base, today=datetime.date.today, sessions=sessions), rules)
    serve(lambda: app, listening)
