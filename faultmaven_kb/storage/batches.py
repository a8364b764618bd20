"""What a segment is made of, a batch at a time and in the order of the files: read anew, or taken from an older base.

Several processes read; what a base contains already is not parsed again. `building` decides which files those are.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from faultmaven_kb.processes import end_with_parent, outside_current_folder
from faultmaven_kb.reading.files import FileState
from faultmaven_kb.reading.ids import Naming
from faultmaven_kb.storage.base import StoredBase
from faultmaven_kb.storage.file_format.records import Batch, read_batch
from faultmaven_kb.storage.file_format.segment_writer import SegmentWriter

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

__all__ = ["Filed", "Progress", "batches", "fill"]

_BATCH = 32  # files of one message to a process, chosen
_AHEAD = 4  # batches for each process, chosen: no process waits for the writer
_FORGOTTEN = 64  # batches, chosen: some 2,000 runbooks of a base are in the memory

Progress = Callable[[int, int], None]
"""Called with how many of how many files are done."""


class Filed(NamedTuple):
    """What a base has of a file: the hash of its content, the positions and the ids of its runbooks."""

    digest: bytes
    places: range
    namings: list[Naming]


class _Run(NamedTuple):
    """Some files in a row: those to be read, or else names and positions of what the base contains."""

    files: list[FileState]
    held: list[tuple[str, range]]


def _runs(files: Iterable[tuple[FileState, range]]) -> Iterator[_Run]:
    """The files in their order, a batch at a time."""
    run = _Run([], [])
    for state, places in files:
        if run.files if places else run.held:
            yield run
            run = _Run([], [])
        if places:
            run.held.append((state.name, places))
        else:
            run.files.append(state)
        if len(run.files) + len(run.held) == _BATCH:
            yield run
            run = _Run([], [])
    if run.files or run.held:
        yield run


def fill(segment: SegmentWriter, read: Iterator[Batch], progress: Progress | None, *, total: int) -> list[Filed]:
    """Add what is read of all files, or was there already, to a segment; each file with the positions in the
    segment."""
    filed: list[Filed] = []
    for batch in read:
        at = len(segment)
        segment.add(batch.records, batch.words)
        for name, records in groupby(batch.records, key=lambda record: record.name):
            own = list(records)
            namings = [Naming(record.values[0] if record.model else None, name, record.by_file) for record in own]
            filed.append(Filed(own[0].digest, range(at, at + len(own)), namings))
            at += len(own)
        if progress:
            progress(len(filed), total)
    return filed


def batches(
    files: Iterable[tuple[FileState, range]], old: StoredBase | None, jobs: int, aliases: Mapping[str, str]
) -> Iterator[Batch]:
    """The records of files, each with the positions of what the base `old` contains of it (none: it is read, with a
    team's own headings, by one of `jobs` processes)."""
    old_records = _Held(old) if old else None
    waiting: deque[Callable[[], Batch]] = deque()
    with outside_current_folder(), _pool(jobs) as pool:
        for run in _runs(files):
            if run.held:
                assert old_records is not None
                waiting.append(partial(old_records.batch, run.held))
            else:
                read = partial(read_batch, run.files, aliases)
                waiting.append(pool.submit(read).result if pool else read)
            if len(waiting) > (jobs * _AHEAD if pool else 0):
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


def _pool(jobs: int) -> "AbstractContextManager[ProcessPoolExecutor | None]":
    if jobs <= 1:
        return nullcontext()
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - a change of a few files needs none
    from multiprocessing import get_context  # noqa: PLC0415

    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=end_with_parent)


class _Words(dict[int, str]):
    """The words of a base by their numbers, each read when it is first asked for."""

    def __init__(self, base: StoredBase) -> None:
        self._word = base.searcher.index.vocabulary.word

    def __missing__(self, number: int) -> str:
        word = self[number] = self._word(number)
        return word


class _Held:
    """Batches of what a base contains already."""

    def __init__(self, base: StoredBase) -> None:
        self._base = base
        self._batches = 0
        self._words = _Words(base)

    @cached_property
    def _digests(self) -> dict[int, bytes]:
        """The hash of each file, by the position of the first that it gave."""
        files = self._base.files
        first = files.places[np.cumsum(files.counts) - files.counts].tolist()
        return dict(zip(first, files.digests, strict=True))

    def batch(self, run: Sequence[tuple[str, range]]) -> Batch:
        """The records at some positions."""
        self._batches += 1
        if not self._batches % _FORGOTTEN:
            self._base.container.release()
        records = []
        for name, places in run:
            for place in places:
                segment, inner = self._base.places.find(place)
                records.append(segment.record(inner, name, self._digests[places[0]]))
        used, numbers = np.unique(np.concatenate([record.text.terms for record in records]), return_inverse=True)
        parts = np.split(numbers.astype(np.int32), np.cumsum([len(record.text.terms) for record in records])[:-1])
        return Batch(
            [
                record._replace(text=record.text._replace(terms=terms))
                for record, terms in zip(records, parts, strict=True)
            ],
            [self._words[number] for number in used.tolist()],
        )
