"""From a file or a text to a `Runbook`: the list of stages, one line each.

Every stage returns a value and its diagnostics; nothing is raised for bad content. `read_document` also hands out what
the stages saw (the outline, the front matter's places), which is what rules look at; `parse_runbook` is for everyone
else.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from faultmaven_kb.diagnostics import Diagnostic, internal_error
from faultmaven_kb.dialects import best_dialect, dialect_named
from faultmaven_kb.dialects.dialect import Dialect, Document, role_of, title_of
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.errors import FaultmavenError, PathError
from faultmaven_kb.model.metadata import ContractError, Metadata, check_metadata, read_metadata
from faultmaven_kb.model.parse_result import ParseResult
from faultmaven_kb.model.runbook import Runbook, Section
from faultmaven_kb.reading.parts import runbooks_in
from faultmaven_kb.source import BYTE_ORDER_MARK, Source
from faultmaven_kb.text.aliases import NO_ALIASES
from faultmaven_kb.text.characters.decoding import decode, read_bytes
from faultmaven_kb.text.limits import beyond_limit, too_much_to_parse
from faultmaven_kb.text.markdown import Block, read_blocks
from faultmaven_kb.text.outline import OutlineSection, build_outline
from faultmaven_kb.text.values.frontmatter import FrontMatter, read_front_matter

__all__ = ["ReadDocument", "parse_runbook", "read_body", "read_document"]

_FILE_NAME = re.compile(r"[^\n#<>]{1,300}\.(?:md|markdown)", re.IGNORECASE)
_NOT_KEBAB = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class ReadDocument(Document):
    """A document after all stages: what the rules look at."""

    blocks: tuple[Block, ...]
    dialect: Dialect
    runbook: Runbook
    diagnostics: tuple[Diagnostic, ...]

    @property
    def path(self) -> str:
        """The path as it was given, with forward slashes."""
        return self.source.path

    @cached_property
    def contract_errors(self) -> tuple[ContractError, ...]:
        """Where the front matter breaks the contract of a complete runbook; empty where it cannot be read."""
        if not self.front_matter.readable or not self.front_matter.values:
            return ()
        return check_metadata(self.front_matter.values)


def parse_runbook(
    document: Path | str | bytes,
    *,
    path: str | None = None,
    dialect: str | None = None,
    aliases: Mapping[str, str] = NO_ALIASES,
) -> ParseResult:
    """The runbook in a file (`Path`), a text (`str`) or undecoded bytes.

    `path` names the text's origin in diagnostics and gives the id of a document that has none; `dialect` names the
    family of documents it belongs to, which is otherwise found by its content; `aliases` are headings of one's own with
    the ones they are read as (`{"Wie beheben": "Solutions"}`). Raises `PathError` when a file cannot be
    read, or a text is only the name of a file, and `ConfigurationError` for a dialect that does not exist, never
    anything for the content: a document that a stage cannot take is a finding too (RB990).
    """
    try:
        parsed, diagnostics = read_document(document, path=path, dialect=dialect, aliases=aliases)
        parts = runbooks_in(parsed, parsed.runbook, _build) if parsed and dialect is None else ()
    except FaultmavenError:
        raise
    except Exception as error:  # the promise holds for faults of this library too
        return ParseResult(None, (internal_error("reading this document", error, _name(document, path)),))
    return ParseResult(parsed.runbook if parsed else None, diagnostics, parts)


def read_document(
    document: Path | str | bytes,
    *,
    path: str | None = None,
    dialect: str | None = None,
    aliases: Mapping[str, str] = NO_ALIASES,
) -> tuple[ReadDocument | None, tuple[Diagnostic, ...]]:
    """What every stage saw of a document, and all their diagnostics; None when there is no text, or it is refused."""
    if isinstance(document, str) and _FILE_NAME.fullmatch(document):
        raise PathError(f'"{document}" is the name of a file, expected its text, or Path("{document}") to read it')
    name = _name(document, path)
    data = read_bytes(document) if isinstance(document, Path) else document
    source, diagnostics = decode(data, name)
    if source is None:
        return None, diagnostics
    front_matter = read_front_matter(source)
    diagnostics += front_matter.diagnostics
    if front_matter.refused:
        return None, diagnostics
    return read_body(source, front_matter, diagnostics, dialect=dialect, aliases=aliases)


def _name(document: Path | str | bytes, path: str | None) -> str:
    return path if path is not None else document.as_posix() if isinstance(document, Path) else "<text>"


def read_body(
    source: Source,
    front_matter: FrontMatter,
    diagnostics: tuple[Diagnostic, ...],
    *,
    dialect: str | None = None,
    aliases: Mapping[str, str] = NO_ALIASES,
) -> tuple[ReadDocument | None, tuple[Diagnostic, ...]]:
    """The stages after the front matter, and all diagnostics; `diagnostics` is what the stages before had to say.

    No document where there is more of one kind than a document may hold.
    """
    if beyond := too_much_to_parse(source):
        return None, (*diagnostics, beyond)
    blocks = read_blocks(source, front_matter.end)
    if beyond := beyond_limit(source, blocks):
        return None, (*diagnostics, beyond)
    aliases = {heading.casefold(): meant for heading, meant in aliases.items()}
    outline = build_outline(source, blocks, source.position(front_matter.end).line, aliases=aliases)
    document = Document(source, front_matter, outline)
    chosen = best_dialect(document) if dialect is None else dialect_named(dialect)
    runbook = _build(document, chosen)
    return ReadDocument(source, front_matter, outline, blocks, chosen, runbook, diagnostics), diagnostics


def _build(document: Document, dialect: Dialect) -> Runbook:
    """The runbook of a document: what the dialect reads, and what holds for every dialect."""
    metadata = _metadata(document.front_matter, dialect)
    contents = dialect.read(document)
    path = None if document.source.path == "<text>" else document.source.path
    heading = title_of(document, dialect.headings)
    stem = PurePosixPath(path).stem if path else ""
    return Runbook(
        id=metadata.id or contents.id or stem or _NOT_KEBAB.sub("-", heading).strip("-").lower() or "untitled",
        title=metadata.title or heading or stem or "Untitled",
        dialect=dialect.name,
        metadata=metadata,
        sections=tuple(_sections(document, dialect, contents)),
        path=path,
        **contents.present(),
    )


def _metadata(front_matter: FrontMatter, dialect: Dialect) -> Metadata:
    """The front matter in the library's words; what a dialect translated stays in `other` as it stood."""
    values = front_matter.values
    translated = dialect.translate(values)
    metadata = read_metadata(translated)
    changed = {key: value for key, value in values.items() if translated.get(key) != value}
    other = {key: _as_written(front_matter, value, (key,)) for key, value in {**changed, **metadata.other}.items()}
    return metadata if other == metadata.other else metadata.model_copy(update={"other": other})


