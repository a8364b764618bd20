"""Writes Markdown: list items that contain any text, front matter that reads back the same.

Only text goes in and out; what a runbook is, its writers know.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

__all__ = ["front_matter", "hyphenated", "indented", "item", "items", "joined", "one_line"]


_NOT_WORD = re.compile(r"[^a-z0-9]+")


def indented(text: str, width: int) -> str:
    """The text with each line but the blank ones moved to the right."""
    return "\n".join(" " * width + line if line.strip() else "" for line in text.split("\n"))


def item(text: str, mark: str = "-", blocks: Iterable[str] = ()) -> str:
    """A list item: its text behind the mark, then blocks below it, all indented to belong to it."""
    width = len(mark) + 1
    parts = [indented(part, width) for part in (text, *blocks) if part.strip()]
    return f"{mark} " + "\n\n".join(parts).lstrip(" ") if parts else mark


def items(texts: Iterable[str]) -> str:
    """A list without numbers."""
    return "\n".join(item(text) for text in texts if text.strip())


def joined(parts: Iterable[str]) -> str:
    """The parts that contain something, a blank line between two."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def hyphenated(text: str) -> str:
    """The letters a to z and the digits of a text in lower case, one hyphen for whatever is between them."""
    return _NOT_WORD.sub("-", text.lower()).strip("-")


def one_line(text: str) -> str:
    """The text with every run of spaces and line ends as one space."""
    return " ".join(text.split())


def front_matter(values: Mapping[str, Any]) -> str:
    """The values as YAML between two fences, with a line end after the second; keys keep their order."""
    text = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False)
    return f"---\n{text}---\n"
