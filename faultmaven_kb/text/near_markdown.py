"""Texts that are nearly Markdown, as Markdown, line for line, so that places stay.

Pages that were exported from Confluence keep its markup ("h2. Title", "{code:bash}", "# first") in files called `.md`;
they are known by their headings: two of them, or one beside a block of code. Others write "##Symptoms" and
"-slow pages", without the blank that Markdown asks for; they are believed where no heading of the page has it. A
heading that is a point of a list ("- #### DiskFull") is a heading, one that is counted ("1. ### Drain") the words of
its number. Any other text comes back as it is.
"""

import re

__all__ = ["as_markdown"]

_HEADING = re.compile(r"^h(?P<level>[1-6])\. +(?P<title>\S[^\n]*)$", re.MULTILINE)
_BLOCK = re.compile(r"^\{(?:code|noformat)\b", re.MULTILINE)
_MACRO = re.compile(
    r"\{(?P<name>code|noformat|warning|info|note|tip|panel|quote|expand)(?::(?P<rest>[^{}\n]{0,200}))?\}\s*$"
)
_NOTES = {"warning": "warning", "info": "info", "note": "note", "tip": "tip", "panel": "info", "quote": "quote"}
_LANGUAGE = re.compile(r"(?:^|\|)(?:language=)?(?P<language>[A-Za-z]\w{0,20})(?:\||$)")
_TITLE = re.compile(r"(?:^|\|)title=(?P<title>[^|]{0,100})")
_POINT = re.compile(r"(?P<marks>[*#-]{1,6}) +(?=\S)")
_INLINE_CODE = re.compile(r"\{(?:code|noformat)(?::[^{}\n]{0,100})?\}(?P<code>[^{}\n]{1,300})\{(?:code|noformat)\}")
_MONO = re.compile(r"\{\{(?P<code>[^{}\n]{1,300})\}\}")
_BOLD = re.compile(r"(?<![\w*\\])\*(?P<text>[^\s*][^*\n]{0,200})\*(?![\w*])")
_LINK = re.compile(r"\[(?P<text>[^\[\]|\n]{1,200})\|(?P<target>[^\[\]|\n]{1,500})\]")
_NOTHING = re.compile(r"\{(?:toc|anchor|excerpt|children|status|pagetree)\b[^{}\n]{0,200}\}")
_UNSPACED = re.compile(r"^#{1,6}[^\s#!\d][^\n]*$", re.MULTILINE)
_SPACED = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)
_UNSPACED_POINT = re.compile(r"-(?=[A-Za-z`*])")
_HEADED_ITEM = re.compile(
    r"^(?:(?P<point>[-*+] )|(?P<number>\d{1,2}\. ))(?P<heading>#{2,6} (?P<title>\S[^\n]*))$", re.MULTILINE
)
_FEWEST = 2  # chosen: one may be chance


def as_markdown(text: str) -> str:
    """The text with the marks of Markdown; the same object where it has them."""
    if "\n- #" in text or ". ##" in text or "\n* #" in text:
        text = _HEADED_ITEM.sub(_without_mark, text)
    converted = _wiki_as_markdown(text)
    return _with_blanks(text) if converted is text and "\n##" in text else converted


def _without_mark(match: re.Match[str]) -> str:
    """A heading that is a point as a heading, one that is counted as the words of its number."""
    return match["heading"] if match["point"] else f"{match['number']}{match['title']}"


def _with_blanks(text: str) -> str:
    """Headings and points with the blank that they lack."""
    if _SPACED.search(text) or sum(1 for _ in _UNSPACED.finditer(text)) < _FEWEST:
        return text
    lines = []
    fenced = False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if not fenced and _UNSPACED.match(line):
            marks = len(line) - len(line.lstrip("#"))
            line = f"{line[:marks]} {line[marks:]}"  # noqa: PLW2901 - the line as it was meant
        elif not fenced:
            line = _UNSPACED_POINT.sub("- ", line, count=1) if line.startswith("-") else line  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines)


def _wiki_as_markdown(text: str) -> str:
    """The text of a wiki page as Markdown with the same lines; any other text as it is."""
    if "h" not in text or (headings := len(_HEADING.findall(text))) < 1:
        return text
    if headings < _FEWEST and not _BLOCK.search(text):
        return text
    lines: list[str] = []
    code, opened = "", ""
    for line in text.split("\n"):
        macro = _MACRO.match(line)
        name = macro["name"] if macro else ""
        if code:
            code = "" if name == code else code
            lines.append(line if code else "```")
        elif macro and name in ("code", "noformat"):
            code = name
            lines.append(f"```{_language(macro['rest'] or '')}")
        elif macro:
            lines.append(":::" if opened == name else _container(name, macro["rest"] or ""))
            opened = "" if opened == name else name
        else:
            lines.append(_line(line))
    return "\n".join(lines)


def _language(rest: str) -> str:
    match = _LANGUAGE.search(rest)
    return match["language"] if match else ""


def _container(name: str, rest: str) -> str:
    title = _TITLE.search(rest)
    return f":::{_NOTES.get(name, 'details')} {title['title'] if title else ''}".rstrip()


def _line(line: str) -> str:
    heading = _HEADING.match(line)
    if heading:
        return f"{'#' * int(heading['level'])} {_words(heading['title'])}"
    if line.startswith("bq. "):
        return f"> {_words(line[4:])}"
    point = _POINT.match(line)
    if point:
        marks = point["marks"]
        indent = "".join("   " if mark == "#" else "  " for mark in marks[:-1])
        return f"{indent}{'1.' if marks[-1] == '#' else '*'} {_words(line[point.end() :])}"
    return _words(line)


def _words(text: str) -> str:
    """A line's inline marks."""
    if "{" in text:
        text = _NOTHING.sub("", _MONO.sub(r"`\g<code>`", _INLINE_CODE.sub(r"`\g<code>`", text)))
    if "*" in text:
        text = _BOLD.sub(r"**\g<text>**", text)
    return _LINK.sub(r"[\g<text>](\g<target>)", text) if "|" in text else text
