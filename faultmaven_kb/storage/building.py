"""Makes a base out of files, and lets one follow its files.

A change of a few files becomes a new segment at the end of the file. When what was added or is no longer valid grows
beyond a share of the base, or to more than a few segments, the base is written again, from what it contains: only
changed files are ever parsed.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.reading.files import FileState, find_states
from faultmaven_kb.reading.ids import Naming
from faultmaven_kb.storage.base import Files, Origin, StoredBase, state_arrays
from faultmaven_kb.storage.container import Writer, appending, creating, is_base
from faultmaven_kb.storage.records import NO_DIGEST, Batch, digest_of, read_batch
from faultmaven_kb.storage.segment_writer import Before, SegmentWriter
from faultmaven_kb.storage.stamp import library_stamp
from faultmaven_kb.text.aliases import NO_ALIASES
from faultmaven_kb.text.decoding import read_bytes

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

__all__ = ["Progress", "build", "build_to_travel", "is_built_from", "refresh"]

_BATCH = 32  # files of one message to a process, chosen
_AHEAD = 4  # batches for each process, chosen: no process waits for the writer
_PAYS = 150
"""How many files are worth the start of another process."""

_SMALL = 500  # chosen (docs/explanation/storage.md)
_STALE_SHARE = 0.1  # chosen (docs/explanation/storage.md)
_MOST_SEGMENTS = 8  # chosen (docs/explanation/storage.md)
_SETTLED = 50_000_000
"""Nanoseconds after which a file's time of change tells that it has not changed since."""

Progress = Callable[[int, int], None]
"""Called with how many of how many files are done."""


class _Plan(NamedTuple):
    """The files as they are now; for each the positions of what a base contains of it (none: to be read), and whether
    its time of change can be trusted later on."""

    states: list[FileState]
    held: list[range]
    settled: list[bool]

    @property
    def new(self) -> list[FileState]:
        """The files that have to be read."""
        return [state for state, places in zip(self.states, self.held, strict=True) if not places]


def build(
    paths: Sequence[str | Path],
    target: Path,
    *,
    start: str | Path = "",
    jobs: int = 1,
    progress: Progress | None = None,
    aliases: Mapping[str, str] = NO_ALIASES,
) -> StoredBase:
    """A base of the runbooks at some paths, read with a team's own headings, written to `target` and opened.

    What is at `target` is replaced when the new base is complete; files that are as a base there has them are not
    parsed again. `jobs` processes parse. Raises `PathError` when a path does not exist or the base cannot be written.
    """
    origin = _origin(paths, start, aliases)
    old = _opened(target)
    if old is None and target.is_file() and target.stat().st_size and not is_base(target):
        raise PathError(f"cannot write {str(target)!r}: it is not a knowledge base; remove it or choose another name")
    if old and old.origin == origin and len(old.segments) == 1 and old.is_current():
        return old
    if old and old.origin.aliases != origin.aliases:  # everything reads differently
        old = None
    return _written(_plan(origin, old, target), origin, old, target, jobs=jobs, progress=progress)


def build_to_travel(folder: Path, target: Path) -> StoredBase:
    """A base of the runbooks below a folder that is the same wherever and whenever it is made: see `prebuilt`."""
    plan = _plan(Origin(os.path.abspath(folder), (".",)), None, target)  # noqa: PTH100 - keeps links
    plan = plan._replace(settled=[False] * len(plan.states))
    return _written(plan, Origin("", (".",)), None, target, jobs=1, progress=None)


def is_built_from(path: Path, paths: Sequence[str | Path], aliases: Mapping[str, str] = NO_ALIASES) -> bool:
    """Whether a file is a base of exactly these paths, as their files are now, read with these headings."""
    base = _opened(path)
    return base is not None and base.origin == _origin(paths, "", aliases) and base.is_current()


