"""What a change is responsible for: the same check of the files before it, and what was there already.

A finding that was there before is known by its mark, so a line that only moved is nobody's fault, and a link that broke
in another file is the fault of whoever removed its target.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.gate.engine.baseline import Mark, mark_of
from faultmaven_kb.gate.engine.examine import Examined
from faultmaven_kb.gate.engine.run import Run, judge, place_of, sources_of
from faultmaven_kb.gate.facts.facts import Change
from faultmaven_kb.gate.facts.tree import SnapshotTree, kind_of
from faultmaven_kb.source import Source

__all__ = ["Snapshot", "change_since", "known_before", "mark_in", "run_before"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The base before a change: its files, the runbooks among them by name, what was renamed since, what was retired,
    and who changed which file since.

    `renamed` maps paths relative to the root, old to new; `retired` maps ids to what became of them; `authors` maps
    paths relative to the root to names and mail addresses.
    """

    revision: str
    tree: SnapshotTree
    renamed: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)
    authors: Mapping[str, frozenset[str]] = field(default_factory=dict)


def run_before(run: Run, since: Snapshot) -> Run:
    """The same check of the files before the change."""
    documents = {name: since.tree.data(place) or b"" for name, place in sorted(since.tree.names.items())}
    return Run(documents, run.question, since.tree, run.cache, run.processes)


def change_since(run: Run, since: Snapshot | None, before: Mapping[str, Examined]) -> Change | None:
    """What the documents of a run were before, by their present names."""
    if since is None or run.tree is None:
        return None
    facts = {since.tree.names[name]: result.facts for name, result in before.items() if result.facts}
    moved = {since.renamed.get(place, place): known for place, known in facts.items()}
    named = ((name, moved.get(place_of(run.tree, name))) for name in run.documents)
    retired = {known.id: "deprecated" for known in facts.values() if known.status == "deprecated"}
    present = {place_of(run.tree, name) for name in run.documents}
    for place, known in facts.items():
        if since.renamed.get(place, place) not in present and kind_of(run.tree, place) is None:
            retired[known.id] = "deleted with this change"
    authors = {name: since.authors.get(place_of(run.tree, name), frozenset()) for name in run.documents}
    earlier = {name: known for name, known in named if known}
    return Change(since.revision, earlier, {**since.retired, **retired}, authors)


def known_before(run: Run, since: Snapshot, results: Mapping[str, Examined]) -> Mapping[Mark, int]:
    """How many findings of each mark there were before, at the paths that the files have now."""
    sources = sources_of(run.documents)
    places = {name: since.renamed.get(place, place) for name, place in since.tree.names.items()}
    known: dict[Mark, int] = {}
    for diagnostic in judge(run, results, None):
        mark = mark_in(diagnostic, places, sources)
        known[mark] = known.get(mark, 0) + 1
    return known


def mark_in(diagnostic: Diagnostic, places: Mapping[str, str], sources: Mapping[str, Source]) -> Mark:
    """The mark of a finding, by the places and texts of the files it may stand in."""
    place = places.get(diagnostic.path, diagnostic.path)
    return mark_of(diagnostic, place, sources.get(diagnostic.path))
