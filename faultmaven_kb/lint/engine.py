"""Runs the rules: every document by itself, then the base as a whole, then what authors and settings have to say to it.

All findings of a file come from one run, sorted by file, place and code, so two runs print the same bytes. What a
document's own rules find is taken from the cache where nothing changed, and from several processes where many did.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import repeat
from pathlib import Path

from faultmaven_kb.decoding import decode, read_bytes
from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.files import find_runbooks, find_strays
from faultmaven_kb.lint.baseline import Baseline, Mark, mark_of, stale_entries, without_known
from faultmaven_kb.lint.examine import Examined, Question, applying, as_diagnostics, crash, examine
from faultmaven_kb.lint.facts import Facts
from faultmaven_kb.lint.policy import apply_policy
from faultmaven_kb.lint.result_cache import ResultCache
from faultmaven_kb.lint.rule import Base, Change, Profile, Rule, Settings
from faultmaven_kb.lint.rules import CODES, RULES
from faultmaven_kb.lint.suppressions import apply_suppressions
from faultmaven_kb.lint.tree import DiskTree, SnapshotTree, Tree, kind_of
from faultmaven_kb.source import Source, Span

__all__ = ["Report", "Snapshot", "check_paths", "check_text", "marks_of", "profile_named"]

_START = Span(1, 1, 1, 1)
_WORTH_A_PROCESS = 80
"""So many documents that are not in the cache pay for starting another process."""


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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The base before a change: its files, the runbooks among them by name, what was renamed since, what was retired.

    `renamed` maps paths relative to the root, old to new; `retired` maps ids to what became of them.
    """

    revision: str
    tree: SnapshotTree
    renamed: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Run:
    """Documents by name with their bytes, and all that is needed to judge them."""

    documents: Mapping[str, bytes | str]
    question: Question
    tree: Tree | None = None
    cache: ResultCache | None = None
    processes: int = 1
    progress: Callable[[int, int], None] | None = None


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
    run = _Run(documents, question, tree, cache, processes, progress)
    before = _examine_all(_before(run, since)) if since else {}
    results = _examine_all(run)
    found = [*unread, *_judge(run, results, _change(run, since, before))]
    sources = _sources(documents)
    names = sorted({*documents, *(diagnostic.path for diagnostic in unread)})
    places = {name: tree.relative(name) or name for name in names}
    if since:
        known = _known_before(_before(run, since), since, before)
        allowed = question.settings.allow_credential_suppression
        marked = [(each, _mark(each, places, sources)) for each in _ordered(found)]
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
    run = _Run({path: text}, Question(today, profile, settings or Settings()), tree, cache)
    found = _judge(run, _examine_all(run), None)
    return Report(_ordered(found), (path,), _sources(run.documents), {path: _place(tree, path)})


def marks_of(report: Report) -> tuple[Mark, ...]:
    """The marks of a report's diagnostics, for a baseline."""
    return tuple(_mark(diagnostic, report.places, report.sources) for diagnostic in report.diagnostics)


def _ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key))


def _common_folder(paths: list[Path]) -> Path:
    """The folder that holds all paths; a single file counts with its folder of technologies."""
    folders = [path.resolve() if path.is_dir() else path.resolve().parent.parent for path in paths]
    common = folders[0] if folders else Path()
    for folder in folders[1:]:
        while not folder.is_relative_to(common):
            common = common.parent
    return common


def _read(paths: list[Path], tree: DiskTree) -> tuple[dict[str, bytes | str], list[Diagnostic]]:
    """The bytes of all documents by name, and what is said about those that are not read."""
    documents: dict[str, bytes | str] = {}
    unread = []
    for path in find_runbooks(paths):
        name = path.as_posix()
        try:
            if path.is_symlink() and not path.resolve().is_relative_to(tree.root):
                unread.append(_stray(name))
            else:
                documents[name] = read_bytes(path)
        except (PathError, OSError, RuntimeError) as error:
            unread.append(Diagnostic("RB013", "unreadable-file", Level.ERROR, str(error), name, _START))
    return documents, [*unread, *(_stray(path.as_posix()) for path in find_strays(paths))]


def _stray(name: str) -> Diagnostic:
    message = "file is a symbolic link out of the checked folder, it is not read"
    return Diagnostic("RB813", "link-escapes-repository", Level.ERROR, message, name, _START)


def _sources(documents: Mapping[str, bytes | str]) -> dict[str, Source]:
    found = ((name, decode(data, name)[0]) for name, data in documents.items())
    return {name: source for name, source in found if source is not None}


def _examine_all(run: _Run) -> dict[str, Examined]:
    """The result of each document in the run's order: from the cache, else examined here or by more processes."""
    results: dict[str, Examined] = {}
    todo = []
    for name, data in run.documents.items():
        kept = run.cache.get(data, name, run.question) if run.cache and isinstance(data, bytes) else None
        if kept is not None:
            results[name] = kept
        else:
            todo.append(name)
    for result in _examined(run, todo):
        results[result.path] = result
        data = run.documents[result.path]
        if run.cache and isinstance(data, bytes):
            run.cache.put(data, result.path, run.question, result)
        if run.progress:
            run.progress(len(results), len(run.documents))
    return {name: results[name] for name in run.documents}


def _examined(run: _Run, names: list[str]) -> Iterator[Examined]:
    rest = list(names)
    if run.processes > 1 and len(names) >= _WORTH_A_PROCESS:
        try:
            with ProcessPoolExecutor(run.processes) as pool:
                data = [run.documents[name] for name in names]
                for result in pool.map(examine, data, names, repeat(run.question), chunksize=16):
                    del rest[0]
                    yield result
        except (BrokenProcessPool, OSError):  # no more processes to be had: go on in this one
            pass
    for name in rest:
        yield examine(run.documents[name], name, run.question)


