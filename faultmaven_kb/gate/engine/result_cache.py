"""Results of examining documents by content hash on disk, so that a base that did not change is not examined again.

An entry is a JSON file named by the hash of everything its content follows from: the document, its name, the day, the
profile, the settings and this library's code. Nothing ever has to be invalidated; a folder that is deleted at any time
only costs time, and a cache that cannot be read or written is never an error.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

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
        """The result kept for this content under this name, None when there is none."""
        try:
            kept = self._file(data, path, criteria).read_bytes()
            return _adapter().validate_json(kept)
        except (OSError, ValueError):  # pydantic's complaint is a ValueError
            return None

    def put(self, data: bytes, path: str, criteria: Criteria, result: Examined) -> None:
        """Keep a result. The file appears complete or not at all."""
        file = self._file(data, path, criteria)
        try:
            text = _adapter().dump_json(result)
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent)
            with os.fdopen(handle, "wb") as out:
                out.write(text)
            Path(name).replace(file)
        except (OSError, ValueError):  # a lone surrogate cannot be written as JSON; such a result is not kept
            return

    def _file(self, data: bytes, path: str, criteria: Criteria) -> Path:
        digest = hashlib.blake2b(digest_size=20)
        for part in (_frame(criteria), path.encode("utf-8", "surrogateescape"), data):
            digest.update(len(part).to_bytes(8, "big") + part)
        name = digest.hexdigest()
        return self.folder / "lint" / name[:2] / f"{name[2:]}.json"
