"""Blocks that site generators add to Markdown: admonitions, tabs, folded parts, shortcodes. Rules for markdown-it.

MkDocs writes a line with a mark and indents what belongs to it (`!!! warning`, `??? note`, `=== "Linux"`); Docusaurus,
Hugo and GitBook write a line before it and one after (`:::danger` … `:::`, `{{< hint warning >}}` … `{{< /hint >}}`).
CommonMark takes the first for code, and all of them for prose. Each becomes one kind of token here, `container_open`,
with the kind of the container as `info` and its title as `content`; what is inside is read as usual and keeps its
lines. A mark without its end is left as the text that it is.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

__all__ = ["UNMARKED", "add_containers", "code_shortcodes_as_fences"]

_NOTES = (
    "note|abstract|summary|tldr|info|todo|tip|hint|success|check|done|question|faq|help|warning|caution|attention|"
    "failure|fail|missing|danger|error|bug|example|quote|cite|important|secondary|seealso|alert"
)
_INDENTED = re.compile(
    r'(?:(?:!!!|\?\?\?\+?)[ \t]+(?P<kind>[A-Za-z][\w-]*+(?: [\w-]++)*)|===[+!]?)(?:[ \t]+"(?P<title>[^"\n]*)")?[ \t]*$'
)
_COLONS = re.compile(r":{3,}[ \t]*\{?(?P<kind>[A-Za-z][\w-]*)\}?(?:\[(?P<label>[^\]\n]*)\])?(?P<title>[^\n]*)$")
_SHORTCODE = re.compile(r"(?:\{\{[<%]|\{%)[ \t]*(?P<name>(?!end)[a-z][\w-]*+)(?P<rest>[^{}\n]*+)\}{1,2}[ \t]*$")
_MARK = re.compile(r"(?:\{\{[<%]|\{%)[ \t]*(?P<end>/[ \t]*|end)?(?P<name>[a-z][\w-]*)")
_ENDS = "ends of containers"
_STYLE = re.compile(rf'"?\b({_NOTES})\b"?', re.IGNORECASE)
_TITLE = re.compile(r'(?:title=|^[ \t]*)"([^"\n]*)"')
_TERMS = frozenset({"tip", "hint", "notice", "alert", "admonition", "callout", "note", "warning", "danger", "caution"})
_CODE = frozenset({"highlight", "code", "text", "codeblock", "code-block", "prism"})
UNMARKED = frozenset("details expand collapse tab tabs tab-set tab-item tabitem step steps stepper".split())
"""The kinds of containers that say nothing about what is in them."""


def add_containers(parser: MarkdownIt) -> None:
    """Teach a parser the containers."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "blockquote", "list"]}
    parser.block.ruler.before("code", "indented_container", _indented, interrupts)
    parser.block.ruler.before("code", "fenced_container", _fenced, interrupts)


def code_shortcodes_as_fences(text: str) -> str:
    """The text with each `{{< highlight bash >}}` and its end as a fence, line for line; one without an end is kept."""
    lines = text.split("\n")
    opened: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        bare = line.lstrip(" ")
        match = _MARK.match(bare) if bare.startswith("{") else None
        if match is None or match["name"] not in _CODE:
            continue
        if match["end"] is None:
            start = _SHORTCODE.match(bare.rstrip())
            opened = (number, _language(start["rest"])) if start else None
        elif opened is not None:
            longest = max((len(run) for run in re.findall("`+", "\n".join(lines[opened[0] : number]))), default=0)
            fence = "`" * max(3, longest + 1)
            first = lines[opened[0]]
            lines[opened[0]] = " " * (len(first) - len(first.lstrip(" "))) + fence + opened[1]
            lines[number], opened = " " * (len(line) - len(bare)) + fence, None
    return "\n".join(lines)


