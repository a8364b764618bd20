"""What a cached result depends on beside its input: the code that computed it."""

from functools import lru_cache
from pathlib import Path

from faultmaven_kb._version import __version__

__all__ = ["READING_ROOMS", "code_stamp"]

READING_ROOMS = ("text", "model", "dialects", "reading")
"""The rooms whose code decides what is read in a document."""

_PACKAGE = Path(__file__).parent.parent


@lru_cache(maxsize=8)
def code_stamp(*rooms: str) -> str:
    """Changes with the version and, in an editable install, with every module of the rooms, at any depth."""
    files = [file for room in rooms for file in (_PACKAGE / room).rglob("*.py")]
    return f"{__version__} {len(files)} {max((file.stat().st_mtime_ns for file in files), default=0)}"
