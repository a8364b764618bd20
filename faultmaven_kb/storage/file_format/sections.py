"""The arrays in the file as numpy sees them: read in place, their blocks checked when they are first touched."""

import numpy as np

from faultmaven_kb.search.arrays import Array
from faultmaven_kb.storage.file_format.container import BLOCK, Container, Raw, damaged

__all__ = ["Section", "Sections"]


class Section:
    """Whatever is asked for that the array does not have is a `ConfigurationError`."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._array: Array = np.frombuffer(raw.view, dtype=f"<{raw.kind}")
        self._size = self._array.itemsize
        self._block = BLOCK // self._size  # values in a block
        self._checked = np.frombuffer(raw.checked, dtype=np.uint8)
        self._is_whole = False

    def __len__(self) -> int:
        return len(self._array)

    def whole(self) -> Array:
        """All of it."""
        if not self._is_whole:
            self._raw.check(0, len(self._raw.view))
            self._is_whole = True
        return self._array

    def part(self, start: int, stop: int) -> Array:
        """The values from `start` to `stop`."""
        if not 0 <= start <= stop <= len(self._array):
            raise damaged(self._raw.path, "a range lies outside of its array")
        self._raw.check(start * self._size, stop * self._size)
        return self._array[start:stop]

    def parts(self, starts: Array, ends: Array) -> Array:
        """The values of several ranges in a row."""
        parts = [self.part(start, stop) for start, stop in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.concatenate(parts) if parts else self._array[:0]

    def each(self, places: Array) -> Array:
        """The values at some places."""
        if not len(places):
            return self._array[:0]
        if not 0 <= int(places.min()) <= int(places.max()) < len(self._array):
            raise damaged(self._raw.path, "a place lies outside of its array")
        blocks = places // self._block
        if not self._checked.take(blocks).all():
            for block in sorted(set(blocks.tolist())):
                self._raw.check(block * BLOCK, block * BLOCK + 1)
        return self._array[places]


class Sections:
    """The named arrays of one segment or state."""

    def __init__(self, container: Container, entries: object) -> None:
        self._container = container
        self._entries = entries if isinstance(entries, dict) else {}
        self._open: dict[str, Section] = {}

    def __getitem__(self, name: str) -> Section:
        """The array with a name. Raises `ConfigurationError` if there is none."""
        if name not in self._open:
            self._open[name] = Section(self._container.raw(self._entries.get(name)))
        return self._open[name]

    def whole(self, name: str) -> Array:
        """The whole array with a name."""
        return self[name].whole()

    def offsets(self, name: str, into: str) -> Array:
        """The whole array with a name, which cuts another one: it goes from 0 to the other's length.

        Raises `ConfigurationError` where it does not: a part of it would give wrong answers.
        """
        offsets = self.whole(name)
        if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(self[into]):
            raise damaged(self._container.path, "offsets do not fit their array")
        return offsets

    def verify(self) -> None:
        """Compare all checksums. Raises `ConfigurationError` where one differs."""
        for name in self._entries:
            self.whole(name)
