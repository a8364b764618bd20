"""What comes through a pipe, or from a file that somebody saved, as text, whatever its encoding and control codes.

A runbook must be UTF-8, and `decoding` says so. Of a question nothing is asked: it is what a program printed, in the
encoding of the machine it ran on, with the colours and progress bars meant for a screen. Here it is read as the person
in front of that screen read it. Every command that takes a question from standard input or from a file reads it here.
"""

import codecs
import re

__all__ = ["LARGEST_INPUT", "as_shown", "decode_any", "decode_piped"]

LARGEST_INPUT = 1_000_000
"""How much of a question is read, in bytes from a pipe and in characters from a program (chosen: some ten thousand
lines of log; `python -m benchmarks.hostile --command "search -"`)."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDTH = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}
_SAMPLE = 4096  # bytes, chosen: a page
_LATIN_UTF16 = 0.7  # chosen: every second byte of Latin text in UTF-16 is zero
_OTHER_UTF16 = 0.02  # chosen: tests/text/test_piped.py has the cases
_MOST_ASCII = 0.7  # chosen: tests/text/test_piped.py has the cases
_LONGEST_CHARACTER = 4  # bytes of a character in UTF-8
_READABLE = bytes((9, 10, 13, *range(0x20, 0x7F)))

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ESCAPE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]{0,40}[ -/]{0,4}[@-~]"  # colours and the cursor
    "|\x1b\\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\\\)"  # titles of windows and links
    "|\x1b[ -/]{0,4}[0-~]"
)
_OVERSTRUCK = re.compile("[^\n\b]\b")
_LETTERS = re.compile(r"[^\W\d_]+")


def decode_piped(data: bytes) -> str:
    """The text of some bytes, as it would be read on a screen; nothing is refused."""
    return as_shown(decode_any(data))


def decode_any(data: bytes) -> str:
    """The text of some bytes, control characters and all; nothing is refused.

    A byte order mark decides; without one, UTF-16 is known by its NULs. What is not an UTF-8 is read line by line, so
    that one line of another program does not spoil the rest, as Windows-1252, which is Latin-1 with quotation marks. A
    character that the end of the input cuts in two is left out.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    return _decoded(data, _unmarked(data))


def as_shown(text: str) -> str:
    """The text without what a terminal obeys: colours gone, of a progress bar only its last state, NULs as spaces.

    Line feeds stay where they are, so that a line keeps its number; in a text without any, carriage returns end lines.
    """
    if not _CONTROLS.search(text):
        return text
    text = _ESCAPE.sub("", text)
    if "\b" in text:
        text = _OVERSTRUCK.sub("", text)
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(_overwritten(line) for line in text.split("\n")) if "\n" in text else text.replace("\r", "\n")
    return _CONTROLS.sub(" ", text)


def _overwritten(line: str) -> str:
    """A line whose parts overwrote each other: of parts that differ in their figures only, the last one.

    The others stay: an error message that a progress bar wrote over is still the message.
    """
    parts: dict[str, str] = {}
    for part in line.split("\r"):
        parts["".join(_LETTERS.findall(part))] = part.strip()
    return "  ".join(part for part in parts.values() if part)


def _unmarked(data: bytes) -> str:
    """The encoding of bytes without a mark: UTF-16 where every second byte of Latin text is NUL, or where some are in
    what is neither UTF-8 nor mostly letters of ASCII."""
    sample = data[: min(_SAMPLE, len(data) // 2 * 2)]
    first, second = sample[::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-be" if first > second else "utf-16-le"
    share = max(first, second) * 2 / max(len(sample), 1)
    if (
        len(sample) <= len("\0\0")
        or share < _OTHER_UTF16
        or min(first, second) > max(first, second) / 10
        or not _is(sample, encoding)
    ):
        return "utf-8"
    readable = len(sample) - len(sample.translate(None, _READABLE))
    foreign = readable / len(sample) < _MOST_ASCII and not _is(data, "utf-8")
    return encoding if share >= _LATIN_UTF16 or foreign else "utf-8"


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as failure:
        return failure.reason == "unexpected end of data"
    return True


def _decoded(data: bytes, encoding: str) -> str:
    width = _WIDTH.get(encoding)
    if width:
        return data[: len(data) // width * width].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as failure:
        if failure.reason == "unexpected end of data" and len(data) - failure.start < _LONGEST_CHARACTER:
            return data[: failure.start].decode("utf-8")
    return "\n".join(_line(line) for line in data.split(b"\n"))


def _line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")
