"""Markdown of a runbook to HTML in which nothing of the runbook is markup.

HTML in a runbook is text, comments are left out, and a link leads to the web, to a mail address or to another page of
the site; any other one keeps its words and loses its target. Invisible characters become visible marks before anything
is read, so what is copied is what is seen. What helps under stress is added on the way: every command has a button of
its own, placeholders can be filled in, expected output is folded, warnings are boxes, shares of cases are bars.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from faultmaven_kb.fences.languages import COMMANDS
from faultmaven_kb.fences.placeholders import PLACEHOLDER, placeholders_in
from faultmaven_kb.fences.shell import commands_only, statements
from faultmaven_kb.source import Source
from faultmaven_kb.text.characters.terminal_text import visible_lines
from faultmaven_kb.text.inline import without_comments
from faultmaven_kb.text.languages import OUTPUT, PROMPTED, SHELL, SQL
from faultmaven_kb.text.markdown import Block, Html, ListBlock, Quote, read_blocks

__all__ = ["Fragment", "code_markup", "command_markup", "first_command", "is_web_link", "render", "visible"]

_WEB = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_HIDDEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200c\u200d\u2028\u2029\u2065\u206a-\u206f\u3164\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_EMOJI_JOINT = re.compile(
    "(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)
_EXPECTED = re.compile(r"\W*(?:expected|sample|example) (?:output|result)s?\W*", re.IGNORECASE)
_LABEL = re.compile(r"(?:\*\*|__)[^*_\n]{1,80}(?:\*\*|__):?")
_CALLOUT = re.compile(
    r"[^\w\[`]{0,12}\[?!?(?P<kind>warning|caution|danger|important|attention|note|tip|info)\b\]?", re.IGNORECASE
)
_KINDS = {
    "warning": "warning",
    "caution": "warning",
    "danger": "warning",
    "important": "warning",
    "attention": "warning",
}
_JOINT = "\U0010fffe"


def visible(text: str) -> str:
    """The text with what cannot be seen shown as `<U+202E>`; what joins the parts of an emoji stays."""
    if text.isascii():
        return visible_lines(text)
    guarded = _EMOJI_JOINT.sub(_JOINT, text.replace(_JOINT, "<U+10FFFE>"))
    shown = _HIDDEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", guarded)
    return visible_lines(shown).replace(_JOINT, "\u200d")


def is_web_link(url: str) -> bool:
    """Whether a link leads to a page of the web or a mail address: no other scheme is ever followed."""
    return _WEB.match(url) is not None


@dataclass
class Fragment:
    """The input and the findings of rendering.

    `line` is where the text begins in the file, `page_of` gives the address of another runbook's page for a relative
    link or None, `shares` the share of cases of a cause by the line it is in, `tasks` the beginning of the names of
    the check boxes (empty: none). `placeholders` collects the names of those in commands.
    """

    line: int
    page_of: Callable[[str], str | None]
    shares: Mapping[int, float] = field(default_factory=dict)
    tasks: str = ""
    placeholders: dict[str, None] = field(default_factory=dict)
    open_links: list[str] = field(default_factory=list)
    open_items: list[float | None] = field(default_factory=list)
    done: int = 0


def render(text: str, fragment: Fragment, *, inline: bool = False) -> Markup:
    """The text as HTML; with `inline` as the content of one line."""
    env: dict[str, Any] = {"fragment": fragment}
    shown = visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    if inline:
        return Markup(_PARSER.renderInline(without_comments(shown), env))  # noqa: S704 - the renderer escapes all text
    return Markup(_PARSER.render(_without_html_comments(shown), env))  # noqa: S704


def _without_html_comments(text: str) -> str:
    """The text with every block that is an HTML comment left empty; lines keep their numbers."""
    if "<!--" not in text:
        return text
    source = Source(text, "<section>")
    lines = text.split("\n")
    for block in _html_blocks(read_blocks(source)):
        if block.text.lstrip().startswith("<!--"):
            for number in range(block.span.line - 1, block.span.end_line):
                lines[number] = ""
    return "\n".join(lines)


def _html_blocks(blocks: Sequence[Block]) -> list[Html]:
    html: list[Html] = []
    for block in blocks:
        if isinstance(block, Html):
            html.append(block)
        elif isinstance(block, ListBlock):
            for item in block.items:
                html += _html_blocks(item.blocks)
        elif isinstance(block, Quote):
            html += _html_blocks(block.blocks)
    return html


def code_markup(code: str) -> Markup:
    """Code with its placeholders marked; the names of those that can be filled in are in `data-name`."""
    parts: list[str] = []
    done = 0
    for match in PLACEHOLDER.finditer(code):
        parts.append(escapeHtml(code[done : match.start()]))
        names = placeholders_in(match[0])
        data = f' data-name="{escapeHtml(names[0])}"' if names else ""
        parts.append(f'<span class="placeholder"{data}>{escapeHtml(match[0])}</span>')
        done = match.end()
    parts.append(escapeHtml(code[done:]))
    return Markup("".join(parts))  # noqa: S704 - every part is escaped


def command_markup(code: str, language: str) -> Markup:
    """A block of commands, each with a button that copies it as it is shown, comments left out."""
    rows = _rows(code, language)
    prompted = " data-prompted" if language in PROMPTED else ""
    parts = [f'<div class="command" data-language="{escapeHtml(language)}"{prompted}>']
    if len(rows) > 1:
        parts.append('<button type="button" class="copy copy-all" data-copy="all">Copy all</button>')
    for row in rows:
        parts.append('<div class="row"><pre tabindex="0"><code>')
        parts += [_line_markup(kind, line) for kind, line in row]
        parts.append("</code></pre>")
        if any(kind == "run" for kind, _ in row):
            parts.append('<button type="button" class="copy" data-copy="one">Copy</button>')
        parts.append("</div>")
    return Markup("".join((*parts, "</div>")))  # noqa: S704 - every part is escaped


def first_command(code: str, language: str) -> str:
    """The first command of a block, comments left out, as `command_markup` hands it to its button."""
    rows = ["".join(f"{line}\n" for kind, line in row if kind == "run") for row in _rows(visible(code), language)]
    return next((row.rstrip("\n") for row in rows if row.strip()), "")


def _line_markup(kind: str, line: str) -> str:
    return f'<span class="{kind}">{code_markup(line)}\n</span>'


def _rows(code: str, language: str) -> list[list[tuple[str, str]]]:
    """The lines of a block in rows of one statement each, comments above it; a line is run, comment or output."""
    lines = code.rstrip("\n").split("\n")
    if language in PROMPTED:
        typed = [bool(line.strip()) for line in commands_only(code).split("\n")]
        return [[("run" if run else "output", line) for line, run in zip(lines, typed, strict=False)]]
    ranges = _statement_lines(code) if language in SHELL else []
    if not ranges:
        mark = "--" if language in SQL else "#"
        return [[("comment" if line.lstrip().startswith(mark) else "run", line) for line in lines]]
    rows: list[list[tuple[str, str]]] = []
    done = 0
    for first, last in ranges:
        rows.append([("run" if number >= first else "comment", lines[number]) for number in range(done, last + 1)])
        done = last + 1
    rows[-1] += [("comment", line) for line in lines[done:]]
    return [_trimmed(row) for row in rows]


def _trimmed(row: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A row without the blank lines above it."""
    first = next((number for number, (_, line) in enumerate(row) if line.strip()), 0)
    return row[first:]


