"""A draft in another form: its text, and a list of what in it was invented and of what was left out.

Writers of target forms share this; a draft lists its marks in its own last section, so that nobody takes an
invention for knowledge, and everything invented says TODO where it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from faultmaven_kb.export.markdown_text import front_matter, items, joined

__all__ = ["NOTES_TITLE", "Draft", "Mark", "Marks", "marked_front_matter"]

NOTES_TITLE = "Conversion Notes"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that the draft has and the original lacks (`invented`), or the reverse (`left out`)."""

    kind: Literal["invented", "left out"]
    what: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A converted runbook. `name` is the file it belongs in."""

    name: str
    text: str
    marks: tuple[Mark, ...]


@dataclass
class Marks:
    """Collects the marks of a draft while it is written."""

    marks: list[Mark] = field(default_factory=list)

    def invented(self, what: str, text: str) -> str:
        """The invented text, after it was noted."""
        self.marks.append(Mark("invented", what))
        return text

    def left_out(self, what: str, values: object = True) -> None:
        """Note something that the target cannot contain, if there is any of it."""
        if values:
            self.marks.append(Mark("left out", what))

    def section(self) -> str:
        """The last section of a draft: every mark, or a sentence that there are none."""
        lines = [f"{mark.kind}: {mark.what}" for mark in self.marks]
        return joined((f"## {NOTES_TITLE}", items(lines) or "Nothing was invented and nothing was left out."))


def marked_front_matter(values: Mapping[str, Any], invented: Iterable[str]) -> str:
    """Front matter whose invented keys carry a comment."""
    keys = tuple(f"{key}:" for key in invented)
    lines = front_matter(values).split("\n")
    return "\n".join(f"{line}  # TODO invented" if keys and line.startswith(keys) else line for line in lines)
