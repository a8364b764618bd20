"""One run over a set of documents: each by itself (cached, in parallel), then all together, then what counts of it.

Used for the files as they are and, when a change is checked, for the files as they were. The rules are imported only
when there is something for them to look at.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.gate.engine.examine import Examined, examine
from faultmaven_kb.gate.engine.result_cache import ResultCache
from faultmaven_kb.gate.facts.facts import Change, Facts
from faultmaven_kb.gate.facts.tree import Tree
from faultmaven_kb.gate.settings.policy import apply_policy
from faultmaven_kb.gate.settings.settings import Question
from faultmaven_kb.source import Source
from faultmaven_kb.text.decoding import decode

__all__ = ["Run", "examine_all", "judge", "place_of", "sources_of"]

_WORTH_A_PROCESS = 80
"""So many documents that are not in the cache pay for starting another process."""

_NEEDS_CHANGE = frozenset({"RB816", "RB904"})


@dataclass(frozen=True)
class Run:
    """Documents by name with their bytes, and all that is needed to judge them."""

    documents: Mapping[str, bytes | str]
    question: Question
    tree: Tree | None = None
    cache: ResultCache | None = None
    processes: int = 1
    progress: Callable[[int, int], None] | None = None


def sources_of(documents: Mapping[str, bytes | str]) -> dict[str, Source]:
    """The texts of the documents that can be read, by name."""
    found = ((name, decode(data, name)[0]) for name, data in documents.items())
    return {name: source for name, source in found if source is not None}


def examine_all(run: Run) -> dict[str, Examined]:
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
        if run.cache and isinstance(data, bytes) and result.facts:  # a refusal is made sooner than it is read again
            run.cache.put(data, result.path, run.question, result)
        if run.progress:
            run.progress(len(results), len(run.documents))
    return {name: results[name] for name in run.documents}


def _examined(run: Run, names: list[str]) -> Iterator[Examined]:
    rest = list(names)
    if run.processes > 1 and len(names) >= _WORTH_A_PROCESS:
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - loaded only where many files are examined
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

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


def judge(run: Run, results: Mapping[str, Examined], change: Change | None) -> list[Diagnostic]:
    """What counts of the findings of the documents and of the base: after settings and suppressions."""
    by_path: dict[str, list[Diagnostic]] = {name: list(result.diagnostics) for name, result in results.items()}
    for diagnostic in _base_findings(run, results, change):
        by_path[diagnostic.path].append(diagnostic)
    found: list[Diagnostic] = []
    for name, result in results.items():
        identity = result.facts.id if result.facts else None
        counted = apply_policy(by_path[name], run.question, place=place_of(run.tree, name), identity=identity)
        found += _unanswered(run, result, change, counted) if result.suppressions else counted
    return found


def place_of(tree: Tree | None, name: str) -> str:
    """Where a document stands relative to the root; its name where there is no tree or it lies outside."""
    return (tree.relative(name) if tree else None) or name


def _base_findings(run: Run, results: Mapping[str, Examined], change: Change | None) -> Iterator[Diagnostic]:
    facts = tuple(result.facts for result in results.values() if result.facts is not None)
    if facts:
        from faultmaven_kb.gate.engine.apply import run_base_rules  # noqa: PLC0415 - without facts there is nothing to ask
        from faultmaven_kb.gate.toolkit.rule_model import Base  # noqa: PLC0415

        base = Base(facts, run.question.today, run.question.settings, run.tree, _Loader(run), change)
        yield from run_base_rules(base, run.question)


def _unanswered(
    run: Run, result: Examined, change: Change | None, counted: Iterator[Diagnostic]
) -> Iterator[Diagnostic]:
    """The diagnostics that no suppression answers, and what is wrong with the suppressions."""
    from faultmaven_kb.gate.engine.apply import COMPARES, applying  # noqa: PLC0415 - only where something is suppressed
    from faultmaven_kb.gate.rules.catalogue import CODES  # noqa: PLC0415
    from faultmaven_kb.gate.rules.suppressions import apply_suppressions  # noqa: PLC0415

    running = {rule.code for rule in applying(run.question)}

    def ran(code: str) -> bool:
        """Whether a rule could have found something: it is switched on and had what it looks at."""
        if code in _NEEDS_CHANGE and change is None:
            return False
        return code in running and (run.tree is not None or not COMPARES[code])

    return apply_suppressions(
        counted,
        result.suppressions,
        path=result.path,
        codes=CODES,
        runs=ran,
        settings=run.question.settings,
        profile=run.question.profile,
    )


class _Loader:
    """Reads the facts of documents that links lead to but that are not checked themselves, each once."""

    def __init__(self, run: Run) -> None:
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
