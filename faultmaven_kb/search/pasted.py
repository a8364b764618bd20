"""What people paste, reduced to its signal: lines with a weight, each with its number in the input.

Recognised are a sentence, an error line, an Alertmanager webhook, `kubectl describe` and `kubectl get events`, a stack
trace, and a log of any length. Lines of one template are read once (at most a few variants); in a log the lines that
report a fault count fully and the others little; in a stack trace the exception counts and the frames hardly do.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from faultmaven_kb.search.noise import template, without_noise

__all__ = ["Line", "Pasted", "read_pasted", "signal"]

_LONGEST_LINE = 2_000
_LONGEST_INPUT = 2_000_000
_FEW_LINES = 3
_MOST_LINES = 60
_MOST_QUIET_LINES = 10
_VARIANTS = 2

_FAULT, _WARNING, _PLAIN, _QUIET, _FRAME = 1.0, 0.6, 0.4, 0.1, 0.05

_FAULT_WORDS = re.compile(
    r"\b(?:fatal|panic|emerg|crit(?:ical)?|err(?:or)?s?|exceptions?|fail(?:ed|ure|ing|s)?|refused|denied|forbidden|"
    r"reject(?:ed|s)?|killed|oom\w*|timed? ?out|timeouts?|exceed(?:ed|s)|cannot|can't|could ?n[o']t|unable|"
    r"no (?:space|such|route|leader|live|endpoints|more)|not (?:found|ready|allowed|permitted|enough|available)|"
    r"too many|missing|invalid|expired|corrupt(?:ed)?|deadlock|abort(?:ed|ing)?|unreachable|unhealthy|back-?off|"
    r"evicted|insufficient|throttl\w+|segfault|dropp(?:ed|ing)|unknown|unauthorized|reset by peer|"
    r"warning|[A-Z]\w+(?:Error|Exception)|E[A-Z]{4,}|5\d\d)\b",
    re.IGNORECASE,
)
_QUIET_LEVEL = re.compile(
    r"^\W*+(?:\S++\s++){0,4}?\W?(?:INFO|DEBUG|TRACE|NOTICE|info|debug|trace)\b|\blevel=(?:info|debug)"
)
_WARNING_LEVEL = re.compile(r"\b(?:WARN(?:ING)?|warn)\b|\blevel=warn")
_FRAMES = re.compile(
    r"^\s*(?:at\s+[\w$.<>/]+\(|at\s.+:\d+:\d+\)?$|File \".*\", line|\.{3} \d+ (?:common frames|more)|"
    r"Traceback \(most recent|goroutine \d+|[\w./*()-]+\.go:\d+|\S+\.rb:\d+:in )"
)
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
_ALERT_LABELS = ("alertname", "reason", "condition", "phase", "job", "component", "severity")
_ALERT_TEXTS = ("summary", "message", "description", "title")
_JSON_TEXTS = ("msg", "message", "error", "err", "reason", "exception", "status", "level", "summary", "description",
               "alertname", "stack")  # fmt: skip


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
    text = text[:_LONGEST_INPUT]
    values = _json(text)
    if values is not None:
        return Pasted("alert", _kept(_located(text, _alert_values(values)))) if values else Pasted("text", ())
    lines = [line[:_LONGEST_LINE] for line in re.split(r"\r?\n", text)]
    if sum(1 for line in lines if line.strip()) <= _FEW_LINES:
        return Pasted("text", _kept(Line(n, line, 1.0) for n, line in enumerate(lines, 1)))
    if _EVENTS_HEADER.search(text):
        return Pasted("events", _kept(_events(lines)))
    if (head := _DESCRIBE.search(text)) and _DESCRIBE_PART.search(text, head.end()):
        return Pasted("describe", _kept(_described(lines)))
    return Pasted("log", _kept(_logged(lines)))


def signal(text: str) -> str:
    """The lines of an input that say something, each once, without noise."""
    return "\n".join(line.text for line in read_pasted(text).lines)


def _kept(lines: Iterator[Line]) -> tuple[Line, ...]:
    """The lines without noise, each template a few times at most, the weightiest ones when they are too many."""
    variants: Counter[str] = Counter()
    seen: set[str] = set()
    found: list[Line] = []
    for line in lines:
        kind = template(line.text)
        variants[kind] += 1
        if variants[kind] > _VARIANTS:
            continue
        text = without_noise(line.text)
        if text.strip() and text not in seen:
            seen.add(text)
            found.append(line._replace(text=text))
    loud = sorted((line for line in found if line.weight > _QUIET), key=lambda line: -line.weight)[:_MOST_LINES]
    quiet = [line for line in found if line.weight <= _QUIET][:_MOST_QUIET_LINES]
    found = sorted((*loud, *quiet), key=lambda line: line.number)
    loudest = max((line.weight for line in found), default=1.0)
    return tuple(line._replace(weight=line.weight / loudest) for line in found)


def _logged(lines: list[str]) -> Iterator[Line]:
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("{") and (values := _json(line)):
            yield from (Line(number, text, weight) for text, weight in ((t, _weight(t)) for t in _texts(values)))
        else:
            yield Line(number, line, _weight(line))


def _weight(line: str) -> float:
    if _FRAMES.search(line):
        return _FRAME
    if _QUIET_LEVEL.search(line):
        return _QUIET
    if _WARNING_LEVEL.search(line):
        return _WARNING
    return _FAULT if _FAULT_WORDS.search(line) else _PLAIN


def _events(lines: list[str]) -> Iterator[Line]:
    for number, line in enumerate(lines, 1):
        found = _EVENT.match(line)
        if found:
            blank = line[: found.start("object")] + " " * len(found["object"]) + line[found.end("object") :]
            yield Line(number, blank, _FAULT if found[1] == "Warning" else _QUIET)


def _described(lines: list[str]) -> Iterator[Line]:
    for number, line in enumerate(lines, 1):
        telling = _DESCRIBED.search(line) and not _HEALTHY.search(line)
        yield Line(number, line, _FAULT if telling else _FRAME)


def _json(text: str) -> dict[str, object] | list[object] | None:
    """The value of an input that is JSON, an empty one for JSON that says nothing, None for anything else."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict | list) else None


