"""How loud a line of a log, an alert or a document is: what reports a fault counts fully, a stack frame hardly."""

import re

__all__ = ["FAULT", "FRAME", "PLAIN", "QUIET", "WARNING", "is_frame", "loudness", "names_a_fault"]

FAULT, WARNING, PLAIN, QUIET, FRAME = 1.0, 0.6, 0.4, 0.1, 0.05

_FAULT_WORDS = re.compile(
    r"\b(?:fatal|panic|emerg|crit(?:ical)?|err(?:or)?s?|exceptions?|fail(?:ed|ure|ing|s)?|refused|denied|forbidden|"
    r"reject(?:ed|s)?|killed|oom\w*|timed? ?out|timeouts?|exceed(?:ed|s)|cannot|can't|could ?n[o']t|unable|"
    r"no (?:space|such|route|leader|live|endpoints|more)|not (?:found|ready|allowed|permitted|enough|available)|"
    r"too many|missing|invalid|expired|corrupt(?:ed)?|deadlock|abort(?:ed|ing)?|unreachable|unhealthy|back-?off|"
    r"evicted|insufficient|throttl\w+|segfault|dropp(?:ed|ing)|unknown|unauthorized|reset by peer|"
    r"warning|[A-Z]\w+(?:Error|Exception)|(?-i:E[A-Z]{4,})|5\d\d)\b",
    re.IGNORECASE,
)
_QUIET_LEVEL = re.compile(
    r"^\W*+(?:\S++\s++){0,4}?\W?(?:INFO|DEBUG|TRACE|NOTICE|info|debug|trace)\b|\blevel=(?:info|debug)"
)
_WARNING_LEVEL = re.compile(r"\b(?:WARN(?:ING)?|warn)\b|\blevel=warn")
_FRAMES = re.compile(
    r"^\s*(?:at\s+[\w$.<>/`,\[\]]+\(|at\s.+:\d+:\d+\)?(?:\s*\{)?$|at\s.+ in \S+:line \d+|File \".*\", line|"
    r"\.{3} \d+ (?:common frames|more)|--- End of |Traceback \(most recent|goroutine \d+|[\w./*()-]+\.go:\d+|"
    r"[\w./*()-]{1,200}\((?:\{?0x[0-9a-f]|\.\.\.\))|\S+\.rb:\d+:in )"
)


def loudness(line: str) -> float:
    """What a line of a log counts, from its form: a level, a word of fault, a stack frame."""
    if is_frame(line):
        return FRAME
    if _QUIET_LEVEL.search(line):
        return QUIET
    if ("WARN" in line or "warn" in line) and _WARNING_LEVEL.search(line):
        return WARNING
    return FAULT if names_a_fault(line) else PLAIN


def is_frame(line: str) -> bool:
    """Whether a line is a frame of a stack trace, which says where and not what."""
    return _FRAMES.match(line) is not None


def names_a_fault(line: str) -> bool:
    """Whether a line has a word that programs report faults with."""
    return _FAULT_WORDS.search(line) is not None
