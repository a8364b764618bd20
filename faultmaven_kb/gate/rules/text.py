"""RB0xx: the text itself. Bytes, line ends, invisible characters, mis-decoded emoji, names of files."""

import re
from collections.abc import Iterator

from faultmaven_kb.diagnostics import Edit, Fix, Level
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, reading_rule, rule
from faultmaven_kb.source import BYTE_ORDER_MARK, START, Source, Span
from faultmaven_kb.text.characters.mojibake import find_lost, find_mojibake
from faultmaven_kb.text.markdown import Fence, Heading

__all__ = ["RULES"]

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    "[\u00a0\u00ad\u200b\u200c\u2060\ufeff]|(?<![\u200d\ufe0f\U0001f000-\U0001ffff\u2190-\u2bff])\u200d"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_REPLACED = re.compile("\ufffd+")
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.md")
_CONFLICT = re.compile(r"(<{7}|>{7}|\|{7})(?: |$)|={7}$")


def _matches(source: Source, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], Span]]:
    if pattern.search(source.text) is None:
        return
    for number, line in enumerate(source.lines, 1):
        for match in pattern.finditer(line):
            yield match, Span(number, match.start() + 1, number, match.end() + 1)


def _named(char: str) -> str:
    return f"U+{ord(char):04X}"


@rule("RB002", "utf8-bom", Level.WARNING, Profile.INGEST)
def utf8_bom(checked: Checked) -> Iterator[Finding]:
    """Checks for a byte order mark at the start of the file.

    Many front matter readers do not recognize `---` after a byte order mark. They load the runbook without any
    metadata and report nothing.
    """
    if checked.document.source.text.startswith(BYTE_ORDER_MARK):
        span = Span(1, 1, 1, 2)
        fix = Fix("remove the byte order mark", (Edit(span, ""),), safe=True)
        yield Finding("file starts with a byte order mark, expected plain UTF-8", span, fix)


@rule("RB003", "line-endings", Level.ERROR, Profile.INGEST)
def line_endings(checked: Checked) -> Iterator[Finding]:
    """Checks that every line ends with a line feed. A file that uses CRLF throughout is an info, a file that mixes
    both is a warning, and a lone carriage return is an error.

    Mixed or lone carriage returns shift line numbers and break shell commands that are pasted.
    """
    text = checked.document.source.text
    if "\r" not in text:
        return
    ends = re.findall(r"\r\n|\r|\n", text)
    first = next(index for index, end in enumerate(ends) if end != "\n")
    span = Span(first + 1, len(checked.lines[first]) + 1, first + 1, len(checked.lines[first]) + 1)
    fix = Fix("use line feeds", _line_feed_edits(checked, ends), safe=True)
    if set(ends) == {"\r\n"}:
        yield Finding("lines end with CRLF, expected LF", span, fix, level=Level.INFO)
    elif "\r" in ends:
        yield Finding("a line ends with a lone carriage return, expected LF", span, fix)
    else:
        count = ends.count("\r\n")
        yield Finding(f"{count} of {len(ends)} lines end with CRLF, expected LF", span, fix, level=Level.WARNING)


def _line_feed_edits(checked: Checked, ends: list[str]) -> tuple[Edit, ...]:
    edits = []
    for number, end in enumerate(ends, 1):
        if end != "\n":
            column = len(checked.lines[number - 1]) + 1
            edits.append(Edit(Span(number, column, number + 1, 1), "\n"))
    return tuple(edits)


@rule("RB004", "bidi-control", Level.ERROR, Profile.INGEST)
def bidi_control(checked: Checked) -> Iterator[Finding]:
    """Checks for characters that reverse the direction of text (U+202A to U+202E, U+2066 to U+2069).

    They make a command look different from what the shell runs (the "Trojan Source" attack).
    """
    for match, span in _matches(checked.document.source, _BIDI):
        yield Finding(f"bidirectional control character {_named(match[0])}, expected none", span)


@rule("RB005", "mojibake", Level.ERROR, Profile.INGEST)
def mojibake(checked: Checked) -> Iterator[Finding]:
    """Checks for text that was saved as UTF-8 and then read in another encoding, and for U+FFFD, which replaces
    characters that were lost. The fix restores the original bytes exactly. Lost characters have to be written
    again.

    Garbled emoji and quotes are garbled for every reader, and searches do not match them.
    """
    level = Level.WARNING if checked.profile is Profile.INGEST else Level.ERROR
    for number, line in enumerate(checked.lines, 1):
        for garbled in find_mojibake(line):
            span = Span(number, garbled.start + 1, number, garbled.start + 1 + len(garbled.text))
            fix = Fix(f'restore "{garbled.repaired}"', (Edit(span, garbled.repaired),), safe=False)
            message = f'"{garbled.text}" is "{garbled.repaired}" read as {garbled.code_page} instead of UTF-8'
            yield Finding(message, span, fix, level=level)
        for start, end in find_lost(line):
            message = (
                f'"{line[start:end]}" is UTF-8 read in another encoding, and a part of it is lost (write it again)'
            )
            yield Finding(message, Span(number, start + 1, number, end + 1), level=level)
    if checked.document.source.exact:  # otherwise the reader put them there, and has said so
        for match, span in _matches(checked.document.source, _REPLACED):
            message = f'"{match[0]}" (U+FFFD) replaces text that was lost, expected the text itself (write it again)'
            yield Finding(message, span, level=level)


