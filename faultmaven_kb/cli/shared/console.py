"""The console that commands print to when there are colours to print."""

from rich.console import Console

__all__ = ["console"]


def console() -> Console:
    """A console on standard output: colours on a terminal only, no markup or emoji codes taken from texts."""
    return Console(markup=False, emoji=False, highlight=False, soft_wrap=False)
