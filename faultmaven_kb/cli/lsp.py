"""`fmkb lsp`: the language server for editors, on standard input and output."""

import datetime
from importlib.util import find_spec

import click

from faultmaven_kb.lint.engine import profile_named
from faultmaven_kb.lint.rule import Profile

__all__ = ["command"]


@click.command("lsp", short_help="Serve an editor (Language Server Protocol).")
@click.option(
    "--profile",
    type=click.Choice([profile.label for profile in Profile]),
    default=Profile.CONTRIBUTE.label,
    show_default=True,
    help="How much is asked of a runbook.",
)
def command(profile: str) -> None:
    """Check runbooks while they are written: an editor starts this and talks to it on standard input and output.

    \b
    Example (Neovim):
      vim.lsp.config("fmkb", { cmd = { "fmkb", "lsp" }, filetypes = { "markdown" } })
    """
    if find_spec("pygls") is None:
        raise click.ClickException("the language server needs pygls: pip install 'faultmaven-kb[lsp]'")
    from faultmaven_kb.language_server.server import make_server  # noqa: PLC0415 - an extra, loaded when asked for

    make_server(profile=profile_named(profile), today=datetime.date.today).start_io()
