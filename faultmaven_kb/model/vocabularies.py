"""The words that front matter chooses from, and the form of an id.

A module without pydantic, so that a command line which only completes a word need not load it.
"""

from typing import Literal, get_args

__all__ = [
    "DIFFICULTIES",
    "ID_PATTERN",
    "OPTIONS",
    "SEVERITIES",
    "STATUSES",
    "VERIFIED",
    "Difficulty",
    "Severity",
    "Status",
]

Severity = Literal["critical", "high", "medium", "low"]
Difficulty = Literal["beginner", "intermediate", "advanced"]
Status = Literal["draft", "verified", "verified in part", "deprecated"]
VERIFIED: tuple[Status, ...] = ("verified", "verified in part")
"""What was proven to work, the second one without some of its commands."""
SEVERITIES: tuple[str, ...] = get_args(Severity)
DIFFICULTIES: tuple[str, ...] = get_args(Difficulty)
STATUSES: tuple[str, ...] = get_args(Status)
OPTIONS = {"severity": SEVERITIES, "difficulty": DIFFICULTIES, "status": STATUSES}
"""The words of each field that has a fixed choice."""

ID_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)+"
"""What the id of a runbook in this library's own format looks like."""
