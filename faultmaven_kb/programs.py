"""Where a program lies that this package starts: the one lookup, for git and for the tools of the labs.

Only absolute folders of the PATH count. An empty or relative entry, and on Windows the current folder, would let a file
among the checked runbooks be started in the place of the program that is meant.
"""

import os
import sys
from pathlib import Path

__all__ = ["program"]


def program(name: str, *, path: str | None = None) -> Path | None:
    """The absolute path of a program on `path` (by default the PATH of the environment), None if there is none."""
    endings = ("",)
    if sys.platform == "win32":
        endings = tuple(os.environ.get("PATHEXT", ".COM;.EXE").split(os.pathsep))
    for entry in (os.environ.get("PATH", os.defpath) if path is None else path).split(os.pathsep):
        folder = Path(entry)
        if folder.is_absolute():
            for ending in endings:
                file = folder / f"{name}{ending}"
                if file.is_file() and os.access(file, os.X_OK):
                    return file
    return None