def _judge(run: _Run, results: Mapping[str, Examined], change: Change | None) -> list[Diagnostic]:
    """What counts of the findings of the documents and of the base: after settings and suppressions."""
    by_path: dict[str, list[Diagnostic]] = {name: list(result.diagnostics) for name, result in results.items()}
    for diagnostic in _base_findings(run, results, change):
        by_path[diagnostic.path].append(diagnostic)
    running = {rule.code for rule in applying(run.question)}
    found: list[Diagnostic] = []
    for name, result in results.items():
        identity = result.facts.id if result.facts else None
        counted = apply_policy(by_path[name], run.question, place=_place(run.tree, name), identity=identity)
        if result.suppressions:
            counted = apply_suppressions(
                counted,
                result.suppressions,
                path=name,
                codes=CODES,
                runs=partial(_ran, running, run, change),
                settings=run.question.settings,
                profile=run.question.profile,
            )
        found += counted
    return found


_NEEDS_CHANGE = frozenset({"RB816", "RB904"})


def _ran(running: set[str], run: _Run, change: Change | None, code: str) -> bool:
    """Whether a rule could have found something: it is switched on and had what it looks at."""
    if code in _NEEDS_CHANGE and change is None:
        return False
    return code in running and (run.tree is not None or not _COMPARES[code])


_COMPARES = {rule.code: rule.check_base is not None for rule in RULES}


def _place(tree: Tree | None, name: str) -> str:
    return (tree.relative(name) if tree else None) or name


def _base_findings(run: _Run, results: Mapping[str, Examined], change: Change | None) -> Iterator[Diagnostic]:
    facts = tuple(result.facts for result in results.values() if result.facts is not None)
    base = Base(facts, run.question.today, run.question.settings, run.tree, _Loader(run), change)
    for rule in applying(run.question) if facts else ():
        yield from _run_base(rule, base, run.question)


def _run_base(rule: Rule, base: Base, question: Question) -> Iterator[Diagnostic]:
    if rule.check_base is None:
        return
    try:
        for facts, finding in rule.check_base(base):
            yield from as_diagnostics(rule, finding, facts.path, question)
    except Exception as error:  # a broken rule must not hide the others
        yield crash(rule, error, base.documents[0].path)


class _Loader:
    """Reads the facts of documents that links lead to but that are not checked themselves, each once."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._known: dict[str, Facts | None] = {}

    def __call__(self, place: str) -> Facts | None:
        if place not in self._known:
            data = self._run.tree.data(place) if self._run.tree else None
            result = self._examined(data, place) if data is not None else None
            self._known[place] = result.facts if result else None
        return self._known[place]

    def _examined(self, data: bytes, place: str) -> Examined:
        cache, question = self._run.cache, self._run.question
        kept = cache.get(data, place, question) if cache else None
        result = kept or examine(data, place, question)
        if cache and kept is None:
            cache.put(data, place, question, result)
        return result


def _before(run: _Run, since: Snapshot) -> _Run:
    """The same check of the files before the change."""
    documents = {name: since.tree.data(place) or b"" for name, place in sorted(since.tree.names.items())}
    return _Run(documents, run.question, since.tree, run.cache, run.processes)


def _change(run: _Run, since: Snapshot | None, before: Mapping[str, Examined]) -> Change | None:
    """What the documents of a run were before, by their present names."""
    if since is None or run.tree is None:
        return None
    facts = {since.tree.names[name]: result.facts for name, result in before.items() if result.facts}
    moved = {since.renamed.get(place, place): known for place, known in facts.items()}
    named = ((name, moved.get(_place(run.tree, name))) for name in run.documents)
    retired = {known.id: "deprecated" for known in facts.values() if known.status == "deprecated"}
    present = {_place(run.tree, name) for name in run.documents}
    for place, known in facts.items():
        if since.renamed.get(place, place) not in present and kind_of(run.tree, place) is None:
            retired[known.id] = "deleted with this change"
    return Change(since.revision, {name: known for name, known in named if known}, {**since.retired, **retired})


def _known_before(run: _Run, since: Snapshot, results: Mapping[str, Examined]) -> Mapping[Mark, int]:
    """How many findings of each mark there were before, at the paths that the files have now."""
    sources = _sources(run.documents)
    places = {name: since.renamed.get(place, place) for name, place in since.tree.names.items()}
    known: dict[Mark, int] = {}
    for diagnostic in _judge(run, results, None):
        mark = _mark(diagnostic, places, sources)
        known[mark] = known.get(mark, 0) + 1
    return known


def _mark(diagnostic: Diagnostic, places: Mapping[str, str], sources: Mapping[str, Source]) -> Mark:
    place = places.get(diagnostic.path, diagnostic.path)
    return mark_of(diagnostic, place, sources.get(diagnostic.path))


def _against_baseline(
    found: Iterable[Diagnostic], baseline: Baseline, run: _Run, places: Mapping[str, str], sources: dict[str, Source]
) -> list[Diagnostic]:
    """The findings that the baseline does not list, and its entries that are mended."""
    settings = run.question.settings
    marked = [(diagnostic, _mark(diagnostic, places, sources)) for diagnostic in _ordered(found)]
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
            compares=lambda code: _COMPARES.get(code, False),
        )
    return left
