"""What can be at a place: front matter fields and their values, section headings, links to other runbooks."""

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from lsprotocol import types

from faultmaven_kb.dialects.faultmaven import PREVENTION, SECTIONS
from faultmaven_kb.language_server.catalogue import Catalogue
from faultmaven_kb.model.metadata import MetadataContract
from faultmaven_kb.model.vocabularies import OPTIONS
from faultmaven_kb.reading.reader import ReadDocument
from faultmaven_kb.source import Position
from faultmaven_kb.text.characters.terminal_text import printable
from faultmaven_kb.text.outline import walk

__all__ = ["completions", "field_help"]

_FIELDS = MetadataContract.model_fields
_NUMBERED = {"diagnostic-steps": "Step", "solutions": "Solution"}
_LINK_TARGET = re.compile(r"\]\([^()\s]*$")
_LINK_TEXT = re.compile(r"^\s*[-*+]\s+\[[^\]]*$")


def field_help(name: str) -> str:
    """What a front matter field is for; empty for an unknown one."""
    return (_FIELDS[name].description or "") if name in _FIELDS else ""


def completions(
    document: ReadDocument, position: Position, catalogue: Catalogue, today: date
) -> list[types.CompletionItem]:
    """The proposals for a place, in a fixed order; empty where nothing fits."""
    before = document.source.line(position.line)[: position.column - 1]
    if document.front_matter.present and 1 < position.line < max(document.front_matter.span.end_line, 2) + 1:
        return list(_front_matter(document, before, catalogue, today))
    if before.startswith("#"):
        return list(_headings(document, before, position))
    if _LINK_TARGET.search(before) or _LINK_TEXT.match(before):
        return list(_links(document, catalogue, whole=not _LINK_TARGET.search(before)))
    return []


def _front_matter(
    document: ReadDocument, before: str, catalogue: Catalogue, today: date
) -> Iterator[types.CompletionItem]:
    if re.fullmatch(r"[A-Za-z_]*", before):
        for name in _FIELDS:
            if name not in document.front_matter.values or name == before:
                yield _item(name, types.CompletionItemKind.Field, f"{name}: ", field_help(name))
        return
    key, colon, _ = before.partition(":")
    if not colon:
        return
    values = {**OPTIONS, "technology": catalogue.technologies, "last_updated": (f'"{today.isoformat()}"',)}
    for value in values.get(key, ()):
        yield _item(value, types.CompletionItemKind.EnumMember, value, field_help(key))


def _headings(document: ReadDocument, before: str, position: Position) -> Iterator[types.CompletionItem]:
    level = len(before) - len(before.lstrip("#"))
    lead = " " if before == "#" * level else ""
    names: Iterator[str] = iter(())
    if level == 2:
        present = {SECTIONS.role(section.key) for section in walk(document.outline)}
        names = (words[0].title() for role, words in SECTIONS.rows if role not in {*present, "license"})
    elif level == 3:
        names = _subheadings(document, position)
    for name in names:
        yield _item(name, types.CompletionItemKind.Module, f"{lead}{name}")


def _subheadings(document: ReadDocument, position: Position) -> Iterator[str]:
    above = [s for s in walk(document.outline) if s.level == 2 and s.span.line < position.line]
    role = SECTIONS.role(above[-1].key) if above else None
    if role in _NUMBERED:
        runbook = document.runbook
        parts = runbook.steps if role == "diagnostic-steps" else runbook.solutions
        yield f"{_NUMBERED[role]} {max((part.number or 0 for part in parts), default=0) + 1}: "
    elif role == "prevention":
        yield from (words[0].title() for _, words in PREVENTION.rows)


def _links(document: ReadDocument, catalogue: Catalogue, *, whole: bool) -> Iterator[types.CompletionItem]:
    here = Path(document.path)
    for entry in catalogue.entries:
        if entry.path.resolve() != here.resolve():
            target = Path(os.path.relpath(entry.path, here.parent)).as_posix()
            text = f"{entry.title}]({target})" if whole else target
            yield _item(entry.id, types.CompletionItemKind.File, text, entry.title)


def _item(label: str, kind: types.CompletionItemKind, text: str, help: str = "") -> types.CompletionItem:
    return types.CompletionItem(
        label=printable(label.strip()), kind=kind, insert_text=text, documentation=printable(help) or None
    )
