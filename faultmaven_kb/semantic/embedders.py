"""Models that turn texts into vectors, behind one small protocol; for the optional second opinion by meaning.

Anything with `name` and `embed` will do. The two adapters here load their library when they are made, use the CPU, and
never go to the network: a model is a folder, or a name that is already in the hub's cache. The name of a folder's model
is made from its files, so that vectors kept for other weights are never mistaken for its own.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import redirect_stderr
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.disk.regular import read_regular, read_start
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.export.extras import missing

__all__ = [
    "MOST_AT_ONCE",
    "Embedder",
    "FastEmbedEmbedder",
    "SentenceTransformerEmbedder",
    "Vectors",
    "open_embedder",
]

Vectors = NDArray[np.float32]
MOST_AT_ONCE = 32
"""Texts that a model reads at once: they share the memory of its layers, and more are hardly faster."""

_HEAD = 1 << 20  # bytes, chosen: tells files of models apart without reading gigabytes


class Embedder(Protocol):
    """Turns texts into vectors whose dot product, at length 1, says how near they are in meaning."""

    @property
    def name(self) -> str:
        """What identifies the model and its weights; vectors are kept under it."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, float32, all of the same width. The same text always has the same row."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model, run by torch."""

    def __init__(self, model: str | Path) -> None:
        """`model` is a folder or a name in the hub's cache. Raises `ConfigurationError` when it cannot be loaded."""
        library = _library("sentence_transformers", "semantic-torch")
        self.name = f"sentence-transformers {_fingerprint(model)}"
        try:
            with redirect_stderr(StringIO()):  # a progress bar
                self._model: Any = library.SentenceTransformer(str(model), device="cpu", local_files_only=True)
        except Exception as error:  # the library raises whatever its parts raise
            raise _not_loaded(model, error) from error

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text."""
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


class FastEmbedEmbedder:
    """A model that fastembed knows, run by the ONNX runtime."""

    def __init__(self, model: str, *, folder: Path | None = None) -> None:
        """`model` is fastembed's name for it, `folder` contains its files (`model.onnx`, `tokenizer.json` …); without
        one they must be in the cache. Raises `ConfigurationError` when it cannot be loaded."""
        library = _library("fastembed", "semantic")
        self.name = f"fastembed {model} {_fingerprint(folder) if folder else ''}".strip()
        options = {"specific_model_path": str(folder)} if folder else {}
        try:
            self._model: Any = library.TextEmbedding(model, local_files_only=True, **options)
            if most := _most_tokens(folder):  # fastembed only knows what the tokenizer could read
                self._model.model.tokenizer.enable_truncation(most)
        except Exception as error:  # the library raises whatever its parts raise
            raise _not_loaded(folder or model, error) from error

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text."""
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack(list(self._model.embed(list(texts), batch_size=MOST_AT_ONCE))).astype(np.float32)


def open_embedder(model: str) -> Embedder:
    """The embedder for a word of a command line: `fastembed:NAME`, `fastembed:NAME=FOLDER`, a folder, or a name.

    A folder or a bare name is a sentence-transformers model. Raises `ConfigurationError` when it cannot be loaded.
    """
    kind, colon, rest = model.partition(":")
    if colon and kind == "fastembed":
        name, _, folder = rest.partition("=")
        return FastEmbedEmbedder(name, folder=Path(folder) if folder else None)
    return SentenceTransformerEmbedder(model)


def _library(name: str, extra: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise ConfigurationError(missing(name, extra=extra)) from None


def _not_loaded(model: str | Path, error: Exception) -> ConfigurationError:
    reason = str(error).strip().split("\n", 1)[0][:200] or type(error).__name__
    return ConfigurationError(f'the model "{model}" cannot be loaded ({reason}), expected a folder or a cached name')


def _most_tokens(folder: Path | None) -> int | None:
    """How much of a text the model in a folder was trained to read, None where nothing is said."""
    file = folder / "sentence_bert_config.json" if folder else None
    return int(json.loads(read_regular(file, limit=_HEAD))["max_seq_length"]) if file and file.exists() else None


def _fingerprint(model: str | Path) -> str:
    """A folder's files by name, size and first bytes; a name as it is."""
    folder = Path(model)
    if not folder.is_dir():
        return str(model)
    digest = hashlib.blake2b(digest_size=12)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder).as_posix()} {file.stat().st_size}\n".encode())
        digest.update(read_start(file, most=_HEAD))
    return digest.hexdigest()
