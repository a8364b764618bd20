"""`fmkb lsp`: the language server for editors, on standard input and output."""

import datetime
import sys
from pathlib import Path
from typing import BinaryIO, cast

import click

from faultmaven_kb.cli.shared.surroundings import cache_folder
from faultmaven_kb.export.extras import from_extra
from faultmaven_kb.gate.configuration.location import find_configuration, root_of
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.engine.result_cache import ResultCache
from faultmaven_kb.gate.fixes.fixes import Check
from faultmaven_kb.gate.settings.settings import Profile, profile_named
from faultmaven_kb.serving.log import log_in_lines

__all__ = ["command"]


@click.command("lsp")
@click.option(
    "--profile",
    type=click.Choice([profile.label for profile in Profile]),
    show_default="the configuration's, else contribute",
    help="How strict the check is.",
)
def command(profile: str | None) -> None:
    """Check runbooks while they are written: an editor starts this and talks to it on standard input and output.

    \b
    Example (Neovim):
      vim.lsp.config("fmkb", { cmd = { "fmkb", "lsp" }, filetypes = { "markdown" } })
    """
    from_extra("pygls", extra="lsp")
    from faultmaven_kb.language_server.server import make_server  # noqa: PLC0415 - an extra, loaded when asked for
    from faultmaven_kb.language_server.wire import Wire  # noqa: PLC0415

    log_in_lines()
    check = _checker(profile_named(profile) if profile else None)
    wire = Wire(sys.stdin.buffer)
    make_server(check=check, today=datetime.date.today).start_io(cast("BinaryIO", wire))
    if wire.fault:
        raise click.ClickException(f"{wire.fault}; the language server ends")


def _checker(profile: Profile | None) -> Check:
    """A check that asks for the configuration again each time, so that a change of it counts at once."""
    cache = ResultCache(cache_folder())

    def check(text: str, path: str) -> Report:
        configuration = find_configuration(Path(path)).configuration
        return check_text(
            text,
            path=path,
            today=datetime.date.today(),
            profile=profile or configuration.profile or Profile.CONTRIBUTE,
            settings=configuration.settings,
            root=root_of((Path(path),)),
            cache=cache,
        )

    return check
