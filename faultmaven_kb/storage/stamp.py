"""Which library made a base: its version and its code, as far as a base depends on it; and what a kept one is called.

A base contains what the reading made of a document and what the search counts in it, so a change in either makes the
base an old one. Hashing the code itself leaves nobody to remember a number. Stems are kept too, and another release of
the stemmer may have others than a question would be given.
"""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import Stemmer

from faultmaven_kb._version import __version__
from faultmaven_kb.plugins import plugin_stamp
from faultmaven_kb.storage.file_format.container import SUFFIX

__all__ = ["kept_file", "library_stamp"]

_ROOMS = ("dialects", "fences", "model", "reading", "search", "storage", "text")


@lru_cache(maxsize=1)
def library_stamp() -> str:
    """The version, a hash of the code and the tables that reading and search consist of, and the stemmer's version."""
    package = Path(__file__).parent.parent
    digest = blake2b(digest_size=8)
    for room in _ROOMS:
        for file in sorted((package / room).rglob("*")):
            if file.suffix in (".py", ".txt", ".json", ".yaml", ".toml", ".tsv", ".csv") and file.is_file():
                data = file.read_bytes().replace(b"\r\n", b"\n")
                digest.update(f"{file.relative_to(package).as_posix()} {len(data)}\n".encode() + data)
    return f"{__version__} {digest.hexdigest()} {Stemmer.version()} {plugin_stamp()}".rstrip()


def kept_file(folder: Path, paths: Sequence[str | Path], aliases: Mapping[str, str]) -> Path:
    """Where, in a folder of caches, the base of some paths is kept, read with a team's own headings by this library."""
    digest = blake2b(library_stamp().encode(), digest_size=16)
    for path in paths:
        digest.update(f"\0{os.fspath(path)}\0{os.path.abspath(path)}".encode("utf-8", "surrogatepass"))  # noqa: PTH100
    for heading, target in sorted(aliases.items()):
        digest.update(f"\0\0{heading}\0{target}".encode("utf-8", "surrogatepass"))
    return folder / "bases" / f"{digest.hexdigest()}{SUFFIX}"
