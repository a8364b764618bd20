"""The words that front matter chooses from.

A module without pydantic, so that a command line which only completes a word need not load it.
"""

from typing import Literal, get_args

__all__ = ["DIFFICULTIES", "SEVERITIES", "STATUSES", "VERIFIED", "Difficulty", "Severity", "Status"]

Severity = Literal["critical", "high", "medium", "low"]
Difficulty = Literal["beginner", "intermediate", "advanced"]
Status = Literal["draft", "verified", "verified in part", "deprecated"]
VERIFIED: tuple[Status, ...] = ("verified", "verified in part")
"""What was proven to work, the second one without some of its commands."""
SEVERITIES: tuple[str, ...] = get_args(Severity)
DIFFICULTIES: tuple[str, ...] = get_args(Difficulty)
STATUSES: tuple[str, ...] = get_args(Status)