def _origin(paths: Sequence[str | Path], start: str | Path, aliases: Mapping[str, str]) -> Origin:
    folder = os.path.abspath(start)  # noqa: PTH100 - keeps links
    return Origin(folder, tuple(os.fspath(path) for path in paths), tuple(sorted(aliases.items())))


def refresh(base: StoredBase, *, jobs: int = 1, progress: Progress | None = None) -> StoredBase:
    """The base as its files are now: itself where nothing has changed.

    Raises `PathError` when a path is gone or the base cannot be written.
    """
    if base.is_current():
        return base
    plan = _plan(base.origin, base, base.path)
    if _worth_writing_anew(plan, base):
        return _written(plan, base.origin, base, base.path, jobs=jobs, progress=progress)
    with appending(base.container) as writer:
        if writer is None:  # another process was faster
            return StoredBase(base.path)
        _append(writer, plan, base, jobs, progress)
    return StoredBase(base.path)


def _opened(path: Path) -> StoredBase | None:
    """The base in a file, None if there is none that can be read."""
    try:
        return StoredBase(path)
    except (ConfigurationError, PathError):
        return None


def _plan(origin: Origin, old: StoredBase | None, target: Path) -> _Plan:
    now = _now(target.parent)
    states = find_states(origin.paths, start=origin.folder)
    known: dict[str, tuple[int, int, bytes, range]] = {}
    if old:
        files = old.files
        rows = zip(files.sizes.tolist(), files.changed.tolist(), files.digests, files.held, strict=True)
        known = dict(zip(files.names, rows, strict=True))
    return _Plan(
        states,
        [_held(state, known.get(state.name)) for state in states],
        [state.changed < now - _SETTLED for state in states],
    )


def _now(folder: Path) -> int:
    """The time by the clock that dates files."""
    try:
        with TemporaryFile(dir=folder) as file:
            return os.fstat(file.fileno()).st_mtime_ns
    except OSError as error:
        raise PathError(f"cannot write in {str(folder)!r}: {error.strerror or error}") from error


def _held(state: FileState, known: tuple[int, int, bytes, range] | None) -> range:
    """The positions of what the base contains of a file, none where it has changed since."""
    if known is None:
        return range(0)
    size, changed, digest, places = known
    if (state.size, state.changed) == (size, changed):
        return places
    try:
        same = state.size == size and digest != NO_DIGEST and digest_of(read_bytes(Path(state.path))) == digest
    except PathError:
        return range(0)
    return places if same else range(0)


def _worth_writing_anew(plan: _Plan, base: StoredBase) -> bool:
    stale = len(base.places) - sum(map(len, plan.held)) + len(plan.new)
    merging = len(base.segments) >= _MOST_SEGMENTS and bool(plan.new)
    return merging or len(plan.states) < _SMALL or stale > _STALE_SHARE * len(plan.states)


