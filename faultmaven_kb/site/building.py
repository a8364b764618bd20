"""A knowledge base into a folder of plain files.

Everything is written next to the folder first and moved over file by file, so that a page is never half written; a page
whose runbook is gone is removed. Equal runbooks give equal bytes.
"""

import json
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from faultmaven_kb.disk.folders import place_below, remove_below
from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.export.extras import missing
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.model.vocabularies import SEVERITIES, STATUSES
from faultmaven_kb.site.atlas import atlas_of
from faultmaven_kb.site.markup import Fragment, render, visible
from faultmaven_kb.site.pages import Entry, Site, Source
from faultmaven_kb.site.search_data import search_data

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["MARK", "build_site", "site_files"]

MARK = "fmkb-site.json"
"""The file that says that a folder is a site of this library: only such a folder, or an empty one, is written to."""

_ASSETS = ("site.css", "icon.svg", "theme.js", "stemmer.js", "search.js", "site.js")
_FEW = 6  # chosen: one row of cards
_MARK_LIMIT = 16_000_000  # chosen: a hundred thousand names


class Choice(NamedTuple):
    """A value to browse by, and how many runbooks have it."""

    value: str
    runbooks: int


def build_site(kb: KnowledgeBase, to: Path, *, title: str = "Runbooks", source: Source | None = None) -> int:
    """Write the site of a knowledge base into the folder `to`; how many files it has comes back.

    A file of an earlier build that is no longer part of the site is removed, nothing else is. Raises `PathError` when
    the folder cannot be written or contains other files, `ConfigurationError` when the extra `site` is not installed.
    """
    built = site_files(kb, title=title, source=source or Source())
    before = _earlier(to)
    try:
        for name, content in built.items():
            _write(to, name, content)
        for name in sorted(before - built.keys()):
            remove_below(to, name)
    except OSError as error:
        raise PathError(f"{error.filename or to}: {error.strerror or error}") from None
    return len(built)


def site_files(kb: KnowledgeBase, *, title: str, source: Source) -> dict[str, bytes]:
    """The files of a site by their names."""
    environment = _environment()
    site = Site(kb, source)
    entries = tuple(site.entries.values())
    shared = {"site_title": title, "count": len(entries)}
    texts: dict[str, str] = {}

    def page(name: str, template: str, **values: object) -> None:
        root = "../" * name.count("/")
        texts[name] = environment.get_template(template).render(**shared, **values, root=root, name=name)

    page("index.html", "index.html", technologies=_by_technology(entries), choices=_choices(entries))
    page("browse.html", "browse.html", entries=entries, choices=_choices(entries))
    page("map.html", "map.html", atlas=atlas_of(site))
    for runbook in site.runbooks:
        view = site.page(runbook)
        page(f"runbooks/{view.entry.page}", "runbook.html", view=view)
    for name in _ASSETS:
        texts[f"assets/{name}"] = files(__package__).joinpath("assets", name).read_text(encoding="utf-8")
    texts["assets/search-data.js"] = search_data(site)
    texts[MARK] = (
        json.dumps({"title": title, "runbooks": len(entries), "files": sorted((*texts, MARK))}, indent=1) + "\n"
    )
    return {name: text.encode("utf-8", "replace") for name, text in texts.items()}


def _environment() -> "Environment":
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - part of the extra
    except ImportError:
        raise ConfigurationError(missing("jinja2", extra="site")) from None
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inline"] = lambda text: render(text, Fragment(1, _no_page), inline=True)
    return environment


def _no_page(url: str) -> None:
    """In a list no link of a runbook is followed."""


def _by_technology(entries: Iterable[Entry]) -> list[tuple[str, list[Entry], int]]:
    """The technologies with the first of their runbooks and how many there are, those without one at the end."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.technology, []).append(entry)
    ordered = sorted(groups, key=lambda name: (not name, name))
    return [(name, sorted(groups[name], key=lambda entry: entry.title)[:_FEW], len(groups[name])) for name in ordered]


def _choices(entries: Iterable[Entry]) -> dict[str, list[Choice]]:
    """What a list can be narrowed by: values with their counts, the commonest tags first."""
    entries = tuple(entries)
    technologies = Counter(entry.technology for entry in entries if entry.technology)
    severities = Counter(entry.severity for entry in entries)
    statuses = Counter(entry.status for entry in entries)
    tags = Counter(tag for entry in entries for tag in entry.tags)
    return {
        "technology": [Choice(name, technologies[name]) for name in sorted(technologies)],
        "severity": [Choice(name, severities[name]) for name in SEVERITIES if name in severities],
        "status": [Choice(name, statuses[name]) for name in STATUSES if name in statuses],
        "tag": [Choice(name, count) for name, count in sorted(tags.items(), key=lambda pair: (-pair[1], pair[0]))],
    }


def _earlier(folder: Path) -> set[str]:
    """The files of the site that a folder contains. Raises `PathError` for a folder with other things in it."""
    if folder.is_file():
        raise PathError(f"{folder}: is a file, expected a folder for the site")
    if not folder.is_dir() or not any(folder.iterdir()):
        return set()
    try:
        names = json.loads(read_regular(folder / MARK, limit=_MARK_LIMIT))["files"]
        return {name for name in names if isinstance(name, str) and _is_inside(name)}
    except (PathError, ValueError, LookupError, TypeError, RecursionError):
        raise PathError(
            f"{folder}: contains other files, expected a new folder, an empty one or an earlier site"
        ) from None


def _is_inside(name: str) -> bool:
    return ".." not in name.split("/") and not name.startswith("/") and "\\" not in name and ":" not in name


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write a file whole; one that is the same already is not changed."""
    path = folder / name
    if not path.is_symlink() and path.is_file() and path.read_bytes() == content:
        return
    place_below(folder, name, content)
