"""What a dialect is: how one family of documents maps its headings and labels to the model.

A dialect looks at the outline and says how well it fits (`fit`), then turns it into the parts of a runbook (`read`).
The reader asks every dialect of the tuple in `dialects/__init__.py` and takes the best fit, the earlier one on a tie.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from faultmaven_kb.frontmatter import FrontMatter
from faultmaven_kb.outline import OutlineSection, walk
from faultmaven_kb.source import Source

__all__ = ["Dialect", "Document", "Vocabulary", "sections_by_role"]


class Vocabulary:
    """A readable table of rows: the role, then the words that stand for it, the usual ones first."""

    def __init__(self, *rows: tuple[str, tuple[str, ...]]) -> None:
        self.rows = rows
        self._exact = {name: role for role, names in reversed(rows) for name in names}

    def role(self, key: str) -> str | None:
        """The role of a heading's words, None for words that are not in the table."""
        return self._exact.get(key)

    def label_role(self, key: str) -> str | None:
        """The role of a label's words; more words may follow ("expected output if healthy")."""
        found = self._exact.get(key)
        if found is None and " " in key:
            for role, names in self.rows:
                if key.startswith(tuple(name + " " for name in names)):
                    return role
        return found


@dataclass(frozen=True)
class Document:
    """What a dialect reads: the text, its front matter and its sections."""

    source: Source
    front_matter: FrontMatter
    outline: tuple[OutlineSection, ...]


@dataclass(frozen=True)
class Dialect:
    """One family of documents. `read` yields keyword arguments for `Runbook`; `headings` names its sections' roles."""

    name: str
    headings: Vocabulary
    fit: Callable[[Document], int]
    read: Callable[[Document], dict[str, Any]]


def sections_by_role(document: Document, vocabulary: Vocabulary) -> Iterator[tuple[str, OutlineSection]]:
    """The outermost sections whose heading has a role, with it, in document order."""
    for section in walk(document.outline):
        role = vocabulary.role(section.key)
        if role:
            yield role, section
