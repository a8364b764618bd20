"""What a base keeps of a file: its model and diagnostics as compressed JSON, its terms, and a few values to filter by.

Files are read in batches, so that another process can do it: a batch numbers its terms by itself and brings the words
along. Models are kept, not sources, because a hit is shown more often than a base is built: a model is read back in
less than a millisecond, parsed in five, and compressed it is half as long again as its compressed source.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import numpy as np

from faultmaven_kb.diagnostics import UNREAD, Diagnostic
from faultmaven_kb.reading.files import FileState, read_file, shown_name
from faultmaven_kb.reading.ids import naming_of
from faultmaven_kb.search.arrays import Terms
from faultmaven_kb.search.engine import technologies_in
from faultmaven_kb.search.fields import FIELDS
from faultmaven_kb.search.index import END, TermNumbers, Text, read_text
from faultmaven_kb.search.vocabulary.terms import LINE_END
from faultmaven_kb.source import Span
from faultmaven_kb.storage.file_format.compressed import packed, unpacked

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from faultmaven_kb.model.runbook import Runbook

__all__ = [
    "COLUMNS",
    "NO_DIGEST",
    "NO_TEXT",
    "Batch",
    "Record",
    "diagnostics_from",
    "digest_of",
    "read_batch",
    "runbook_from",
    "seen_from",
    "text_from",
]

COLUMNS = ("technology", "severity", "status")
"""The fields of the metadata that are filtered by, besides tags."""

NO_DIGEST = bytes(16)
NO_TEXT = Text(np.empty(0, dtype=np.int32), (0,) * (len(FIELDS) + 1), np.empty(0, dtype=np.int64))
_SPAN = {field.name for field in fields(Span)}
_Value = TypeVar("_Value")


class Record(NamedTuple):
    """A file that was read. `model` is empty without a runbook, `diagnostics` without anything to report; `unread` is
    true when what they report keeps something from being found.

    A file with several runbooks is several records in a row, the first of which has the diagnostics of the file.
    `values` are the runbook's id, its `COLUMNS` and its technologies as the search takes them; `text` has the batch's
    numbers; `by_file` says that the id is the file's name.
    """

    name: str
    digest: bytes
    model: bytes
    diagnostics: bytes
    unread: bool
    values: tuple[str, ...]
    tags: tuple[str, ...]
    text: Text
    by_file: bool = False


class Batch(NamedTuple):
    """Some records and the words of their terms, in the order of their numbers."""

    records: list[Record]
    words: list[str]


def read_batch(files: Sequence[FileState], aliases: Mapping[str, str]) -> Batch:
    """Read some files with a team's own headings; one that cannot be read is a record with a diagnostic."""
    numbers = TermNumbers({LINE_END: END})
    return Batch([record for file in files for record in _read(file, aliases, numbers)], list(numbers))


def _read(file: FileState, aliases: Mapping[str, str], numbers: TermNumbers) -> Iterator[Record]:
    _, data = read_file(Path(file.path))
    if isinstance(data, Diagnostic):
        diagnostic = replace(data, path=shown_name(Path(file.name)))
        yield _record(file.name, NO_DIGEST, None, (diagnostic,), numbers)
        return
    from faultmaven_kb.reading.reader import parse_runbook  # noqa: PLC0415 - a base that is opened needs no parser

    result = parse_runbook(data, path=file.name, aliases=aliases)
    digest, diagnostics = digest_of(data), result.diagnostics
    for runbook in result.runbooks or (None,):
        yield _record(file.name, digest, runbook, diagnostics, numbers)
        diagnostics = ()


def _record(
    name: str, digest: bytes, runbook: "Runbook | None", diagnostics: tuple[Diagnostic, ...], numbers: TermNumbers
) -> Record:
    reported = packed(_dumped(_diagnostics(), diagnostics)) if diagnostics else b""
    unread = any(diagnostic.code in UNREAD for diagnostic in diagnostics)
    if runbook is None:
        return Record(name, digest, b"", reported, unread, ("",) * (len(COLUMNS) + 2), (), NO_TEXT)
    metadata = runbook.metadata
    values = [str(getattr(metadata, column) or "") for column in COLUMNS]
    technologies = "\n".join(sorted(technologies_in(runbook)))
    return Record(
        name,
        digest,
        packed(_dumped(_runbook(), runbook)),
        reported,
        unread,
        (runbook.id, *values, technologies),
        metadata.tags,
        read_text(runbook, numbers),
        naming_of(runbook).by_file,
    )


def digest_of(data: bytes) -> bytes:
    """The hash of a file's content, 16 bytes."""
    return blake2b(data, digest_size=len(NO_DIGEST)).digest()


def runbook_from(data: bytes) -> "Runbook":
    """The runbook of a record's `model`."""
    return _loaded(_runbook(), unpacked(data))


def seen_from(data: bytes) -> "Runbook":
    """The runbook of a record's `model` for reading values only: the same names with the same values, without loading
    the model, which costs more than a whole search. Tuples are lists here.
    """
    runbook = json.loads(unpacked(data), object_hook=_named)
    for time in (runbook.resolution_time, *runbook.resolution_time.ranges):
        time.minimum, time.maximum = _time(time.minimum), _time(time.maximum)
    return cast("Runbook", runbook)


def _named(values: dict[str, Any]) -> object:
    return Span(**values) if values.keys() == _SPAN else SimpleNamespace(**values)


def _time(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def diagnostics_from(data: bytes) -> tuple[Diagnostic, ...]:
    """The diagnostics of a record's `diagnostics`."""
    return _loaded(_diagnostics(), unpacked(data)) if data else ()


@lru_cache(maxsize=1)
def _diagnostics() -> "TypeAdapter[tuple[Diagnostic, ...]]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - most files are in order, and their base is opened without

    return TypeAdapter(tuple[Diagnostic, ...])


@lru_cache(maxsize=1)
def _runbook() -> "TypeAdapter[Runbook]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - what an answer shows needs no model

    from faultmaven_kb.model.runbook import Runbook  # noqa: PLC0415

    return TypeAdapter(Runbook)


def _dumped(adapter: "TypeAdapter[_Value]", value: _Value) -> bytes:
    return json.dumps(adapter.dump_python(value), default=_plain, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    """A value that JSON does not know: a time as its seconds, a day as its text."""
    return value.total_seconds() if isinstance(value, timedelta) else str(value)


def _loaded(adapter: "TypeAdapter[_Value]", data: bytes) -> _Value:
    try:
        return adapter.validate_json(data)
    except ValueError:  # a lone surrogate, from a file's name or an escape in YAML
        return adapter.validate_python(json.loads(data))


def text_from(data: bytes, starts: tuple[int, ...]) -> Text:
    """A text from its packed terms."""
    terms: Terms = np.frombuffer(unpacked(data), dtype="<i4").astype(np.int32, copy=False) if data else NO_TEXT.terms
    if len(terms) != starts[-1]:
        raise ValueError("a text is longer or shorter than its fields")
    return Text(terms, starts, np.flatnonzero(terms == END))
