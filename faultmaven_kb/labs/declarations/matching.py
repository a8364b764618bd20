"""Whether an output shows an expected text: exactly, or with any number where the text has one.

Runs of spaces count as one space, so that a table's padding says nothing; lines are kept apart otherwise. Numbers vary
only where a lab asks for it, because `111` in an error text is often its meaning.
"""

import re

__all__ = ["ERROR_LINE", "error_line", "shows"]

_BLANKS = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"(?<!\d)\d++(?:\.\d++)*")
ERROR_LINE = re.compile(
    r"^(?:\(error\) |(?:ERR|WRONGTYPE|NOAUTH|OOM|NOPERM|READONLY|LOADING|MISCONF|DENIED) |"
    r"(?:psql:.*?)?(?:ERROR|FATAL|PANIC): |E: |curl: \(\d+\)|(?:\S*/)?(?:ba)?sh: (?:line \d+: )?|sudo: |Failed to |"
    r"Error: |error: |nginx: \[emerg\]|Could not connect to Redis|RTNETLINK answers: |"
    r"Unit \S+ (?:not found|could not be found))"
)
"""How the tools of runbooks begin a line that reports a failure, whatever their exit code is."""


def shows(output: str, expected: str, *, numbers: str = "exact") -> bool:
    """Whether `output` contains `expected`; with `numbers="vary"` any number matches another."""
    if numbers != "vary":
        return _flat(expected) in _flat(output)
    parts = [re.escape(part) for part in _NUMBER.split(_flat(expected))]
    return re.search(_NUMBER.pattern.join(parts), _flat(output)) is not None


def error_line(output: str, *, allow: tuple[str, ...] = ()) -> str | None:
    """The first line that reports a failure and contains none of the allowed texts, None without one."""
    for line in output.splitlines():
        if ERROR_LINE.match(line) and not any(text in line for text in allow):
            return line
    return None


def _flat(text: str) -> str:
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.replace("\r", "").split("\n"))
