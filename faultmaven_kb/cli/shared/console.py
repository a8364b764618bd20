"""The console that commands print to when there are colours to print."""

import sys
from typing import Any, TextIO, cast

from rich.console import Console

from faultmaven_kb.text.terminal_text import without_commands

__all__ = ["console"]


def console() -> Console:
    """A console on standard output: colours on a terminal only, no markup or emoji codes taken from texts."""
    return Console(file=cast(TextIO, _Guarded()), markup=False, emoji=False, highlight=False, soft_wrap=False)


class _Guarded:
    """Standard output for wrapped text: no command of a runner starts a line, where a wrap put it there neither."""

    def write(self, text: str) -> int:
        return sys.stdout.write(without_commands(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)
