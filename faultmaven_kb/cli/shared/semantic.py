"""The option that adds a second opinion by meaning to commands that search."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from faultmaven_kb.cli.shared.surroundings import cache_folder, progress_bar

if TYPE_CHECKING:
    from faultmaven_kb.knowledge_base import KnowledgeBase

__all__ = ["semantic_option", "with_semantic"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def semantic_option(command: _Command) -> _Command:
    """The option that names the model."""
    return click.option(
        "--semantic",
        metavar="MODEL",
        envvar="FMKB_SEMANTIC",
        show_envvar=True,
        help="Ask a model when the words do not decide: a sentence-transformers folder or name, or "
        "fastembed:NAME[=FOLDER]. Nothing is downloaded.",
    )(command)


def with_semantic(kb: "KnowledgeBase", model: str | None) -> "KnowledgeBase":
    """The knowledge base, with the model's second opinion when one is named. Vectors are kept in the cache folder."""
    if not model:
        return kb
    from faultmaven_kb.semantic.embedders import open_embedder  # noqa: PLC0415 - numpy is loaded only for a model

    embedder = open_embedder(model)
    with progress_bar("embedding") as progress:
        return kb.with_embedder(embedder, folder=cache_folder(), progress=progress)
