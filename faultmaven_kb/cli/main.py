"""`fmkb`: the table of commands, and what happens to an exception that reaches the top."""

import gc
import os
import sys
from contextlib import suppress

import click

from faultmaven_kb._version import __version__
from faultmaven_kb.cli.shared.lazy_group import LazyGroup
from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["COMMANDS", "fmkb", "main"]

COMMANDS = {
    "search": ("commands.search", "Find the runbook for a symptom."),
    "diagnose": ("commands.diagnose", "Order the causes, propose the next step."),
    "eval": ("commands.evaluate", "Measure the search on a knowledge base."),
    "show": ("commands.show", "Read a runbook in the terminal."),
    "list": ("commands.list_runbooks", "List the runbooks."),
    "validate": ("commands.validate", "Check runbooks."),
    "rules": ("commands.rules", "Explain the rules of the check."),
    "lsp": ("servers.lsp", "Serve an editor (Language Server Protocol)."),
    "init": ("commands.init", "Set up the check of a folder of runbooks."),
    "new": ("commands.new", "Write a runbook to fill in."),
    "schema": ("commands.schema", "Print a JSON Schema."),
    "lab": ("labs.lab", "Prove runbooks on real software."),
    "alerts": ("commands.alerts", "Check which alerts have a runbook."),
    "report": ("commands.report", "Say how a knowledge base is doing."),
    "convert": ("exports.convert", "Write a draft of a runbook in another form."),
    "build": ("commands.build", "Put runbooks into one file that opens at once."),
    "cache": ("commands.cache", "Manage what is kept of folders."),
    "site": ("servers.site", "Make a static site of the runbooks."),
    "export": ("exports.export", "Hand the runbooks to other tools."),
    "mcp": ("servers.mcp", "Serve the runbooks to agents (MCP)."),
    "serve": ("servers.serve", "Serve the runbooks over HTTP."),
    "completion": ("commands.completion", "Print a shell completion script."),
}
"""The commands in the order of the help page: the module each lives in, and its line on that page."""

_HELP = """Find the right runbook from a symptom, read it, and check runbooks.

\b
Examples:
  fmkb search "FATAL: sorry, too many clients already"
  journalctl -u redis-server -n 200 --no-pager | fmkb search -
  fmkb show redis-out-of-memory
  fmkb validate runbooks
"""

_NEW_OBJECTS = 20_000
"""How many new objects are worth a look for cycles among them: modules that are imported make many and no garbage."""


@click.group(cls=LazyGroup, modules=COMMANDS, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fmkb", message="%(prog)s, version %(version)s")
def fmkb() -> None:
    """The group of all commands; its help is written above, with examples."""


def main() -> None:
    """The entry point of `fmkb`: runs a command and exits with its code."""
    gc.set_threshold(_NEW_OBJECTS)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some costs more than reading a runbook
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a search multiplies no matrices; idle threads slow its start
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        sys.exit(fmkb.main(standalone_mode=True, prog_name="fmkb"))
    except FaultmavenError as error:
        _say(f"fmkb: {error}")
        sys.exit(2)
    except BrokenPipeError:
        _drop_output()
        sys.exit(1)
    except OSError as error:  # a full disk, a folder that is read-only: a report would not help
        _drop_output()
        place = f"{error.filename!r}: " if error.filename is not None else ""
        _say(f"fmkb: {place}{error.strerror or error}")
        sys.exit(2)
    except Exception as error:  # the promise is: a message and code 3, never a traceback
        if os.environ.get("FMKB_TRACEBACK"):
            raise
        _say(f"fmkb: internal error: {type(error).__name__}: {error}")
        _say("set FMKB_TRACEBACK=1 to see where, and please report it")
        sys.exit(3)


def _say(text: str) -> None:
    """A line on standard error, made safe for a terminal; where that is full too, only the exit code is left."""
    with suppress(OSError):
        click.echo(printable(" ".join(text.split())), err=True)


def _drop_output() -> None:
    """Discard what is still buffered for a standard output that was closed."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
