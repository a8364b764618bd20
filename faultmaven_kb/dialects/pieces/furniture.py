"""What a page holds that says nothing about the fault: tables of contents, badges, lines such as "Owner: payments".

It is never the purpose, the title or a step. What it is stays in `sections`, as every line does.
"""

import re
from collections.abc import Iterable, Iterator

from faultmaven_kb.text.markdown import Block, ListBlock, Paragraph
from faultmaven_kb.text.outline import OutlineSection, words

__all__ = ["LINK", "NO_TITLES", "is_contents", "is_furniture", "only_links", "without_furniture"]

NO_TITLES = frozenset(
    {
        *("quick start", "quickstart", "getting started", "table of contents", "contents", "toc", "on this page"),
        *("introduction", "intro", "overview", "readme", "runbook", "runbooks", "playbook", "documentation", "index"),
        *("question", "answer", "frage", "antwort"),
        *("home", "summary", "inhalt", "inhaltsverzeichnis", "sommaire", "table des matières", "índice"),
    }
)
"""First headings that say nothing about the page."""

_CONTENTS = frozenset(
    {"table of contents", "contents", "toc", "on this page", "in this page", "page contents", "jump to"}
)
_CONTENTS_NAMES = frozenset(
    {"目录", "目次", "inhaltsverzeichnis", "inhalt", "sommaire", "índice", "содержание", "목차"}
)
_IMAGE = re.compile(r"\[?!\[[^\[\]\n]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])(?:\]\([^()\n]*\))?")
_MARKS = re.compile(
    r"\{\{[<%][^{}\n]*[%>]\}\}|\{%[^{}\n]*%\}|\{:[^{}\n]*\}|\[\[?_?toc_?\]?\]|\{\{_?toc_?\}\}|\$\{toc\}|<!--(?:(?!<!--)[^\n])*?-->|"
    r"^\([\w:-]{1,80}\)=$|</?(?:br|center|small|span|sub|sup)\b[^<>\n]{0,200}>|\\(?:newpage|pagebreak)",
    re.IGNORECASE,
)
_DOCTOC = re.compile(
    r"generated with \[?doctoc|^\W*(?:table of contents|toc)\W*$|^\W*back to (?:top|the top|index|list)", re.IGNORECASE
)
_FACT = re.compile(
    r"^\W*(?:alert names?|"
    r"default severity|alert severity|severity|sev|priority|owners?|owned by|team|owning team|maintainers?|"
    r"authors?|reviewers?|reviewed by|approved by|status|version|last (?:update|updated|reviewed|modified|tested|"
    r"verified)|updated|"
    r"created|reviewed|date|review date|next review|tags?|labels?|categor(?:y|ies)|services?|component|tier|"
    r"slack(?: channel)?|channel|pager(?:duty)?(?: service)?|on-?call|environment|document id|doc id|"
    r"classification|audience|page owner|time to (?:complete|resolve)|estimated time)\W*[:|=]\W*\S",
    re.IGNORECASE,
)
_SIDE_BY_SIDE = re.compile(r"[|·•]")
_LINK_OR_WORD = re.compile(r"\s*(?:\[[^\[\]\n]*\]\([^()\n]*\)|(?:\*\*|__)?[^\W\d_][\w-]{0,20}(?:\*\*|__)?)\s*")
_IMPORT = re.compile(r"(?:import|export)\s[^\n]*\sfrom\s+['\"]")
_BOLD_STEP = re.compile(r"(?:\*\*|__)(?:step )?\d{1,2}[^*_\n]*(?:\*\*|__):?", re.IGNORECASE)
_DEFINITION = re.compile(r"\s{0,3}\[[^\[\]\n]{1,200}\]:\s*\S")
"""The target of a link, below the text that names it."""
LINK = re.compile(r"\W{0,3}(?:\[[^\[\]\n]*\]\([^()\n]*\)|<?https?://[^\s<>]+>?)\W{0,3}")
_POINTERS = frozenset(
    "also and are at can check consult dashboard details docs documentation find for found full further go here in "
    "info information is link more of on page please read refer see the this to visit wiki".split()
)
"""Words beside a link that only point to it."""
_ANCHOR = re.compile(r"\s*\[[^\]\n]*\]\(#[^)\n]*\)\s*")


def is_furniture(block: Block) -> bool:
    """Whether a paragraph or list says nothing about the fault."""
    if isinstance(block, ListBlock):
        texts = list(_texts(block))
        return bool(texts) and all(_ANCHOR.fullmatch(text) for text in texts)
    if not isinstance(block, Paragraph):
        return False
    rest = _MARKS.sub("", _IMAGE.sub("", block.text))
    if not any(character.isalnum() for character in rest):
        return True
    if "](" in rest and _is_menu(rest):
        return True
    if _DOCTOC.search(rest) or _BOLD_STEP.fullmatch(rest.strip()):
        return True
    return all(
        _FACT.match(line) or _IMPORT.match(line) or _ANCHOR.fullmatch(line) or _DEFINITION.match(line)
        for line in rest.splitlines()
        if line.strip()
    )


def _is_menu(text: str) -> bool:
    """Whether a text is only links and single words side by side: languages, other pages."""
    pieces = _SIDE_BY_SIDE.split(text)
    return len(pieces) > 1 and all(_LINK_OR_WORD.fullmatch(piece) for piece in pieces)


def _texts(block: ListBlock) -> Iterator[str]:
    for item in block.items:
        for inner in item.blocks:
            if isinstance(inner, ListBlock):
                yield from _texts(inner)
            else:
                yield inner.text if isinstance(inner, Paragraph) else "`"


def is_contents(section: OutlineSection) -> bool:
    """Whether a section is the page's table of contents."""
    return section.key in _CONTENTS or section.title.strip().casefold() in _CONTENTS_NAMES


def without_furniture(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks that say something."""
    return tuple(block for block in blocks if not is_furniture(block))


def only_links(block: Block) -> bool:
    """Whether a paragraph is only links, and words that point to them ("For details see [the wiki](…).")."""
    if not isinstance(block, Paragraph) or ("](" not in block.text and "://" not in block.text):
        return False
    return _POINTERS.issuperset(words(LINK.sub(" ", block.text)).split())
