"""Many documents under the rules: read, examined one by one, compared, judged; then what of it is new.

Read from top to bottom: the two questions a caller asks (`check_paths`, `check_text`), how a batch of documents is
examined (cached, in several processes) and judged (exclusions, levels, suppressions), what a change is responsible for,
and what a baseline lists. All findings of a file come from one check, sorted by file, place and code, so two checks
print the same bytes. The rules are imported only when there is something for them to look at.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.disk.folders import real_path
from faultmaven_kb.gate.engine.baseline import Baseline, Mark, mark_of, stale_entries, within, without_known
from faultmaven_kb.gate.engine.document import Examined, compares_documents, examine, rules_in_force, run_base_rules
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.engine.result_cache import ResultCache
from faultmaven_kb.gate.facts.records import Change, Facts
from faultmaven_kb.gate.facts.snapshot import Snapshot
from faultmaven_kb.gate.facts.tree import DiskTree, Tree, kind_of
from faultmaven_kb.gate.settings.policy import apply_policy
from faultmaven_kb.gate.settings.settings import Criteria, Profile, Settings
from faultmaven_kb.processes import end_with_parent, outside_current_folder
from faultmaven_kb.reading.files import (
    find_other_markup,
    find_runbooks,
    find_strays,
    other_markup,
    read_file,
    shown_name,
)
from faultmaven_kb.source import START, Source
from faultmaven_kb.text.characters.decoding import decode

__all__ = ["check_paths", "check_text", "marks_of"]

_WORTH_A_PROCESS = 80
"""This many documents that are not in the cache pay for starting another process."""

_NEEDS_CHANGE = frozenset({"RB816", "RB904"})
"""Rules that find something only where the state before a change is known."""


@dataclass(frozen=True)
class _Batch:
    """Documents by name with their bytes, and all that is needed to judge them."""

    documents: Mapping[str, bytes | str]
    criteria: Criteria
    tree: Tree | None = None
    cache: ResultCache | None = None
    processes: int = 1
    progress: Callable[[int, int], None] | None = None
    left_out: tuple[str, ...] = ()


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
    notices: Iterable[Diagnostic] = (),
    progress: Callable[[int, int], None] | None = None,
    only: Collection[str] | None = None,
) -> Report:
    """Check the runbooks in files and folders. Raises `PathError` for a path that does not exist.

    Links are followed below `root` and nowhere else (by default the folder that contains all paths). With `since`, only
    findings that were not there before are reported; with `baseline`, only those that it does not list, and its stale
    entries. `notices` are reported in addition to the findings. `progress` is called with how many of how many
    documents are done. With `only`, just the documents of these names are examined, in the place of all,
    and of what the rules over the base find only errors count.
    """
    targets = [Path(path) for path in paths]
    tree = DiskTree((root or _common_folder(targets)).resolve())
    criteria = Criteria(today, profile, settings or Settings())
    documents, unread = _read(targets, tree)
    left_out = tuple(_place_of(tree, name) for name in documents if only is not None and name not in only)
    documents = {name: data for name, data in documents.items() if only is None or name in only}
    batch = _Batch(documents, criteria, tree, cache, processes, progress, left_out)
    earlier = _batch_before(batch, since) if since else None
    before = _examine_all(earlier) if earlier else {}
    results = _examine_all(batch)
    diagnostics = [*unread, *_judge(batch, results, _change_since(batch, since, before))]
    sources = _sources_of(documents)
    names = sorted({*documents, *(diagnostic.path for diagnostic in unread)})
    places = {name: tree.relative(name) or name for name in names}
    earlier_marks = _known_before(earlier, since, before) if since and earlier else Counter[Mark]()
    if since or baseline:
        marked = [(diagnostic, _mark_in(diagnostic, places, sources)) for diagnostic in _ordered(diagnostics)]
        listed = Counter({entry.mark: entry.count for entry in baseline.entries} if baseline else {})
        allowed = criteria.settings.allow_credential_suppression
        diagnostics = list(without_known(marked, earlier_marks | listed, allow_credentials=allowed))
    if baseline:
        stale = within(baseline, earlier_marks) if since else baseline  # what was stale before is not of this change
        diagnostics += _stale(stale, [mark for _, mark in marked], batch, places)
        sources[baseline.path] = Source(baseline.text, baseline.path)
    complete = baseline is None and since is None
    aliases = dict(criteria.settings.aliases)
    return Report(_ordered([*diagnostics, *notices]), tuple(names), sources, places, complete, aliases)


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
    batch = _Batch({path: text}, Criteria(today, profile, settings or Settings()), tree, cache)
    diagnostics = _judge(batch, _examine_all(batch), None)
    places = {path: _place_of(tree, path)}
    aliases = dict(batch.criteria.settings.aliases)
    return Report(_ordered(diagnostics), (path,), _sources_of(batch.documents), places, complete=True, aliases=aliases)


def marks_of(report: Report) -> tuple[Mark, ...]:
    """The marks of a report's diagnostics, for a baseline."""
    return tuple(_mark_in(diagnostic, report.places, report.sources) for diagnostic in report.diagnostics)


