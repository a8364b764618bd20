"""`fmkb export`: the table of consumers; each is a command in a module of its own, imported when it is called."""

import click

from faultmaven_kb.cli.shared.lazy_group import LazyGroup

__all__ = ["command"]

_CONSUMERS = {name: f"exports.{name}" for name in ("chunks", "skills", "json", "chroma")}


@click.group("export", cls=LazyGroup, modules=_CONSUMERS, short_help="Hand the runbooks to other tools.")
def command() -> None:
    """Write the runbooks in the form another tool reads."""
