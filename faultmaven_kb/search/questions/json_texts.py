"""JSON of any shape, reduced to the texts that say something, each with a weight.

No list of products is kept. The last word of a key tells what its value is: a message (`error_message`, `textPayload`,
`NewStateReason`), a state (`level`, `phase`), or a means of reference (`trace_id`, `startsAt`, `runbook_url`). A key
that nobody has heard of is read all the same, at less weight; a reference is left out unless it holds a sentence. What
is below a person, a place or a specification is quiet. JSON in a string, as SNS sends it, is read like JSON.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from faultmaven_kb.search.questions.loudness import (
    FAULT,
    FRAME,
    PLAIN,
    QUIET,
    WARNING,
    is_frame,
    loudness,
    names_a_fault,
)
from faultmaven_kb.text.characters.piped import decode_piped

__all__ = ["Document", "Piece", "documents", "pieces"]

_DEEPEST = 16  # chosen: far above any log record
_MOST_PIECES = 500  # chosen: bounds the work
_SENTENCE = 3  # words, chosen
_WARNING_LEVEL = 40  # convention of bunyan and pino: 40 is a warning
_SERVER_FAULT = 500  # HTTP: 500 to 599
_QUIET_PRIORITY = 5  # syslog (RFC 5424): 5 is notice

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MESSAGE = re.compile(
    r"(?:message|msg|fallback|errors?|err|exceptions?|reason|details?|summary|description|desc|title|text|body|log|logs|event|"
    r"payload|raw|m|mt|x|original|stack|stacktrace|trace|backtrace|cause|causes|subject|output|content|stderr|stdout|"
    r"failure|fault|faultstring|problem|alert|alertname|alarmname|formatted|annotation|note)"
)
_REFERENCE = re.compile(
    r"(?:id|ids|uid|uuid|guid|\w*timestamp|time|date|datetime|at|ts|t|\w*url|\w*uri|href|links?|arn|hash|sha|digest|"
    r"fingerprint|signature|token|version|cursor|key|keys|email|port|ip|address|pid|tid|lineno|offset|nonce|etag|"
    r"duration|elapsed|region|account|checksum|avatar|icon|color|colour|locale|language|schema|ref)"
)
_STATE = re.compile(
    r"(?:level|loglevel|levelname|lvl|severity|priority|status|state|phase|type|kind|name|host|hostname|zone|cluster|"
    r"namespace|pod|node|container|image|job|instance|service|component|environment|env|source|logger|thread|file|"
    r"filename|path|function|method|module|class|user|action|cmd|cmdline|command|exe|tags?|labels?|args|unit|query)"
)
_NAMED = re.compile(r"(?:alert|alarm|rule|monitor|check|issue|error|err|exception|exc)")
_NAMES = re.compile(r"(?:name|type|kind|class|code)")
_ASIDE = frozenset(
    "agent agents assignee assignees assignments user users owner owners team teams responder responders actor author "
    "createdby escalationpolicy priority service services integration sdk contexts context request breadcrumbs "
    "modules config hostconfig networksettings graphdriver mounts metadata spec managedfields resource labels tags "
    "links images involvedobject trigger dimensions source messageattributes host process container kubernetes "
    "cloud".split()
)
_FRAMES = frozenset(("frames", "threads"))
_ALERT_LABELS = ("reason", "condition", "phase", "job", "component", "severity")
_QUIET_LEVELS = frozenset("info information informational debug trace verbose notice default".split())
_MERE_STATES = _QUIET_LEVELS | frozenset(
    "error err warning warn critical crit fatal high medium low firing resolved triggered acknowledged open alert "
    "alerting alarm notification message event incident issue ok true false none null".split()
)
"""Values of a state that every alert has: they tell that something is wrong, and not what."""


class Piece(NamedTuple):
    """A text that JSON holds, and what it counts, 0 to 1."""

    text: str
    weight: float


class Document(NamedTuple):
    """A JSON value and the stretch of the text that it was read from."""

    value: dict[str, object] | list[object]
    start: int
    end: int


def documents(text: str) -> tuple[Document, ...]:
    """The objects and lists that a text consists of, one after the other; none when it holds anything else."""
    decoder = json.JSONDecoder()
    parsed: list[Document] = []
    at = _next(text, 0)
    while at < len(text):
        if text[at] not in "{[":
            return ()
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return ()
        parsed.append(Document(value, at, end))
        at = _next(text, end)
    return tuple(parsed)


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\ufeff\x1e":  # \x1e opens each value of RFC 7464
        at += 1
    return at


def pieces(value: dict[str, object] | list[object]) -> Iterator[Piece]:
    """The telling texts of a JSON value, in its order, at most some hundreds."""
    return islice(_any(value, "", (), _DEEPEST, FAULT), _MOST_PIECES)


def _any(value: object, key: str, above: tuple[str, ...], depth: int, most: float) -> Iterator[Piece]:
    if depth == 0:
        return
    if isinstance(value, dict):
        yield from _object(value, above, depth - 1, most)
    elif isinstance(value, list):
        yield from _list(value, key, above, depth - 1, most)
    elif isinstance(value, str):
        yield from _string(value, key, above, depth - 1, most)
    elif isinstance(value, bool):
        if value and names_a_fault(" ".join(_words(key))):
            yield Piece(key, min(most, WARNING))
    elif isinstance(value, int):
        yield from _number(value, key, most)


def _object(value: dict[str, object], above: tuple[str, ...], depth: int, most: float) -> Iterator[Piece]:
    firing = _firing(value.get("alerts"))
    if firing:
        for alert in firing:
            yield from _object(alert, above, depth, most)
        return
    most = min(most, _level(value))
    labels, annotations = value.get("labels"), value.get("annotations")
    if isinstance(labels, dict) and isinstance(labels.get("alertname"), str):
        yield from _alert(labels, annotations, most)
        return
    for key, inner in value.items():
        parts = [part for part in re.split(r"[.\[\]/:]+", key) if part] or [key]
        below = (*above, *(part.lower().replace("_", "") for part in parts[:-1]))
        if isinstance(inner, dict | list):
            below = (*below, parts[-1].lower().replace("_", "").lstrip("@"))
        yield from _any(inner, parts[-1], below, depth, most)


def _firing(alerts: object) -> list[dict[str, object]]:
    """The alerts of a webhook that fire, all of them when none does."""
    known = [alert for alert in alerts if isinstance(alert, dict)] if isinstance(alerts, list) else []
    return [alert for alert in known if alert.get("status") != "resolved"] or known


def _alert(labels: Mapping[str, object], annotations: object, most: float) -> Iterator[Piece]:
    """An alert of Prometheus: what its annotations say, its name, and little of its other labels."""
    if isinstance(annotations, dict):
        for key, text in annotations.items():
            yield from _any(text, key, (), 2, most)
    yield Piece(str(labels["alertname"]), most)
    for name in _ALERT_LABELS:
        value = labels.get(name)
        if isinstance(value, str):
            yield Piece(value, min(most, QUIET))


def _level(value: Mapping[str, object]) -> float:
    """What an object's texts count at most, from the level it gives itself."""
    for key in value:
        words = _words(key.rpartition(".")[2])
        if not words or words[-1] not in ("level", "severity", "lvl", "loglevel", "levelname", "priority"):
            continue
        level = value[key]
        if isinstance(level, str) and words[-1] == "priority":
            return QUIET if level.isdecimal() and _QUIET_PRIORITY <= int(level) <= 7 and key.isupper() else FAULT
        if isinstance(level, str):
            return QUIET if level.lower() in _QUIET_LEVELS else WARNING if level.lower() == "warn" else FAULT
        if isinstance(level, int) and words[-1] == "level":
            return QUIET if 10 <= level < _WARNING_LEVEL and level % 10 == 0 else FAULT
    return FAULT


