"""A Markdown text as its page shows it: written again from what is seen, line for line.

A reviewer reads the page, a model reads every character. So an allow-list decides: the text is parsed, and only what a
page shows is written again, each block on the line where it was. Comments, definitions of links, titles of links,
descriptions of images, words behind the language of a fence, attributes and elements that show nothing are in no token
that is written, whatever form they take. Code keeps every character; those that nobody sees become `<U+202E>` in it.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from markdown_it.token import Token

from faultmaven_kb.text.containers import code_shortcodes_as_fences
from faultmaven_kb.text.html_visibility import Visibility
from faultmaven_kb.text.inline import table_cell
from faultmaven_kb.text.left_out import with_numbered_notes, without_template_comments
from faultmaven_kb.text.markdown import page_tokens

__all__ = ["readable", "readable_code", "shown", "shown_line"]

_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_INVISIBLE_LETTERS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U00016fe4\U0001d159\U000e0100-\U000e01ef"
)
_CANDIDATES = re.compile(rf"[^\x20-\x7e\n\t\u00c0-\u024f\u2010-\u2027]|[{_INVISIBLE_LETTERS}]")
_INVISIBLE = re.compile(f"[{_INVISIBLE_LETTERS}]")
_EMOJI_FORM = re.compile("(?<=[\u203c-\u3299\U0001f000-\U0001faff])\ufe0f")

_PAIR = re.compile(r"\$\$[^$]*%[^$]*\$\$|\$(?!\s)[^$]*%[^$]*\$")
"""Mathematics with a remark in it."""
_TEX_COMMAND = re.compile(r"\\([A-Za-z]++)")
_SHOWN_TEX = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi "
    "varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega times cdot cdots ldots dots div pm mp le "
    "leq ge geq ne neq lt gt ll gg approx sim simeq equiv propto infty sum prod int frac dfrac tfrac sqrt log ln exp "
    "min max lim left right lfloor rfloor lceil rceil langle rangle mathrm mathbf mathit mathbb mathcal operatorname "
    "in notin subset cup cap to rightarrow leftarrow Rightarrow Leftarrow implies iff land lor neg forall exists quad "
    "qquad overline underline hat bar".split()
)
"""Commands of TeX that draw what is behind them; any other one could hide it, move it away or keep it for later."""
_NOTE = re.compile(r"\s*(?:\[\^([^\]\s]+)\]|\*\[[^\]]+\]):")
"""What opens a footnote, or the long form of an abbreviation, which no page shows."""
_NOTE_MARK = re.compile(r"\[\^([^\[\]\s]++)\](?!:)")
_STRUCTURE = re.compile(r"^(#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|```|~~~|=+\s*$|-+\s*$|\d{1,9}(?=[.)](?:\s|$)))")
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
_ADDRESS = re.compile(r"(?:https?://)?[A-Za-z0-9._~+/:-]{1,200}")
_MOST_OF_A_NAME = 80  # characters, chosen: ids and hashes are shorter
_LANGUAGES = frozenset(
    "apache awk bash bat c caddyfile cmd conf config console cpp cql cron crontab csharp css csv dash dhcp diff dns "
    "docker dockerfile dotenv elixir env fstab go gotemplate graphql groovy haproxy hcl helm hosts html http ini java "
    "javascript jq js json json5 jsonc jsonl kql ksh kusto log logfmt logql logs lua make makefile mariadb markdown md "
    "mermaid mongodb mongosh mysql nginx none output perl pgsql php plaintext plain plpgsql plsql postgres postgresql "
    "powershell prom prometheus promql properties ps1 psql puppet py python r rb redis redis-cli regex rego ruby rust "
    "scala sed service sh shell shell-session shellsession sh-session bash-session spl sql ssh-config sshconfig syslog "
    "systemd tcl terminal terraform text tf toml traceql ts tsql txt typescript unit vcl vim xml yaml yml zone "
    "zsh".split()
)
_DRAWN = frozenset({"geojson", "mermaid", "stl", "topojson"})
"""What a page draws, and so hides the text of: names of nodes, remarks, styles, links."""


def readable(text: str) -> str:
    """The text without characters that no reader sees; line ends become line feeds."""
    return _CANDIDATES.sub(lambda match: "" if _is_unseen(match[0]) else match[0], _LINE_ENDS.sub("\n", text))


def readable_code(code: str) -> str:
    """Code exactly; characters that no reader sees are shown as `<U+202E>`, but for the form of an emoji."""
    forms = {match.start() for match in _EMOJI_FORM.finditer(code)}

    def show(match: re.Match[str]) -> str:
        unseen = _is_unseen(match[0]) or match[0] in "\u2028\u2029"
        return f"<U+{ord(match[0]):04X}>" if unseen and match.start() not in forms else match[0]

    return _CANDIDATES.sub(show, code)


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"} or _INVISIBLE.match(char) is not None


def shown(markdown: str, references: dict[str, Any] | None = None) -> str:
    """The Markdown with what its page shows and nothing else; every block stays on its line.

    `references` is filled with the page's definitions of links, for texts of the same page that are read later.
    """
    text = code_shortcodes_as_fences(_LINE_ENDS.sub("\n", markdown).replace("\x00", "\ufffd"))
    references = {} if references is None else references
    text = with_numbered_notes(without_template_comments(text), references.setdefault("footnotes", {}))
    return _Page(text, references).text()


def shown_line(markdown: str, references: dict[str, Any] | None = None) -> str:
    """What is shown of a short text, on one line; its marks are kept."""
    return " ".join(shown(" ".join(markdown.split()), references).split())


class _Page:
    """Writes the tokens of a page again, line for line."""

    def __init__(self, text: str, references: dict[str, Any] | None) -> None:
        self.tokens = page_tokens(text, references)
        self.lines = [""] * (text.count("\n") + 1)
        self.html = Visibility()
        self.containers: list[list[str]] = []  # what opens a line for the first time, and what opens it then
        self.footnotes = {
            name
            for token in self.tokens
            if token.type == "inline" and not _NOTE.match(token.content)
            for child in token.children or ()
            if child.type == "text"
            for name in _NOTE_MARK.findall(child.content)
        }
        self.in_footnote = False
        self.defined: set[str] = set()

    def text(self) -> str:
        index = 0
        while index < len(self.tokens):
            index = self.block(index)
        return "\n" * (len(self.lines) - 1) if self.html.hides_all else "\n".join(self.lines)

    def block(self, index: int) -> int:
        """Write the block that a token begins; the index of the token behind it."""
        token = self.tokens[index]
        kind = token.type
        if kind.endswith("_open") or kind in ("fence", "hr"):
            self.in_footnote = False
        if kind == "blockquote_open":
            self.containers.append(["> ", "> "])
        elif kind == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else f"{token.markup} "
            self.containers.append([mark, " " * len(mark)])
        elif kind in ("blockquote_close", "list_item_close"):
            self.containers.pop()
        elif kind == "heading_open":
            self.heading(token, self.tokens[index + 1])
        elif kind == "paragraph_open":
            self.paragraph(token, self.tokens[index + 1])
        elif kind == "table_open":
            return self.table(index)
        elif kind in ("fence", "code_block"):
            self.code(token)
        elif kind == "html_block":
            text = _prose(self.html.read(token.content))
            self.put(token, [_escaped(line.strip()) for line in text.split("\n")])
        elif kind == "hr" and self.html.visible:
            self.put(token, ["---"])
        return index + 1

    def put(self, token: Token, lines: Sequence[str]) -> None:
        """Write lines from the line of a token on, behind the marks of its lists and quotes."""
        first, end = token.map or (0, 0)
        for number, line in enumerate(lines):
            if line.strip() and first + number < max(end, first + 1):
                lead = "".join(marks[0] for marks in self.containers)
                for marks in self.containers:
                    marks[0] = marks[1]
                self.lines[first + number] = lead + line

    def heading(self, token: Token, inline: Token) -> None:
        words = " ".join(self.inline(inline).split())
        if words:
            self.put(token, [f"{'#' * int(token.tag[1])} {words}"])

    def paragraph(self, token: Token, inline: Token) -> None:
        lines = self.inline(inline).split("\n")
        for number, line in enumerate(inline.content.split("\n")):
            if note := _NOTE.match(line):
                self.in_footnote = note[1] not in self.footnotes or note[1] in self.defined  # the first one counts
                self.defined.add(note[1])
            if self.in_footnote and number < len(lines):
                lines[number] = ""
        self.put(token, [_escaped_start(line) for line in lines])

    def table(self, index: int) -> int:
        cells: list[str] = []
        row = self.tokens[index]
        while (token := self.tokens[index]).type != "table_close":
            index += 1
            if token.type == "tr_open":
                row, cells = token, []
            elif token.type == "inline":
                cells.append(table_cell(self.inline(token)))
            elif token.type == "tr_close" and self.html.visible:
                self.put(row, [f"| {' | '.join(cells)} |"])
                if self.tokens[index].type == "thead_close" and row.map:
                    below = Token("tr_open", "tr", 1, map=[row.map[0] + 1, row.map[0] + 2])
                    self.put(below, [f"|{'---|' * len(cells)}"])
        return index + 1

    def code(self, token: Token) -> None:
        if not self.html.visible or (token.type == "code_block" and self.in_footnote):
            return
        lines = readable_code(token.content).split("\n")[: -1 if token.content.endswith("\n") else None]
        if token.type == "code_block":
            self.put(token, [f"    {line}" for line in lines])
            return
        language = token.info.strip().split(maxsplit=1)[0].lower() if token.info.strip() else ""
        if language in _DRAWN or (language == "math" and _hides(token.content)):
            lines = [""] * len(lines)
        self.put(token, [token.markup + (language if language in _LANGUAGES else "")])
        first, end = token.map or (0, 0)
        for number, line in enumerate(lines[: len(self.lines) - first - 1], first + 1):
            self.lines[number] = ("".join(marks[1] for marks in self.containers) + line) if line else self.bare()
        if first + 1 + len(lines) < min(end, len(self.lines)):
            self.lines[first + 1 + len(lines)] = "".join(marks[1] for marks in self.containers) + token.markup

    def bare(self) -> str:
        """A line of code without a character: what its lists and quotes need to go on."""
        return "".join(marks[1] for marks in self.containers).rstrip()

    def inline(self, inline: Token) -> str:
        """The text of a paragraph, a heading or a cell that is shown."""
        parts: list[str] = []
        code: list[int] = []
        link: tuple[int, str, str] | None = None  # the place of the mark before its words, and the marks around them
        for child in inline.children or ():
            if child.type == "html_inline":
                parts.append(_escaped(_prose(self.html.read(child.content))))
                if self.html.visible and re.match(r"<br\b", child.content, re.IGNORECASE):
                    parts.append(" ")
            elif child.type in ("softbreak", "hardbreak"):
                parts.append("\n")
            elif not self.html.visible:
                link = None
            elif child.type == "link_open":
                link = (len(parts), *_link_marks(child))
                parts.append("")
            elif child.type == "link_close":
                if link and "".join(parts[link[0] :]).strip():
                    parts[link[0]] = link[1]
                    parts.append(link[2])
                link = None
            else:
                is_code = child.type == "code_inline" and not (
                    parts and parts[-1].endswith("$")
                )  # $`x`$ is mathematics
                code += [len(parts)] if is_code else []
                parts.append(_written(child))
        return _without_hiding_math(parts, code)


def _hides(mathematics: str) -> bool:
    """Whether mathematics may have a part that is not drawn, such as a remark or `\\phantom{…}`."""
    return "%" in mathematics or not _SHOWN_TEX.issuperset(_TEX_COMMAND.findall(mathematics))


def _without_hiding_math(parts: Sequence[str], code: Sequence[int]) -> str:
    """The joined parts without mathematics that may hide something; those that `code` names are not mathematics.

    Renderers differ on what ends it (`\\$`, spaces, emphasis), so a command that is not known to draw hides everything
    between the first and the last dollar.
    """
    text = "".join(parts)
    if text.count("$") < 2:
        return text
    bare = list(parts)
    for number in code:
        bare[number] = " " * len(parts[number])
    masked = "".join(bare)
    first, last = masked.find("$"), masked.rfind("$") + 1
    if not _SHOWN_TEX.issuperset(_TEX_COMMAND.findall(masked, first, last)):
        return text[:first] + "\n" * text.count("\n", first, last) + text[last:]
    shown_parts, place = list[str](), 0
    for pair in _PAIR.finditer(masked):
        shown_parts += [text[place : pair.start()], "\n" * pair[0].count("\n")]
        place = pair.end()
    return "".join([*shown_parts, text[place:]])


def _link_marks(token: Token) -> tuple[str, str]:
    """The marks around the words of a link; none where its address could contain a message that nobody sees."""
    if token.info == "auto":
        return "<", ">"
    address = re.split("[?#]", str(token.attrGet("href") or ""), maxsplit=1)[0]
    ordinary = _ADDRESS.fullmatch(address) and max(map(len, address.split("/"))) <= _MOST_OF_A_NAME
    return ("[", f"]({address})") if ordinary and (":" not in address or "://" in address) else ("", "")


def _written(token: Token) -> str:
    """A token of a line as Markdown; nothing for a kind that is not known."""
    if token.type == "text":
        return _escaped(_prose(token.content))
    if token.type == "code_inline":
        code = readable_code(token.content)
        pad = " " if code.startswith("`") or code.endswith("`") else ""
        return f"{token.markup}{pad}{code}{pad}{token.markup}"
    if token.type in ("em_open", "em_close", "strong_open", "strong_close"):
        return token.markup
    if token.type == "image":
        return "(image)"
    return ""


def _prose(text: str) -> str:
    return readable(text)


def _escaped(text: str) -> str:
    """Text that is shown as it is: what would be read as a tag keeps a backslash."""
    return _TAG_LIKE.sub(r"\\<", text)


def _escaped_start(line: str) -> str:
    """A line of a paragraph that stays one: what would open another block there gets a backslash."""
    structure = _STRUCTURE.match(line)
    if not structure:
        return line
    return f"{structure[1]}\\{line[structure.end() :]}" if structure[1][0].isdigit() else f"\\{line}"
