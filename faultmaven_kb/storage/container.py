"""The file: named arrays with checksums, a directory in JSON at the end, and two slots at the beginning.

Nothing that was written is ever written again. New arrays and a new directory go to the end; then one of the two slots,
in turn, is made to point to the directory. A slot that was written in part fails its checksum, and the other one still
points to the state before: so a reader, or a process that was killed, finds the old state or the new one, never half.
Arrays are mapped, not read; their blocks of 64 KiB carry a CRC-32 each, compared when a block is first touched. The
checksums find damage; against ill will nothing here is executed, and what is out of range is an error.
"""

import contextlib
import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.disk.regular import open_regular, read_start
from faultmaven_kb.disk.replacing import lock, replacing
from faultmaven_kb.errors import ConfigurationError, PathError

__all__ = [
    "FORMAT",
    "SUFFIX",
    "Container",
    "Section",
    "Sections",
    "Writer",
    "appending",
    "creating",
    "damaged",
    "is_base",
]

FORMAT = 1
"""The version of the format: another one is another file."""

SUFFIX = ".fmkb"

_MAGIC: Final = b"fmkb\r\n\x1a\n"
_SLOT = struct.Struct("<QQQ16s")
_SLOTS = (1024, 2048)
_HEAD = 4096  # bytes: a page of memory
_ALIGNED = 64  # bytes: a cache line
_BLOCK_BITS = 16  # blocks of 64 KiB, chosen (docs/explanation/storage.md)
_BLOCK = 1 << _BLOCK_BITS
_MOST_DIRECTORY = 16_000_000  # bytes, chosen: bounds the memory for a damaged file
_TYPES = {"u1", "u4", "i4", "i8", "f4", "f8"}

Array = NDArray[Any]


def damaged(path: Path, why: str) -> ConfigurationError:
    """The error for a file that is not a whole base, with the remedy."""
    return ConfigurationError(
        f"{str(path)!r} is not a readable knowledge base ({why}); build it again with `fmkb build`"
    )


