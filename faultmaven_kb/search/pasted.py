"""What people paste, reduced to its signal: a sentence, an error line, an alert, hundreds of lines of log.

Times, addresses, hashes, ids and the random ends of pod names say nothing about the fault and are blanked, so that what
is left keeps its place in the input. Plain numbers stay: `137`, `502` and `85%` are symptoms. Lines that are equal once
blanked are read once.
"""

import re

__all__ = ["signal", "without_noise"]

_NOISE = re.compile(
    r"""
      \b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?   # ISO 8601 date and time
    | \b\d\d/(?:\d\d|[A-Z][a-z]{2})/\d{4}(?::|[ ])\d\d:\d\d:\d\d(?:[ ][+-]\d{4})?        # web server logs
    | \b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\ +\d{1,2}\ \d\d:\d\d:\d\d     # syslog
    | \b\d\d:\d\d:\d\d(?:[.,]\d+)?\b
    | \b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b                    # UUID
    | \b\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?\b                                             # IPv4; the port stays
    | \bip(?:-\d{1,3}){4}\b
    | \b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b                                             # IPv6
    | \b0x[0-9a-f]{4,}\b
    | \bsha256:[0-9a-f]{8,}\b
    | \b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b                                    # hashes
    | (?<=[a-z0-9])-[0-9a-f]{8,10}-[a-z0-9]{5}\b                                           # deployment pod
    | (?<=[a-z])-(?=[a-z]*\d)[a-z0-9]{5}\b                                                 # daemon set pod
    | \b[a-z]+://[^\s"'<>)]+                                                                # URL
    | (?<=\.go):\d+ | (?<=\.py):\d+ | (?<=\.java):\d+ | (?<=\.js):\d+(?::\d+)?
    | (?<=,\ line\ )\d+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_LINE = 2_000
_LONGEST_INPUT = 400_000


def without_noise(line: str) -> str:
    """The line with times, addresses, hashes and ids blanked; as long as before."""
    return _NOISE.sub(lambda match: " " * len(match[0]), line)


def signal(text: str) -> str:
    """The lines of an input that say something, each once, without noise."""
    lines = (without_noise(line[:_LONGEST_LINE]) for line in text[:_LONGEST_INPUT].splitlines())
    return "\n".join(dict.fromkeys(line for line in lines if line.strip()))
