"""Runbooks as JSON for front ends: a list in one file, or one file for each, valid against `runbook.schema.json`."""

from collections.abc import Iterable
from typing import Any

from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["list_entry", "to_json", "to_json_files"]


def to_json(runbooks: Iterable[Runbook], *, indent: int | None = None) -> str:
    """All runbooks as one JSON list, ended by a line feed."""
    values = [runbook.model_dump(mode="json") for runbook in runbooks]
    return json_text(values, indent=indent) + "\n"


def to_json_files(runbooks: Iterable[Runbook], *, indent: int | None = None) -> dict[str, str]:
    """One JSON object for each runbook, by file name: the id, made safe for a file system; equal names get a number."""
    texts: dict[str, str] = {}
    for runbook in runbooks:
        stem = "".join(char if char.isalnum() or char in "-_." else "-" for char in runbook.id).lstrip(".") or "runbook"
        name, number = f"{stem}.json", 2
        while name.casefold() in (other.casefold() for other in texts):
            name, number = f"{stem}-{number}.json", number + 1
        texts[name] = json_text(runbook.model_dump(mode="json"), indent=indent) + "\n"
    return texts


def list_entry(runbook: Runbook) -> dict[str, Any]:
    """What a list says of a runbook: an entry of `fmkb list --json`."""
    metadata = runbook.metadata.model_dump(mode="json", exclude={"id", "title", "other"})
    return {"id": runbook.id, "title": runbook.title, **metadata, "path": runbook.path}
