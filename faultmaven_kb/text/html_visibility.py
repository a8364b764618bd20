"""Which text of a page its raw HTML hides: comments, attributes, elements that show nothing, elements that are styled.

A page is read from top to bottom through one `Visibility`, because an element that hides may be opened in one block and
closed in another. Each browser forgives wrong markup in its own way, so nothing is guessed: an attribute that
is not known to be harmless hides what is inside, and markup that does not end or is not well formed hides all that
follows. What is called visible here is visible in a browser; the reverse is not promised.
"""

import html
import re

__all__ = ["Visibility"]

_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)|<!.*?(?:>|\Z)|</(?![A-Za-z]).*?(?:>|\Z)"
    r"|<(?P<close>/?)(?P<name>[A-Za-z][^ \t\n\f\r/>]*)"
    r"(?P<rest>(?:[^>\"']|\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z))*)(?P<end>>|\Z)",
    re.DOTALL,
)
_WELL_FORMED = re.compile(
    r"(?:[ \t\n\f\r]+[A-Za-z_:][\w:.-]*"
    r"(?:[ \t\n\f\r]*=[ \t\n\f\r]*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*[ \t\n\f\r]*/?",
    re.ASCII,
)
_ATTRIBUTE = re.compile(r"(?<!\s)\s++([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?", re.ASCII)
_ENDED = re.compile(r"(?:>|-->|--!>)\Z")

_VOID = frozenset("area base br col embed hr image img input link meta param source track wbr".split())
_RAW = frozenset("iframe noembed noframes noscript plaintext script style textarea title xmp".split())
_UNSEEN = _RAW | frozenset(
    "applet audio button canvas datalist dialog frameset head map math meter object optgroup option picture "
    "progress rp select slot svg template video".split()
)
_HARMLESS = frozenset(
    "align alt border cellpadding cellspacing cite colspan datetime href id lang name rel reversed rowspan scope src "
    "start target title type valign value".split()
)
_IMPLIED_END = frozenset("dd dt li optgroup option p rp rt".split())
_ENDS_OTHERS = frozenset(
    "address article aside blockquote center dd details dir div dl dt fieldset figcaption figure footer h1 h2 h3 h4 "
    "h5 h6 header li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
"""Elements whose end is the end of a paragraph or an item in them; in others (`<span>`) a browser ignores it there."""
_MOST_ENDED = 100  # chosen: each end costs no more than this; deeper ones stay open, which hides what follows
_SMALLER = frozenset("code kbd samp small sub sup tt".split())
_MOST_SMALLER = 3
"""How often such elements may be inside of each other: each is smaller than the one around it, the tenth is a dot."""


class Visibility:
    """Reads the raw HTML of one page in order; `visible` says whether text at this place is shown."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []
        """From the outermost element on that hides or makes smaller: its name, whether it hides."""
        self._hiding = 0  # how many of them hide
        self._smaller = 0  # how many make smaller
        self._raw = ""
        self._lost = False
        self.hides_all = False  # `<body hidden>`, which is about the whole page wherever it is written

    @property
    def visible(self) -> bool:
        """Whether a reader of the page sees the text that follows; what is folded (`<details>`) they can unfold."""
        return not (self._lost or self._raw or self._hiding)

    def read(self, markup: str) -> str:
        """The text of a piece of raw HTML that is shown, with its line feeds, so that lines keep their numbers."""
        shown: list[str] = []
        place = 0
        while place < len(markup):
            if self._raw:
                place = self._skip_raw(markup, place, shown)
                continue
            match = _MARKUP.search(markup, place)
            end = match.start() if match else len(markup)
            self._tell(markup[place:end], shown)
            if match is None:
                break
            shown.append("\n" * match[0].count("\n"))
            self._tag(match)
            place = match.end()
        return "".join(shown)

    def _tell(self, text: str, shown: list[str]) -> None:
        shown.append(html.unescape(text) if self.visible else "\n" * text.count("\n"))

    def _skip_raw(self, markup: str, place: int, shown: list[str]) -> int:
        """Go to the end of an element whose content is not a markup; a script in a comment may go on behind its end."""
        end_tag = re.compile(rf"</{self._raw}(?=[ \t\n\f\r/>])", re.IGNORECASE | re.ASCII).search(markup, place)
        end = end_tag.start() if end_tag else len(markup)
        self._lost |= "<!--" in markup[place:end] or self._raw == "plaintext"
        shown.append("\n" * markup.count("\n", place, end))
        if end_tag:
            self._raw = ""
        return end

    def _tag(self, match: re.Match[str]) -> None:
        name = _lower(match["name"] or "")
        if not name:
            self._lost |= not _ENDED.search(match[0]) or (not match[0].startswith("<!--") and match[0].count("<") > 1)
        elif not match["end"] or not _WELL_FORMED.fullmatch(match["rest"]):
            self._lost = True
        elif match["close"]:
            self._close(name)
        elif name not in _VOID:
            self._opened(name, [_lower(attribute) for attribute in _ATTRIBUTE.findall(match["rest"])])

    def _opened(self, name: str, attributes: list[str]) -> None:
        harmless = _HARMLESS | {"open"} if name == "details" else _HARMLESS
        hides = name in _UNSEEN or not harmless.issuperset(attributes)
        self.hides_all |= hides and name in ("body", "html")
        hides |= name in _SMALLER and self._smaller >= _MOST_SMALLER
        if hides or self._open or name in _SMALLER:
            self._open.append((name, hides))
            self._hiding += hides
            self._smaller += name in _SMALLER
        if name in _RAW:
            self._raw = name

    def _close(self, name: str) -> None:
        """Close the innermost element; an end that fits no open one is ignored, as a browser does."""
        depth = len(self._open)
        least = max(depth - _MOST_ENDED, 0)
        while depth > least and name in _ENDS_OTHERS and self._open[depth - 1][0] != name and self._is_ended(depth - 1):
            depth -= 1
        if depth and self._open[depth - 1][0] == name:
            self._hiding -= sum(hides for _, hides in self._open[depth - 1 :])
            self._smaller -= sum(tag in _SMALLER for tag, _ in self._open[depth - 1 :])
            del self._open[depth - 1 :]

    def _is_ended(self, index: int) -> bool:
        """Whether an open element ends with the one around it; one that hides ends by its own end alone."""
        name, hides = self._open[index]
        return name in _IMPLIED_END and not hides


def _lower(name: str) -> str:
    """A name in lower case as HTML means it: `\u212a`, the sign of Kelvin, is no `k`."""
    return name.lower() if name.isascii() else name
