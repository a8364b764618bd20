"""Makes untrusted text safe to print: `printable` for one line, `printable_lines` for a body, `json_text` for JSON.

Two readers obey what is printed. A terminal obeys escape sequences, and a runner of GitHub or Azure obeys a line that
begins with `::error` or contains `##[error]`. So whatever comes from a runbook, a file's name, a configuration or a
question passes through here: characters that do something become visible marks, and a command of a runner is broken by
a backslash. `printable` is the one to take unless the line ends of the text itself are wanted.
"""

import json
import re

__all__ = ["json_text", "printable", "printable_lines", "visible_lines", "without_commands"]

_ACTIVE = "\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_BEYOND = "\ud800-\udfff\U000e0000-\U000e007f"
_UNSAFE_IN_LINE = re.compile(f"[\x00-\x0a{_ACTIVE}{_BEYOND}]")
_UNSAFE_IN_BODY = re.compile(f"[\x00-\x08{_ACTIVE}{_BEYOND}]")
_UNSAFE_IN_JSON = re.compile(f"[{_ACTIVE}{_BEYOND}]|(?<=#)#(?=(?:vso)?\\[)")
_COLON_COMMAND = re.compile(r"^((?:\x1b\[[0-9;]*m|[^\S\n])*)(::[A-Za-z])", re.MULTILINE)
_HASH_COMMAND = re.compile(r"##(?=(?:vso)?\[(?:[A-Za-z]{4}|add-|set-|end))", re.IGNORECASE)


def printable(text: str) -> str:
    """The text on one line: controls and line ends as their Unicode pictures, others that do something as `<U+202E>`.

    At the start of a line it is not a command to a runner.
    """
    return without_commands(_UNSAFE_IN_LINE.sub(_show, text))


def printable_lines(text: str) -> str:
    """The text with its own line feeds and tabs; everything else as in `printable`, on every line."""
    return without_commands(_UNSAFE_IN_BODY.sub(_show, text))


def visible_lines(text: str) -> str:
    """The text with its own line feeds and tabs, other controls as marks: for a page, which obeys no command."""
    return _UNSAFE_IN_BODY.sub(_show, text)


def without_commands(text: str) -> str:
    r"""The lines with a backslash in what a runner would obey: `\::error`, `#\#[error]`.

    Spaces and colours before a command do not hide it from a runner, so they do not here.
    """
    if "::" in text:
        text = _COLON_COMMAND.sub(r"\1\\\2", text)
    return _HASH_COMMAND.sub(r"#\\#", text) if "##" in text else text


def json_text(value: object, *, indent: int | None = None, compact: bool = False) -> str:
    r"""A value as JSON, letters as they are, characters that do something as `\u202e`: nothing is lost."""
    separators = (",", ":") if compact else None
    return _UNSAFE_IN_JSON.sub(_escape, json.dumps(value, ensure_ascii=False, indent=indent, separators=separators))


def _show(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if match[0] != "#" else "\\u0023"
