"""What each page shows: a runbook's sections as HTML, with its steps, causes, commands and neighbours found in them.

The text of a runbook is kept whole and in order, section by section, whatever dialect it is written in; what the model
knows of it (steps, causes with their shares, links) only adds to it.
"""

import hashlib
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from markupsafe import Markup

from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.model.vocabularies import VERIFIED
from faultmaven_kb.site.markup import Fragment, render
from faultmaven_kb.site.names import page_names

__all__ = ["Entry", "RunbookPage", "SectionView", "Site", "Source"]

_DIGITS = 12  # 48 bits


@dataclass(frozen=True)
class Source:
    """Where the runbooks come from: `root` is cut off their paths, `url` is the address of a line of a file, with
    `{path}` and `{line}` in it; empty if there is none."""

    root: str = ""
    url: str = ""

    def path_of(self, runbook: Runbook) -> str:
        """The path of a runbook's file below the root; empty for one that has no file."""
        if not runbook.path:
            return ""
        path = Path(runbook.path)
        if self.root:
            root = Path(self.root)
            if path.is_relative_to(root):
                return path.relative_to(root).as_posix()
        return path.name

    def url_of(self, path: str, line: int) -> str:
        """The address of a line; empty where none was given."""
        return self.url.replace("{path}", path).replace("{line}", str(line)) if self.url and path else ""


@dataclass(frozen=True)
class Entry:
    """A runbook in a list."""

    id: str
    title: str
    page: str
    technology: str
    severity: str
    status: str
    tags: tuple[str, ...]
    purpose: str


@dataclass(frozen=True)
class SectionView:
    """A section: `anchor` names it in the page, `task` its check box (empty: none), `line` where it begins."""

    level: int
    title: str
    anchor: str
    kind: str
    body: Markup
    task: str
    line: int
    url: str


@dataclass(frozen=True)
class RunbookPage:
    """Everything a runbook's page shows."""

    entry: Entry
    runbook: Runbook
    proof: str
    sections: tuple[SectionView, ...]
    placeholders: tuple[str, ...]
    related: tuple[Entry, ...]
    linked_from: tuple[Entry, ...]
    path: str
    url: str
    key: str


class Site:
    """The runbooks of a base as they appear in the site."""

    def __init__(self, runbooks: Iterable[Runbook], source: Source) -> None:
        self.runbooks: Sequence[Runbook] = tuple(runbooks)
        self.source = source
        self._names = page_names(runbook.id for runbook in self.runbooks)
        self.entries: Mapping[str, Entry] = {runbook.id: self._entry(runbook) for runbook in self.runbooks}
        self._by_path = {_posix(runbook.path): runbook.id for runbook in reversed(self.runbooks) if runbook.path}
        self.links: Mapping[str, tuple[str, ...]] = {
            runbook.id: tuple(dict.fromkeys(self._linked(runbook))) for runbook in self.runbooks
        }
        backwards: dict[str, list[str]] = {}
        for one, others in self.links.items():
            for other in others:
                backwards.setdefault(other, []).append(one)
        self._backwards = backwards

    def page(self, runbook: Runbook) -> RunbookPage:
        """The page of a runbook."""
        entry = self.entries[runbook.id]
        placeholders: dict[str, None] = {}
        shares = {cause.span.line: cause.weight for cause in runbook.causes if cause.weight is not None}
        path = self.source.path_of(runbook)
        sections = self._sections(runbook, placeholders, shares, path)
        return RunbookPage(
            entry,
            runbook,
            _proof(runbook),
            sections,
            tuple(placeholders),
            tuple(self.entries[name] for name in self.links[runbook.id]),
            tuple(
                self.entries[name] for name in self._backwards.get(runbook.id, ()) if name not in self.links[runbook.id]
            ),
            path,
            self.source.url_of(path, 1),
            _key(runbook),
        )

    def _entry(self, runbook: Runbook) -> Entry:
        metadata = runbook.metadata
        return Entry(
            runbook.id,
            runbook.title or runbook.id,
            self._names[runbook.id],
            metadata.technology or "",
            metadata.severity or "",
            metadata.status or "",
            tuple(dict.fromkeys(metadata.tags)),
            runbook.purpose,
        )

    def _linked(self, runbook: Runbook) -> Iterable[str]:
        for link in runbook.related:
            target = link.id if link.id in self.entries else self._target(runbook, link.url)
            if target and target != runbook.id:
                yield target

    def _target(self, runbook: Runbook, url: str) -> str | None:
        """The runbook that a relative link leads to; None where it leads to no runbook of the base."""
        path = unquote(url.split("#", 1)[0].split("?", 1)[0])
        if not runbook.path or not path or path.startswith("/"):
            return None
        place = posixpath.normpath(posixpath.join(PurePosixPath(_posix(runbook.path)).parent, path))
        return self._by_path.get(place)

    def _page_of(self, runbook: Runbook, url: str) -> str | None:
        known = next((link.id for link in runbook.related if link.url == url and link.id in self.entries), None)
        target = known or self._target(runbook, url)
        return self._names[target] if target else None

    def _sections(
        self, runbook: Runbook, placeholders: dict[str, None], shares: Mapping[int, float], path: str
    ) -> tuple[SectionView, ...]:
        steps = {step.span.line: number for number, step in enumerate(runbook.steps, 1)}
        solutions = {solution.span.line: number for number, solution in enumerate(runbook.solutions, 1)}
        views = []
        for number, section in enumerate(runbook.sections, 1):
            line = section.span.line
            kind = section.role or ("step" if line in steps else "solution" if line in solutions else "")
            fragment = Fragment(
                line,
                lambda url: self._page_of(runbook, url),
                shares,
                tasks=f"solution-{solutions[line]}" if line in solutions else "",
                placeholders=placeholders,
            )
            text = _without_heading(section.text) if section.level else section.text
            body = render(text, fragment)
            if not body.strip() and (not section.level or section.level == 1):
                continue
            views.append(
                SectionView(
                    section.level,
                    section.title,
                    f"section-{number}",
                    kind,
                    body,
                    f"step-{steps[line]}" if line in steps else "",
                    line,
                    self.source.url_of(path, line),
                )
            )
        return tuple(views)


def _without_heading(text: str) -> str:
    """A section's text with its heading left empty, ATX or underlined, so that lines keep their numbers."""
    lines = text.split("\n")
    underlined = not lines[0].lstrip().startswith("#") and len(lines) > 1
    for number in range(2 if underlined else 1):
        lines[number] = ""
    return "\n".join(lines)


def _proof(runbook: Runbook) -> str:
    metadata = runbook.metadata
    return metadata.verified_by or "" if metadata.status in VERIFIED else ""


def _key(runbook: Runbook) -> str:
    """What progress is kept under: it changes with the runbook's text, since step 3 is then another one."""
    text = "\0".join((runbook.id, *(section.text for section in runbook.sections)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _posix(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/"))
