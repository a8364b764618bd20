"""What the source of a page says and no page shows, taken out before the page is parsed: comments of templates, and the
names of footnotes. What is in code stays."""

import re
from bisect import bisect_right

from faultmaven_kb.text.markdown import page_tokens

__all__ = ["with_numbered_notes", "without_template_comments"]

_TEMPLATES = (
    (r"\{%-?\s*(?:comment|capture)\b[^%}]*%\}", r"\{%-?\s*end(?:comment|capture)\s*-?%\}"),
    (r"\{%", r"%\}"),
    (r"\{\{[-<%!]?\s*/\*", r"\*/\s*[->%]?\}\}"),
    (r"\{\{<\s*comment\s*>\}\}", r"\{\{<\s*/comment\s*>\}\}"),
    (r"\{\{[<%]", r"[>%]\}\}"),
    (r"\{\{!--", r"--\}\}"),
    (r"\{\{!", r"\}\}"),
    (r"\{::comment\}", r"\{:/(?:comment)?\}"),
    (r"\{/\*", r"\*/\}"),
    (r"\{#", r"#?\}"),
    (r"(?<=\])\{|\{[:.](?=[\s.#a-z-])", r"\}"),
    (r"%%", r"%%"),
)
"""What generators of sites leave out of a page: the marks around it."""
_OPENING = re.compile(
    "|".join(f"(?P<t{number}>{opening})" for number, (opening, _) in enumerate(_TEMPLATES)) + r"|(?P<code>`+)",
    re.DOTALL,
)
_CLOSING = tuple(re.compile(closing) for _, closing in _TEMPLATES)
_NAMED_NOTE = re.compile(r"(?P<code>`+)|\[\^(?P<name>[^\[\]\s]++)\](?P<opens>:)?")


def without_template_comments(text: str) -> str:
    """The text without comments of site generators; what is in code is kept, line feeds as well."""
    if not any(mark in text for mark in ("{%", "{{", "{#", "{:", "{.", "]{", "{/*", "%%")):
        return text
    masked = _masked(text)
    marks = _spans_of_code(masked)
    parts: list[str] = []
    place, unclosed = 0, set[int]()
    while match := _OPENING.search(masked, place):
        if match["code"]:
            end = _end_of_span(masked, match, marks)
            parts.append(text[place:end])
        else:
            number = int(str(match.lastgroup)[1:])
            closing = None if number in unclosed else _CLOSING[number].search(masked, match.end())
            end = closing.end() if closing else len(text)
            if closing is None and number >= len(_TEMPLATES) - 4:  # alone, these four are ordinary characters
                unclosed.add(number)
                end = match.end()
                parts.append(text[place:end])
            else:
                parts += [text[place : match.start()], "\n" * text.count("\n", match.start(), end)]
        place = end
    return "".join([*parts, text[place:]])


def with_numbered_notes(text: str, numbers: dict[str, int]) -> str:
    """The text with numbers in place of the names of its footnotes, which no page shows; `numbers` is filled."""
    if "[^" not in text:
        return text
    masked = _masked(text)
    marks = _spans_of_code(masked)
    notes, place = list[re.Match[str]](), 0
    while match := _NAMED_NOTE.search(masked, place):
        place = _end_of_span(masked, match, marks) if match["code"] else match.end()
        notes += [] if match["code"] else [match]
    defined = {note["name"].casefold() for note in notes if note["opens"]}
    for note in sorted(notes, key=lambda note: note["opens"] is not None):  # the marks in the text first
        if (name := note["name"].casefold()) in defined and name not in numbers:
            numbers[name] = len(numbers) + 1
    parts, place = list[str](), 0
    for note in notes:
        number = numbers.get(note["name"].casefold())
        parts += [text[place : note.start()], f"[^{number}]{note['opens'] or ''}" if number else note[0]]
        place = note.end()
    return "".join([*parts, text[place:]])


def _spans_of_code(text: str) -> dict[int, list[int]]:
    """Where runs of backticks begin, by their length."""
    spans: dict[int, list[int]] = {}
    for match in re.finditer("`+", text):
        spans.setdefault(len(match[0]), []).append(match.start())
    return spans


def _end_of_span(text: str, opening: re.Match[str], marks: dict[int, list[int]]) -> int:
    """The end of a code span: its marks again, or the marks alone where they do not come again in the paragraph."""
    length = len(opening[0])
    starts = marks.get(length, [])
    number = bisect_right(starts, opening.start())
    if number == len(starts) or "\n\n" in text[opening.end() : starts[number]]:
        return opening.end()
    return starts[number] + length


def _masked(text: str) -> str:
    """The text with the lines of code blocks blanked, character for character."""
    lines = text.split("\n")
    for token in page_tokens(text):
        if token.type in ("fence", "code_block") and token.map:
            for number in range(token.map[0], min(token.map[1], len(lines))):
                lines[number] = " " * len(lines[number])
    return "\n".join(lines)
