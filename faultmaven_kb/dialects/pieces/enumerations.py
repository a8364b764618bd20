"""Paragraphs that count: "a) …", "ii. …", "① …", "1️⃣ …", "**Step 1: …**" as numbered lists.

Markdown knows digits with a full stop or a bracket only. A count is believed when it begins with its first mark and
goes on, one kind of mark from the first to the last; what is below a mark belongs to its item.
"""

import re
from typing import NamedTuple

from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import Block, ListBlock, ListItem, Paragraph
from faultmaven_kb.text.outline import is_note, label_of, words

__all__ = ["as_lists", "heading_number", "heading_words"]

_NUMBERS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_WORDS = "|".join(_NUMBERS)
_ROMAN = {"i": 1, "v": 5, "x": 10}
_FEWEST = 2
_MARK = re.compile(
    r"[ \t]{0,3}(?P<bold>\*\*|__)?[ \t]?(?:"
    rf"(?:step|stage|task|schritt|étape|paso|passo|шаг|ステップ|手順|步骤)[ \t]{{0,2}}#?(?P<step>\d{{1,2}}|{_WORDS})"
    r"(?!\w)[ \t]?[:.)–—-]{0,2}|"
    r"(?P<circled>[①-⑳❶-❿➀-➉➊-➓])|(?P<key>\d)\ufe0f?\u20e3|(?P<ten>🔟)|"
    r"\((?P<inside>[a-h]|[ivx]{1,5}|\d{1,2})\)|(?P<letter>[a-hA-H])[.)](?=\s)|(?P<roman>[ivx]{1,5}|[IVX]{1,5})[.)](?=\s)|"
    r"(?P<digit>\d{1,2})[.):](?=[ \t*_]))",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:[^\w\s\"'`(\[<$/.*~@#&+-]{1,3}\s{1,2})?(?:"
    rf"(?:step|phase|part|stage|task|solution|option|fix)\s{{0,2}}#?(?P<step>\d{{1,2}}|{_WORDS})(?:\.\d{{1,2}}|[a-z])?(?!\w)\s{{0,2}}[:.)–—-]{{0,2}}|"
    r"(?:schritt|étape|paso|passo|lösung|solución|solução|soluzione|шаг|ステップ|手順|步骤)\s{0,2}(?P<foreign>\d{1,2})\s{0,2}[:：.)–—-]{0,2}|"
    r"第\s{0,2}(?P<ordinal>\d{1,2})\s{0,2}步[:：]?|[#§]?(?P<digit>\d{1,2})\s{0,2}(?:[:.)、：–—](?!\d)|-\s)|"
    r"(?P<dotted>\d{1,2}(?:\.\d{1,2}){1,3})[.):]?(?=\s)|(?P<key>\d)\ufe0f?\u20e3|(?P<circled>[①-⑳❶-❿])|"
    r"(?P<roman>[ivx]{1,5})[.)](?=\s)|\(?(?P<letter>[a-h])\)(?=\s))\s{0,3}",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:[^\w\s\"'`(\[<$/.*~@#&+-]{1,3}\s{1,2})?(?:(?:alert|case|cause|error|failure|failure mode|fault|incident|issue|"
    r"problem|scenario|symptom|use case|runbook|playbook)\s{0,2}(?:#?\d{1,2}|#?[A-H])(?:\s{0,2}[:.)：]|\s{1,2}[–—-])"
    r"\s{1,3}(?=\S)|(?:problema?|issue|fehler|problème|問題|问题)\s{0,2}[:：]\s{0,3}(?=\S))",
    re.IGNORECASE,
)
"""The count of problems beside one another, which says nothing of the one below it."""
_STARTS = frozenset("*_(①②③④⑤⑥⑦⑧⑨⑩❶➀➊0123456789abivxABIVXsStTéÉpPшШス手步 \t🔟")


class _Mark(NamedTuple):
    kind: str
    number: int
    rest: str


def as_lists(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a section with each count as a numbered list; the same object where nothing counts."""
    if not any(isinstance(block, Paragraph) and _marks(block) for block in blocks):
        return blocks
    pieces = [piece for block in blocks for piece in _pieces(block)]
    new_blocks: list[Block] = []
    at = counts = 0
    while at < len(pieces):
        mark = pieces[at][1]
        places = _count(pieces, at) if mark and mark.number == 1 else []
        if len(places) < _FEWEST:
            new_blocks.append(pieces[at][0])
            at += 1
            continue
        end = _end(pieces, places)
        new_blocks.append(_list(pieces, places, end))
        at = end
        counts += 1
    return tuple(new_blocks) if counts else blocks


def heading_number(title: str) -> tuple[int | None, str]:
    """A heading's number and its words: "Step Two: Restart" as (2, "Restart"), "503 errors" as (None, "503 errors")."""
    match = _HEADING.match(title)
    rest = title[match.end() :].strip() if match else ""
    if not match or not rest:
        return None, title
    kind = match.lastgroup or ""
    value = match[kind].rpartition(".")[2].lower()
    return _number(kind, value), rest


def heading_words(title: str) -> str:
    """A heading's words without its number and the count of a problem: "Issue 3 - Pods wait" as "Pods wait"."""
    bare = heading_number(title)[1]
    match = _COUNTED.match(bare)
    return bare[match.end() :] if match else bare


def _roman(text: str) -> int:
    """The value of a Roman number of the letters i, v and x."""
    values = [_ROMAN[letter] for letter in text.lower()]
    return sum(-v if v < max(values[n:], default=v) else v for n, v in enumerate(values))


def _marks(block: Paragraph) -> bool:
    return any(line[:1] in _STARTS and _mark(line) for line in block.text.split("\n"))


def _mark(line: str) -> _Mark | None:
    match = _MARK.match(line)
    if not match:
        return None
    kind = match.lastgroup or ""
    kind = next(name for name, value in match.groupdict().items() if value and name != "bold")
    value, bold = match[kind].lower(), match["bold"]
    if kind == "digit" and not bold:  # a list of Markdown's own, or a number within a text
        return None
    rest = line[match.end() :].strip()
    if bold:  # the mark may be all that is bold
        rest = rest[len(bold) :].lstrip(" :-–—.") if rest.startswith(bold) else f"{bold}{rest}"
    if kind == "inside":
        kind = "inside roman" if value[0] in _ROMAN else "inside letter" if value.isalpha() else "inside digit"
    return _Mark(kind.replace("ten", "key"), _number(kind, value), rest)


def _number(kind: str, value: str) -> int:
    if kind == "ten":
        return 10
    if kind == "circled":
        return next(ord(value) - ord(first) + 1 for first in "➊➀❶①" if ord(value) >= ord(first))
    if value.isdigit():
        return int(value)
    if value in _NUMBERS:
        return _NUMBERS[value]
    return _roman(value) if "roman" in kind else ord(value) - ord("a") + 1


def _pieces(block: Block) -> list[tuple[Block, _Mark | None]]:
    """A paragraph cut before each line with a mark; any other block as it is."""
    if not isinstance(block, Paragraph):
        return [(block, None)]
    pieces: list[tuple[Block, _Mark | None]] = []
    lines = block.text.split("\n")
    marks = [_mark(line) for line in lines]
    begin = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or marks[index]:
            first = block.span.line + begin
            last = block.span.end_line if index == len(lines) else block.span.line + index - 1
            column = block.span.column if begin == 0 else 1
            span = Span(first, column, last, len(lines[index - 1]) + 1)
            whole = index - begin == len(lines)
            pieces.append((block if whole else Paragraph("\n".join(lines[begin:index]), span), marks[begin]))
            begin = index
    return pieces


def _count(pieces: list[tuple[Block, _Mark | None]], at: int) -> list[int]:
    """The places of the marks that go on with the count that begins at a place."""
    begun = pieces[at][1]
    assert begun is not None
    places = [at]
    for index in range(at + 1, len(pieces)):
        mark = pieces[index][1]
        if mark and mark.kind == begun.kind:
            if mark.number != len(places) + 1:
                break
            places.append(index)
    return places


def _end(pieces: list[tuple[Block, _Mark | None]], places: list[int]) -> int:
    """Where the last item ends: at a label that no earlier item has, at another first mark, or with the section."""
    usual = {_label(pieces[index][0]) for index in range(places[0], places[-1])}
    for index in range(places[-1] + 1, len(pieces)):
        block, mark = pieces[index]
        label = _label(block)
        if (mark and mark.number == 1) or (label and label not in usual and not is_note(label)):
            return index
    return len(pieces)


def _unmarked(block: Block, mark: _Mark | None) -> Block:
    assert isinstance(block, Paragraph)
    assert mark is not None
    _, _, below = block.text.partition("\n")
    return Paragraph(f"{mark.rest}\n{below}".strip(), block.span)


def _label(block: Block) -> str:
    label = label_of(block)
    return words(label[0]) if label else ""


def _list(pieces: list[tuple[Block, _Mark | None]], places: list[int], end: int) -> ListBlock:
    items = []
    for number, (first, last) in enumerate(zip(places, [*places[1:], end], strict=True), 1):
        inside = (_unmarked(*pieces[first]), *(block for block, _ in pieces[first + 1 : last]))
        begin, close = inside[0].span, inside[-1].span
        items.append(ListItem(number, inside, Span(begin.line, begin.column, close.end_line, close.end_column)))
    first_span, last_span = items[0].span, items[-1].span
    span = Span(first_span.line, first_span.column, last_span.end_line, last_span.end_column)
    return ListBlock(True, tuple(items), span)
