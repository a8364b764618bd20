"""Vectors in a quarter of their size: one byte for each number, and for each vector what its bytes are multiplied by.

All vectors are compared with a question, none is skipped: measured beside three approximate indexes, this is exact but
for the rounding and fast enough up to 100,000 vectors (docs/explanation/dependencies-semantic.md).
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.semantic.embedders import Vectors

__all__ = ["LARGEST_SCALE", "Quantised", "unit"]

_STEPS = 127  # the largest value of a signed byte
LARGEST_SCALE = 1.001 / _STEPS
"""Of a vector of length 1, with some room for rounding."""

_BLOCK = 1024  # rows, chosen: as float32 they fit in a processor's cache


class Quantised(NamedTuple):
    """Some vectors: a row of `codes` times its scale is one of them. Both may be mapped from a file."""

    codes: NDArray[np.int8]
    scales: Vectors

    @classmethod
    def of(cls, vectors: Vectors) -> Self:
        """The nearest that there is to some vectors."""
        scales = np.abs(vectors).max(axis=1, initial=0.0) / _STEPS
        codes = np.rint(vectors / np.where(scales > 0, scales, 1)[:, np.newaxis])
        return cls(codes.astype(np.int8), scales.astype(np.float32))

    @classmethod
    def together(cls, parts: "Sequence[Quantised]") -> Self:
        """The vectors of several parts in a row, copied. There is at least one part."""
        return cls(np.concatenate([part.codes for part in parts]), np.concatenate([part.scales for part in parts]))

    def vectors(self) -> Vectors:
        """The vectors as numbers."""
        return self.codes * self.scales[:, np.newaxis]

    def similar(self, vector: Vectors) -> Vectors:
        """The dot product of each vector with another one."""
        blocks = (self.codes[start : start + _BLOCK] for start in range(0, len(self.codes), _BLOCK))
        products = [block.astype(np.float32) @ vector for block in blocks]
        return np.concatenate([np.empty(0, dtype=np.float32), *products]) * self.scales


def unit(vectors: Vectors) -> Vectors:
    """The vectors at length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
