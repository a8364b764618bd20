"""The console that commands print to when there are colours to print."""

import sys
from typing import Any, TextIO, cast

from rich.console import Console

from faultmaven_kb.text.characters.terminal_text import without_commands

__all__ = ["captured_console", "console"]


def console() -> Console:
    """A console on standard output: colours on a terminal only, no markup or emoji codes taken from texts."""
    return Console(file=cast(TextIO, _Guarded()), markup=False, emoji=False, highlight=False, soft_wrap=False)


def captured_console(file: TextIO, width: int, **options: Any) -> Console:
    """A console of a width that draws in colours to a file, whatever the terminal is: no markup or emoji codes either.

    The options are those of rich's `Console`.
    """
    return Console(
        file=file,
        width=width,
        force_terminal=True,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        **options,
    )


class _Guarded:
    """Standard output for wrapped text: no command of a runner starts a line, where a wrap put it there neither."""

    def write(self, text: str) -> int:
        return sys.stdout.write(without_commands(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)
