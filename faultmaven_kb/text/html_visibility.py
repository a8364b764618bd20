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
    r"|<(?P<close>/?)(?P<name>[A-Za-z][^\s/>]*)(?P<rest>(?:[^>\"']|\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z))*)(?P<end>>|\Z)",
    re.DOTALL,
)
_WELL_FORMED = re.compile(r"(?:\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*\s*/?")
_ATTRIBUTE = re.compile(r"(?<!\s)\s++([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?")
_ENDED = re.compile(r"(?:>|-->|--!>)\Z")

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
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


class Visibility:
    """Reads the raw HTML of one page in order; `visible` says whether text at this place is shown."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []  # from the outermost element that hides on: its name, whether it hides
        self._hiding = 0  # how many of them hide
        self._raw = ""
        self._lost = False

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
        found = re.compile(rf"</{self._raw}(?=[\s/>])", re.IGNORECASE).search(markup, place)
        end = found.start() if found else len(markup)
        self._lost |= "<!--" in markup[place:end] or self._raw == "plaintext"
        shown.append("\n" * markup.count("\n", place, end))
        if found:
            self._raw = ""
        return end

    def _tag(self, match: re.Match[str]) -> None:
        name = (match["name"] or "").lower()
        if not name:
            self._lost |= not _ENDED.search(match[0]) or (not match[0].startswith("<!--") and match[0].count("<") > 1)
        elif not match["end"] or not _WELL_FORMED.fullmatch(match["rest"]):
            self._lost = True
        elif match["close"]:
            self._close(name)
        elif name not in _VOID:
            self._opened(name, [attribute.lower() for attribute in _ATTRIBUTE.findall(match["rest"])])

    def _opened(self, name: str, attributes: list[str]) -> None:
        harmless = _HARMLESS | {"open"} if name == "details" else _HARMLESS
        hides = name in _UNSEEN or not harmless.issuperset(attributes)
        if hides or self._open:
            self._open.append((name, hides))
            self._hiding += hides
        if name in _RAW:
            self._raw = name

    def _close(self, name: str) -> None:
        """Close the innermost element; an end that fits no open one is ignored, as a browser does."""
        depth = len(self._open)
        while depth and self._open[depth - 1][0] != name and self._open[depth - 1][0] in _IMPLIED_END:
            depth -= 1
        if depth and self._open[depth - 1][0] == name:
            self._hiding -= sum(hides for _, hides in self._open[depth - 1 :])
            del self._open[depth - 1 :]
