"""A knowledge base that follows its files: loaded again when one of them was added, changed or removed.

The files are looked at when a question comes, not when a platform's file events say so: a few hundred `stat` calls cost
less than a millisecond each time and need no trust. The old base answers until the new one is ready.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from faultmaven_kb.knowledge_base import KnowledgeBase, builtin_path
from faultmaven_kb.reading.files import find_runbooks
from faultmaven_kb.storage.kept import Cache

__all__ = ["LiveBase"]

_Fingerprint = tuple[tuple[str, int, int], ...]


class LiveBase:
    """The runbooks at some paths, the built-in ones without any; safe to ask from many threads."""

    def __init__(
        self,
        paths: Sequence[str | Path] = (),
        *,
        cache: Cache | None = None,
        prepare: Callable[[KnowledgeBase], KnowledgeBase] = lambda base: base,
    ) -> None:
        """`prepare` is applied to each base that was loaded, before it answers (a semantic model, for instance)."""
        self._paths = tuple(paths) or (builtin_path(),)
        self._cache, self._prepare = cache, prepare
        self._lock = threading.Lock()
        self._seen: _Fingerprint | None = None
        self._base = KnowledgeBase()

    def current(self) -> KnowledgeBase:
        """The knowledge base as the files are now. Raises `PathError` when a path is gone."""
        with self._lock:
            seen = self._fingerprint()
            if seen != self._seen:
                self._base = self._prepare(KnowledgeBase.load(*self._paths, cache=self._cache))
                self._seen = seen
            return self._base

    def _fingerprint(self) -> _Fingerprint:
        found = []
        for file in find_runbooks(self._paths):
            try:
                state = file.stat()
            except OSError:  # removed since the folder was listed
                continue
            found.append((file.as_posix(), state.st_mtime_ns, state.st_size))
        return tuple(found)
