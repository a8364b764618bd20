"""Where things are: the outline of a document, and the runbook that a link or an id names."""

import re
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types

from faultmaven_kb.disk.folders import real_path
from faultmaven_kb.language_server.catalogue import Catalogue, Entry
from faultmaven_kb.language_server.positions import Encoding, to_range
from faultmaven_kb.reading.reader import ReadDocument
from faultmaven_kb.source import Position, Span
from faultmaven_kb.text.characters.terminal_text import printable
from faultmaven_kb.text.outline import OutlineSection

__all__ = ["runbook_at", "symbols"]

_LINK = re.compile(r"\[[^\[\]]*+\]\(<?([^()\s>]++)[^()]*+\)")
_WORD = re.compile(r"(?<![a-z0-9])[a-z0-9]++(?:-[a-z0-9]++)+")


def symbols(document: ReadDocument, encoding: Encoding) -> list[types.DocumentSymbol]:
    """The front matter and the sections as a tree."""
    entries = [_symbol(section, document, encoding) for section in document.outline if section.heading]
    if document.front_matter.present:
        whole = to_range(document.source, document.front_matter.span, encoding)
        name = document.front_matter.values.get("id")
        label = printable(name) if isinstance(name, str) and name else "front matter"
        entries.insert(0, types.DocumentSymbol(label, types.SymbolKind.Object, whole, whole))
    return entries


def _symbol(section: OutlineSection, document: ReadDocument, encoding: Encoding) -> types.DocumentSymbol:
    assert section.heading is not None
    end = _last(section)
    span = Span(section.span.line, section.heading.span.column, end.end_line, end.end_column)
    return types.DocumentSymbol(
        name=printable(section.title) or "(no title)",
        kind=types.SymbolKind.String if section.level > 1 else types.SymbolKind.File,
        range=to_range(document.source, span, encoding),
        selection_range=to_range(document.source, section.heading.span, encoding),
        children=[_symbol(child, document, encoding) for child in section.children],
    )


def _last(section: OutlineSection) -> Span:
    return _last(section.children[-1]) if section.children else section.span


def runbook_at(document: ReadDocument, position: Position, catalogue: Catalogue) -> Entry | None:
    """The runbook that the link or the id at a place names; None if there is none in the catalogue."""
    line, index = document.source.line(position.line), position.column - 1
    for link in _LINK.finditer(line):
        if link.start() <= index <= link.end():
            target = unquote(link[1]).partition("#")[0]
            return catalogue.by_path.get(real_path(Path(document.path).parent / target)) if target else None
    for word in _WORD.finditer(line):
        if word.start() <= index <= word.end():
            return catalogue.by_id.get(word[0])
    return None
