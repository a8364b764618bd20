"""Several things in one sentence: "a full disk, a slow network, or a clock that is wrong" as three."""

import re
from collections.abc import Iterable, Iterator

from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import ListBlock, ListItem, Paragraph

__all__ = ["series_in", "series_of"]

_FEWEST = 3  # chosen: two things beside one another may be one cause
_LONGEST = 12  # words of one thing; a longer one is a clause
_LEAD = re.compile(
    r"(?:[^,;:.\n]{0,60}\b(?:causes?|culprits?|factors|reasons?|sources?|suspects) "
    r"(?:can be|may be|are|include|is):?|"
    r"[^,;:.\n]{0,60}\b(?:caused by|due to|because of|either):?|"
    r"(?:usually|typically|often|mostly|commonly|either):?) ",
    re.IGNORECASE,
)
"""Words that only announce the things: "The usual reasons are"."""
_LAST = re.compile(r"(?:and|or|and/or|oder|und|o|y|ou|et)\s+", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?:because|but|hence|if|once|so|then|therefore|thus|until|when|where|which|while)\b", re.IGNORECASE
)
"""How a part of a sentence begins that is no thing of its own."""
_SENTENCE_END = re.compile(r"[.!?]\s+\S")
_JOINED = re.compile(r"\s(?:or|and)\s")
_OPEN, _CLOSE = "([{", ")]}"


def series_in(text: str) -> tuple[str, ...]:
    """The things that a sentence lists between commas or semicolons; empty for any other text."""
    text = " ".join(text.split()).rstrip(" .")
    if _SENTENCE_END.search(text):
        return ()
    lead = _LEAD.match(text)
    text = text[lead.end() :] if lead else text
    if ": " in text:  # something is said of what follows
        return ()
    mark = ";" if ";" in text else ","
    pieces = [piece for piece in _cut(text, mark) if piece]
    if mark == "," and len(pieces) == _FEWEST - 1 and _JOINED.search(pieces[-1]) and not _LAST.match(pieces[-1]):
        first, second = _JOINED.split(pieces[-1], maxsplit=1)
        pieces[-1:] = [first, second]
    pieces = [_LAST.sub("", piece, count=1) if _LAST.match(piece) else piece for piece in pieces]
    fewest = _FEWEST - 1 if mark == ";" else _FEWEST
    if len(pieces) < fewest or any(len(piece.split()) > _LONGEST or _CLAUSE.match(piece) for piece in pieces):
        return ()
    return tuple(pieces)


def series_of(paragraphs: Iterable[Paragraph]) -> Iterator[ListBlock]:
    """The things that each of some paragraphs lists, as a list; nothing for one that lists nothing."""
    for paragraph in paragraphs:
        pieces = series_in(paragraph.text)
        if pieces:
            yield ListBlock(False, tuple(_item(piece, paragraph.span) for piece in pieces), paragraph.span)


def _item(text: str, span: Span) -> ListItem:
    return ListItem(None, (Paragraph(text, span),), span)


def _cut(text: str, mark: str) -> Iterator[str]:
    """The text cut at a mark outside of brackets and code."""
    depth, code, begin = 0, False, 0
    for index, character in enumerate(text):
        if character == "`":
            code = not code
        elif character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        elif character == mark and depth <= 0 and not code:
            yield text[begin:index].strip()
            begin = index + 1
    yield text[begin:].strip()
