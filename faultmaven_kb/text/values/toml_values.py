"""TOML text to plain values, with the places of its keys: the front matter of Hugo's pages (`+++`).

The values become what the YAML reader would have made of them: a date is the text that was written. Only top-level keys
and the items of their own line have places; what is deeper is at the nearest key above it, which is all that a finding
needs.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from faultmaven_kb.source import KeyPath, without_surrogates
from faultmaven_kb.text.values.yaml_values import DEPTH_LIMIT, Entry

__all__ = ["MOST_PARTS", "TomlError", "has_deep_keys", "read_toml"]

MOST_PARTS = 16
"""No key has more parts; the parser takes memory with the square of their number."""

_MOST_BITS = 8_192
"""Of an integer, chosen: Python writes none of more than 4,300 digits, and reads longer ones that are hexadecimal."""

_KEY = re.compile(r"""^[ \t]*(?P<key>[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*=[ \t]*(?P<value>[^\n]*)""", re.MULTILINE)
_OPENING = re.compile(r"""\"{3}|'{3}|["'#]""")
_ENDINGS = {
    '"': re.compile(r'\\[^\n]|["\n]'),
    "'": re.compile(r"['\n]"),
    '"""': re.compile(r'\\[\s\S]|"{3,5}'),  # one or two quotes before the closing ones belong to the string
    "'''": re.compile(r"'{3,5}"),
    "#": re.compile(r"\n"),
}
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


class TomlError(ValueError):
    """The text is not TOML; `line` (from 1) is where the parser noticed it, None where it does not say."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


def has_deep_keys(text: str) -> bool:
    """Whether a key of many parts is in the text: many words and strings with a dot between, outside of strings."""
    bare = re.sub(r"[^\S\n]", "", re.sub(r"[^\s.=,{}\[\]]+", "x", "".join(_without_strings(text))))
    return "x." * MOST_PARTS in re.sub(r"x+", "x", bare)


def _without_strings(text: str) -> Iterator[str]:
    """The text with `x` for each string and without comments; a string ends where the parser of TOML ends it."""
    place = 0
    while opening := _OPENING.search(text, place):
        mark = opening[0]
        yield text[place : opening.start()] + ("" if mark == "#" else "x")
        ends = (match for match in _ENDINGS[mark].finditer(text, opening.end()) if not match[0].startswith("\\"))
        ending = next(ends, None)
        if ending is None:
            return
        place = ending.start() if ending[0] == "\n" else ending.end()
    yield text[place:]


def read_toml(text: str, base: int = 0) -> tuple[dict[str, Any], dict[KeyPath, Entry]]:
    """The values of a TOML text and where its top-level keys are, as indexes that count from `base`.

    Raises `TomlError` for a text that is not TOML.
    """
    if has_deep_keys(text):
        raise TomlError(f"a key has more than {MOST_PARTS} parts")
    try:
        loaded = tomllib.loads(text.replace("\r\n", "\n"), parse_float=_as_written)
        values = {without_surrogates(key): _plain(value) for key, value in loaded.items()}
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError too
        place = re.search(r"\(at line (\d+)", str(error))
        reason = str(error).split(" (at ", 1)[0].lower() if isinstance(error, ValueError) else "it is nested too deeply"
        raise TomlError(reason, int(place[1]) if place else None) from error
    first_table = _TABLE.search(text)
    entries: dict[KeyPath, Entry] = {(): Entry((base, base + len(text)))}
    for match in _KEY.finditer(text, 0, first_table.start() if first_table else len(text)):
        key = match["key"].strip("\"'")
        value = (base + match.start("value"), base + match.start("value") + len(match["value"].rstrip()))
        if key in values:
            entries.setdefault((key,), Entry(value, (base + match.start("key"), base + match.end("key"))))
    return values, entries


def _as_written(text: str) -> float | str:
    """A number, or its text where the number says less (1.10)."""
    number = float(text)
    return number if str(number) == text else text


def _plain(value: object, left: int = DEPTH_LIMIT) -> Any:
    """A value as the YAML reader would have made it. Raises `ValueError` for what cannot be kept or written."""
    if not left:
        raise ValueError("it is nested too deeply")
    if isinstance(value, dict):
        return {key: _plain(item, left - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, left - 1) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise ValueError("a number has too many digits")
    return value
