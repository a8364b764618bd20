"""`fmkb export chroma`: a Chroma collection that follows the knowledge base."""

from importlib import import_module
from pathlib import Path

import click

from faultmaven_kb.cli.shared.common import kb_option, load
from faultmaven_kb.cli.shared.surroundings import progress_bar
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.export.chroma import Embedder, open_collection, sync
from faultmaven_kb.export.chunks import DEFAULT_LIMIT
from faultmaven_kb.semantic.embedders import open_embedder

__all__ = ["command"]


@click.command("chroma")
@click.argument("collection")
@click.option(
    "--path", type=click.Path(file_okay=False, path_type=Path), help="An embedded database. Default: a server."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The server's address.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The server's port.")
@click.option(
    "--embedder",
    metavar="MODULE:NAME",
    help="A function from a list of texts to a list of vectors. Default: the collection's own.",
)
@click.option(
    "--semantic",
    metavar="MODEL",
    help="A model of the semantic option: a sentence-transformers folder or name, or fastembed:NAME[=FOLDER].",
)
@click.option(
    "--limit", type=click.IntRange(50), default=DEFAULT_LIMIT, show_default=True, help="Characters of a chunk."
)
@kb_option
def command(
    collection: str,
    path: Path | None,
    host: str,
    port: int,
    embedder: str | None,
    semantic: str | None,
    limit: int,
    kb_paths: tuple[Path, ...],
) -> None:
    """Add, update and delete until COLLECTION contains exactly the runbooks' chunks; needs the extra `chroma`.

    \b
    Examples:
      fmkb export chroma runbooks --path chroma
      fmkb export chroma runbooks --host 127.0.0.1 --port 8000 --kb runbooks

    A second run changes nothing; an interrupted one goes on where it stopped.
    """
    if embedder and semantic:
        raise click.UsageError("--embedder and --semantic exclude each other")
    function, model = _embedder(embedder, semantic)
    chunks = load(kb_paths).chunks(limit=limit)
    target = open_collection(collection, path=path, host=host, port=port, embedder=function)
    with progress_bar("chunks") as progress:
        report = sync(target, chunks, embedder=function, model=model, progress=progress)
    click.echo(
        f"added {report.added}, updated {report.updated}, deleted {report.deleted}, unchanged {report.unchanged}"
    )


def _embedder(name: str | None, semantic: str | None) -> tuple[Embedder | None, str]:
    """The function that makes the vectors, None for the collection's own, and what identifies its model."""
    if semantic:
        opened = open_embedder(semantic)
        return opened.embed, opened.name
    return (_imported(name), name) if name else (None, "")


def _imported(name: str) -> Embedder:
    module, _, attribute = name.partition(":")
    try:
        embedder: Embedder = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f'embedder is "{name}", expected module:function that can be imported: {error}'
        ) from None
    return embedder