def _alert_values(values: dict[str, object] | list[object]) -> Iterator[tuple[str, float]]:
    """The texts of a webhook's alerts that fire (of all, when none does); of other JSON the telling values."""
    alerts = values if isinstance(values, list) else values.get("alerts", [values])
    alerts = [alert for alert in alerts if isinstance(alert, dict)] if isinstance(alerts, list) else []
    firing = [alert for alert in alerts if alert.get("status") != "resolved"] or alerts
    for alert in firing:
        labels, annotations = alert.get("labels"), alert.get("annotations")
        if isinstance(labels, dict) or isinstance(annotations, dict):
            yield from _named(annotations, _ALERT_TEXTS, _FAULT)
            yield from _named(labels, _ALERT_LABELS[:1], _FAULT)
            yield from _named(labels, _ALERT_LABELS[1:], _QUIET)
        else:
            yield from ((text, _FAULT) for text in _texts(alert))


def _named(values: object, names: tuple[str, ...], weight: float) -> Iterator[tuple[str, float]]:
    for name in names:
        value = values.get(name) if isinstance(values, dict) else None
        if isinstance(value, str):
            yield value, weight


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """The telling texts of a JSON value, in their order."""
    if isinstance(value, dict) and depth < 6:
        for key, inner in value.items():
            if isinstance(inner, str) and key.lower() in _JSON_TEXTS:
                yield inner
            elif isinstance(inner, dict | list):
                yield from _texts(inner, depth + 1)
    elif isinstance(value, list) and depth < 6:
        for inner in value:
            yield from _texts(inner, depth + 1)


def _located(text: str, values: Iterator[tuple[str, float]]) -> Iterator[Line]:
    """The values as lines, each with the number of the line where it stands in the input."""
    for value, weight in values:
        at = text.find(json.dumps(value)[1:-1])
        if at < 0:
            at = text.find(json.dumps(value, ensure_ascii=False)[1:-1])
        yield Line(text.count("\n", 0, max(at, 0)) + 1, " ".join(value.split()), weight)
