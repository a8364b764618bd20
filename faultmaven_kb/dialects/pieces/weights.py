"""The weight of a cause as its author wrote it: the one reader for the model and for the gate.

`**Disk full** (about 40% of cases) - nearly full (90% used)` has the weight 40%; 90% is a figure in the description. A
weight is in brackets behind the name or in it, directly behind the name without brackets (`**Disk full** - 40%:`), or
anywhere in the first paragraph when it says of what it is a share ("(40% of cases)"). Ranges keep both ends, words such
as "most common" have no number, and what looks like a weight and cannot be read is a weight of the kind `invalid`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.markdown import ListItem, Paragraph

__all__ = ["Weight", "name_end", "read_weight", "rounding", "weight_of", "weight_span"]

Kind = Literal["number", "estimate", "range", "word", "invalid"]

_LONGEST = 120  # characters, chosen: a weight is at the start or the end of an item
_NUMBER = r"\d{1,9}(?:[.,]\d{1,9})?"
_SIGN = r"(?:[%％]|per ?cent\b)"
_ABOUT = (
    r"(?:about|approx(?:imately|\.)?|around|roughly|nearly|almost|circa|ca\.?|up to|at (?:least|most)|over|under|"
    r"(?:more|less) than|[~≈<>≤≥])"
)
_CASES = (
    r"(?:cases?|incidents?|occurrences?|outages?|times?|alerts?|reports?|tickets?|pages?|failures?|events?|instances?|"
    r"occasions?|crashes)"
)
_FIGURE = re.compile(
    rf"(?P<written>(?:(?P<about>{_ABOUT}) ?)?"
    rf"(?P<value>(?P<low>{_NUMBER})(?: ?{_SIGN})? ?(?:-|–|—|to|\.\.) ?(?P<high>{_NUMBER})|(?P<only>{_NUMBER}))"
    rf" ?{_SIGN})",
    re.IGNORECASE,
)
_OF_CASES = re.compile(rf"(?: of| in)?(?: [\w-]+){{0,3}} {_CASES}\b", re.IGNORECASE)
_TAIL = re.compile(
    r" ?$| ?[,;.:/–—-]| (?:of|likely|probable|probability|chance|likelihood|est\.?|estimated)\b", re.IGNORECASE
)
_ODD = re.compile(rf"(?P<value>[^%％]*?) ?(?:{_SIGN}|of (?:the |all )?cases\b)", re.IGNORECASE)
_WORDS = re.compile(
    r"(?:(?:the )?(?:by far )?(?:most|more|less|least|very|extremely|quite|fairly|rather) )?"
    r"(?:common|frequent|likely|unlikely|rare|often|seldom|occasional|usual|typical|infrequent|uncommon|probable)(?:ly)?"
    r"(?: (?:causes?|reasons?|culprits?))?"
    rf"|(?:{_ABOUT} )?(?:most|many|some|few|half|a (?:third|quarter|few)"
    r"|(?:the|a) (?:large |small )?(?:majority|minority)"
    rf"|one in \w+)(?: of)?(?: the| all)?(?: {_CASES})"
    r"|sometimes|(?:very )?(?:high|medium|moderate|low) (?:probability|likelihood|frequency|chance)",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"\d[.,](\d+)")
_GROUP = re.compile(r"\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\](?!\()")
_STOP = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|(?P<end>\s[-–—]\s|:\s|\s(?:->|→)\s)")
_LEAD = re.compile(r"[ \t]*(?:[-–—:]|->|→)?[ \t]*")
_BEHIND = re.compile(rf"(?P<cases>(?: of)(?: [\w-]+){{0,3}} {_CASES}\b)|\s*$|\s*[:;,]\s|\s+[-–—]\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight. `low` and `high` are percentages, equal unless it is a range, None where there is no number.

    `written` is the weight without brackets and without what it is a share of ("~40%", "20-30%", "most common").
    `start` and `end` are the place of its figures or words in the text, `outer` the place with brackets.
    """

    kind: Kind
    written: str
    start: int
    end: int
    outer: tuple[int, int]
    low: float | None = None
    high: float | None = None

    @property
    def percent(self) -> float | None:
        """The percentage, the middle of a range; None for words and for what cannot be read."""
        return None if self.low is None or self.high is None else (self.low + self.high) / 2

    @property
    def share(self) -> float | None:
        """The share of cases, above 0 and at most 1; None where `percent` is None."""
        return None if self.percent is None else self.percent / 100


def weight_of(item: ListItem) -> Weight | None:
    """The weight of a cause's list item, with places in the text of its first paragraph; None without one."""
    first = item.blocks[0] if item.blocks else None
    return read_weight(first.text) if isinstance(first, Paragraph) else None


def weight_span(source: Source, item: ListItem, weight: Weight) -> Span:
    """The place of an item's weight in the file; the item's first line where a comment hides the place."""
    paragraph = item.blocks[0]
    assert isinstance(paragraph, Paragraph), "a weight was read from a paragraph"
    before = paragraph.text[: weight.start]
    row = before.count("\n")
    line = paragraph.text.split("\n")[row]
    number = paragraph.span.line + row
    column = source.line(number).find(line)
    if column < 0 or "\n" in paragraph.text[weight.start : weight.end]:
        return source.line_span(item.span.line)
    column += weight.start - (before.rfind("\n") + 1)
    return Span(number, column + 1, number, column + 1 + weight.end - weight.start)


