"""What people paste, reduced to its signal: lines with a weight, each with its number in the input.

Recognised are a sentence, an error line, an Alertmanager webhook, `kubectl describe` and `kubectl get events`, a stack
trace, and a log of any length. Lines of one template are read once (at most a few variants); in a log the lines that
report a fault count fully and the others little; in a stack trace the exception counts and the frames hardly do.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from faultmaven_kb.search.questions.json_texts import Document, documents, pieces
from faultmaven_kb.search.questions.loudness import FAULT, FRAME, QUIET, loudness
from faultmaven_kb.search.questions.noise import template, without_noise
from faultmaven_kb.text.characters.piped import LARGEST_INPUT, as_shown

__all__ = ["Line", "Pasted", "read_pasted", "signal"]

_LONGEST_LINE = 2_000  # characters, chosen: bounds the work
_MOST_READ = 50_000  # lines, chosen: bounds the work (`python -m benchmarks.hostile --command "search -"`)
_FEW_LINES = 3  # chosen: fewer lines are a question, not a log
_MOST_LINES = 60  # chosen: lines of a log that report faults
_MOST_QUIET_LINES = 10  # chosen: lines of a log that report none
_VARIANTS = 2  # chosen: lines of one kind are read once, and once more for their other words

_EVENTS_HEADER = re.compile(
    r"^[^\S\n]*+(?:LAST SEEN|NAMESPACE\s+LAST SEEN)\s+TYPE\s+REASON\s+OBJECT\s+MESSAGE", re.MULTILINE
)
_EVENT = re.compile(r"^\s*(?:\S+\s+)?\S+\s+(Normal|Warning)\s+(?P<reason>\S+)\s+(?P<object>\S+)\s+(?P<message>.*)")
_DESCRIBE = re.compile(r"^Name:\s+\S", re.MULTILINE)
_DESCRIBE_PART = re.compile(r"^(?:Events|Conditions|Status|Containers):", re.MULTILINE)
_DESCRIBED = re.compile(
    r"^\s*(?:Warning\b|(?:State|Last State|Reason|Message|Exit Code|Status|Ready|MemoryPressure|DiskPressure|"
    r"PIDPressure|NetworkUnavailable)\b)"
)
_HEALTHY = re.compile(r"^\s*(?:Ready|Status|State|Reason):?\s+(?:True|Running|Completed|Active|Bound)\s*$|\bNormal\b")
_EMBEDDED = re.compile(r'[{\[]\s*["{]')


class Line(NamedTuple):
    """A line of the input, without noise. `number` counts from 1, `weight` is 0 to 1."""

    number: int
    text: str
    weight: float


class Pasted(NamedTuple):
    """An input read: its kind (`text`, `log`, `alert`, `describe`, `events`) and the lines that say something."""

    kind: str
    lines: tuple[Line, ...]


def read_pasted(text: str) -> Pasted:
    """The signal of an input of any length: at most 70 lines, in the input's order."""
    text = as_shown(text[:LARGEST_INPUT])
    if text.lstrip()[:1] in ("{", "[") and (parsed := documents(text)):
        kind = "text" if not any(document.value for document in parsed) else "alert" if len(parsed) == 1 else "log"
        return Pasted(kind, _selected(_documented(text, parsed)))
    lines = [line[:_LONGEST_LINE] for line in text.split("\n", _MOST_READ)[:_MOST_READ]]
    few = sum(1 for line in lines if line.strip()) <= _FEW_LINES
    if few and not any(_embedded(line)[1] for line in lines):
        return Pasted("text", _selected(Line(n, line, 1.0) for n, line in enumerate(lines, 1)))
    if _EVENTS_HEADER.search(text):
        return Pasted("events", _selected(_events(lines)))
    if (head := _DESCRIBE.search(text)) and _DESCRIBE_PART.search(text, head.end()):
        return Pasted("describe", _selected(_described(lines)))
    return Pasted("log", _selected(_logged(lines)))


def signal(text: str) -> str:
    """The lines of an input that say something, each once, without noise."""
    return "\n".join(line.text for line in read_pasted(text).lines)


def _selected(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines without noise, each template a few times at most, the weightiest ones when they are too many.

    Of the quiet ones the first are kept; the others are not looked at, as there may be thousands.
    """
    lines = list(lines)
    is_repeated = len(lines) > _VARIANTS
    variants: dict[str, int] = {}
    texts: set[str] = set()
    selected: list[Line] = []
    quiet_left = _MOST_QUIET_LINES
    for line in lines:
        if is_repeated:
            kind = template(line.text)
            variants[kind] = variants.get(kind, 0) + 1
            if variants[kind] > _VARIANTS:
                continue
        if line.weight <= QUIET and not quiet_left:
            continue
        text = without_noise(line.text)
        if text not in texts and any(map(str.isalnum, text)):
            texts.add(text)
            selected.append(Line(line.number, text, line.weight))
            quiet_left -= line.weight <= QUIET
    loud = [line for line in selected if line.weight > QUIET]
    if len(loud) > _MOST_LINES:
        left_out = {line.text for line in sorted(loud, key=lambda line: -line.weight)[_MOST_LINES:]}
        selected = [line for line in selected if line.text not in left_out]
    selected.sort(key=lambda line: line.number)
    loudest = max((line.weight for line in selected), default=1.0)
    return tuple(selected) if loudest == 1 else tuple(Line(*line[:2], line.weight / loudest) for line in selected)


def _logged(lines: list[str]) -> Iterator[Line]:
    """The lines of a log; of JSON in a line, alone or behind a time or the name of a container, what it says."""
    for number, line in enumerate(lines, 1):
        before, parsed = _embedded(line)
        if before.strip():
            yield Line(number, before, min(loudness(before), QUIET) if parsed else loudness(before))
        for document in parsed:
            for text, weight in pieces(document.value):
                yield Line(number, text, min(weight, loudness(text)))


def _embedded(line: str) -> tuple[str, tuple[Document, ...]]:
    """A line, and the JSON at its end."""
    at = _EMBEDDED.search(line) if line.rstrip()[-1:] in ("}", "]") else None
    parsed = documents(line[at.start() :]) if at else ()
    return (line[: at.start()], parsed) if at and parsed else (line, ())


def _events(lines: list[str]) -> Iterator[Line]:
    """The events, and what was pasted above and below their table, as in a log."""
    for number, line in enumerate(lines, 1):
        event = _EVENT.match(line)
        if event:
            blank = line[: event.start("object")] + " " * len(event["object"]) + line[event.end("object") :]
            yield Line(number, blank, FAULT if event[1] == "Warning" else QUIET)
        elif not _EVENTS_HEADER.match(line):
            yield Line(number, line, loudness(line))


def _described(lines: list[str]) -> Iterator[Line]:
    """What a description says of faults, and the faults in what was pasted above and below it."""
    for number, line in enumerate(lines, 1):
        telling = _DESCRIBED.search(line) or (line[:1].strip() and loudness(line) == FAULT)
        yield Line(number, line, FAULT if telling and not _HEALTHY.search(line) else FRAME)


def _documented(text: str, parsed: tuple[Document, ...]) -> Iterator[Line]:
    """What JSON says, each text with the number of its line in the input."""
    number, counted_to = 1, 0
    for document in parsed:
        last = document.start
        for piece in pieces(document.value):
            at = _place(text, piece.text, last, document.end)
            if at < 0:
                at = _place(text, piece.text, document.start, last)
            last = at if at >= 0 else last
            number += text.count("\n", counted_to, last) if last >= counted_to else -text.count("\n", last, counted_to)
            counted_to = last
            weight = min(piece.weight, loudness(piece.text)) if len(parsed) > 1 else piece.weight
            yield Line(number, " ".join(piece.text.split()), weight)


def _place(text: str, value: str, start: int, end: int) -> int:
    """Where a value is written in JSON, or in JSON within a string of JSON; -1 where it is written otherwise."""
    escaped = json.dumps(value)[1:-1]
    for form in dict.fromkeys((escaped, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(escaped)[1:-1])):
        at = text.find(form, start, end)
        if at >= 0:
            return at
    return -1
