"""The links of a document with the exact places of their words and targets, and what was meant to be one.

markdown-it's inline pass gives no places, so links are found in the source lines of the blocks that can contain them;
code spans and comments are blanked first, characters for characters, so that an example of a link is none. Reference
links are followed to their definition, which is where the target is. `href` and `src` of raw HTML are links as well; in
a block of HTML they are the only ones, since Markdown is none there.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from faultmaven_kb.gate.facts.records import FoundLink
from faultmaven_kb.reading.reader import ReadDocument
from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.markdown import Block, Heading, Html, Paragraph, Table, blocks_within
from faultmaven_kb.text.outline import OutlineSection, walk

__all__ = ["Malformed", "find_links", "find_malformed", "is_external"]

_MARKDOWN: tuple[type[Block], ...] = (Paragraph, Table, Heading)
_MARK = re.compile(r"`+|<!--|\\[\[\]()`]")
_WORDS = r"(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)"
_TITLE = r"""(?:\s{1,9}(?:"[^"]*"|'[^']*'|\([^()]*\)))?"""
_INLINE = re.compile(
    rf"(?P<image>!?)\[{_WORDS}\]\(\s{{0,9}}(?:<(?P<angle>[^<>\n]*)>|(?P<bare>(?:[^\s()<>]|\([^\s()]*\))*)){_TITLE}\s{{0,9}}\)"
)
_AUTO = re.compile(r"<(?P<target>https?://[^\s<>]+)>")
_DEFINITION = re.compile(r"^[ >]{0,6}\[(?P<label>[^\[\]^]+)\]:[ \t]*<?(?P<target>[^\s<>]+)>?", re.MULTILINE)
_REFERENCE = re.compile(r"(?<![\w\]\\])!?\[(?P<text>[^\[\]]+)\]\[(?P<label>[^\[\]]*)\]")
_TARGET = r"(?:https?://[^\s()\[\]]+|\.{0,2}/[^\s()\[\]]+|#[\w-]+|[\w./-]+\.md(?:#[\w-]+)?)"
_SPACED = re.compile(rf"\[(?P<text>[^\[\]]+)\](?P<gap>[ \t]+)\((?P<target>{_TARGET})\)")
_REVERSED = re.compile(rf"(?<!\])\((?P<text>[^()\[\]]+)\)\[(?P<target>{_TARGET})\]")
_HTML = re.compile(
    r"<(?:a|(?P<image>img))(?:\s[^<>]{0,2000}?)?\s(?:href|src)\s*=\s*"
    r"""(?:"(?P<double>[^"<>]*)"|'(?P<single>[^'<>]*)'|(?P<bare>[^\s"'<>=`]+))[^<>]{0,2000}>(?:(?P<text>[^<>]+)</a>)?""",
    re.IGNORECASE,
)
_HTML_HINT = re.compile(r"(?:href|src)\s*=", re.IGNORECASE)
_EXTERNAL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something that was meant to be a link: kind `empty`, `spaced`, `reversed` or `undefined`."""

    kind: str
    text: str
    target: str
    span: Span


def is_external(target: str) -> bool:
    """Whether a target leads out of the files: it has a scheme or a host."""
    return _EXTERNAL.match(target) is not None


def find_links(document: ReadDocument) -> tuple[FoundLink, ...]:
    """Every link with a target in document order; autolinks and definitions of references included."""
    links: list[FoundLink] = []
    source = document.source
    for start, text, related in _stretches(document, (Html,)):
        links += _html_links(source, start, text, related)
    for start, text, related in _stretches(document):
        links += _html_links(source, start, text, related)
        for match in _INLINE.finditer(text):
            group = "angle" if match["angle"] is not None else "bare"
            if match[group].strip():
                links.append(_link(source, start, match, group, related))
        for pattern in (_AUTO, _DEFINITION):
            for match in pattern.finditer(text):
                links.append(_link(source, start, match, "target", related))
    return tuple(sorted(links, key=lambda link: link.target_span))


def _html_links(source: Source, start: int, text: str, related: bool) -> Iterator[FoundLink]:
    for match in _HTML.finditer(text) if "<" in text else ():
        group = next(name for name in ("double", "single", "bare") if match[name] is not None)
        if match[group].strip():
            yield _link(source, start, match, group, related)


def _link(source: Source, start: int, match: re.Match[str], group: str, related: bool) -> FoundLink:
    parts = match.groupdict()
    words = "text" if parts.get("text") is not None else "label" if "label" in parts else group
    text = source.text[start + match.start(words) : start + match.end(words)]
    return FoundLink(
        text=" ".join(text.split()),
        target=source.text[start + match.start(group) : start + match.end(group)].strip(),
        span=source.span(start + match.start(), start + match.end()),
        text_span=source.span(start + match.start(words), start + match.end(words)),
        target_span=source.span(start + match.start(group), start + match.end(group)),
        related=related,
        image=bool(parts.get("image")),
    )


def find_malformed(document: ReadDocument) -> Iterator[Malformed]:
    """What looks like a link that was mistyped, in document order by kind."""
    source = document.source
    stretches = tuple(_stretches(document))
    defined = {_label(match["label"]) for _, text, _ in stretches for match in _DEFINITION.finditer(text)}
    for start, text, _ in stretches:
        for match in _INLINE.finditer(text):
            target = (match["angle"] or match["bare"] or "").strip()
            if target in ("", "#"):
                yield _malformed("empty", source, start, match)
        for kind, pattern in (("spaced", _SPACED), ("reversed", _REVERSED)):
            for match in pattern.finditer(text):
                yield _malformed(kind, source, start, match)
        for match in _REFERENCE.finditer(text):
            if _label(match["label"] or match["text"]) not in defined:
                yield _malformed("undefined", source, start, match)


def _malformed(kind: str, source: Source, start: int, match: re.Match[str]) -> Malformed:
    parts = match.groupdict()
    text = source.text[start + match.start("text") : start + match.end("text")]
    target = parts.get("target") or parts.get("label") or ""
    return Malformed(kind, " ".join(text.split()), target, source.span(start + match.start(), start + match.end()))


def _label(text: str) -> str:
    """A reference label as CommonMark compares it: spaces folded, case ignored."""
    return " ".join(text.split()).casefold()


def _stretches(document: ReadDocument, kinds: tuple[type[Block], ...] = _MARKDOWN) -> Iterator[tuple[int, str, bool]]:
    """The texts that may contain links: start index, text with code and comments blanked, whether it is related."""
    hopeful = [number for number, line in enumerate(document.source.lines, 1) if _may_link(line)]
    for section, related in _sections(document):
        if not _any_within(hopeful, section.span):
            continue
        heading = (section.heading,) if section.heading and kinds is _MARKDOWN else ()
        for block in (
            *heading,
            *(block_inside for block_inside in blocks_within(section.blocks) if isinstance(block_inside, kinds)),
        ):
            if _any_within(hopeful, block.span):
                yield (*_stretch(document.source, block.span), related)


def _may_link(line: str) -> bool:
    return "[" in line or "<http" in line or ("=" in line and _HTML_HINT.search(line) is not None)


def _any_within(lines: list[int], span: Span) -> bool:
    """Whether one of some sorted line numbers lies in a span."""
    index = bisect_left(lines, span.line)
    return index < len(lines) and lines[index] <= span.end_line


def _sections(document: ReadDocument) -> Iterator[tuple[OutlineSection, bool]]:
    """Every section in document order, and whether it is among the related issues."""
    level = 0
    for section in walk(document.outline):
        if level and section.level <= level:
            level = 0
        if not level and document.dialect.headings.role(section.key) == "related-issues":
            level = section.level
        yield section, bool(level)


def _stretch(source: Source, span: Span) -> tuple[int, str]:
    start, end = source.offset(span.start), source.offset(span.end)
    return start, _without_code(source.text[start:end])


def _without_code(text: str) -> str:
    """The text with code spans, comments and escaped brackets blanked, in one pass however many are left open."""
    if "`" not in text and "<!--" not in text and "\\" not in text:
        return text
    marks = list(_MARK.finditer(text))
    closing: dict[str, int] = {}
    ends: list[int | None] = [None] * len(marks)
    for index in range(len(marks) - 1, -1, -1):
        mark = marks[index][0]
        if mark[0] == "`":
            ends[index] = closing.get(mark)
            closing[mark] = marks[index].end()
    parts, done, last = [], 0, text.rfind("-->")
    for index, match in enumerate(marks):
        if match.start() < done:
            continue
        end: int | None = match.end()
        if match[0] == "<!--":
            end = text.find("-->", match.start()) + 3 if last > match.start() else None
        elif match[0][0] == "`":
            end = ends[index]
        if end is not None:
            parts += [text[done : match.start()], re.sub(r"[^\r\n]", "\x00", text[match.start() : end])]
            done = end
    return "".join([*parts, text[done:]])
