"""What every command may need of the machine it runs on, without a runbook's model: the caches and the terminal."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from platformdirs import user_cache_path

__all__ = ["cache_folder", "on_terminal", "progress_bar"]


def cache_folder() -> Path:
    """The folder of caches: FMKB_CACHE_DIR, else the user's."""
    folder = os.environ.get("FMKB_CACHE_DIR")
    return Path(folder) if folder else user_cache_path("faultmaven-kb", appauthor=False)


def on_terminal() -> bool:
    """Whether somebody sits at a terminal that can be drawn on: both ends of it, and not a dumb one."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """What draws how many of how many are done on standard error, None when that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=0, label=label, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress
