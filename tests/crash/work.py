"""The pieces of work that are killed: each one works in the current folder, with runbooks in `kb`."""

from pathlib import Path

from faultmaven_kb import Cache, KnowledgeBase
from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.disk.replacing import replace_file
from faultmaven_kb.storage import building
from faultmaven_kb.storage.base import StoredBase

__all__ = ["append", "build", "check", "export", "fix", "join", "merge", "search"]


def _fmkb(*arguments: str) -> None:
    fmkb.main(arguments, standalone_mode=False)


def fix() -> None:
    """Fixes of several files."""
    _fmkb("validate", "kb", "--fix", "--no-cache", "--today", "2026-11-29", "--jobs", "1")


def check() -> None:
    """Results of checks, kept in the cache."""
    _fmkb("validate", "kb", "--format", "json", "--today", "2026-11-29", "--jobs", "1")


def search() -> None:
    """A base in the cache."""
    KnowledgeBase.load(Path("kb"), cache=Cache(Path("cache")))


def build() -> None:
    """A base in a file."""
    _fmkb("build", "kb", "-o", "base.fmkb", "--jobs", "1")


def append() -> None:
    """A change of a base as a segment at its end."""
    building._SMALL = 1
    building._CHANGED_SHARE = 10.0
    building._STALE_SHARE = 2.0
    building.refresh(StoredBase(Path("base.fmkb")))


def join() -> None:
    """Changes of a base, one after the other, that become one segment at its end."""
    append()
    replace_file(Path("kb/redis/later-fault.md"), b"# Later fault\n\n## Meaning\n\nIt came later.\n")
    append()
    assert len(StoredBase(Path("base.fmkb")).segments) == 2


def merge() -> None:
    """A change of a base whose segments become one."""
    building._SMALL = 1
    building._CHANGED_SHARE = 0.0
    building.refresh(StoredBase(Path("base.fmkb")))


def export() -> None:
    """Skills with their catalogue."""
    _fmkb("export", "skills", "out", "--catalog", "--kb", "kb")
