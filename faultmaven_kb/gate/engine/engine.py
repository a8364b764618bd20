"""The check: which documents are read, what a run finds in them, and what of it is new.

All findings of a file come from one run, sorted by file, place and code, so two runs print the same bytes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.engine.baseline import Baseline, Mark, stale_entries, without_known
from faultmaven_kb.gate.engine.result_cache import ResultCache
from faultmaven_kb.gate.engine.run import Run, examine_all, judge, place_of, sources_of
from faultmaven_kb.gate.engine.since import Snapshot, change_since, known_before, mark_in, run_before
from faultmaven_kb.gate.facts.tree import DiskTree, kind_of
from faultmaven_kb.gate.settings.settings import Profile, Question, Settings
from faultmaven_kb.reading.files import find_runbooks, find_strays, read_file, real_path, shown_name
from faultmaven_kb.source import Source, Span

__all__ = ["Report", "Snapshot", "check_paths", "check_text", "marks_of", "profile_named"]

_START = Span(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found: the diagnostics in order, the files that were read, and their texts by path.

    `places` holds each file's path relative to the root of the tree.
    """

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    sources: dict[str, Source]
    places: Mapping[str, str] = field(default_factory=dict)

    def count(self, level: Level) -> int:
        """How many diagnostics have a level."""
        return sum(1 for diagnostic in self.diagnostics if diagnostic.level is level)

    @property
    def failed(self) -> bool:
        """Whether a check should fail: there is an error or a warning."""
        return any(diagnostic.level is not Level.INFO for diagnostic in self.diagnostics)


def profile_named(name: str) -> Profile:
    """The profile with a name. Raises `ConfigurationError` for any other word."""
    for profile in Profile:
        if profile.label == name:
            return profile
    options = ", ".join(profile.label for profile in Profile)
    raise ConfigurationError(f'profile is "{name}", expected one of {options}')


def check_paths(
    paths: Iterable[str | Path],
    *,
    today: date,
    profile: Profile = Profile.CONTRIBUTE,
    settings: Settings | None = None,
    root: Path | None = None,
    cache: ResultCache | None = None,
    processes: int = 1,
    baseline: Baseline | None = None,
    since: Snapshot | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check the runbooks in files and folders. Raises `PathError` for a path that does not exist.

    Links are followed below `root` and nowhere else (by default the folder that holds all paths). With `since`, only
    findings that were not there before are reported; with `baseline`, only those that it does not list, and what it
    lists in vain. `progress` is told how many documents of how many are done.
    """
    given = [Path(path) for path in paths]
    tree = DiskTree((root or _common_folder(given)).resolve())
    question = Question(today, profile, settings or Settings())
    documents, unread = _read(given, tree)
    run = Run(documents, question, tree, cache, processes, progress)
    before = examine_all(run_before(run, since)) if since else {}
    results = examine_all(run)
    found = [*unread, *judge(run, results, change_since(run, since, before))]
    sources = sources_of(documents)
    names = sorted({*documents, *(diagnostic.path for diagnostic in unread)})
    places = {name: tree.relative(name) or name for name in names}
    if since:
        known = known_before(run_before(run, since), since, before)
        allowed = question.settings.allow_credential_suppression
        marked = [(each, mark_in(each, places, sources)) for each in _ordered(found)]
        found = list(without_known(marked, known, allow_credentials=allowed))
    if baseline:
        found = _against_baseline(found, baseline, run, places, sources)
        sources[baseline.path] = Source(baseline.text, baseline.path)
    return Report(_ordered(found), tuple(names), sources, places)


def check_text(
    text: str | bytes,
    *,
    today: date,
    path: str = "<text>",
    profile: Profile = Profile.CONTRIBUTE,
    settings: Settings | None = None,
    root: Path | None = None,
    cache: ResultCache | None = None,
) -> Report:
    """Check one document that is not (or not yet) a file; `path` names it and is what the path rules look at.

    Links to other files are looked at only where `root` says in which folder they may be; what is found there is kept
    in `cache`, the text itself (a `str`) is not.
    """
    tree = DiskTree(root.resolve()) if root else None
    run = Run({path: text}, Question(today, profile, settings or Settings()), tree, cache)
    found = judge(run, examine_all(run), None)
    return Report(_ordered(found), (path,), sources_of(run.documents), {path: place_of(tree, path)})


def marks_of(report: Report) -> tuple[Mark, ...]:
    """The marks of a report's diagnostics, for a baseline."""
    return tuple(mark_in(diagnostic, report.places, report.sources) for diagnostic in report.diagnostics)


def _ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key))


def _common_folder(paths: list[Path]) -> Path:
    """The folder that holds all paths; a single file counts with its folder of technologies."""
    folders = [real_path(path) if path.is_dir() else real_path(path.parent).parent for path in paths]
    common = folders[0] if folders else Path()
    for folder in folders[1:]:
        while not folder.is_relative_to(common) and common != common.parent:
            common = common.parent
    return common


def _read(paths: list[Path], tree: DiskTree) -> tuple[dict[str, bytes | str], list[Diagnostic]]:
    """The bytes of all documents by name, and what is said about those that are not read."""
    documents: dict[str, bytes | str] = {}
    unread = []
    for path in find_runbooks(paths):
        name, data = read_file(path)
        if _leaves(path, tree.root):
            unread.append(_stray(name))
        elif isinstance(data, Diagnostic):
            unread.append(data)
        else:
            documents[name] = data
    return documents, [*unread, *(_stray(shown_name(path)) for path in find_strays(paths))]


def _leaves(path: Path, root: Path) -> bool:
    return path.is_symlink() and not real_path(path).is_relative_to(root)


def _stray(name: str) -> Diagnostic:
    message = "file is a symbolic link out of the checked folder, it is not read"
    return Diagnostic("RB813", "link-escapes-repository", Level.ERROR, message, name, _START)


def _against_baseline(
    found: Iterable[Diagnostic], baseline: Baseline, run: Run, places: Mapping[str, str], sources: dict[str, Source]
) -> list[Diagnostic]:
    """The findings that the baseline does not list, and its entries that are mended."""
    from faultmaven_kb.gate.engine.apply import COMPARES, applying  # noqa: PLC0415 - only where there is a baseline

    settings = run.question.settings
    marked = [(diagnostic, mark_in(diagnostic, places, sources)) for diagnostic in _ordered(found)]
    known = {entry.mark: entry.count for entry in baseline.entries}
    left = list(without_known(marked, known, allow_credentials=settings.allow_credential_suppression))
    running = {rule.code for rule in applying(run.question)}
    if "RB905" in running:
        left += stale_entries(
            baseline,
            [mark for _, mark in marked],
            checked=frozenset(places.values()),
            exists=lambda place: run.tree is not None and kind_of(run.tree, place) is not None,
            runs=running.__contains__,
            compares=lambda code: COMPARES.get(code, False),
        )
    return left
