"""Makes a base out of files, and lets one follow its files.

A change of a few files becomes a new segment at the end of the file, together with the small segments before it: what
that takes depends on the size of the change and of those, never on that of the base. The whole base is written again,
from what it contains, where it is built, where it is small, where much of it changes at once, when half of it was
added or is no longer valid, and when it has all the segments that it may have. Only changed files are ever parsed.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.reading.files import FileState, find_states
from faultmaven_kb.reading.ids import Naming
from faultmaven_kb.search.arrays import Array
from faultmaven_kb.storage.base import MOST_SEGMENTS, Files, Origin, StoredBase, change_arrays, state_arrays
from faultmaven_kb.storage.batches import Filed, Progress, batches, fill
from faultmaven_kb.storage.file_format.container import Writer, appending, creating, is_base
from faultmaven_kb.storage.file_format.records import NO_DIGEST, digest_of
from faultmaven_kb.storage.file_format.segment_writer import Before, SegmentWriter
from faultmaven_kb.storage.stamp import library_stamp
from faultmaven_kb.storage.stored_index import Places, StoredIndex
from faultmaven_kb.text.aliases import NO_ALIASES
from faultmaven_kb.text.characters.decoding import read_bytes

__all__ = ["build", "build_to_travel", "is_built_from", "refresh"]

_PAYS = 150
"""How many files are worth the start of another process."""

_SMALL = 500  # chosen (docs/explanation/storage.md)
_CHANGED_SHARE = 0.1  # chosen (docs/explanation/storage.md)
_STALE_SHARE = 0.5  # chosen (docs/explanation/storage.md)
_CORRECTED_SHARE = 0.02  # chosen (docs/explanation/storage.md)
_JOINED = 500  # runbooks, chosen (docs/explanation/storage.md): they are written in less than half a second
_SETTLED = 50_000_000
"""Nanoseconds after which a file's time of change tells that it has not changed since."""


@dataclass(frozen=True)
class _Plan:
    """The files as they are now; for each its name, size and time of change (-1: it cannot be trusted later on), and
    the positions of what a base contains of it (none: to be read)."""

    states: list[FileState]
    names: list[str]
    sizes: Array
    changed: Array
    held: list[range]

    @cached_property
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
    states = find_states(origin.paths, start=origin.folder)
    if old and old.origin == origin and len(old.segments) == 1 and old.is_current(states):
        return old
    if old and old.origin.aliases != origin.aliases:  # everything reads differently
        old = None
    return _written(_plan(states, old, target), origin, old, target, jobs=jobs, progress=progress)


def build_to_travel(folder: Path, target: Path) -> StoredBase:
    """A base of the runbooks below a folder that is the same wherever and whenever it is made: see `prebuilt`."""
    plan = _plan(find_states(["."], start=os.path.abspath(folder)), None, target)  # noqa: PTH100 - keeps links
    plan = replace(plan, changed=np.full(len(plan.states), -1, dtype=np.int64))
    return _written(plan, Origin("", (".",)), None, target, jobs=1, progress=None)


def is_built_from(path: Path, paths: Sequence[str | Path], aliases: Mapping[str, str] = NO_ALIASES) -> bool:
    """Whether a file is a base of exactly these paths, as their files are now, read with these headings."""
    base = _opened(path)
    return base is not None and base.origin == _origin(paths, "", aliases) and base.is_current()


def _origin(paths: Sequence[str | Path], start: str | Path, aliases: Mapping[str, str]) -> Origin:
    folder = os.path.abspath(start)  # noqa: PTH100 - keeps links
    return Origin(folder, tuple(os.fspath(path) for path in paths), tuple(sorted(aliases.items())))


