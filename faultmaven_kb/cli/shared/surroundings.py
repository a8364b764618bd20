"""What every command may need of the machine it runs on, without a runbook's model: the caches and the terminal."""

import os
import sys
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["cache_folder", "on_terminal"]


def cache_folder() -> Path:
    """The folder of caches: FMKB_CACHE_DIR, else the user's."""
    folder = os.environ.get("FMKB_CACHE_DIR")
    return Path(folder) if folder else user_cache_path("faultmaven-kb", appauthor=False)


def on_terminal() -> bool:
    """Whether somebody sits at a terminal that can be drawn on: both ends of it, and not a dumb one."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