def _ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key))


def _common_folder(paths: list[Path]) -> Path:
    """The folder that contains all paths; a single file counts with its folder of technologies."""
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
        if path.is_symlink() and not real_path(path).is_relative_to(tree.root):
            unread.append(_stray(name))
        elif isinstance(data, Diagnostic):
            unread.append(data)
        else:
            documents[name] = data
    return documents, [
        *unread,
        *(_stray(shown_name(path)) for path in find_strays(paths)),
        *map(_other, find_other_markup(paths)),
    ]


def _other(path: Path) -> Diagnostic:
    message = other_markup(path.name) or ""
    return Diagnostic("RB013", "unreadable-file", Level.INFO, message, shown_name(path), START)


def _stray(name: str) -> Diagnostic:
    message = "file is a symbolic link out of the checked folder, it is not read"
    return Diagnostic("RB813", "link-escapes-repository", Level.ERROR, message, name, START)


def _sources_of(documents: Mapping[str, bytes | str]) -> dict[str, Source]:
    """The texts of the documents that can be read, by name."""
    decoded = ((name, decode(data, name)[0]) for name, data in documents.items())
    return {name: source for name, source in decoded if source is not None}


def _examine_all(batch: _Batch) -> dict[str, Examined]:
    """The result of each document in the batch's order: from the cache, else examined here or by more processes."""
    results: dict[str, Examined] = {}
    todo = []
    for name, data in batch.documents.items():
        earlier = batch.cache.get(data, name, batch.criteria) if batch.cache and isinstance(data, bytes) else None
        if earlier is not None:
            results[name] = earlier
        else:
            todo.append(name)
    for result in _examined(batch, todo):
        results[result.path] = result
        data = batch.documents[result.path]
        if batch.cache and isinstance(data, bytes) and result.facts:  # a refusal is made sooner than it is read again
            batch.cache.put(data, result.path, batch.criteria, result)
        if batch.progress:
            batch.progress(len(results), len(batch.documents))
    return {name: results[name] for name in batch.documents}


def _examined(batch: _Batch, names: list[str]) -> Iterator[Examined]:
    rest = list(names)
    if batch.processes > 1 and len(names) >= _WORTH_A_PROCESS:
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - loaded only where many files are examined
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

        try:
            pool = ProcessPoolExecutor(batch.processes, initializer=end_with_parent)
            with outside_current_folder(), pool:
                data = [batch.documents[name] for name in names]
                for result in pool.map(examine, data, names, repeat(batch.criteria), chunksize=16):
                    del rest[0]
                    yield result
        except (BrokenProcessPool, OSError):  # no more processes to be had: go on in this one
            pass
    for name in rest:
        yield examine(batch.documents[name], name, batch.criteria)


def _judge(batch: _Batch, results: Mapping[str, Examined], change: Change | None) -> list[Diagnostic]:
    """What counts of the findings of the documents and of the base: after settings and suppressions."""
    by_path: dict[str, list[Diagnostic]] = {name: list(result.diagnostics) for name, result in results.items()}
    for diagnostic in _base_findings(batch, results, change):
        by_path[diagnostic.path].append(diagnostic)
    diagnostics: list[Diagnostic] = []
    for name, result in results.items():
        identity = result.facts.id if result.facts else None
        counted = apply_policy(by_path[name], batch.criteria, place=_place_of(batch.tree, name), identity=identity)
        diagnostics += _unanswered(batch, result, change, counted) if result.suppressions else counted
    return diagnostics


def _place_of(tree: Tree | None, name: str) -> str:
    """Where a document is relative to the root; its name where there is no tree or it lies outside."""
    return (tree.relative(name) if tree else None) or name


def _base_findings(batch: _Batch, results: Mapping[str, Examined], change: Change | None) -> Iterator[Diagnostic]:
    facts = tuple(result.facts for result in results.values() if result.facts is not None)
    if facts:
        from faultmaven_kb.gate.toolkit.rule_model import Base  # noqa: PLC0415 - without facts no rule is run

        base = Base(
            facts, batch.criteria.today, batch.criteria.settings, batch.tree, _Loader(batch), change, batch.left_out
        )
        yield from run_base_rules(base, batch.criteria)


