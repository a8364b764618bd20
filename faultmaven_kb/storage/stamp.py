"""Which library made a base: its version and its code, as far as a base depends on it.

A base contains what the reading made of a document and what the search counts in it, so a change in either makes the
base an old one. Hashing the code itself leaves nobody to remember a number.
"""

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from faultmaven_kb._version import __version__
from faultmaven_kb.plugins import plugin_stamp

__all__ = ["library_stamp"]

_ROOMS = ("dialects", "fences", "model", "reading", "search", "storage", "text")


@lru_cache(maxsize=1)
def library_stamp() -> str:
    """The version and a hash of the code and the tables that reading and search consist of."""
    package = Path(__file__).parent.parent
    digest = blake2b(digest_size=8)
    for room in _ROOMS:
        for file in sorted((package / room).rglob("*")):
            if file.suffix in (".py", ".txt", ".json", ".yaml", ".toml", ".tsv", ".csv") and file.is_file():
                data = file.read_bytes().replace(b"\r\n", b"\n")
                digest.update(f"{file.relative_to(package).as_posix()} {len(data)}\n".encode() + data)
    return f"{__version__} {digest.hexdigest()} {plugin_stamp()}".rstrip()
