"""The file: named arrays with checksums, a directory in JSON at the end, and two slots at the beginning.

Nothing that was written is ever written again. New arrays and a new directory go to the end; then one of the two slots,
in turn, is made to point to the directory. A slot that was written in part fails its checksum, and the other one still
points to the state before: so a reader, or a process that was killed, finds the old state or the new one, never half.
Arrays are mapped, not read; their blocks of 16 KiB carry a CRC-32 each, compared when a block is first touched. The
checksums find damage; against ill will nothing here is executed, and what is out of range is an error.
"""

import contextlib
import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple
from zlib import error as ZlibError  # noqa: N812

from faultmaven_kb.disk.regular import open_regular, read_start
from faultmaven_kb.disk.replacing import lock, replacing
from faultmaven_kb.errors import ConfigurationError, PathError

if TYPE_CHECKING:
    from faultmaven_kb.search.arrays import Array

__all__ = [
    "BLOCK",
    "FAULTS",
    "FORMAT",
    "SUFFIX",
    "Container",
    "Raw",
    "Streamed",
    "Writer",
    "appending",
    "creating",
    "damaged",
    "is_base",
]

FORMAT = 1
"""The version of the format: another one is another file."""

SUFFIX = ".fmkb"

FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, MemoryError, ZlibError)
"""What reading a damaged or hostile file may raise beside the errors of this library."""

_MAGIC: Final = b"fmkb\r\n\x1a\n"
_SLOT = struct.Struct("<QQQ16s")
_SLOTS = (1024, 2048)
_HEAD = 4096  # bytes: a page of memory
_ALIGNED = 64  # bytes: a cache line
_BLOCK_BITS = 14  # blocks of 16 KiB, chosen (docs/explanation/storage.md)
BLOCK = 1 << _BLOCK_BITS
_MOST_DIRECTORY = 16_000_000  # bytes, chosen: bounds the memory for a damaged file
_TYPES = {"u1", "u4", "i4", "i8", "f4", "f8"}
_INTEGERS = {"u1": "B", "u4": "I", "i4": "i", "i8": "q"}  # as `struct` calls them


def damaged(path: Path, why: str) -> ConfigurationError:
    """The error for a file that is not a whole base, with the remedy."""
    return ConfigurationError(
        f"{str(path)!r} is not a readable knowledge base ({why}); build it again with `fmkb build`"
    )


class Raw:
    """The bytes of an array in the file, of a `kind`; their blocks are checked when they are first touched."""

    def __init__(self, path: Path, view: memoryview, kind: str, sums: memoryview) -> None:
        self.path, self.view, self.kind = path, view, kind
        self.sums = sums
        self.checked = bytearray(len(sums) // 4)

    def part(self, start: int, stop: int) -> memoryview:
        """The bytes from `start` to `stop`. Raises `ConfigurationError` if there are none."""
        if not 0 <= start <= stop <= len(self.view):
            raise damaged(self.path, "a range lies outside of its array")
        self.check(start, stop)
        return self.view[start:stop]

    def whole(self) -> memoryview:
        """All bytes."""
        return self.part(0, len(self.view))

    def numbers(self) -> tuple[int, ...]:
        """All values of an array of integers; `sections` reads any array with numpy."""
        return struct.unpack(f"<{len(self.view) // int(self.kind[1:])}{_INTEGERS[self.kind]}", self.whole())

    def check(self, start: int, stop: int) -> None:
        """Compare the checksums of some bytes. Raises `ConfigurationError` where one differs."""
        checked = self.checked
        first, last = start >> _BLOCK_BITS, (stop - 1) >> _BLOCK_BITS
        if last - first < 2 and (last < first or (checked[first] and checked[last])):
            return
        for block in range(first, last + 1):
            if not checked[block]:
                expected = int.from_bytes(self.sums[4 * block : 4 * block + 4], "little")
                if zlib.crc32(self.view[block << _BLOCK_BITS : (block + 1) << _BLOCK_BITS]) != expected:
                    raise damaged(self.path, "a checksum differs")
                checked[block] = 1


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

    def raw(self, entry: object) -> Raw:
        """The array that an entry of the directory describes."""
        match entry:
            case [str(kind), int(offset), int(count), int(sums)] if kind in _TYPES:
                size = count * int(kind[1:])
                blocks = (size + BLOCK - 1) >> _BLOCK_BITS
                if min(offset, count, sums) >= 0 and max(offset + size, sums + 4 * blocks) <= len(self._view):
                    return Raw(
                        self.path, self._view[offset : offset + size], kind, self._view[sums : sums + 4 * blocks]
                    )
        raise damaged(self.path, "an array is missing or lies outside of the file")

    @property
    def is_sparse(self) -> bool:
        """Whether less than half of the file is used by its newest state."""
        return 2 * self._used() < len(self._view)

    @property
    def is_shared(self) -> bool:
        """Whether arrays of the newest state lie over one another, which would be more work than the file is long."""
        return self._used() > len(self._view)

    def _used(self) -> int:
        directory = self.directory
        tables = (*directory["segments"], directory["state"], directory["changes"])
        return sum(len(self.raw(entry).view) for table in tables for entry in table.values())

    def release(self) -> None:
        """Give back the memory of what was read; it is read again where it is needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

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


class Streamed(NamedTuple):
    """An array of a `kind` that comes in blocks of `BLOCK` bytes, the last of them shorter: never all of it is in the
    memory."""

    kind: str
    blocks: Iterable[bytes]


class Writer:
    """Adds arrays to the end of a file and makes them known all at once."""

    def __init__(self, file: IO[bytes], path: Path, *, generation: int) -> None:
        self._file, self.path, self._generation = file, path, generation
        self._file.seek(0, os.SEEK_END)

    def add(self, arrays: "Mapping[str, Array | Streamed]") -> dict[str, list[object]]:
        """Write arrays; what a directory says of them."""
        return {name: self._add(array) for name, array in arrays.items()}

    def copy(self, container: Container, entries: Mapping[str, object]) -> dict[str, list[object]]:
        """Copy the arrays of another file with their checksums, as they are; what a directory says of them."""
        return {name: self._copied(container.raw(entry)) for name, entry in entries.items()}

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

    def _copied(self, raw: Raw) -> list[object]:
        offset = self._aligned()
        self._file.write(raw.view)
        place = self._aligned()
        self._file.write(raw.sums)
        return [raw.kind, offset, len(raw.view) // int(raw.kind[1:]), place]

    def _add(self, array: "Array | Streamed") -> list[object]:
        kind, blocks = array if isinstance(array, Streamed) else _blocks(array)
        assert kind in _TYPES, kind
        offset = self._aligned()
        size, sums = 0, []
        for block in blocks:
            size += self._file.write(block)
            sums.append(zlib.crc32(block))
        place = self._aligned()
        self._file.write(struct.pack(f"<{len(sums)}I", *sums))
        return [kind, offset, size // int(kind[1:]), place]

    def _aligned(self) -> int:
        at = self._file.tell()
        self._file.write(bytes(-at % _ALIGNED))
        return at + -at % _ALIGNED

    def _flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def _blocks(array: "Array") -> "tuple[str, Iterator[memoryview]]":
    """The kind of an array and its bytes, a block at a time."""
    import numpy as np  # noqa: PLC0415 - a list of ids needs none

    array = np.ascontiguousarray(array)
    raw = memoryview(array.data).cast("B") if array.size else memoryview(b"")
    return array.dtype.str[1:], (raw[start : start + BLOCK] for start in range(0, len(raw), BLOCK))


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