class Section:
    """An array in the file, read in place; its blocks are checked when they are first touched."""

    def __init__(self, path: Path, raw: memoryview, kind: str, sums: memoryview) -> None:
        self._path, self._raw = path, raw
        self._array: Array = np.frombuffer(raw, dtype=f"<{kind}")
        self._sums = np.frombuffer(sums, dtype="<u4")
        self._seen = bytearray(len(self._sums))

    def __len__(self) -> int:
        return len(self._array)

    def whole(self) -> Array:
        """All of it."""
        self._check(0, len(self._raw))
        return self._array

    def part(self, start: int, stop: int) -> Array:
        """The values from `start` to `stop`. Raises `ConfigurationError` if there are none."""
        if not 0 <= start <= stop <= len(self._array):
            raise damaged(self._path, "a range lies outside of its array")
        size = self._array.itemsize
        self._check(start * size, stop * size)
        return self._array[start:stop]

    def parts(self, starts: Array, ends: Array) -> Array:
        """The values of several ranges in a row. Raises `ConfigurationError` where one has none."""
        found = [self.part(start, stop) for start, stop in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.concatenate(found) if found else self._array[:0]

    def each(self, places: Array) -> Array:
        """The values at some places. Raises `ConfigurationError` if there is none."""
        if len(places) and not 0 <= int(places.min()) <= int(places.max()) < len(self._array):
            raise damaged(self._path, "a place lies outside of its array")
        blocks = places // (_BLOCK // self._array.itemsize)
        for block in blocks[np.diff(blocks, prepend=-1) != 0].tolist():
            self._check(block << _BLOCK_BITS, (block << _BLOCK_BITS) + 1)
        return self._array[places]

    def _check(self, start: int, stop: int) -> None:
        seen = self._seen
        for block in range(start >> _BLOCK_BITS, (stop + _BLOCK - 1) >> _BLOCK_BITS):
            if not seen[block]:
                if zlib.crc32(self._raw[block << _BLOCK_BITS : (block + 1) << _BLOCK_BITS]) != self._sums[block]:
                    raise damaged(self._path, "a checksum differs")
                seen[block] = 1


class Sections:
    """The named arrays of one segment or state."""

    def __init__(self, container: "Container", entries: object) -> None:
        self._container = container
        self._entries = entries if isinstance(entries, dict) else {}
        self._open: dict[str, Section] = {}

    def __getitem__(self, name: str) -> Section:
        """The array with a name. Raises `ConfigurationError` if there is none."""
        if name not in self._open:
            self._open[name] = self._container.section(self._entries.get(name))
        return self._open[name]

    def whole(self, name: str) -> Array:
        """The whole array with a name."""
        return self[name].whole()

    def offsets(self, name: str, into: str) -> Array:
        """The whole array with a name, which cuts another one: it goes from 0 to the other's length.

        Raises `ConfigurationError` where it does not: whoever is asked for less would be answered wrongly.
        """
        found = self.whole(name)
        if not len(found) or found[0] != 0 or found[-1] != len(self[into]):
            raise damaged(self._container.path, "offsets do not fit their array")
        return found

    def verify(self) -> None:
        """Compare all checksums. Raises `ConfigurationError` where one differs."""
        for name in self._entries:
            self.whole(name)


class Container:
    """An open file; `directory` is what its newest whole slot points to, `generation` grows with each change."""

    def __init__(self, path: Path) -> None:
        """Raises `PathError` for a file that cannot be read, `ConfigurationError` for one that is not a base."""
        self.path = path
        try:
            with open_regular(path) as file:
                self.identity = _identity(file)
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise damaged(path, "it is empty") from None
        except OSError as error:
            raise PathError(f"cannot read {str(path)!r}: {error.strerror or error}") from error
        self._view = memoryview(self._map)
        if bytes(self._view[: len(_MAGIC)]) != _MAGIC:
            raise damaged(path, "it does not begin like one")
        self.generation, self.directory = self._newest()

    def section(self, entry: object) -> Section:
        """The array that an entry of the directory describes."""
        match entry:
            case [str(kind), int(offset), int(count), int(sums)] if kind in _TYPES:
                size = count * np.dtype(kind).itemsize
                blocks = (size + _BLOCK - 1) >> _BLOCK_BITS
                if min(offset, count, sums) >= 0 and max(offset + size, sums + 4 * blocks) <= len(self._view):
                    return Section(
                        self.path, self._view[offset : offset + size], kind, self._view[sums : sums + 4 * blocks]
                    )
        raise damaged(self.path, "an array is missing or lies outside of the file")

    def _newest(self) -> tuple[int, dict[str, Any]]:
        for generation, offset, length, digest in sorted(self._slots(), reverse=True):
            raw = bytes(self._view[offset : offset + length]) if length <= _MOST_DIRECTORY else b""
            if len(raw) == length and _digest(raw) == digest:
                return generation, self._directory(raw)
        raise damaged(self.path, "its directory is missing or damaged")

    def _slots(self) -> Iterator[tuple[int, int, int, bytes]]:
        for at in _SLOTS:
            raw = bytes(self._view[at : at + _SLOT.size])
            if len(raw) == _SLOT.size and bytes(self._view[at + _SLOT.size : at + _SLOT.size + 16]) == _digest(raw):
                yield _SLOT.unpack(raw)

    def _directory(self, raw: bytes) -> dict[str, Any]:
        try:
            directory = json.loads(raw)
        except (ValueError, RecursionError):
            raise damaged(self.path, "its directory is not JSON") from None
        if not isinstance(directory, dict) or directory.get("format") != FORMAT:
            raise damaged(self.path, f"it is not of format {FORMAT}")
        return directory


class Writer:
    """Adds arrays to the end of a file and makes them known all at once."""

    def __init__(self, file: IO[bytes], path: Path, *, generation: int) -> None:
        self._file, self.path, self._generation = file, path, generation
        self._file.seek(0, os.SEEK_END)

    def add(self, arrays: Mapping[str, Array]) -> dict[str, list[object]]:
        """Write arrays; what a directory says of them."""
        return {name: self._add(array) for name, array in arrays.items()}

    def publish(self, directory: dict[str, Any]) -> None:
        """Write the directory and point to it: from here on the file is in its new state."""
        raw = json.dumps({"format": FORMAT, **directory}, separators=(",", ":")).encode()
        offset = self._aligned()
        self._file.write(raw)
        self._flush()
        slot = _SLOT.pack(self._generation, offset, len(raw), _digest(raw))
        self._file.seek(_SLOTS[self._generation % len(_SLOTS)])
        self._file.write(slot + _digest(slot))
        self._flush()

    def _add(self, array: Array) -> list[object]:
        array = np.ascontiguousarray(array)
        kind = array.dtype.str[1:]
        assert kind in _TYPES, kind
        offset = self._aligned()
        raw = memoryview(array.data).cast("B") if array.size else memoryview(b"")
        sums = []
        for start in range(0, len(raw), _BLOCK):
            block = raw[start : start + _BLOCK]
            self._file.write(block)
            sums.append(zlib.crc32(block))
        place = self._aligned()
        self._file.write(np.array(sums, dtype="<u4").tobytes())
        return [kind, offset, array.size, place]

    def _aligned(self) -> int:
        at = self._file.tell()
        self._file.write(bytes(-at % _ALIGNED))
        return at + -at % _ALIGNED

    def _flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def is_base(path: Path) -> bool:
    """Whether a file begins like a base, whole or damaged. Raises `PathError` when it cannot be read."""
    return read_start(path, most=len(_MAGIC)) == _MAGIC


@contextlib.contextmanager
def creating(path: Path) -> Iterator[Writer]:
    """A writer of a new file, which takes the place of `path` when the block ends well; else nothing has changed.

    Raises `PathError` when it cannot be written.
    """
    with replacing(path) as file:
        file.write(_MAGIC.ljust(_HEAD, b"\0"))
        yield Writer(file, path, generation=1)


@contextlib.contextmanager
def appending(container: Container) -> Iterator[Writer | None]:
    """A writer at the end of an open file; None where another process has changed it or is doing so.

    Raises `PathError` when it cannot be written.
    """
    path = container.path
    try:
        with path.open("r+b") as file:
            current = lock(file) and _identity(file) == container.identity
            if current and Container(path).generation == container.generation:
                yield Writer(file, path, generation=container.generation + 1)
            else:
                yield None
    except OSError as error:
        raise PathError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def _identity(file: IO[bytes]) -> tuple[int, int]:
    state = os.fstat(file.fileno())
    return state.st_dev, state.st_ino


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=16).digest()