def _as_written(front_matter: FrontMatter, value: Any, path: tuple[str | int, ...]) -> Any:
    """A value of an unknown key: a number that says less than its text (1.10, 10:00, 007) is the text."""
    if isinstance(value, dict):
        return {key: _as_written(front_matter, item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_written(front_matter, item, (*path, number)) for number, item in enumerate(value)]
    entry = front_matter.entries.get(path)
    if entry is None or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    text = front_matter.source.text[slice(*entry.value)]
    return value if str(value) == text else text


def _sections(document: Document, dialect: Dialect, contents: Contents) -> Iterable[Section]:
    places = {step.span.line: "steps" for step in contents.steps}
    places |= {solution.span.line: "solutions" for solution in contents.solutions}

    def read(parts: Iterable[OutlineSection], *, known: bool) -> Iterable[Section]:
        for part in parts:
            role = role_of(part, dialect.headings)
            named = known or role is not None
            if not named:  # no heading says what it is, so it is what it was read as by its shape
                lines = range(part.span.line, part.span.end_line + 1)
                role = next((read_as for line, read_as in places.items() if line in lines), None)
            text = _raw(document.source, part.span.line, part.span.end_line)
            yield Section(level=part.level, title=part.title, role=role, text=text, span=part.span)
            yield from read(part.children, known=named)

    return read(document.outline, known=False)


def _raw(source: Source, first: int, last: int) -> str:
    return "\n".join(source.lines[first - 1 : last]).removeprefix(BYTE_ORDER_MARK)