def rounding(weights: Sequence[Weight]) -> float:
    """What rounding may take from the sum of equal shares, in per cent: 33.3% three times, 17% six times; else 0."""
    share = 100 / len(weights)
    fraction = _FRACTION.search(weights[0].written)
    places = len(fraction[1]) if fraction else 0
    equal = all(weight.low == weight.high == round(share, places) for weight in weights)
    return len(weights) * 0.5 * 10.0**-places if equal else 0.0


def read_weight(text: str) -> Weight | None:
    """The weight that the text of a cause names, None when it names none."""
    bold, stop = _bold_end(text), name_end(text)
    groups = tuple(_groups(text))
    head = [group for group in groups if group[0] < stop]
    figures = [figure for group in groups if (figure := _figure(text, *group))]
    behind = [weight for weight, _ in figures if bold <= weight.start < stop]
    inside = [weight for weight, _ in figures if weight.start < bold]
    explicit = [weight for weight, of_cases in figures if of_cases]
    for candidates in ([weight for weight in explicit if bold <= weight.start < stop], behind, inside):
        if candidates:
            return candidates[0]
    if candidates := [weight for weight in (_bare(text, bold, stop), *explicit) if weight]:
        return candidates[0]
    readers = (_word, _odd)
    return next((weight for read in readers for group in head if (weight := read(text, *group))), None)


def _flat(text: str) -> str:
    return text.replace("\n", " ")


def _blanks(text: str, start: int) -> int:
    rest = text[start : start + _LONGEST]
    return len(rest) - len(rest.lstrip())


def _bold_end(text: str) -> int:
    """The index behind a bold name at the start, 0 without one."""
    lead = re.match(r"\W{0,4}?(?=\*\*|__)", text)
    if lead is None:
        return 0
    end = text.find(text[lead.end() : lead.end() + 2], lead.end() + 3)
    return end + 2 if end >= 0 else 0


def name_end(text: str) -> int:
    """Where the part with name and weight ends: at the first dash or colon outside of brackets and of a bold name."""
    for match in _STOP.finditer(text, _bold_end(text)):
        if match["end"]:
            return match.start("end")
    return len(text)


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """The places of the bracketed texts that are short enough for a weight, without their brackets."""
    for match in _GROUP.finditer(text):
        start, end = match.span("round" if match["round"] is not None else "square")
        if end - start <= _LONGEST:
            yield start, end


def _figure(text: str, start: int, end: int) -> tuple[Weight, bool] | None:
    """The weight in brackets, and whether it says that it is a share of cases."""
    inner = _flat(text[start:end])
    match = _FIGURE.match(inner, len(inner) - len(inner.lstrip()))
    if match is None or not _TAIL.match(inner, match.end()):
        return None
    return _weight(match, start, (start - 1, end + 1)), bool(_OF_CASES.match(inner, match.end()))


def _weight(match: re.Match[str], offset: int, outer: tuple[int, int]) -> Weight:
    low, high = (_number(match["only"] or match[name]) for name in ("low", "high"))
    start, end = offset + match.start("value"), offset + match.end("value")
    if not 0 < low <= high <= 100:
        return Weight("invalid", match["written"], start, end, outer)
    kind: Kind = "range" if match["low"] else "estimate" if match["about"] else "number"
    return Weight(kind, match["written"], start, end, outer, low, high)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _bare(text: str, bold: int, stop: int) -> Weight | None:
    """A figure without brackets directly behind the name: `**Disk full** - 40% of cases: why`."""
    start = bold or stop
    lead = _LEAD.match(text, start)
    if lead is None or (start == 0 and not bold):
        return None
    begin = lead.end()
    line = text[begin : begin + _LONGEST].split("\n", 1)[0]
    match = _FIGURE.match(line)
    behind = _BEHIND.match(line, match.end()) if match else None
    if match is None or behind is None:
        return None
    end = behind.end() if behind["cases"] else match.end()
    return _weight(match, begin, (begin, begin + end))


def _word(text: str, start: int, end: int) -> Weight | None:
    inner = " ".join(text[start:end].split())
    if _WORDS.fullmatch(inner) is None:
        return None
    begin = start + _blanks(text, start)
    return Weight("word", inner, begin, start + len(text[start:end].rstrip()), (start - 1, end + 1))


def _odd(text: str, start: int, end: int) -> Weight | None:
    """What claims to be a share and is no number: `(few% of cases)`; `(CPU at 90%)` claims nothing."""
    inner = _flat(text[start:end])
    match = _ODD.match(inner)
    if match is None:
        return None
    tail = inner[match.end() :]
    of_cases = "case" in match[0].lower() or bool(_OF_CASES.match(tail))
    value = match["value"].strip()
    claims = not tail.strip() and (len(value.split()) == 1 or not any(sign.isdigit() for sign in value))
    if not of_cases and not claims:
        return None
    begin = start + _blanks(text, start)
    place = (begin, begin + len(value)) if value else (begin, start + len(text[start:end].rstrip()))
    return Weight("invalid", " ".join(inner.split()), *place, (start - 1, end + 1))
