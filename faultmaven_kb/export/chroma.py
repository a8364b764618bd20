"""Keeps a Chroma collection equal to the chunks of a knowledge base: adds, updates, and deletes what vanished.

Each entry carries the digest of its chunk, so a second run does nothing and an interrupted one goes on where it
stopped; new entries are written before old ones are deleted. Entries of others in the same collection are not changed.
This module is handed a collection and never opens one, except in `open_collection`, which needs the extra `chroma`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.export.chunks import Chunk, Scalar, compare
from faultmaven_kb.export.extras import from_extra

__all__ = ["Collection", "Embedder", "SyncReport", "open_collection", "sync"]

Embedder = Callable[[list[str]], Any]
"""Texts to vectors, one row for each (lists or an array; the `embed` of a semantic model is one)."""

OWNER = "faultmaven-kb"
_PAGE = 1_000  # entries of one answer, chosen
_BATCH = 100  # entries of one request, chosen
_Value = TypeVar("_Value")


class Collection(Protocol):
    """What is used of a `chromadb.Collection`."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Entries by id or by metadata, a page of them."""

    def upsert(self, *args: Any, **kwargs: Any) -> None:
        """Add entries, or merge them into those with the same ids."""

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Remove entries by id."""

    def query(self, *args: Any, **kwargs: Any) -> Any:
        """The entries that are nearest to a text or a vector."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How many chunks were added, updated, deleted and left as they were."""

    added: int
    updated: int
    deleted: int
    unchanged: int


def open_collection(
    name: str,
    *,
    path: str | Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    embedder: Embedder | None = None,
) -> Any:
    """The collection with a name, made if there is none: embedded at `path`, or on a server.

    With an embedder the collection gets no embedding function. Raises `ConfigurationError` when chromadb is missing or
    the server does not answer.
    """
    chromadb = from_extra("chromadb", extra="chroma")
    settings = chromadb.config.Settings(anonymized_telemetry=False)
    try:
        if path is not None:
            client = chromadb.PersistentClient(path=str(path), settings=settings)
        else:
            client = chromadb.HttpClient(host=host, port=port, settings=settings)
        options = {"embedding_function": None} if embedder else {}
        return client.get_or_create_collection(name, configuration={"hnsw": {"space": "cosine"}}, **options)
    except Exception as error:  # the client raises its own types, those of its HTTP library and plain ValueErrors
        where = str(path) if path is not None else f"{host}:{port}"
        raise ConfigurationError(f'cannot open the Chroma collection "{name}" at {where}: {error}') from None


def sync(
    collection: Collection,
    chunks: Iterable[Chunk],
    *,
    embedder: Embedder | None = None,
    model: str = "",
    batch: int = _BATCH,
    progress: Callable[[int, int], None] | None = None,
) -> SyncReport:
    """Make the collection contain exactly these chunks. `progress` is called with how many of how many are written.

    `model` names what makes the vectors; entries that another one made are written again. Raises `ConfigurationError`
    when the collection refuses a chunk or its vector cannot be made.
    """
    stored = _kept(collection)
    changes = compare({identity: _digest(about, model) for identity, about in stored.items()}, chunks)
    writes = (*changes.added, *changes.changed)
    done, total = 0, len(writes) + len(changes.vanished)
    for part in _batches(writes, batch):
        _write(collection, part, [_metadata(chunk, stored.get(chunk.id, {}), model) for chunk in part], embedder)
        done += len(part)
        _tell(progress, done, total)
    for obsolete in _batches(changes.vanished, batch):
        collection.delete(ids=list(obsolete))
        done += len(obsolete)
        _tell(progress, done, total)
    return SyncReport(len(changes.added), len(changes.changed), len(changes.vanished), len(changes.unchanged))


def _digest(about: dict[str, Any], model: str) -> str:
    """The digest of an entry, nothing when another model made its vector."""
    return str(about.get("digest", "")) if str(about.get("embedder") or "") == model else ""


def _write(
    collection: Collection,
    chunks: Sequence[Chunk],
    metadatas: list[dict[str, Scalar | None]],
    embedder: Embedder | None,
) -> None:
    texts = [chunk.text for chunk in chunks]
    try:
        vectors = {"embeddings": [[float(x) for x in vector] for vector in embedder(texts)]} if embedder else {}
        collection.upsert(ids=[chunk.id for chunk in chunks], documents=texts, metadatas=metadatas, **vectors)
    except Exception as error:  # whatever the client, its server or a model raises
        reason = str(error).strip().split("\n", 1)[0][:300] or type(error).__name__
        hint = "" if embedder else "; the collection's own function fetches a model on first use, expected an embedder"
        raise ConfigurationError(f"cannot write to the Chroma collection: {reason}{hint}") from error


def _tell(progress: Callable[[int, int], None] | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _kept(collection: Collection) -> dict[str, dict[str, Any]]:
    """The metadata of our entries, by id, read page by page."""
    entries: dict[str, dict[str, Any]] = {}
    offset = 0
    while True:
        page = collection.get(where={"owner": OWNER}, include=["metadatas"], limit=_PAGE, offset=offset)
        entries.update(zip(page["ids"], page["metadatas"] or (), strict=True))
        if len(page["ids"]) < _PAGE:
            return entries
        offset += _PAGE


def _metadata(chunk: Chunk, earlier: dict[str, Any], model: str) -> dict[str, Scalar | None]:
    """The chunk's metadata; keys that it no longer has are set to None, because an update only merges."""
    made_by = {"embedder": model} if model else {}
    new: dict[str, Scalar | None] = {**chunk.metadata, "digest": chunk.digest, "owner": OWNER, **made_by}
    return {**dict.fromkeys(set(earlier) - set(new)), **new}


def _batches(values: Sequence[_Value], size: int) -> Iterator[tuple[_Value, ...]]:
    iterator = iter(values)
    while part := tuple(islice(iterator, size)):
        yield part
