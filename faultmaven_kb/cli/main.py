"""`fmkb`: the table of commands, and what happens to an exception that reaches the top."""

import os
import sys
from importlib import import_module

import click

from faultmaven_kb._version import __version__
from faultmaven_kb.errors import FaultmavenError

__all__ = ["COMMANDS", "fmkb", "main"]

COMMANDS = {
    "search": "search",
    "diagnose": "diagnose",
    "eval": "evaluate",
    "show": "show",
    "list": "list_runbooks",
    "validate": "validate",
    "rules": "rules",
    "lsp": "lsp",
    "new": "new",
    "schema": "schema",
    "lab": "lab",
    "alerts": "alerts",
    "convert": "convert",
    "export": "export",
    "mcp": "mcp",
    "completion": "completion",
}
"""The commands in the order of the help page, with the module each lives in."""

_HELP = """Find the right runbook from a symptom, read it, and check runbooks.

\b
Examples:
  fmkb search "FATAL: sorry, too many clients already"
  journalctl -u redis-server -n 200 --no-pager | fmkb search -
  fmkb show redis-out-of-memory
  fmkb validate runbooks
"""


class _LazyGroup(click.Group):
    """Imports a command's module only when that command is called or described."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(f"faultmaven_kb.cli.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from faultmaven_kb.diagnostics import did_you_mean  # noqa: PLC0415 - only for a mistake

            raise click.UsageError(f"{error.message.rstrip('.')}{did_you_mean(args[0], COMMANDS)}", ctx) from None


@click.group(cls=_LazyGroup, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fmkb")
def fmkb() -> None:
    """The group of all commands; its help is written above, with examples."""


def main() -> None:
    """The entry point of `fmkb`: runs a command and exits with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        sys.exit(fmkb.main(standalone_mode=True, prog_name="fmkb"))
    except FaultmavenError as error:
        click.echo(f"fmkb: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # the promise is: a message and code 3, never a traceback
        if os.environ.get("FMKB_TRACEBACK"):
            raise
        click.echo(f"fmkb: internal error: {type(error).__name__}: {error}", err=True)
        click.echo("set FMKB_TRACEBACK=1 to see where, and please report it", err=True)
        sys.exit(3)


if __name__ == "__main__":
    main()
