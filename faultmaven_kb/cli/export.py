"""`fmkb export`: the table of consumers; each is a command in a module of its own, imported when it is called."""

from importlib import import_module

import click

__all__ = ["command"]

_CONSUMERS = {"chunks": "export_chunks", "skills": "export_skills", "json": "export_json", "chroma": "export_chroma"}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_CONSUMERS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _CONSUMERS.get(cmd_name)
        if module is None:
            return None
        found: click.Command = import_module(f"faultmaven_kb.cli.{module}").command
        return found


@click.group("export", cls=_LazyGroup, short_help="Hand the runbooks to other tools.")
def command() -> None:
    """Write the runbooks in the form another tool reads."""
