"""Embeds groups of texts: what is kept is not embedded again, and what is not is embedded in small even batches.

A model pads the texts of a batch to its longest one, so they are sorted by length, and a batch is bounded by what it
takes in memory. After a few hundred texts their vectors are kept: a run that was killed loses no more than these.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faultmaven_kb.disk.entries import Entries
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.semantic.embedders import MOST_AT_ONCE, Embedder, Vectors
from faultmaven_kb.semantic.kept_vectors import KEY_SIZE, KeptVectors
from faultmaven_kb.semantic.quantised import Quantised, unit

__all__ = ["Progress", "VectorStore"]

Progress = Callable[[int, int], None]
"""Called with how many of how many texts are embedded."""

_CHARACTERS = 8_000  # chosen: of a batch, each text counted as long as its longest
_PART = 256  # texts, chosen: ten seconds of a small model on two cores


@dataclass(frozen=True)
class VectorStore:
    """Embeds texts with a model, and keeps the vectors in a folder; without a folder nothing is kept."""

    embedder: Embedder
    folder: Path | None = None
    progress: Progress | None = None

    def embed(self, groups: Sequence[Sequence[str]]) -> list[Quantised]:
        """The vectors of all groups in their order, each of length 1, in one part or more.

        Raises `ConfigurationError` when the model does not give one row of finite numbers for each text.
        """
        by_key = {_key(group): group for group in groups if group}
        stored = KeptVectors(self._file, self.embedder.name)
        missing = [key for key in by_key if key not in stored]
        total, done = sum(len(by_key[key]) for key in missing), 0
        while missing:
            part = _start_of(missing, by_key)
            texts = [text for key in part for text in by_key[key]]
            stored.add(part, [len(by_key[key]) for key in part], Quantised.of(self._embed(texts, done, total)))
            missing, done = missing[len(part) :], done + len(texts)
        keys = [_key(group) for group in groups if group]
        stored.tidy(keys)
        return list(stored.runs(keys))

    def _embed(self, texts: Sequence[str], done: int, total: int) -> Vectors:
        numbered: list[tuple[int, Vectors]] = []
        for batch in _batches(texts):
            rows = self.embedder.embed([texts[place] for place in batch])
            if rows.shape[:1] != (len(batch),) or not np.isfinite(rows).all():
                message = (
                    f'the model "{self.embedder.name}" gave no vectors, expected a row of finite numbers for each text'
                )
                raise ConfigurationError(message)
            numbered += zip(batch, unit(rows), strict=True)
            if self.progress:
                self.progress(done + len(numbered), total)
        return np.stack([row for _, row in sorted(numbered, key=lambda pair: pair[0])])

    @property
    def _file(self) -> Path | None:
        name = hashlib.blake2b(self.embedder.name.encode("utf-8", "surrogatepass"), digest_size=KEY_SIZE).hexdigest()
        return Entries(self.folder / "vectors").file(name) if self.folder else None


def _start_of(missing: Sequence[bytes], by_key: Mapping[bytes, Sequence[str]]) -> Sequence[bytes]:
    """The first groups, which have about as many texts as are kept at once."""
    sizes = itertools.accumulate(len(by_key[key]) for key in missing)
    return missing[: 1 + sum(1 for _ in itertools.takewhile(lambda size: size < _PART, sizes))]


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """The places of the texts, the longest first: what takes most memory comes first, and is used again."""
    order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    while order:
        size = max(1, min(MOST_AT_ONCE, _CHARACTERS // max(len(texts[order[0]]), 1)))
        yield order[:size]
        order = order[size:]


def _key(texts: Sequence[str]) -> bytes:
    digest = hashlib.blake2b(digest_size=KEY_SIZE)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()
