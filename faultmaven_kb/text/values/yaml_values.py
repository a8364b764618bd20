"""YAML text to plain values, with the place of every key and value. Used by the front matter stage only.

The node graph is composed once and converted here instead of by PyYAML's constructors, which keep the last of two equal
keys, expand alias bombs and turn `version: 1.10` into 1.1 without a warning. The marks' `index` is used for places:
their `line` counts line ends that Markdown does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from faultmaven_kb.diagnostics import Diagnostic, Edit, Fix, Level, Related
from faultmaven_kb.source import KeyPath, Source, Span, without_surrogates
from faultmaven_kb.text.values.yaml_faults import LOADER, TooManyValuesError, fault_of, nested_beyond

__all__ = ["DEPTH_LIMIT", "FRONT_MATTER_LIMIT", "Entry", "YamlValues", "read_yaml"]

FRONT_MATTER_LIMIT = 64_000
"""Largest front matter in characters, as it is and with every alias written out; ten fields take a few hundred."""

DEPTH_LIMIT = 16  # chosen: far above any front matter
_MOST_VALUES = 4_000  # chosen: ten times the largest declaration of a lab; front matter has some forty
_SHALLOW = 1_000  # a text of this length cannot nest deeply enough to exhaust a thread's stack
_PLAIN_VALUE = re.compile(r"\s*(?:- +)?(?:[\w-]+:\s+)?(?P<value>[^\s'\"|>\[{#].*?)(?:(?<!\s)\s++(?s:#.*+)?)?$")
_OPEN_VALUE = re.compile(r"^(?:[\w-]+:|[ \t]*-)[ \t]+(?P<mark>[\"'\[{])(?P<rest>.*)$", re.MULTILINE)
_NEXT_KEY = re.compile(r"\r?\n(?:[\w-]+:|[ \t]*- )")
_SWALLOWED = re.compile(r"\r?\n(?P<indent> +)(?P<dash>-)[ \t]+")
"""The dash of an item inside the text of the item above it."""
_CLOSING = {"[": "]", "{": "}"}
_CURLY_QUOTES = re.compile(
    "^[\u201c\u201d\u2018\u2019\u201e\u201f\u00ab\u00bb]|[\u201c\u201d\u2018\u2019\u00ab\u00bb]$"
)
_TAG = "tag:yaml.org,2002:"


class Entry(NamedTuple):
    """Where a value and the key before it are: start and end indexes into the source's text."""

    value: tuple[int, int]
    key: tuple[int, int] | None = None


@dataclass
class YamlValues:
    """What a YAML text contains: `data` is None when it has no values or cannot be parsed.

    `refused` is true for a text with more values than the limit, or whose aliases expand to more.
    """

    data: object = None
    entries: dict[KeyPath, Entry] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    broken: bool = False
    refused: bool = False


def read_yaml(source: Source, start: int, end: int) -> YamlValues:
    """The values of the YAML between two indexes of the source's text; faults are diagnostics of the RB1xx family."""
    text = source.text[start:end]
    values = YamlValues()
    reader = _Converter(source, start, values)
    try:
        if len(text) > _SHALLOW and nested_beyond(text, _SHALLOW, values=_MOST_VALUES):
            raise RecursionError
        if any(mark in text for mark in "&*!<"):
            reader.check_expansion(text)
        if not values.refused and any(mark in text for mark in "&*!<"):
            reader.check_events(text)
        node = None if values.broken else yaml.compose(text, Loader=LOADER)
        if node is not None:
            values.data = reader.convert(node, ())
    except TooManyValuesError as error:
        span = source.span(start + error.args[0], start + error.args[0] + 1)
        message = f"more than {_MOST_VALUES:,} keys and values in the front matter, expected a few fields"
        reader.report("RB014", "too-many-parts", message, span)
        values.broken = values.refused = True
    except yaml.MarkedYAMLError as error:
        reader.report_syntax(text, error)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        detail = getattr(error, "reason", None) or "it is nested too deeply"
        reader.report("RB104", "yaml-syntax", f"the front matter is not YAML: {detail}", source.span(start, start))
        values.broken = True
    return values


def _first_beyond(text: str, limit: int) -> yaml.AliasEvent | None:
    """The first alias with which a text, all aliases written out, is longer than the limit; counted, not expanded."""
    sizes: dict[str | None, int] = {}
    around: list[tuple[str | None, int]] = [(None, 0)]
    for event in yaml.parse(text, Loader=LOADER):
        anchor, size = getattr(event, "anchor", None), 0
        if isinstance(event, yaml.CollectionStartEvent):
            around.append((anchor, 1))
            continue
        if isinstance(event, yaml.ScalarEvent):
            size = len(event.value) + 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = around.pop()
        elif isinstance(event, yaml.AliasEvent):
            size = sizes.get(anchor, 0)
            if size + sum(size_around for _, size_around in around) > limit:
                return event
        if anchor:
            sizes[anchor] = size
        around[-1] = (around[-1][0], around[-1][1] + size)
    return None