def refresh(
    base: StoredBase, *, jobs: int = 1, progress: Progress | None = None, states: list[FileState] | None = None
) -> StoredBase:
    """The base as its files are now: itself where nothing has changed. Pass `states` if you already have those of
    `base.states_now`.

    Raises `PathError` when a path is gone or the base cannot be written.
    """
    states = base.states_now() if states is None else states
    if base.is_current(states):
        return base
    plan = _plan(states, base, base.path)
    if _worth_writing_anew(plan, base):
        return _written(plan, base.origin, base, base.path, jobs=jobs, progress=progress)
    if base.is_sparse:
        with suppress(PathError):  # without room for a copy the change still finds its own
            base = _copied(base)
    with appending(base.container) as writer:
        if writer is None:  # another process was faster
            return StoredBase(base.path)
        _append(writer, plan, base, jobs, progress)
    return StoredBase(base.path)


def _copied(base: StoredBase) -> StoredBase:
    """The base as a file without what no longer counts in it."""
    directory = base.container.directory
    with creating(base.path) as writer, base.guarded():
        segments = [writer.copy(base.container, entries) for entries in directory["segments"]]
        state, changes = (writer.copy(base.container, directory[name]) for name in ("state", "changes"))
        writer.publish({**directory, "segments": segments, "state": state, "changes": changes})
    return StoredBase(base.path)


def _opened(path: Path) -> StoredBase | None:
    """The base in a file, None if there is none that can be read."""
    try:
        return StoredBase(path)
    except (ConfigurationError, PathError):
        return None


def _plan(states: list[FileState], old: StoredBase | None, target: Path) -> _Plan:
    settled = _now(target.parent) - _SETTLED  # before any file is read: what changes later has a later time
    names = [state.name for state in states]
    sizes = np.array([state.size for state in states], dtype=np.int64)
    changed = np.array([state.changed for state in states], dtype=np.int64)
    plan = _Plan(states, names, sizes, changed, [range(0)] * len(states))
    held = _held_by(old.files, plan) if old else plan.held
    return replace(plan, held=held, changed=np.where(changed < settled, changed, -1))


def _held_by(files: Files, plan: _Plan) -> list[range]:
    """For each file the positions of what a base contains of it. Mostly no file came or went, and then only those that
    look changed are compared one by one."""
    held = files.held.copy()
    if files.names != plan.names:
        rows = zip(files.sizes.tolist(), files.changed.tolist(), files.digests, held, strict=True)
        known = dict(zip(files.names, rows, strict=True))
        return [_held(state, known.get(state.name)) for state in plan.states]
    for row in np.flatnonzero((files.sizes != plan.sizes) | (files.changed != plan.changed)).tolist():
        known_row = int(files.sizes[row]), int(files.changed[row]), files.digests[row], held[row]
        held[row] = _held(plan.states[row], known_row)
    return held


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
    """Whether a change is written with all the rest: it is large itself, many were made, the base is small, or full."""
    size, first = len(plan.states), base.segments[0].size
    changed = len(base.files.places) - sum(map(len, plan.held)) + len(plan.new)
    old = sum(len(places) for places in plan.held if places and places[0] < first)
    full = len(base.segments) >= MOST_SEGMENTS and bool(plan.new)
    return full or size < _SMALL or changed > _CHANGED_SHARE * size or old < (1 - _STALE_SHARE) * max(size, first)


def _left(base: StoredBase, added: int) -> int:
    """How many of a base's segments are left as they are when so many files are added: the others, which are no larger
    than what they are written together with, become one with it. So there are few segments, and each runbook is written
    again a few times only."""
    number, size = len(base.segments), added
    most = max(_JOINED, 2 * added)
    while number > 1 and (last := base.segments[number - 1].size) <= min(size, most - size):
        number, size = number - 1, size + last
    return number


