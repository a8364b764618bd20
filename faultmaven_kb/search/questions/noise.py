"""What says nothing about a fault, blanked: times, addresses, hashes, ids, the random ends of pod names.

A blanked line is as long as before, so that what is left keeps its place in the input. Plain numbers stay: `137`, `502`
and `85%` are symptoms.
"""

import re

__all__ = ["template", "without_noise"]

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_NOISE = re.compile(
    rf"""
      \b(?=[\w:-]{{0,80}}?\d)(?:                                # words with a digit; all others fail here at once
        \d{{4}}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?  # ISO 8601
      | \d\d/(?:\d\d|[A-Z][a-z]{{2}})/\d{{4}}(?::|[ ])\d\d:\d\d:\d\d(?:[ ][+-]\d{{4}})?    # web server logs
      | [IWEF]\d{{4}}\ \d\d:\d\d:\d\d\.\d+\ +\d+\ [\w.]+:\d+\]                       # klog
      | \d\d:\d\d:\d\d(?:[.,]\d+)?\b
      | [0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}\b           # UUID
      | \d{{1,3}}(?:\.\d{{1,3}}){{3}}(?:/\d{{1,2}})?\b                    # IPv4; the port stays
      | ip(?:-\d{{1,3}}){{4}}\b
      | (?:[0-9a-f]{{1,4}}:){{3,7}}[0-9a-f]{{0,4}}\b                                     # IPv6
      | 0x[0-9a-f]{{4,}}\b
      | sha256:[0-9a-f]{{8,}}\b
      | (?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{{8,}}\b                              # hashes
      | (?:pid|tid|id|uid|thread|elapsed|took|duration)[=:]\d+                        # process numbers
      )
    | (?<=[a-z0-9])-(?:[0-9a-f]{{6,10}}-[a-z0-9]{{5}}|(?<=[a-z]-)(?=[a-z]*\d)[a-z0-9]{{5}})\b  # ends of pod names
    | (?<=\.(?:go|py|js)):\d+(?::\d+)? | (?<=\.java):\d+ | (?<=,\ line\ )\d+
    | \[\d{{3,}}(?:\.\d+)?\]
    | \b{_MONTH}\ +\d{{1,2}}\ \d\d:\d\d:\d\d(?:\ \d{{4}})?                                # syslog
    """,
    re.VERBOSE | re.IGNORECASE,
)
_URL = re.compile(r"\b[a-z]+://[^\s\"'<>)]+", re.IGNORECASE)
_DIGIT = re.compile(r"\d")  # without one, only the end of a pod's name is noise
_DIGITS = str.maketrans("123456789", "000000000")
_ZEROS = re.compile(r"0+")


def without_noise(line: str) -> str:
    """The line with times, addresses, hashes and ids blanked; as long as before."""
    if "://" in line:
        line = _URL.sub(_blank, line)
    return line if "-" not in line and not _DIGIT.search(line) else _NOISE.sub(_blank, line)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def template(line: str) -> str:
    """What lines of one kind have in common: the line with every number the same."""
    return _ZEROS.sub("0", line.translate(_DIGITS))