def _is_plain(node: yaml.Node) -> bool:
    """Whether a node is a text without quotes that is not a block."""
    return isinstance(node, yaml.ScalarNode) and not node.style


class _Converter:
    """Turns composed nodes into values while it notes places and faults."""

    def __init__(self, source: Source, base: int, values: YamlValues) -> None:
        self.source, self.base, self.values = source, base, values

    def report(
        self,
        code: str,
        name: str,
        message: str,
        span: Span,
        *,
        fix: Fix | None = None,
        related: tuple[Related, ...] = (),
    ) -> None:
        """Add an error."""
        self.values.diagnostics.append(
            Diagnostic(code, name, Level.ERROR, message, self.source.path, span, fix, related)
        )

    def bounds(self, node: yaml.Node) -> tuple[int, int]:
        """The indexes of a node; a block collection ends with its last character that is not a space."""
        start = self.base + node.start_mark.index
        text = self.source.text[start : self.base + node.end_mark.index]
        return start, start + len(text.rstrip())

    def span(self, node: yaml.Node) -> Span:
        """The place of a node."""
        return self.source.span(*self.bounds(node))

    def check_expansion(self, text: str) -> None:
        """Refuse a text that would fill the memory of anybody who wrote its aliases out."""
        alias = _first_beyond(text, FRONT_MATTER_LIMIT)
        if alias and alias.start_mark and alias.end_mark:
            span = self.source.span(self.base + alias.start_mark.index, self.base + alias.end_mark.index)
            message = (
                f"aliases expand to more than {FRONT_MATTER_LIMIT:,} characters, expected values that are written out"
            )
            self.report("RB108", "yaml-unsafe-construct", message, span)
            self.values.broken = self.values.refused = True

    def check_events(self, text: str) -> None:
        """Refuse anchors, aliases and tags: bombs and surprises that no runbook needs."""
        for event in yaml.parse(text, Loader=LOADER):
            anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
            if isinstance(event, yaml.AliasEvent):
                what = f'alias "*{anchor}"'
            else:
                what = f'anchor "&{anchor}"' if anchor else f'tag "{tag.replace(_TAG, "!!")}"' if tag else ""
            if what and event.start_mark and event.end_mark:
                start = self.base + event.start_mark.index
                span = self.source.span(start, self.base + event.end_mark.index)
                message = f"{what} is not allowed in front matter, write the value out"
                self.report("RB108", "yaml-unsafe-construct", message, span)
                self.values.broken = True

    def report_syntax(self, text: str, error: yaml.MarkedYAMLError) -> None:
        """One plain sentence for a parser's complaint, at the parser's mark."""
        self.values.broken = True
        tab = re.search(r"^[ ]*(\t)", text, re.MULTILINE)
        if tab:
            span = self.source.span(self.base + tab.start(1), self.base + tab.end(1))
            fix = Fix("replace the tab by two spaces", (Edit(span, "  "),), safe=True)
            message = "tab in the indentation, YAML allows spaces only"
            self.report("RB106", "yaml-tab", message, span, fix=fix)
            return
        index, problem, closing = self.opening(text, error)
        place = self.source.position(self.base + index)
        span = Span(place.line, place.column, place.line, place.column + 1)
        repair = self.closed(text, index, closing) if closing else self.quoting(text, place.line)
        self.report("RB104", "yaml-syntax", f"the front matter is not YAML: {problem}", span, fix=repair)

    def opening(self, text: str, error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
        """Where a fault begins, what it is, and the mark that is missing at the end of that line, if that is it."""
        problem, _, index = fault_of(error, text)
        for match in _OPEN_VALUE.finditer(text, 0, min(index + 1, len(text))):
            closing = _CLOSING.get(match["mark"], match["mark"])
            if closing not in match["rest"] and _NEXT_KEY.match(text, match.end()):
                return match.start("mark"), f"{match['mark']} is not closed on its line, expected {closing}", closing
        return index, problem, ""

    def closed(self, text: str, index: int, closing: str) -> Fix | None:
        """Write the missing quote at the end of the line, where that alone makes the text YAML again.

        What an open bracket was meant to contain (a list, or words in brackets) only its author knows.
        """
        end = index + len(re.split(r"[\r\n]", text[index:], maxsplit=1)[0].rstrip())
        if closing in _CLOSING.values() or " #" in text[index:end]:
            return None
        try:
            yaml.compose(text[:end] + closing + text[end:], Loader=LOADER)
        except yaml.YAMLError:
            return None
        place = self.source.span(self.base + end, self.base + end)
        return Fix(f"close it with {closing}", (Edit(place, closing),), safe=True)

    def quoting(self, text: str, line: int) -> Fix | None:
        """Quote the value on a line, where that alone makes the text YAML again (`title: Redis: out of memory`)."""
        match = _PLAIN_VALUE.match(self.source.line(line))
        if not match:
            return None
        value = match["value"]
        quoted = f'"{value}"' if '"' not in value and "\\" not in value else "'{}'".format(value.replace("'", "''"))
        span = Span(line, match.start("value") + 1, line, match.end("value") + 1)
        start, end = (self.source.offset(place) - self.base for place in (span.start, span.end))
        try:
            yaml.compose(text[:start] + quoted + text[end:], Loader=LOADER)
        except yaml.YAMLError:
            return None
        return Fix("quote the value", (Edit(span, quoted),), safe=True)

    def convert(self, node: yaml.Node, path: KeyPath, key: tuple[int, int] | None = None) -> object:
        """The plain value of a node: dict, list, str, int, float, bool or None."""
        self.values.entries[path] = Entry(self.bounds(node), key)
        if len(path) > DEPTH_LIMIT:
            raise RecursionError
        if isinstance(node, yaml.MappingNode):
            return dict(self.pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return list(self.items(node, path))
        return self.scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def items(self, node: yaml.SequenceNode, path: KeyPath) -> Iterator[object]:
        """The items of a list. One that is indented deeper than the item above is text of that item to YAML; it is
        reported and counts as the item that it was meant to be."""
        index = 0
        for item in node.value:
            start, end = self.bounds(item)
            dashes = tuple(_SWALLOWED.finditer(self.source.text, start, end))
            if not dashes or not _is_plain(item) or node.flow_style:
                yield self.convert(item, (*path, index))
                index += 1
                continue
            first = self.source.line(self.source.position(start).line)
            depth = len(first) - len(first.lstrip())
            starts, ends = [start, *(dash.end() for dash in dashes)], [*(dash.start() for dash in dashes), end]
            for place in zip(starts, ends, strict=True):
                self.values.entries[(*path, index)] = Entry(place)
                yield without_surrogates(" ".join(self.source.text[slice(*place)].split()))
                index += 1
            for dash in dashes:
                span = self.source.span(dash.start("dash"), dash.start("dash") + 1)
                indent = self.source.span(dash.start("indent"), dash.end("indent"))
                fix = Fix("align it", (Edit(indent, " " * depth),), safe=True)
                message = "this item is indented deeper than the one above and becomes part of its text, align them"
                self.report("RB104", "yaml-syntax", message, span, fix=fix)

    def pairs(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, object]]:
        """The items of a mapping; of two equal keys the first counts and the second is reported."""
        seen: dict[str, tuple[int, int]] = {}
        values: dict[str, str] = {}
        for key_node, value_node in node.value:
            bounds = self.bounds(key_node)
            if key_node.tag == _TAG + "merge":
                message = 'merge key "<<" is not allowed in front matter, write the values out'
                self.report("RB108", "yaml-unsafe-construct", message, self.source.span(*bounds))
                continue
            name = key_node.value if isinstance(key_node, yaml.ScalarNode) else self.source.text[slice(*bounds)]
            name = without_surrogates(name)
            if name in seen:
                first = Related("first defined here", self.source.path, self.source.span(*seen[name]))
                message = f'duplicate key "{name}", YAML would silently keep one of them'
                fix = self.removal(key_node, value_node) if self.written(value_node) == values[name] else None
                span = self.source.span(*bounds)
                self.report("RB105", "yaml-duplicate-key", message, span, fix=fix, related=(first,))
                continue
            seen[name], values[name] = bounds, self.written(value_node)
            yield name, self.convert(value_node, (*path, name), bounds)

    def written(self, node: yaml.Node) -> str:
        """A value as it is in the text."""
        return self.source.text[slice(*self.bounds(node))]

    def removal(self, key: yaml.Node, value: yaml.Node) -> Fix | None:
        """Remove the lines of a key that says nothing new, where nothing else is on them."""
        first, last = self.span(key), self.span(value)
        if self.source.line(first.line)[: first.column - 1].strip() or first.line == 1:
            return None
        if self.source.line(last.end_line)[last.end_column - 1 :].strip():
            return None
        edit = Edit(Span(first.line, 1, last.end_line + 1, 1), "")
        return Fix("remove the second one, it is the same", (edit,), safe=True)

    def scalar(self, node: yaml.ScalarNode) -> object:
        """A scalar's value. Dates stay the text that was written; a type that loses text is reported."""
        text, kind = without_surrogates(node.value), node.tag.removeprefix(_TAG)
        if kind == "str":
            if not node.style and _CURLY_QUOTES.search(text):
                message = f'typographic quotes are part of the value {text}, expected " or none'
                straight = '"' + re.sub("[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019]", "", text) + '"'
                span = self.span(node)
                fix = Fix("use straight quotes", (Edit(span, straight),), safe=True)
                self.report("RB111", "yaml-typographic-quotes", message, span, fix=fix)
            return text
        if kind == "null":
            return None
        if kind == "timestamp":
            return text
        if kind == "bool":
            return text.lower() in ("yes", "true", "on")
        try:
            constructor = yaml.constructor.SafeConstructor()
            if kind == "int":
                return int(constructor.construct_yaml_int(node))
            number = float(constructor.construct_yaml_float(node))
        except (ValueError, ArithmeticError):  # YAML's pattern for numbers takes more than Python can contain
            return text
        return number if number - number == 0 else text