def _written(
    plan: _Plan, origin: Origin, old: StoredBase | None, target: Path, *, jobs: int, progress: Progress | None
) -> StoredBase:
    jobs = min(jobs, 1 + len(plan.new) // _PAYS)
    with creating(target) as writer, SegmentWriter(target.parent) as segment:
        records = batches(zip(plan.states, plan.held, strict=True), old, jobs, dict(origin.aliases))
        read = fill(segment, records, progress, total=len(plan.states))
        files = _as_files(plan, [file.digest for file in read], [file.places for file in read])
        _publish(writer, origin, [_add(writer, segment)], files, [naming for file in read for naming in file.namings])
    return StoredBase(target)


def _append(writer: Writer, plan: _Plan, base: StoredBase, jobs: int, progress: Progress | None) -> None:
    left = _left(base, len(plan.new))
    index = StoredIndex(Places(base.segments[:left]), answering=0)
    end = len(index.places)
    size = int((base.by_id.positions < end).sum())
    before = Before(index.vocabulary, index.information, base.segments[0].sections.whole("averages"), size)
    segments = list(base.container.directory["segments"][:left])
    rows = [row for row, places in enumerate(plan.held) if not _is_left(places, end)]
    with SegmentWriter(base.path.parent, before) as segment:
        files = [(plan.states[row], plan.held[row]) for row in rows]
        records = batches(files, base, jobs, dict(base.origin.aliases))
        added = [_moved(file, end) for file in fill(segment, records, progress, total=len(rows))]
        if len(segment):
            segments.append(_add(writer, segment))
    if not _publish_changes(writer, plan, base, segments, dict(zip(rows, added, strict=True))):
        _publish(writer, base.origin, segments, *_all_files(plan, base, end, added))


def _publish_changes(
    writer: Writer, plan: _Plan, base: StoredBase, segments: list[object], added: Mapping[int, Filed]
) -> bool:
    """Publish what has changed since the whole state was written, if this is little and no file or id comes or goes."""
    if plan.names != base.files.names:
        return False
    held, digests, places = base.files.held, base.files.digests.copy(), base.files.places.copy()
    ends = np.cumsum(base.files.counts)
    for row, file in added.items():
        names = [(naming.id, naming.by_file) for naming in file.namings]
        if names != [base.identity(place) for place in held[row]] or not base.renamed.keys().isdisjoint(held[row]):
            return False
        digests[row] = file.digest
        places[ends[row] - len(file.places) : ends[row]] = file.places
    files = Files(plan.names, plan.sizes, plan.changed, digests, base.files.counts, places)
    rows = np.flatnonzero(
        (files.sizes != base.state.whole("sizes"))
        | (files.changed != base.state.whole("changed"))
        | (places != base.state.whole("places"))[ends - 1]
    )
    if len(rows) > _CORRECTED_SHARE * len(plan.names):
        return False
    directory = base.container.directory
    writer.publish({**directory, "segments": segments, "changes": writer.add(change_arrays(files, rows))})
    return True


def _all_files(plan: _Plan, base: StoredBase, end: int, added: list[Filed]) -> tuple[Files, list[Naming]]:
    """The files with what a base has of them before the position `end` and what was `added` behind it; and the namings
    of all that they gave."""
    new = iter(added)
    held = [places if _is_left(places, end) else next(new).places for places in plan.held]
    known = base.identities()[:end] + [(naming.id, naming.by_file) for file in added for naming in file.namings]
    digests = {places[0]: digest for places, digest in zip(base.files.held, base.files.digests, strict=True)}
    digests.update((file.places[0], file.digest) for file in added)
    names = plan.names
    namings = [
        Naming(known[place][0], name, known[place][1])
        for name, places in zip(names, held, strict=True)
        for place in places
    ]
    return _as_files(plan, [digests[places[0]] for places in held], held), namings


def _is_left(places: range, end: int) -> bool:
    """Whether what a base contains of a file is there, and lies before a position."""
    return bool(places) and places[0] < end


def _moved(filed: Filed, by: int) -> Filed:
    return filed._replace(places=range(filed.places.start + by, filed.places.stop + by))


def _as_files(plan: _Plan, digests: list[bytes], held: list[range]) -> Files:
    return Files(
        plan.names,
        plan.sizes,
        plan.changed,
        digests,
        np.array([len(places) for places in held], dtype=np.int64),
        np.array([place for places in held for place in places], dtype=np.int64),
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
            "changes": {},
        }
    )
