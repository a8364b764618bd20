"""How models, diagnostics and terms are compressed in a base."""

import zlib

__all__ = ["packed", "unpacked"]

_LEVEL = 1  # zlib's fastest, measured in docs/explanation/storage.md
_LARGEST = 200_000_000  # bytes, chosen: a thousand times the largest document


def packed(data: bytes) -> bytes:
    """The data compressed; fast rather than small."""
    return zlib.compress(data, _LEVEL)


def unpacked(data: bytes) -> bytes:
    """The data of `packed`. Raises ValueError for anything else, also for what would fill the memory."""
    stream = zlib.decompressobj()
    content = stream.decompress(data, _LARGEST)
    if not stream.eof:
        raise ValueError("a compressed value ends early or is too long")
    return content
