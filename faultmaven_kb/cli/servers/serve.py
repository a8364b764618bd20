"""`fmkb serve`: the knowledge base over HTTP."""

import datetime
import logging
import os
import tempfile
from functools import partial
from pathlib import Path

import click

from faultmaven_kb.cli.servers.listening import listening_options, rules_for, shown_address
from faultmaven_kb.cli.shared.common import cache_in_force, kb_option
from faultmaven_kb.cli.shared.semantic import semantic_option, with_semantic
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.export.extras import from_extra

__all__ = ["command"]

_SESSIONS = 100  # chosen: the default of `fmkb mcp --sessions`


@click.command("serve")
@listening_options
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="How many processes answer.")
@click.option("--mcp", "with_mcp", is_flag=True, help="Serve agents at /mcp too; needs the extra `mcp`.")
@click.option(
    "--site", type=click.Path(path_type=Path), help="A folder with a built site, served along with the endpoints."
)
@click.option(
    "--link",
    metavar="PATTERN",
    help="The address of a runbook with {id} in it, for the links in answers of /alerts. Default: this server's own.",
)
@semantic_option
@kb_option
def command(
    host: str,
    port: int,
    token_file: Path | None,
    rate: float | None,
    allowed: tuple[str, ...],
    workers: int,
    with_mcp: bool,
    site: Path | None,
    link: str | None,
    semantic: str | None,
    kb_paths: tuple[Path, ...],
) -> None:
    """Serve the runbooks over HTTP: search, read, check, alerts; needs the extra `http`.

    \b
    Examples:
      fmkb serve --kb runbooks
      fmkb serve --workers 2 --mcp --site public
      fmkb serve --host 0.0.0.0 --token-file /etc/fmkb/token

    GET /openapi.json describes the endpoints. Files are read again when they change; nothing is ever written. Beyond
    the loopback address requests have to bring a token, as `Authorization: Bearer TOKEN`.
    """
    for module in ("fastapi", "uvicorn", "prometheus_client"):
        from_extra(module, extra="http")
    rules = rules_for(host, token_file, rate, allowed)
    if site is not None and not site.is_dir():
        raise ConfigurationError(f'the site "{site}" is not a folder, expected one with a built site')
    if link is not None and "{id}" not in link:
        raise ConfigurationError(f'--link is "{link}", expected an address with {{id}} in it')
    with tempfile.TemporaryDirectory() as folder:
        if workers > 1:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # before prometheus-client is imported, here and in them
        from faultmaven_kb.http_server.starting import ServerSettings, server  # noqa: PLC0415 - the extra may be missing
        from faultmaven_kb.serving.live_base import LiveBase  # noqa: PLC0415
        from faultmaven_kb.serving.running import listen, serve  # noqa: PLC0415

        settings = ServerSettings(
            rules.shared_by(workers),
            datetime.date.today,
            kb_paths,
            cache=cache_in_force(),
            prepare=partial(with_semantic, model=semantic),
            link=link,
            site=site,
            mcp_sessions=None if not with_mcp else 0 if workers > 1 else _SESSIONS,
        )
        LiveBase(settings.paths, cache=settings.cache, prepare=settings.prepare).current()  # says now what is wrong
        logging.disable(logging.INFO)
        listening = listen(host, port)
        click.echo(f"fmkb: serving http://{shown_address(listening)}", err=True)
        serve(partial(server, settings), listening, processes=workers)
