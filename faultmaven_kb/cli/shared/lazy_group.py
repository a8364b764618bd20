"""A group of commands, each in a module of its own that is imported only when it is called or described."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from faultmaven_kb.diagnostics import did_you_mean

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """`modules` maps each command's name, in the order of the help page, to its module in this room."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands in the table's order."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with a name, None for any other word."""
        module = self.modules.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(f"faultmaven_kb.cli.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click resolves it; a mistake names the nearest command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = did_you_mean(args[0], self.modules)
            raise click.UsageError(f"{error.message.rstrip('.')}{hint}", ctx) from None
