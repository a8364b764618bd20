"""Vectors of texts, kept on disk by content, so that a base that did not change is not embedded again.

One file contains the vectors of one runbook's texts and is named by the hash of the model's name and the texts. As with
parsed runbooks, a folder that is deleted only costs time, and one that cannot be read or written is never an error.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faultmaven_kb.disk.entries import Entries
from faultmaven_kb.semantic.embedders import Embedder, Vectors

__all__ = ["VectorStore", "unit"]


@dataclass(frozen=True)
class VectorStore:
    """Embeds texts with a model, and keeps the vectors in a folder; without a folder nothing is kept."""

    embedder: Embedder
    folder: Path | None = None

    def embed(self, groups: Sequence[Sequence[str]]) -> list[Vectors]:
        """The vectors of each group of texts, each of length 1. What is not kept is embedded in one go."""
        found = [self._get(group) for group in groups]
        missing = [number for number, vectors in enumerate(found) if vectors is None]
        texts = [text for number in missing for text in groups[number]]
        fresh = unit(self.embedder.embed(texts)) if texts else np.zeros((0, 0), dtype=np.float32)
        start = 0
        for number in missing:
            end = start + len(groups[number])
            found[number] = fresh[start:end]
            self._put(groups[number], fresh[start:end])
            start = end
        return [vectors for vectors in found if vectors is not None]

    def _get(self, texts: Sequence[str]) -> Vectors | None:
        data = self._entries.get(self._key(texts)) if self._entries else None
        width = int.from_bytes(data[:4], "little") if data else 0
        if not data or len(data) != 4 + 4 * width * len(texts):
            return None
        vectors: Vectors = np.frombuffer(data[4:], dtype="<f4").astype(np.float32).reshape(len(texts), width)
        return vectors if np.isfinite(vectors).all() else None

    def _put(self, texts: Sequence[str], vectors: Vectors) -> None:
        if self._entries:
            self._entries.put(
                self._key(texts), vectors.shape[1].to_bytes(4, "little") + vectors.astype("<f4").tobytes()
            )

    @property
    def _entries(self) -> Entries | None:
        return Entries(self.folder / "vectors") if self.folder else None

    def _key(self, texts: Sequence[str]) -> str:
        digest = hashlib.blake2b(digest_size=20)
        for part in (self.embedder.name, *texts):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()


def unit(vectors: Vectors) -> Vectors:
    """The vectors at length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
