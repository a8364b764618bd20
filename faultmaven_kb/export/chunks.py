"""Runbooks cut into chunks for vector stores: pieces that each say where they come from.

A chunk is a section or a part of one. Cuts fall between blocks only: never inside a fence, a list item, a table or a
quote, which stay whole even where they are larger than the limit (`oversized` says so); a long paragraph is cut between
lines, sentences or words. Ids are made of the runbook's id, the headings and a number, so a changed text keeps its id
and changes its digest: that is how `compare` tells what to add, to replace and to delete.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from faultmaven_kb.export.agent_text import as_shown, safe_id
from faultmaven_kb.model.runbook import Runbook, Section
from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.characters.terminal_text import printable
from faultmaven_kb.text.markdown import Block, Heading, Html, ListBlock, Paragraph, ThematicBreak, read_blocks

__all__ = ["DEFAULT_LIMIT", "Changes", "Chunk", "Scalar", "chunk_runbook", "chunk_runbooks", "compare"]

Scalar = str | int | float | bool
"""What every vector store takes as a metadata value."""

DEFAULT_LIMIT = 1_500  # characters, chosen: about 400 tokens of English

_NOT_SLUG = re.compile(r"[\W_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a runbook. `text` opens with the title and the headings; the span covers its lines in the file."""

    id: str
    runbook_id: str
    title: str
    section: str
    role: str | None
    text: str
    span: Span
    digest: str
    oversized: bool
    metadata: Mapping[str, Scalar]

    def to_dict(self) -> dict[str, Any]:
        """The chunk as plain values: one line of `fmkb export chunks`."""
        return {"id": self.id, "text": self.text, "digest": self.digest, "metadata": dict(self.metadata)}


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from an earlier export; `vanished` and `unchanged` are ids."""

    added: tuple[Chunk, ...]
    changed: tuple[Chunk, ...]
    vanished: tuple[str, ...]
    unchanged: tuple[str, ...]


class _Unit(NamedTuple):
    """A block that stays whole, or a piece of a paragraph."""

    text: str
    line: int
    end_line: int
    joint: str


def chunk_runbooks(
    runbooks: Iterable[Runbook], *, limit: int = DEFAULT_LIMIT, count: Callable[[str], int] = len
) -> tuple[Chunk, ...]:
    """The chunks of some runbooks in order; see `chunk_runbook`."""
    return tuple(chunk for runbook in runbooks for chunk in chunk_runbook(runbook, limit=limit, count=count))


def chunk_runbook(
    runbook: Runbook, *, limit: int = DEFAULT_LIMIT, count: Callable[[str], int] = len
) -> Iterator[Chunk]:
    """The chunks of a runbook, at most `limit` long where its blocks allow it.

    `count` measures a text: characters by default, or a tokenizer's number of tokens. Raises ValueError for a limit
    below 1.
    """
    if limit < 1:
        raise ValueError(f"limit is {limit}, expected 1 or more")
    runbook = as_shown(runbook)
    counts: dict[str, int] = {}
    for path, section in _paths(runbook):
        slug = "/".join(_slug(title) for title in path) or "start"
        counts[slug] = counts.get(slug, 0) + 1
        place = slug if counts[slug] == 1 else f"{slug}~{counts[slug]}"
        header = " > ".join([runbook.title, *path])
        for number, units in enumerate(_packed(header, _units(section, limit, count), limit, count), start=1):
            yield _chunk(runbook, section, path, f"{safe_id(runbook.id)}#{place}:{number}", header, units, limit, count)


def compare(earlier: Mapping[str, str], chunks: Iterable[Chunk]) -> Changes:
    """What differs between the digests of an earlier export, by id, and these chunks."""
    now = {chunk.id: chunk for chunk in chunks}
    return Changes(
        added=tuple(chunk for chunk in now.values() if chunk.id not in earlier),
        changed=tuple(chunk for chunk in now.values() if earlier.get(chunk.id, chunk.digest) != chunk.digest),
        vanished=tuple(sorted(set(earlier) - set(now))),
        unchanged=tuple(chunk.id for chunk in now.values() if earlier.get(chunk.id) == chunk.digest),
    )


def _paths(runbook: Runbook) -> Iterator[tuple[tuple[str, ...], Section]]:
    """Each section with the headings above it and its own; the title itself is left out."""
    stack: list[Section] = []
    for section in runbook.sections:
        while stack and stack[-1].level >= section.level:
            stack.pop()
        if section.level:
            stack.append(section)
        titles = tuple(part.title for part in stack)
        yield titles[1:] if titles and titles[0] == runbook.title else titles, section


def _slug(title: str) -> str:
    return _NOT_SLUG.sub("-", title.casefold()).strip("-") or "section"


def _units(section: Section, limit: int, count: Callable[[str], int]) -> Iterator[_Unit]:
    source = Source(section.text)
    for block in _whole_blocks(read_blocks(source)):
        first, last = block.span.line, block.span.end_line
        text = "\n".join(source.lines[first - 1 : last])
        joint = "\n" if isinstance(block, _Item) else "\n\n"
        place = section.span.line - 1
        if isinstance(block, Paragraph) and count(text) > limit:
            yield from _pieces(source, block, place, limit, count)
        elif text.strip():
            yield _Unit(text, place + first, place + last, joint)


class _Item(NamedTuple):
    span: Span


def _whole_blocks(blocks: Iterable[Block]) -> Iterator[Block | _Item]:
    """The blocks that stay whole: a list counts by its items; headings, rules and comments are left out."""
    for block in blocks:
        if isinstance(block, ListBlock):
            yield from (_Item(item.span) for item in block.items)
        elif isinstance(block, Html) and block.text.lstrip().startswith("<!--"):
            continue
        elif not isinstance(block, Heading | ThematicBreak):
            yield block


def _pieces(source: Source, block: Paragraph, place: int, limit: int, count: Callable[[str], int]) -> Iterator[_Unit]:
    """A long paragraph cut between lines, a long line between sentences, a long sentence between words."""
    for number in range(block.span.line, block.span.end_line + 1):
        line = source.line(number)
        parts = [line] if count(line) <= limit else _SENTENCE_END.split(line)
        for part in parts:
            pieces = [part] if count(part) <= limit else part.split(" ")
            joint = "\n" if part is parts[0] else " "
            for piece in pieces:
                yield _Unit(piece, place + number, place + number, joint if piece is pieces[0] else " ")


def _packed(
    header: str, units: Iterator[_Unit], limit: int, count: Callable[[str], int]
) -> Iterator[tuple[_Unit, ...]]:
    """As many units as fit into each chunk, at least one."""
    pack: list[_Unit] = []
    for unit in units:
        if pack and count(_joined(header, (*pack, unit))) > limit:
            yield tuple(pack)
            pack = []
        pack.append(unit)
    if pack:
        yield tuple(pack)


def _joined(header: str, units: tuple[_Unit, ...]) -> str:
    body = units[0].text + "".join(unit.joint + unit.text for unit in units[1:])
    return f"{header}\n\n{body}"


def _chunk(
    runbook: Runbook,
    section: Section,
    path: tuple[str, ...],
    identity: str,
    header: str,
    units: tuple[_Unit, ...],
    limit: int,
    count: Callable[[str], int],
) -> Chunk:
    text = _joined(header, units)
    last = units[-1]
    span = Span(units[0].line, 1, last.end_line, len(last.text.rsplit("\n", 1)[-1]) + 1)
    name = " > ".join(path)
    oversized = count(text) > limit
    metadata = dict(_metadata(runbook, section, name, span, oversized))
    material = "\n".join([text, *(f"{key}={value}" for key, value in sorted(metadata.items()))])
    digest = hashlib.sha256(material.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Chunk(identity, runbook.id, runbook.title, name, section.role, text, span, digest, oversized, metadata)


def _metadata(
    runbook: Runbook, section: Section, name: str, span: Span, oversized: bool
) -> Iterator[tuple[str, Scalar]]:
    """Scalars only, and only those that the runbook has."""
    about = runbook.metadata
    values: tuple[tuple[str, Scalar | None], ...] = (
        ("runbook_id", safe_id(runbook.id)),
        ("title", runbook.title),
        ("section", name),
        ("role", section.role),
        ("dialect", runbook.dialect),
        ("technology", about.technology),
        ("severity", about.severity),
        ("status", about.status),
        ("version", about.version),
        ("last_updated", str(about.last_updated) if about.last_updated else None),
        ("tags", ", ".join(about.tags) or None),
        ("alerts", ", ".join(about.alerts) or None),
        ("path", runbook.path),
        ("line", span.line),
        ("end_line", span.end_line),
        ("oversized", oversized),
    )
    for key, value in values:
        if value is not None:
            yield key, printable(value) if isinstance(value, str) else value
