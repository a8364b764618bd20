"""Parsed runbooks by content hash on disk, so that a base that did not change is not parsed again.

An entry is a JSON file named by the hash of the document, its path and this library's code: nothing ever has to be
invalidated, and a folder that is deleted at any time only costs time. A cache that cannot be read or written is never
an error.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from faultmaven_kb.model.parse_result import ParseResult
from faultmaven_kb.plugins import plugin_stamp
from faultmaven_kb.reading.code_stamp import READING_ROOMS, code_stamp

__all__ = ["Cache"]

_RESULT = TypeAdapter(ParseResult)


@dataclass(frozen=True)
class Cache:
    """A folder of parse results. The folder is made when the first result is kept."""

    folder: Path

    def get(self, data: bytes, path: str) -> ParseResult | None:
        """The result kept for this content at this path, None when there is none."""
        try:
            return _RESULT.validate_json(self._file(data, path).read_bytes())
        except (OSError, ValueError):  # pydantic's complaint is a ValueError
            return None

    def put(self, data: bytes, path: str, result: ParseResult) -> None:
        """Keep a result. The file appears complete or not at all."""
        file = self._file(data, path)
        try:
            text = _RESULT.dump_json(result)
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent)
            with os.fdopen(handle, "wb") as out:
                out.write(text)
            Path(name).replace(file)
        except (OSError, ValueError):  # a result that is no JSON is not kept
            return

    def _file(self, data: bytes, path: str) -> Path:
        digest = hashlib.blake2b(digest_size=20)
        for part in (
            f"{code_stamp(*READING_ROOMS)}\n{plugin_stamp()}".encode(),
            path.encode("utf-8", "surrogateescape"),
            data,
        ):
            digest.update(len(part).to_bytes(8, "big") + part)
        name = digest.hexdigest()
        return self.folder / name[:2] / f"{name[2:]}.json"