def _statement_lines(code: str) -> list[tuple[int, int]]:
    """The first and last line, from 0, of each statement of a script; those that share a line are one."""
    ranges: list[tuple[int, int]] = []
    for start, end in statements(code):
        first, last = code.count("\n", 0, start), code.count("\n", 0, max(start, end - 1))
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
        else:
            ranges.append((first, last))
    return ranges


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return is_web_link(url) or re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE) is None


class _Renderer(RendererHTML):
    """The rules for tokens that are more than Markdown's own HTML; their names are the tokens' types."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        info = token.info.strip()
        language = info.split(maxsplit=1)[0].lower() if info else ""
        if language in COMMANDS:
            env["fragment"].placeholders.update(dict.fromkeys(placeholders_in(token.content)))
            block = str(command_markup(token.content, language))
        else:
            label = f' data-language="{escapeHtml(language)}"' if language and language not in OUTPUT else ""
            block = f'<pre class="sample" tabindex="0"{label}><code>{code_markup(token.content)}</code></pre>'
        if "folded" in token.meta:
            return f'<details class="expected"><summary>{escapeHtml(token.meta["folded"])}</summary>{block}</details>\n'
        return f"{block}\n"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<pre class="sample" tabindex="0"><code>{code_markup(tokens[idx].content)}</code></pre>\n'

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<code>{code_markup(tokens[idx].content)}</code>"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"[image: {escapeHtml(tokens[idx].content)}]"

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        fragment: Fragment = env["fragment"]
        url = str(tokens[idx].attrGet("href") or "")
        page = None if is_web_link(url) else fragment.page_of(url)
        if is_web_link(url):
            tag, opened = "a", f'<a class="away" rel="noopener noreferrer" href="{escapeHtml(url)}">'
        elif page:
            tag, opened = "a", f'<a href="{escapeHtml(page)}">'
        else:
            tag, opened = "span", f'<span class="no-page" title="{escapeHtml(url)}">'
        fragment.open_links.append(tag)
        return opened

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</{env['fragment'].open_links.pop()}>"

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<h{max(int(tokens[idx].tag[1]), 3)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</h{max(int(tokens[idx].tag[1]), 3)}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="table" tabindex="0"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<th scope="col">' if tokens[idx + 1].content else "<td>"

    def th_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</th>" if tokens[idx - 1].content else "</td>"

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "<td>"

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        fragment: Fragment = env["fragment"]
        token = tokens[idx]
        share = fragment.shares.get(fragment.line + token.map[0]) if token.map else None
        fragment.open_items.append(share)
        if share is not None:
            return '<li class="cause">'
        if fragment.tasks and token.info and token.level == 1:
            fragment.done += 1
            name = f"{fragment.tasks}-{fragment.done}"
            tick = f'<input type="checkbox" class="tick" data-task="{name}" aria-label="Done: step {fragment.done}">'
            return f'<li class="task">{tick}'
        return "<li>"

    def list_item_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        share = env["fragment"].open_items.pop()
        return f"{_bar(share) if share is not None else ''}</li>\n"


def _bar(share: float) -> str:
    """A share of cases, from 0 to 1, as a bar; the words next to it say the same."""
    width = round(100 * max(0.0, min(share, 1.0)))
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="bar-all" width="100" height="8"/><rect class="bar-share" width="{width}" height="8"/></svg>'
    )


def _prepared(state: StateCore) -> None:
    """Comments in lines out, callouts and labels marked, output behind its label folded."""
    tokens: list[Token] = []
    for token in state.tokens:
        if token.type == "inline":
            token.content = without_comments(token.content)
            _classify(tokens, token)
        tokens.append(token)
        if token.type == "fence" and len(tokens) > 3 and tokens[-2].type == "paragraph_close":
            label = tokens[-3].content.strip()
            if _EXPECTED.fullmatch(label):
                token.meta["folded"] = re.sub(r"^\W+|\W+$", "", label)
                del tokens[-4:-1]
    state.tokens = tokens


def _classify(before: list[Token], token: Token) -> None:
    """Say of the paragraph, or of the quote that it opens, that it is a callout or a label."""
    if not before or before[-1].type != "paragraph_open":
        return
    opening = before[-1]
    callout = _CALLOUT.match(token.content)
    if callout and (token.content[: callout.end()].strip()[:1] != callout["kind"][:1] or _is_headed(token, callout)):
        if len(before) > 1 and before[-2].type == "blockquote_open":
            opening = before[-2]
        opening.hidden = False
        kind = _KINDS.get(callout["kind"].lower(), "note")
        opening.attrSet("class", f"callout {kind}")
    elif _LABEL.fullmatch(token.content.strip()):
        opening.attrSet("class", "label")


def _is_headed(token: Token, callout: re.Match[str]) -> bool:
    """Whether a callout's word opens its own sentence: `Warning: …`, not "Note that"."""
    return token.content[callout.end() : callout.end() + 3].lstrip("*_ ").startswith((":", "!"))


def _parser() -> _Parser:
    parser = _Parser("commonmark", {"html": False}, renderer_cls=_Renderer).enable(["table", "strikethrough"])
    parser.core.ruler.after("block", "prepared", _prepared)
    return parser  # type: ignore[return-value] # enable returns the instance it was called on


_PARSER = _parser()
