"""The YAML block at the top of a document: finds its fences, reads it once, and keeps where every value is.

python-frontmatter alone answers a byte order mark, a list, an unclosed block or a comment before the fence with empty
metadata and no word, and takes an indented `---` inside a value for the end. `StrictHandler` is a python-frontmatter
handler (it can be passed to `frontmatter.loads`) whose idea of a fence is exact; the faults become diagnostics here.
TOML between `+++` lines, as Hugo writes it, is read too and reported: other readers see no front matter there.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from frontmatter.default_handlers import YAMLHandler

from faultmaven_kb.diagnostics import Diagnostic, Edit, Fix, Level
from faultmaven_kb.source import BYTE_ORDER_MARK, KeyPath, Source, Span
from faultmaven_kb.text.values.toml_values import TomlError, read_toml
from faultmaven_kb.text.values.yaml_values import FRONT_MATTER_LIMIT, Entry, read_yaml

__all__ = ["FrontMatter", "StrictHandler", "read_front_matter"]

_OPEN = re.compile(rf"{BYTE_ORDER_MARK}?---[ \t]*(?:\r\n|\r|\n|\Z)")
_CLOSE = re.compile(r"[\r\n](---[ \t]*)(?:\r\n|\r|\n|\Z)")
_TOML = re.compile(
    rf"{BYTE_ORDER_MARK}?\+\+\+[ \t]*(?:\r\n|\r|\n)(?P<toml>.*?)(?<=[\r\n])\+\+\+[ \t]*(?:\r\n|\r|\n|\Z)", re.DOTALL
)
_TOML_LINE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[A-Za-z_][\w-]*[ \t]*=[ \t]*[\"'\[{\w-]")
"""How TOML begins."""
_FENCE = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)
_KEY_LINE = re.compile(r"^[A-Za-z_][\w-]*:(?:[ \t\r]|$)", re.MULTILINE)
_KEY_BELOW = re.compile(r"[\r\n]*+[A-Za-z_][\w-]*:(?:[ \t\r]|$)", re.MULTILINE)
_HEADING = re.compile(r"#{1,6} \S")
_YAML_LINE = re.compile(r"[A-Za-z_][\w-]*:(?:[ \t\r]|$)|[ \t]+\S|- ")


@dataclass(frozen=True)
class FrontMatter:
    """The values of a document's front matter and where they are.

    `end` is the index in the source's text where the body begins; `values` is empty where there is no mapping.
    `present` tells an absent block from an empty one, `readable` is false after a fault that hides the values, and
    `refused` is true for a bomb of aliases: such a document is not a mistake and is not read any further.
    """

    values: dict[str, Any] = field(default_factory=dict)
    source: Source = Source("")
    entries: dict[KeyPath, Entry] = field(default_factory=dict)
    end: int = 0
    span: Span = Span(1, 1, 1, 1)
    present: bool = False
    readable: bool = True
    refused: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    def value_span(self, *path: str | int) -> Span:
        """The place of a value, or of the nearest thing around it that is in the text."""
        for length in range(len(path), 0, -1):
            if entry := self.entries.get(path[:length]):
                return self.source.span(*entry.value)
        return Span(1, 1, 1, 1)

    def key_span(self, key: str) -> Span:
        """The place of a top-level key; line 1 when it is missing."""
        entry = self.entries.get((key,))
        return self.source.span(*entry.key) if entry and entry.key else Span(1, 1, 1, 1)


class StrictHandler(YAMLHandler):
    """A python-frontmatter handler for which only a line of exactly three hyphens is a fence."""

    def detect(self, text: str) -> bool:
        """Whether the text opens with a fence."""
        return _OPEN.match(text) is not None

    def split(self, text: str) -> tuple[str, str]:
        """The YAML between the fences and the text after them. Raises ValueError without both fences."""
        bounds = self.bounds(text)
        if bounds is None:
            raise ValueError("no front matter: expected '---' on line 1 and a closing '---' line")
        start, end, body = bounds
        return text[start:end], text[body:]

    def bounds(self, text: str) -> tuple[int, int, int] | None:
        """Indexes of the YAML's start and end and of the body's start; None without both fences."""
        opening = _OPEN.match(text)
        if not opening:
            return None
        closing = _CLOSE.search(text, opening.end() - 1)
        return (opening.end(), closing.start(1), closing.end()) if closing else None


def read_front_matter(source: Source) -> FrontMatter:
    """The front matter of a source; without one, an empty value and the reason as a diagnostic."""
    handler = StrictHandler()
    bounds = handler.bounds(source.text)
    if bounds is None and (toml := _TOML.match(source.text)):
        return _toml(source, *toml.span("toml"), toml.end())
    if bounds is None:
        return _absent(source, handler)
    start, end, body = bounds
    span = source.span(0, end + 3)
    if end - start > FRONT_MATTER_LIMIT:
        message = f"front matter is larger than {FRONT_MATTER_LIMIT:,} characters, expected a few fields"
        error = _error("RB006", "file-too-large", message, source, Span(1, 1, 1, 4))
        return FrontMatter(end=body, span=span, present=True, readable=False, diagnostics=(error,))
    yaml = read_yaml(source, start, end)
    if yaml.broken and _holds_body(source.text[start:end]):
        return _unclosed(source)
    if not isinstance(yaml.data, dict) and _TOML_LINE.match(source.text, start, end):
        toml_values = _toml(source, start, end, body)
        if toml_values.readable:
            return toml_values
    found_all = list(yaml.diagnostics)
    values = yaml.data if isinstance(yaml.data, dict) else {}
    if not yaml.broken and yaml.data is None:
        message = "front matter is empty, expected the required fields"
        found_all.append(_error("RB112", "frontmatter-empty", message, source, Span(1, 1, 1, 4)))
    elif not yaml.broken and not isinstance(yaml.data, dict):
        kind = "list" if isinstance(yaml.data, list) else "single value"
        message = f"front matter is a {kind}, expected `key: value` lines"
        found_all.append(
            _error("RB107", "frontmatter-not-mapping", message, source, source.span(*yaml.entries[()].value))
        )
    split = _find_split(source, end, body)
    if split:
        found_all.append(split)
    return FrontMatter(
        values,
        source,
        yaml.entries,
        body,
        span,
        present=True,
        readable=bool(values) and not split,
        refused=yaml.refused,
        diagnostics=tuple(found_all),
    )


def _toml(source: Source, start: int, end: int, body: int) -> FrontMatter:
    """TOML front matter between `+++` lines, or between the lines of YAML: its values, and that few readers know it."""
    span = source.span(0, end + 3)
    marks = source.text[end : end + 3]
    opening = Span(1, 1, 1, 4)
    if end - start > FRONT_MATTER_LIMIT:
        message = f"front matter is larger than {FRONT_MATTER_LIMIT:,} characters, expected a few fields"
        fault = _error("RB006", "file-too-large", message, source, opening)
        return FrontMatter(end=body, span=span, present=True, readable=False, diagnostics=(fault,))
    try:
        values, entries = read_toml(source.text[start:end], start)
    except TomlError as error:
        place = source.line_span(error.line + 1) if error.line and error.line < len(source.lines) else opening
        fault = _error("RB104", "yaml-syntax", f"the front matter is not TOML: {error}", source, place)
        return FrontMatter(end=body, span=span, present=True, readable=False, diagnostics=(fault,))
    if marks == "+++":
        message = 'front matter is TOML ("+++"), expected YAML between "---" lines'
    else:
        message = 'front matter between "---" lines is TOML, expected YAML'
    fault = _error("RB107", "frontmatter-not-mapping", message, source, opening)
    return FrontMatter(values, source, entries, body, span, present=True, readable=bool(values), diagnostics=(fault,))


def _absent(source: Source, handler: StrictHandler) -> FrontMatter:
    """Why there is no front matter: none at all, not at the top, or never closed."""
    if handler.detect(source.text):
        return _unclosed(source)
    heading = f"\n{source.text}".find("\n#")
    for fence in _FENCE.finditer(source.text, 0, heading if heading >= 0 else len(source.text)):
        if _KEY_BELOW.match(source.text, fence.end()):
            before = source.text[: fence.start()]
            line = source.position(fence.start()).line
            message = f'front matter opens on line {line}, expected "---" on line 1'
            edits = (Edit(source.span(0, fence.start()), ""),)
            fix = Fix("remove what is before it", edits, safe=True) if not before.strip() else None
            error = _error("RB102", "frontmatter-not-first", message, source, source.line_span(line), fix)
            return FrontMatter(readable=False, diagnostics=(error,))
    message = 'front matter is missing, expected "---" on line 1 and the required fields'
    fix = _opening(source)
    return FrontMatter(diagnostics=(_error("RB101", "frontmatter-missing", message, source, Span(1, 1, 1, 1), fix),))


def _opening(source: Source) -> Fix | None:
    """Write the first fence, where only that is missing: the text begins with fields and a fence follows them."""
    lines = source.lines
    end = next((index for index, line in enumerate(lines) if not _YAML_LINE.match(line)), len(lines))
    fields = sum(1 for line in lines[:end] if _KEY_LINE.match(line))
    if fields < 2 or end == len(lines) or not _FENCE.match(lines[end]):
        return None
    return Fix("write the opening line", (Edit(Span(1, 1, 1, 1), "---\n"),), safe=True)


def _unclosed(source: Source) -> FrontMatter:
    """An opening fence without its end: the block is taken to end before the first line that is not YAML."""
    lines = source.lines
    end = 1
    while end < len(lines) and _YAML_LINE.match(lines[end]):
        end += 1
    start = Span(end + 1, 1, end + 1, 1)
    fix = Fix("close it here", (Edit(start, "---\n"),), safe=False) if end > 1 else None
    message = 'front matter is never closed, expected a second "---" line'
    error = _error("RB103", "frontmatter-unclosed", message, source, Span(1, 1, 1, 4), fix)
    body = source.offset(start.start) if end < len(lines) else len(source.text)
    first = source.offset(Span(2, 1, 2, 1).start)
    yaml = read_yaml(source, first, body) if end > 1 and body - first <= FRONT_MATTER_LIMIT else None
    values = yaml.data if yaml and isinstance(yaml.data, dict) else {}
    entries = yaml.entries if yaml else {}
    span = Span(1, 1, max(end, 1), 1)
    return FrontMatter(values, source, entries, body, span, present=True, readable=False, diagnostics=(error,))


def _holds_body(block: str) -> bool:
    """Whether a heading and prose come before the next fence: that fence is a line of the body."""
    lines = re.split(r"\r\n|\r|\n", block)
    heading = next((index for index, line in enumerate(lines) if _HEADING.match(line)), len(lines))
    return any(line.strip() and line[:1] != "#" and not _YAML_LINE.match(line) for line in lines[heading + 1 :])


def _find_split(source: Source, end: int, body: int) -> Diagnostic | None:
    """A `---` line inside a block value: what follows the supposed end still looks like front matter."""
    closing = _FENCE.search(source.text, body)
    if not closing:
        return None
    lines = [line for line in source.text[body : closing.start()].split("\n") if line.strip()]
    if not lines or not all(_YAML_LINE.match(line) for line in lines) or not any(map(_KEY_LINE.match, lines)):
        return None
    place = source.position(end)
    message = 'this "---" ends the front matter in the middle of a value, indent it'
    above = source.line(place.line - 1)
    indent = above[: len(above) - len(above.lstrip(" "))] or "  "
    fix = Fix("indent it", (Edit(Span(place.line, 1, place.line, 1), indent),), safe=False)
    return _error("RB110", "frontmatter-split", message, source, Span(place.line, 1, place.line, 4), fix)


def _error(code: str, name: str, message: str, source: Source, span: Span, fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(code, name, Level.ERROR, message, source.path, span, fix)
