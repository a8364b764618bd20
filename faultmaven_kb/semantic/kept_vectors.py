"""The file of one model's vectors in the user's cache: groups of rows by key, mapped when it is opened.

It is a container as knowledge bases are (see `storage.file_format.container`), to which each part that was embedded is
added at once: a run that was killed goes on where it was. A file that is damaged, was made by another version or
cannot be written only costs time; nothing in it is executed, and every size is compared before a row is used.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.search.arrays import Array
from faultmaven_kb.semantic.quantised import LARGEST_SCALE, Quantised
from faultmaven_kb.storage.file_format.container import FAULTS, Container, Writer, appending, creating
from faultmaven_kb.storage.file_format.sections import Sections

__all__ = ["KEY_SIZE", "KeptVectors"]

KEY_SIZE: Final = 20
"""The length of a key in bytes."""

_KIND, _VERSION = "vectors", 1
_MOST = 500_000_000  # bytes (SECURITY.md)
_MOST_SEGMENTS = 64  # chosen: each costs some 0.1 ms when the file is opened
_FAULTS = (*FAULTS, FaultmavenError, OSError)


class KeptVectors:
    """The vectors of groups of texts. Those of the file are mapped, those that were added are in memory as well."""

    def __init__(self, file: Path | None, model: str) -> None:
        """Without a file nothing is kept. `model` is what the file must be of."""
        self._file, self._model = file, model
        self._segments: list[Quantised] = []
        self._places: dict[bytes, tuple[int, int, int]] = {}
        self._is_sound = True
        container = self._open()
        if container:
            try:
                parts = [_read(Sections(container, entry)) for entry in container.directory["segments"]]
                self._is_sound = len({rows.codes.shape[1] for _, _, rows in parts}) == 1
            except _FAULTS:
                self._is_sound = False
            for part in parts if self._is_sound else ():
                self._hold(*part)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def add(self, keys: Sequence[bytes], counts: Sequence[int], rows: Quantised) -> None:
        """Keep the rows of some groups, `counts` of them for each in their order."""
        self._hold(keys, counts, rows)
        container = self._open()
        try:
            if container is None or not self._is_sound:
                self._create(keys, counts, rows)
                self._is_sound = True
                return
            with appending(container) as writer:
                if writer:  # another process is not writing just now
                    self._publish(writer, container.directory["segments"], keys, counts, rows)
        except _FAULTS:
            return

    def runs(self, keys: Sequence[bytes]) -> Iterator[Quantised]:
        """The rows of some groups that are here, in the order of the keys; what lies in a row comes as one."""
        segment, start, end = 0, 0, 0
        for key in keys:
            place, first, last = self._places[key]
            if place != segment or first != end:
                if end > start:
                    yield self._part(segment, start, end)
                segment, start = place, first
            end = last
        if end > start:
            yield self._part(segment, start, end)

    def tidy(self, keys: Sequence[bytes]) -> None:
        """Write a file of many parts, or one that is too large, again; of the latter only the groups of `keys` stay."""
        container = self._open()
        if container is None or self._file is None:
            return
        size, parts = self._file.stat().st_size, len(container.directory["segments"])
        if parts <= _MOST_SEGMENTS and size <= _MOST:
            return
        remaining = list(dict.fromkeys(keys)) if size > _MOST else list(self._places)
        counts = [end - start for _, start, end in map(self._places.__getitem__, remaining)]
        rows = Quantised.together(list(self.runs(remaining)))
        self._segments, self._places, container = [], {}, None  # some systems do not replace a file that is mapped
        self._hold(remaining, counts, rows)
        try:
            self._create(remaining, counts, rows)
        except _FAULTS:
            return

    def _open(self) -> Container | None:
        try:
            container = Container(self._file) if self._file else None
        except FaultmavenError:
            return None
        identity = (_KIND, _VERSION, self._model)
        if container and tuple(map(container.directory.get, ("kind", "version", "model"))) == identity:
            return container if isinstance(container.directory.get("segments"), list) else None
        return None

    def _hold(self, keys: Sequence[bytes], counts: Sequence[int], rows: Quantised) -> None:
        ends = np.cumsum(counts).tolist()
        for key, count, end in zip(keys, counts, ends, strict=True):
            self._places[key] = len(self._segments), end - count, end
        self._segments.append(rows)

    def _part(self, segment: int, start: int, end: int) -> Quantised:
        codes, scales = self._segments[segment]
        return Quantised(codes[start:end], scales[start:end])

    def _create(self, keys: Sequence[bytes], counts: Sequence[int], rows: Quantised) -> None:
        if self._file is None or self._file.parent.is_symlink() or self._file.parent.parent.is_symlink():
            return  # anybody who made the link does not choose where files are written
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with creating(self._file) as writer:
            self._publish(writer, [], keys, counts, rows)

    def _publish(
        self, writer: Writer, others: list[Any], keys: Sequence[bytes], counts: Sequence[int], rows: Quantised
    ) -> None:
        arrays: dict[str, Array] = {
            "keys": np.frombuffer(b"".join(keys), dtype=np.uint8),
            "counts": np.asarray(counts, dtype=np.int64),
            "codes": rows.codes.reshape(-1).view(np.uint8),
            "scales": rows.scales,
        }
        about = {"kind": _KIND, "version": _VERSION, "model": self._model}
        writer.publish({**about, "segments": [*others, writer.add(arrays)]})


def _read(sections: Sections) -> tuple[list[bytes], list[int], Quantised]:
    """What one part of the file contains. Raises `ValueError` where its sizes do not fit."""
    keys, counts = sections.whole("keys").tobytes(), sections.whole("counts")
    scales, codes = sections.whole("scales"), sections.whole("codes")
    kinds = (counts.dtype, scales.dtype, codes.dtype) == (np.dtype("<i8"), np.dtype("<f4"), np.dtype(np.uint8))
    fits = len(keys) == KEY_SIZE * len(counts) and (counts >= 0).all() and counts.sum() == len(scales) > 0
    if not (kinds and fits and ((scales >= 0) & (scales <= LARGEST_SCALE)).all()):
        raise ValueError("sizes or values do not fit")
    names = [keys[at : at + KEY_SIZE] for at in range(0, len(keys), KEY_SIZE)]
    return names, counts.tolist(), Quantised(codes.view(np.int8).reshape(len(scales), -1), scales)