def _unanswered(
    batch: _Batch, result: Examined, change: Change | None, counted: Iterator[Diagnostic]
) -> Iterator[Diagnostic]:
    """The diagnostics that no suppression answers, and what is wrong with the suppressions."""
    from faultmaven_kb.gate.rules.catalogue import codes_by_word  # noqa: PLC0415 - only where something is suppressed
    from faultmaven_kb.gate.rules.suppressions import apply_suppressions  # noqa: PLC0415

    running = {rule.code for rule in rules_in_force(batch.criteria)}

    def ran(code: str) -> bool:
        """Whether a rule could have found something: it is switched on and had what it looks at."""
        if code in _NEEDS_CHANGE and change is None:
            return False
        return code in running and (batch.tree is not None or not compares_documents(code))

    return apply_suppressions(
        counted,
        result.suppressions,
        path=result.path,
        codes=codes_by_word(),
        runs=ran,
        settings=batch.criteria.settings,
        profile=batch.criteria.profile,
    )


class _Loader:
    """Reads the facts of documents that links lead to but that are not checked themselves, each once."""

    def __init__(self, batch: _Batch) -> None:
        self._batch = batch
        self._known: dict[str, Facts | None] = {}

    def __call__(self, place: str) -> Facts | None:
        if place not in self._known:
            data = self._batch.tree.data(place) if self._batch.tree else None
            result = self._examined(data, place) if data is not None else None
            self._known[place] = result.facts if result else None
        return self._known[place]

    def _examined(self, data: bytes, place: str) -> Examined:
        cache, criteria = self._batch.cache, self._batch.criteria
        earlier = cache.get(data, place, criteria) if cache else None
        result = earlier or examine(data, place, criteria)
        if cache and earlier is None:
            cache.put(data, place, criteria, result)
        return result


def _batch_before(batch: _Batch, since: Snapshot) -> _Batch:
    """The same check of the files before the change."""
    documents = {name: since.tree.data(place) or b"" for name, place in sorted(since.tree.names.items())}
    return _Batch(documents, batch.criteria, since.tree, batch.cache, batch.processes)


def _change_since(batch: _Batch, since: Snapshot | None, before: Mapping[str, Examined]) -> Change | None:
    """What the documents of a batch were before, by their present names."""
    if since is None or batch.tree is None:
        return None
    facts = {since.tree.names[name]: result.facts for name, result in before.items() if result.facts}
    by_new_place = {since.renamed.get(place, place): document for place, document in facts.items()}
    places = {name: _place_of(batch.tree, name) for name in batch.documents}
    retired = {document.id: "deprecated" for document in facts.values() if document.status == "deprecated"}
    present = set(places.values())
    for place, document in facts.items():
        if since.renamed.get(place, place) not in present and kind_of(batch.tree, place) is None:
            retired[document.id] = "deleted with this change"
    authors = {name: since.authors.get(place, frozenset()) for name, place in places.items()}
    earlier = {name: by_new_place[place] for name, place in places.items() if place in by_new_place}
    return Change(since.revision, earlier, {**since.retired, **retired}, authors)


def _known_before(batch: _Batch, since: Snapshot, results: Mapping[str, Examined]) -> Counter[Mark]:
    """How many findings of each mark there were before, at the paths that the files have now."""
    sources = _sources_of(batch.documents)
    places = {name: since.renamed.get(place, place) for name, place in since.tree.names.items()}
    return Counter(_mark_in(diagnostic, places, sources) for diagnostic in _judge(batch, results, None))


def _mark_in(diagnostic: Diagnostic, places: Mapping[str, str], sources: Mapping[str, Source]) -> Mark:
    """The mark of a finding, by the places and texts of the files it may be in."""
    place = places.get(diagnostic.path, diagnostic.path)
    return mark_of(diagnostic, place, sources.get(diagnostic.path))


def _stale(baseline: Baseline, marks: list[Mark], batch: _Batch, places: Mapping[str, str]) -> Iterator[Diagnostic]:
    """The entries of a baseline that are no longer found."""
    running = {rule.code for rule in rules_in_force(batch.criteria)}
    if "RB905" in running:
        yield from stale_entries(
            baseline,
            marks,
            checked=frozenset(places.values()),
            exists=lambda place: batch.tree is not None and kind_of(batch.tree, place) is not None,
            runs=running.__contains__,
            compares=compares_documents,
        )