def _language(rest: str) -> str:
    """The language that a shortcode of code names, empty when it names none."""
    words = rest.replace('"', " ").split()
    return words[0] if words and words[0][0].isalpha() else ""


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _indented(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line with a mark, and the lines indented below it."""
    if state.is_code_block(start) or state.src[state.bMarks[start] + state.tShift[start]] not in "!?=":
        return False
    match = _INDENTED.match(_line(state, start))
    if not match or (match["kind"] is None and match["title"] is None):
        return False
    least = state.sCount[start] + 2
    last = start + 1
    for number in range(start + 1, end):
        if state.isEmpty(number):
            continue
        if state.sCount[number] < least:
            break
        last = number + 1
    first = next((number for number in range(start + 1, last) if not state.isEmpty(number)), None)
    if first is None and not _STYLE.fullmatch(match["kind"] or ""):
        return False
    if not silent:
        indent = state.sCount[first] if first is not None else least
        kind = (match["kind"] or "tab").split(" ", 1)[0].lower()
        _write(state, kind, match["title"] or "", (start, last), (start + 1, last), indent=indent)
    return True


def _fenced(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line that opens a container, and the lines up to the one that closes it."""
    if state.is_code_block(start) or state.src[state.bMarks[start] + state.tShift[start]] not in ":{":
        return False
    line = _line(state, start)
    opening = _COLONS.match(line)
    shortcode = None if opening else _SHORTCODE.match(line)
    if opening:
        kind = opening["kind"].lower()
        title = (opening["label"] or opening["title"]).strip().removeprefix("{").removesuffix("}")
    elif shortcode and shortcode["name"] in _TERMS | _CODE | UNMARKED:
        kind, title = _named(shortcode["name"], shortcode["rest"].rstrip(" \t>%"))
    else:
        return False
    last = _ends(state).get(start)
    if last is None or last >= end:
        return False
    if not silent:
        if shortcode and shortcode["name"] in _CODE:
            _write_code(state, shortcode["rest"].rstrip(" \t>%"), start, last)
        else:
            _write(state, kind, title, (start, last + 1), (start + 1, last))
    return True


def _named(name: str, rest: str) -> tuple[str, str]:
    """The kind and the title that a shortcode's arguments give (`hint warning`, `alert color="warning"`)."""
    style = _STYLE.search(rest) if name in _TERMS else None
    title = _TITLE.search(rest)
    caption = title[1] if title else ""
    if style and caption.casefold() == style[1].casefold():
        caption = ""
    return (style[1].lower() if style else name), caption


def _ends(state: StateBlock) -> dict[int, int]:
    """The line that closes each container of the text, by the line that opens it; found once, in one pass."""
    if _ENDS not in state.env:
        ends: dict[int, int] = {}
        opened: dict[str, list[tuple[int, int]]] = {}
        for number, raw_line in enumerate(state.src.split("\n")):
            line = raw_line.strip("> \t")
            if line.startswith(":::"):
                name, colons = ":", len(line) - len(line.lstrip(":"))
                closes = len(line) == colons
            elif line.startswith(("{{", "{%")) and (mark := _MARK.match(line)):
                name, colons, closes = mark["name"], 0, bool(mark["end"])
            else:
                continue
            waiting = opened.setdefault(name, [])
            if not closes:
                waiting.append((number, colons))
                continue
            while waiting and waiting[-1][1] > colons:
                waiting.pop()
            if waiting:
                ends[waiting.pop()[0]] = number
        state.env[_ENDS] = ends
    closing: dict[int, int] = state.env[_ENDS]
    return closing


def _write(
    state: StateBlock,
    kind: str,
    title: str,
    lines: tuple[int, int],
    inner: tuple[int, int],
    *,
    indent: int | None = None,
) -> None:
    """The tokens of a container, and what the parser finds between `inner`."""
    token = state.push("container_open", "", 1)
    token.map, token.info, token.content = list(lines), kind, title
    saved = (state.parentType, state.lineMax, state.blkIndent)
    state.parentType, state.lineMax = "container", inner[1]
    if indent is not None:
        state.blkIndent = indent
    state.md.block.tokenize(state, *inner)
    state.parentType, state.lineMax, state.blkIndent = saved
    state.push("container_close", "", -1)
    state.line = lines[1]


def _write_code(state: StateBlock, rest: str, start: int, last: int) -> None:
    token = state.push("fence", "code", 0)
    token.info = _language(rest)
    token.content = state.getLines(start + 1, last, state.sCount[start], True)
    token.map = [start, last + 1]
    state.line = last + 1
