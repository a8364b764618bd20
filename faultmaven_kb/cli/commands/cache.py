"""`fmkb cache`: what is kept in the user's cache folder."""

import click

from faultmaven_kb.cli.shared.surroundings import cache_folder
from faultmaven_kb.text.terminal_text import printable

__all__ = ["command"]


@click.group("cache")
def command() -> None:
    """Look at what is kept in the cache folder, or remove it. Nothing there is needed; it saves reading again."""


@command.command("clean", short_help="Remove the kept knowledge bases.")
def clean() -> None:
    """Remove the knowledge bases that are kept of folders; they are made again when they are needed."""
    from faultmaven_kb.storage.kept import Cache  # noqa: PLC0415 - a help page needs no numpy

    freed = Cache(cache_folder()).clean()
    click.echo(f"{printable(str(cache_folder()))}: {freed / 1e6:.1f} MB removed")
