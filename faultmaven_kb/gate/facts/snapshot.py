"""The knowledge base before a change, as `git_history` or another caller reads it: a value, without git."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faultmaven_kb.gate.facts.tree import SnapshotTree

__all__ = ["Snapshot"]


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
