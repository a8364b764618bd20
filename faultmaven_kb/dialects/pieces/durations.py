"""Durations as people write them: `5-15 minutes`, `~2 min`, `5-10 minutes (quick fix), 1-2 hours (root cause fix)`.

A text without a number ("varies") yields a duration without numbers, never an invented one.
"""

import re
from datetime import timedelta

from faultmaven_kb.model.runbook import Duration, DurationRange

__all__ = ["read_duration"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT = r"(?:(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\b\.?)"
_AMOUNT = r"(\d{1,4}(?:\.\d{1,3})?)"
_RANGE = re.compile(
    rf"(?:(?P<less><|≤|(?:under|within|less than|up to|at most)\s)\s*+)?{_AMOUNT}\s*{_UNIT}?"
    rf"(?:\s*(?:-|–|—|to)\s*{_AMOUNT})?\s*{_UNIT}?(?P<more>\s*\+)?(?:\s*\((?P<label>[^()]*+)\))?",
    re.IGNORECASE,
)


_HOURS_AND_MINUTES = re.compile(
    r"(?<![\d-])(\d{1,3})\s*h(?:ours?|rs?)?\s*(?:and\s+)?(\d{1,2})\s*m(?:in(?:ute)?s?)?\b", re.IGNORECASE
)


def read_duration(text: str) -> Duration:
    """The duration a text names: the least and the greatest time of all its ranges."""
    ranges = tuple(
        interval for match in _RANGE.finditer(_HOURS_AND_MINUTES.sub(_in_minutes, text)) if (interval := _range(match))
    )
    least = [part.minimum for part in ranges if part.minimum is not None]
    most = [part.maximum for part in ranges if part.maximum is not None]
    return Duration(
        text=text,
        minimum=min(least, default=None),
        maximum=max(most, default=None) if len(most) == len(ranges) else None,
        ranges=ranges,
    )


def _in_minutes(match: re.Match[str]) -> str:
    return f"{int(match[1]) * 60 + int(match[2])} minutes"


def _range(match: re.Match[str]) -> DurationRange | None:
    low, low_unit, high, high_unit = match.group(2), match.group(3), match.group(4), match.group(5)
    unit = high_unit or low_unit
    if not unit:
        return None
    minimum = _time(low, low_unit or unit)
    maximum = _time(high, unit) if high else minimum
    if match["more"]:
        return DurationRange(label=match["label"] or "", minimum=minimum)
    if match["less"]:
        return DurationRange(label=match["label"] or "", maximum=maximum)
    return DurationRange(label=match["label"] or "", minimum=minimum, maximum=maximum)


def _time(amount: str, unit: str) -> timedelta:
    return timedelta(seconds=float(amount) * _UNITS[unit[0].lower()])