@rule("RB007", "filename-convention", Level.ERROR, Profile.CONTRIBUTE)
def filename_convention(checked: Checked) -> Iterator[Finding]:
    """Checks that the file name is lower-case kebab-case and ends with `.md`.

    Files are found and linked by name. Kebab-case works on every operating system and in every URL.
    """
    name = checked.file.name
    if checked.document.path != "<text>" and not _KEBAB.fullmatch(name):
        yield Finding(f'file name is "{name}", expected kebab-case such as redis-out-of-memory.md', START)


@rule("RB008", "no-final-newline", Level.INFO, Profile.CURATED)
def no_final_newline(checked: Checked) -> Iterator[Finding]:
    """Checks that the last line ends with a line feed.

    Tools that append to files or compare them line by line expect the last line to be complete.
    """
    last = len(checked.lines)
    if checked.lines[-1]:
        end = Span(last, len(checked.lines[-1]) + 1, last, len(checked.lines[-1]) + 1)
        yield Finding("last line has no line end", end, Fix("add it", (Edit(end, "\n"),), safe=True))


@rule("RB009", "invisible-character", Level.ERROR, Profile.INGEST)
def invisible_character(checked: Checked) -> Iterator[Finding]:
    """Checks front matter, headings and code blocks for invisible characters such as zero-width and no-break
    spaces.

    An invisible character changes a key, a heading or a command: the field is not found, or the command fails, and
    the text looks right.
    """
    source, front_matter = checked.document.source, checked.document.front_matter
    lines = set(range(1, front_matter.span.end_line + 1)) if front_matter.present else set()
    for block in _nested(checked):
        if isinstance(block, Heading | Fence):
            lines.update(range(block.span.line, block.span.end_line + 1))
    for match, span in _matches(source, _INVISIBLE):
        if span.line in lines and (span.line, span.column) != (1, 1):
            replacement = " " if match[0] == "\u00a0" else ""
            fix = Fix("use a plain space" if replacement else "remove it", (Edit(span, replacement),), safe=True)
            yield Finding(f"invisible character {_named(match[0])}, expected none", span, fix)


def _nested(checked: Checked) -> Iterator[object]:
    pending: list[object] = list(checked.document.blocks)
    while pending:
        block = pending.pop(0)
        yield block
        pending += list(getattr(block, "items", ())) + list(getattr(block, "blocks", ()))


@rule("RB010", "merge-conflict-marker", Level.ERROR, Profile.INGEST)
def merge_conflict_marker(checked: Checked) -> Iterator[Finding]:
    """Checks for lines that git writes into a file at a merge conflict.

    A conflict was committed. The reader sees both versions and may follow the wrong one.
    """
    opened = False
    for number, line in enumerate(checked.lines, 1):
        match = _CONFLICT.match(line)
        if match and (match[1] or opened):
            opened = True
            yield Finding(f'merge conflict marker "{match[0].strip()}"', Span(number, 1, number, 8))


@rule("RB012", "control-character", Level.ERROR, Profile.INGEST)
def control_character(checked: Checked) -> Iterator[Finding]:
    """Checks for control characters other than tabs and line ends.

    Terminals execute some control characters, YAML rejects them, and a runbook does not need them.
    """
    for match, span in _matches(checked.document.source, _CONTROL):
        yield Finding(f"control character {_named(match[0])}, expected none", span)


RULES: tuple[Rule, ...] = (
    reading_rule(
        "RB001",
        "not-utf8",
        "Checks that the file is valid UTF-8.",
        "Tools that read runbooks expect UTF-8. In another encoding, dashes and emoji are garbled on some machines.",
    ),
    utf8_bom,
    line_endings,
    bidi_control,
    mojibake,
    reading_rule(
        "RB006",
        "file-too-large",
        "Checks that the file is not larger than the limit.",
        "A file of several megabytes is not a runbook, and it takes seconds to parse.",
        options=("limits.file-size",),
    ),
    filename_convention,
    no_final_newline,
    invisible_character,
    merge_conflict_marker,
    reading_rule(
        "RB011",
        "empty-file",
        "Checks that the file has content.",
        "There is nothing to parse. An empty file in the folder is usually a mistake.",
    ),
    control_character,
    reading_rule(
        "RB013",
        "unreadable-file",
        "Checks that the file can be opened and is a regular file.",
        "Without this report, a file that cannot be read would be missing from the knowledge base unnoticed.",
    ),
    reading_rule(
        "RB014",
        "too-many-parts",
        "Checks that the number of headings, links and nested blocks stays within limits.",
        "Thousands of parts make a document that nobody can follow, and parsing it would take minutes.",
    ),
)
