"""`fmkb export chunks`: JSON lines for a vector store, all of them or what changed."""

import json
from pathlib import Path
from typing import Any

import click

from faultmaven_kb.cli.shared.common import kb_option, load
from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.export.chunks import DEFAULT_LIMIT, compare
from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["command"]


@click.command("chunks")
@click.option(
    "--limit", type=click.IntRange(50), default=DEFAULT_LIMIT, show_default=True, help="Characters of a chunk."
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    help="An earlier export: print only what changed, and what vanished.",
)
@kb_option
def command(limit: int, since: Path | None, kb_paths: tuple[Path, ...]) -> None:
    """Print each piece of the runbooks as one line of JSON: id, text, digest and metadata.

    \b
    Examples:
      fmkb export chunks --kb runbooks > chunks.jsonl
      fmkb export chunks --kb runbooks --since chunks.jsonl

    With --since each line has a "change": added, changed or vanished (with the id only).
    """
    chunks = load(kb_paths).chunks(limit=limit)
    if since is None:
        for chunk in chunks:
            _print(chunk.to_dict())
        return
    changes = compare(_digests(since), chunks)
    for word, chunks_of_kind in (("added", changes.added), ("changed", changes.changed)):
        for chunk in chunks_of_kind:
            _print({"change": word, **chunk.to_dict()})
    for identity in changes.vanished:
        _print({"change": "vanished", "id": identity})


def _print(value: dict[str, Any]) -> None:
    click.echo(json_text(value))


def _digests(file: Path) -> dict[str, str]:
    """The digests of an earlier export by id; lines of a `--since` export are applied in order."""
    digests: dict[str, str] = {}
    text = read_regular(file).decode("utf-8", "replace")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            identity = value["id"]
            if value.get("change") == "vanished":
                digests.pop(identity, None)
            else:
                digests[identity] = value["digest"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise click.UsageError(f"{file}:{number}: no line of an earlier export, expected JSON with id") from None
    return digests
