"""`fmkb cache`: what is kept in the user's cache folder."""

import click

from faultmaven_kb.cli.shared.surroundings import cache_folder
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.group("cache")
def command() -> None:
    """Look at what is kept in the cache folder, or remove it. Nothing there is needed; it saves reading again."""


@command.command("clean", short_help="Remove what is kept.")
def clean() -> None:
    """Remove the knowledge bases, results of checks and vectors that are kept; they are made again when needed.

    Nothing else in the folder is touched. Each kind also has a size limit without this command; the oldest entries
    are removed first.
    """
    from faultmaven_kb.disk.entries import Entries  # noqa: PLC0415 - a help page needs none of it
    from faultmaven_kb.storage.kept import Cache  # noqa: PLC0415

    folder = cache_folder()
    freed = Cache(folder).clean() + sum(Entries(folder / name).clean() for name in ("lint", "vectors"))
    click.echo(f"{printable(str(folder))}: {freed / 1e6:.1f} MB removed")