def _written(
    plan: _Plan, origin: Origin, old: StoredBase | None, target: Path, *, jobs: int, progress: Progress | None
) -> StoredBase:
    jobs = min(jobs, 1 + len(plan.new) // _PAYS)
    with creating(target) as writer, SegmentWriter(target.parent) as segment:
        batches = _batches(_runs(plan, all_files=True), old, jobs, dict(origin.aliases))
        read = _fill(segment, batches, progress, total=len(plan.states))
        files = _files(plan, read)
        _publish(writer, origin, [_add(writer, segment)], files, [naming for each in read for naming in each.namings])
    return StoredBase(target)


def _append(writer: Writer, plan: _Plan, base: StoredBase, jobs: int, progress: Progress | None) -> None:
    index = base.searcher.index
    before = Before(index.vocabulary, index.information, base.segments[0].sections.whole("averages"), len(base.by_id))
    segments = list(base.container.directory["segments"])
    with SegmentWriter(base.path.parent, before) as segment:
        batches = _batches(_runs(plan, all_files=False), None, jobs, dict(base.origin.aliases))
        new = iter(_fill(segment, batches, progress, total=len(plan.new)))
        if len(segment):
            segments.append(_add(writer, segment))
    old = {places[0]: digest for places, digest in zip(base.files.held, base.files.digests, strict=True)}
    files = [
        _Filed(old[places[0]], places, [base.naming_at(place, state.name) for place in places])
        if places
        else _moved(next(new), len(base.places))
        for state, places in zip(plan.states, plan.held, strict=True)
    ]
    namings = [naming for each in files for naming in each.namings]
    _publish(writer, base.origin, segments, _files(plan, files), namings)


class _Filed(NamedTuple):
    """What a base has of a file: the hash of its content, the positions and the ids of its runbooks."""

    digest: bytes
    places: range
    namings: list[Naming]


def _moved(filed: _Filed, by: int) -> _Filed:
    return filed._replace(places=range(filed.places.start + by, filed.places.stop + by))


class _Run(NamedTuple):
    """Some files in a row: those to be read, or else names and positions of what the base contains."""

    files: list[FileState]
    held: list[tuple[str, range]]


def _runs(plan: _Plan, *, all_files: bool) -> Iterator[_Run]:
    """The files in their order, a batch at a time; only those to be read, or `all_files`."""
    run = _Run([], [])
    for state, places in zip(plan.states, plan.held, strict=True):
        if places and not all_files:
            continue
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


def _fill(segment: SegmentWriter, batches: Iterator[Batch], progress: Progress | None, *, total: int) -> list[_Filed]:
    """Add what is read of all files, or was there already, to a segment; each file with the positions in the
    segment."""
    found: list[_Filed] = []
    for batch in batches:
        at = len(segment)
        segment.add(batch.records, batch.words)
        for name, records in groupby(batch.records, key=lambda record: record.name):
            own = list(records)
            namings = [Naming(each.values[0] if each.model else None, name, each.by_file) for each in own]
            found.append(_Filed(own[0].digest, range(at, at + len(own)), namings))
            at += len(own)
        if progress:
            progress(len(found), total)
    return found


def _batches(runs: Iterator[_Run], old: StoredBase | None, jobs: int, aliases: Mapping[str, str]) -> Iterator[Batch]:
    held = _Held(old) if old else None
    waiting: deque[Callable[[], Batch]] = deque()
    with _pool(jobs) as pool:
        for run in runs:
            if run.held:
                assert held is not None
                waiting.append(partial(held.batch, run.held))
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

    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))


class _Held:
    """Batches of what a base contains already."""

    def __init__(self, base: StoredBase) -> None:
        self._base = base
        self._words = list(base.searcher.index.vocabulary)
        self._digests = {places[0]: digest for places, digest in zip(base.files.held, base.files.digests, strict=True)}

    def batch(self, run: Sequence[tuple[str, range]]) -> Batch:
        """The records at some positions."""
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


def _files(plan: _Plan, filed: list[_Filed]) -> Files:
    changed = [s.changed if settled else -1 for s, settled in zip(plan.states, plan.settled, strict=True)]
    return Files(
        [state.name for state in plan.states],
        np.array([state.size for state in plan.states], dtype=np.int64),
        np.array(changed, dtype=np.int64),
        [each.digest for each in filed],
        np.array([len(each.places) for each in filed], dtype=np.int64),
        np.array([place for each in filed for place in each.places], dtype=np.int64),
    )


def _add(writer: Writer, segment: SegmentWriter) -> dict[str, list[object]]:
    entries: dict[str, list[object]] = {}
    for arrays in segment.arrays():
        entries |= writer.add(arrays)
    return entries


def _publish(writer: Writer, origin: Origin, segments: list[object], files: Files, namings: list[Naming]) -> None:
    state = writer.add(state_arrays(files, namings))
    writer.publish(
        {
            "stamp": library_stamp(),
            "origin": [origin.folder, *origin.paths],
            "aliases": [list(pair) for pair in origin.aliases],
            "segments": segments,
            "state": state,
        }
    )
