"""What a dialect is: how one family of documents maps its headings and labels to the model.

A dialect looks at the outline and says how well it fits (`fit`), then turns it into the parts of a runbook (`read`).
The reader asks every dialect of the tuple in `dialects/__init__.py` and takes the best fit, the earlier one on a tie.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from faultmaven_kb.dialects.drawn.shapes import shaped
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.furniture import NO_TITLES
from faultmaven_kb.source import Source
from faultmaven_kb.text.outline import OutlineSection, walk, words
from faultmaven_kb.text.values.frontmatter import FrontMatter

__all__ = ["Dialect", "Document", "Vocabulary", "as_written", "role_of", "sections_by_role", "title_of"]


class Vocabulary:
    """A readable table of rows: the role, then the words that mean it, the usual ones first."""

    def __init__(self, *rows: tuple[str, tuple[str, ...]]) -> None:
        self.rows = rows
        self._exact = {name: role for role, names in reversed(rows) for name in names}

    def role(self, key: str) -> str | None:
        """The role of a heading's words, None for words that are not in the table."""
        return self._exact.get(key)

    def label_role(self, key: str) -> str | None:
        """The role of a label's words; more words may follow ("expected output if healthy")."""
        exact = self._exact.get(key)
        if exact is None and " " in key:
            for role, names in self.rows:
                if key.startswith(tuple(name + " " for name in names)):
                    return role
        return exact


@dataclass(frozen=True)
class Document:
    """What a dialect reads: the text, its front matter and its sections."""

    source: Source
    front_matter: FrontMatter
    outline: tuple[OutlineSection, ...]

    @cached_property
    def shaped(self) -> "Document":
        """The document with drawn lists, terms and quotes in the form that Markdown has for them."""
        outline = shaped(self.outline if "title" in self.front_matter.values else _with_title(self.outline))
        return self if outline is self.outline else Document(self.source, self.front_matter, outline)

    def written_in(self, section: OutlineSection) -> str:
        """The lines below a section's heading with its commands: what no field of the model holds."""
        last = max(part.span.end_line for part in walk((section,)))
        return "\n".join(self.source.lines[section.span.line : last]).strip()


def _with_title(outline: tuple[OutlineSection, ...]) -> tuple[OutlineSection, ...]:
    """A page whose only outermost heading is of a lower level, with all others below it, as one with a title."""
    top = outline[-1] if outline else None
    if top is None or top.level < _LOWER or not top.children or any(section.heading for section in outline[:-1]):
        return outline
    if top.title.strip(" :").casefold() in NO_TITLES:
        return outline
    return (*outline[:-1], top.raised(top.level - 1))


def as_written(values: Mapping[str, Any]) -> dict[str, Any]:
    """Front matter that needs no translation."""
    return dict(values)


@dataclass(frozen=True)
class Dialect:
    """One family of documents. `read` gives the parts of the runbook; `headings` names its sections' roles.

    `translate` gives front matter values in the words of this library (`service` as `technology`); what it leaves out
    or changes stays in `metadata.other` as it stood. `read` may name an `id` for documents without one. `fields` are
    the front matter fields that are a sign of the family.
    """

    name: str
    headings: Vocabulary
    fit: Callable[[Document], int]
    read: Callable[[Document], Contents]
    translate: Callable[[Mapping[str, Any]], dict[str, Any]] = as_written
    fields: tuple[str, ...] = ()

    def signals(self, document: Document) -> tuple[str, ...]:
        """What of a document speaks for this family, in its order: front matter fields, then headings with a role."""
        named = [f"front matter field {name}" for name in self.fields if name in document.front_matter.values]
        roles = [(section.title, role_of(section, self.headings)) for section in walk(document.outline)]
        return (*named, *(f'heading "{title}" ({role})' for title, role in roles if role))


_LOWER = 2
_LEADING_NUMBER = re.compile(r"^(?:step )?(?:(?:section|chapter)[ -]?)?\d{1,2}(?: \d{1,2}){0,2}(?: |$)")
_WITH_VALUE = frozenset(
    "severity impact cause causes symptom symptoms fix solution solutions resolution mitigation remediation workaround "
    "diagnosis verification rollback escalation prevention description summary".split()
) | {"root cause"}
"""Headings that may say what they are before a colon: "Fix: restart the pod"."""


def role_of(section: OutlineSection, vocabulary: Vocabulary) -> str | None:
    """The role of a section's heading, a number before it ("2. Diagnosis") left out."""
    role = vocabulary.role(section.key)
    if role is None and (section.key[:1].isdigit() or section.key.startswith(("section", "chapter"))):
        role = vocabulary.role(_LEADING_NUMBER.sub("", section.key))
    if role is None and section.level > 1 and ": " in section.title:
        named = words(section.title.partition(": ")[0])
        role = vocabulary.role(named)
        tells = role in ("causes", "symptoms", "impact") or (role == "meaning" and section.key.startswith("what "))
        return role if named in _WITH_VALUE or tells else None
    return role


def sections_by_role(document: Document, vocabulary: Vocabulary) -> Iterator[tuple[str, OutlineSection]]:
    """The outermost sections whose heading has a role, with it, in document order.

    A first heading is the document's title: one that sounds like a section ("# Troubleshooting") is looked into, and so
    is the only one of its level where headings are below it.
    """
    pending = list(document.outline)
    sole = len([section for section in document.outline if section.level == 1]) == 1
    while pending:
        section = pending.pop(0)
        role = role_of(section, vocabulary)
        titled = section.level == 1 and section.children
        if role and not (titled and (sole or any(role_of(part, vocabulary) for part in walk(section.children)))):
            yield role, section
        else:
            pending = [*section.children, *pending]


def _is_above(first: OutlineSection, others: list[OutlineSection]) -> bool:
    """Whether all other headings are below the first one, by their level or as the numbered parts of a procedure."""
    return all(other.level > first.level or _LEADING_NUMBER.match(other.key) for other in others)


def title_of(document: Document, vocabulary: Vocabulary) -> str:
    """The first heading of level 1 that is not a part of the runbook, empty where all are ("# Summary", "# Triage" …).

    A single one is the title whatever it says, unless it says nothing ("# Quick start"). Where there is none, it is the
    first heading if all others are below it.
    """
    headed = [section for section in walk(document.outline) if section.heading and section.title]
    tops = [section for section in headed if section.level == 1]
    if tops[1:]:  # a line of signs alone is no title
        tops = [section for section in tops if any(map(str.isalnum, section.title))]
    if not tops and headed and role_of(headed[0], vocabulary) is None and _is_above(headed[0], headed[1:]):
        counted = all(_LEADING_NUMBER.match(section.key) for section in headed)
        tops = [] if counted and headed[1:] else headed[:1]
    if len(tops) > 1 and all(_LEADING_NUMBER.match(section.key) for section in tops):  # the steps of a procedure
        return ""
    titles = [section for section in tops if section.title.strip(" :").casefold() not in NO_TITLES]
    if len(titles) > 1:
        parts = {section.span for _, section in sections_by_role(document, vocabulary)}
        others = [section for section in titles if section.span not in parts]
        if len(titles) - len(others) > 1:
            return others[0].title if others else ""
        if tops[0].span in parts or tops[0] is not titles[0]:  # the page begins with a part of it
            return ""
    return titles[0].title if titles else ""
