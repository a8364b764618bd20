"""A group of commands, each in its own module that is imported only when it is called.

The help page and the shell's completion need no more than a line about each command; those lines are in the group's
table, so that neither imports what the commands need.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """`modules` maps each command's name, in the order of the help page, to its module in this room and its line."""

    def __init__(self, *args: Any, modules: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As click makes it; what a mistake quotes stays on its line."""
        with _quoted_safely():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """As click calls it; what a mistake in a command quotes stays on its line."""
        with _quoted_safely():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands in the table's order."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with a name, None for any other word."""
        if cmd_name not in self.modules:
            return None
        command: click.Command = import_module(f"faultmaven_kb.cli.{self.modules[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.modules.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin with what was typed, then what click completes in any command: its options."""
        names = [
            CompletionItem(name, help=line) for name, (_, line) in self.modules.items() if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click resolves it; a mistake names the nearest command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from faultmaven_kb.diagnostics import did_you_mean  # noqa: PLC0415 - difflib is loaded for a mistake only

            hint = did_you_mean(args[0], self.modules)
            raise click.UsageError(f"{error.message.rstrip('.')}{hint}", ctx) from None


@contextmanager
def _quoted_safely() -> Iterator[None]:
    """Mistakes quote what was typed and what files are called: safe for the one line that each is printed on."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:  # its text is the help page
        raise
    except click.MissingParameter as error:  # quotes nothing that was typed; its choices stand on lines of their own
        raise click.UsageError(" ".join(error.format_message().split()), error.ctx) from None
    except click.UsageError as error:
        raise click.UsageError(printable(error.format_message()), error.ctx) from None
    except click.ClickException as error:
        raise click.ClickException(printable(error.format_message())) from None
