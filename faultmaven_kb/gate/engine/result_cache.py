"""Results of examining documents by content hash on disk, so that a base that did not change is not examined again.

An entry is JSON under the hash of everything its content follows from: the document, its name, the day, the
profile, the settings and this library's code. Nothing ever has to be invalidated; a folder that is deleted at any time
only costs time, and a cache that cannot be read or written is never an error.
"""

import contextlib
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from faultmaven_kb.disk.entries import Entries
from faultmaven_kb.gate.engine.document import Examined
from faultmaven_kb.gate.settings.settings import Criteria
from faultmaven_kb.plugins import plugin_stamp
from faultmaven_kb.reading.code_stamp import READING_ROOMS, code_stamp

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["ResultCache"]

_ROOMS = (*READING_ROOMS, "fences", "proofs", "gate")
"""The rooms whose code decides what is found in a document."""


@lru_cache(maxsize=1)
def _adapter() -> "TypeAdapter[Examined]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - a first run of a file that is refused needs none

    return TypeAdapter(Examined)


@lru_cache(maxsize=16)
def _frame(criteria: Criteria) -> bytes:
    """What is the same for every document of a run."""
    return f"{code_stamp(*_ROOMS)}\n{plugin_stamp()}\n{criteria!r}".encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class ResultCache:
    """A folder of results. It is made when the first result is kept."""

    folder: Path

    def get(self, data: bytes, path: str, criteria: Criteria) -> Examined | None:
        """The result kept for this content under this name, None if there is none."""
        entry = self._entries.get(_key(data, path, criteria))
        if entry is None:
            return None
        try:
            return _adapter().validate_json(entry)
        except ValueError:  # pydantic's complaint is one
            return None

    def put(self, data: bytes, path: str, criteria: Criteria, result: Examined) -> None:
        """Keep a result. The file appears complete or not at all."""
        with contextlib.suppress(ValueError):  # a lone surrogate cannot be written as JSON; such a result is not kept
            self._entries.put(_key(data, path, criteria), _adapter().dump_json(result))

    @property
    def _entries(self) -> Entries:
        return Entries(self.folder / "lint")


def _key(data: bytes, path: str, criteria: Criteria) -> str:
    digest = hashlib.blake2b(digest_size=20)
    for part in (_frame(criteria), path.encode("utf-8", "surrogateescape"), data):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