def _list(value: list[object], key: str, above: tuple[str, ...], depth: int, most: float) -> Iterator[Piece]:
    if value and all(type(item) is int and 0 <= item < 256 for item in value):
        if _kind(key, above) == FAULT:  # journald writes a message that is no UTF-8 as a list of bytes
            data = bytes(item for item in value if isinstance(item, int))
            yield from _string(decode_piped(data), key, above, depth, most)
        return
    for item in value:
        yield from _any(item, key, above, depth, most)


def _string(text: str, key: str, above: tuple[str, ...], depth: int, most: float) -> Iterator[Piece]:
    if text.lstrip()[:1] in ("{", "[") and (inner := documents(text)):
        for document in inner:
            yield from _any(document.value, key, above, depth, most)
        return
    if not _FRAMES.isdisjoint(above):
        return
    weight = _weight(text, _kind(key, above))
    if weight == 0:
        return
    if not _ASIDE.isdisjoint(above) and key.lower() not in ("alertname", "alarmname"):
        weight = min(weight, QUIET)
    weight = min(weight, most)
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines):
        if len(lines) > 1 and is_frame(line):
            yield Piece(line, min(weight, FRAME))
        else:
            yield Piece(line, weight if number == 0 or loudness(line) > PLAIN else weight * PLAIN)


def _number(value: int, key: str, most: float) -> Iterator[Piece]:
    """The two kinds of figures that are symptoms: how a program ended, what a server answered."""
    words = _words(key)
    if words[-2:] == ["exit", "code"] or words[-1:] == ["exitcode"]:
        if value:
            yield Piece(f"exit code {value}", min(most, WARNING))
    elif _SERVER_FAULT <= value < 600 and (words[-1:] in (["status"], ["statuscode"]) or "status" in words[-2:]):
        yield Piece(f"status {value}", min(most, WARNING))


def _weight(text: str, kind: float) -> float:
    """What a string counts by the kind of its key, and by its form where that tells little; 0 for what is left out."""
    sentence = len(text.split()) >= _SENTENCE
    mere = text.strip().lower() in _MERE_STATES or not any(map(str.isalpha, text))
    if kind == FAULT:
        return QUIET if mere else FAULT
    if mere:
        return 0
    if kind == 0:
        return QUIET if sentence else 0
    if kind == QUIET:
        return PLAIN if names_a_fault(text) else QUIET
    if sentence:
        return WARNING if names_a_fault(text) else PLAIN
    return PLAIN if names_a_fault(text) else QUIET


def _kind(key: str, above: tuple[str, ...]) -> float:
    """What a key promises: a message (1), a state (0.1), a reference (0), anything (0.4)."""
    words = _words(key)
    last = words[-1] if words else ""
    if _NAMES.fullmatch(last) and any(map(_NAMED.fullmatch, (*words[:-1], *above[-2:]))):  # `alarmName`, `error.type`
        return FAULT
    if _REFERENCE.fullmatch(last):
        return 0
    if _MESSAGE.fullmatch(last) or last.endswith(("message", "msg", "error", "exception", "description")):
        return FAULT
    return QUIET if _STATE.fullmatch(last) else PLAIN


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(key)]
