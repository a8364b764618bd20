"""A knowledge base that follows its files: loaded again when one of them was added, changed or removed.

The files are looked at when a question comes, not when a platform's file events say so: a few hundred `stat` calls cost
less than a millisecond each time and need not be trusted. Questions that wait for one another share a look that began
after they came. Files are read in a worker process with a deadline, and the old base answers as long as that takes: a
question waits a moment for a change that is quickly read, and for nothing else.
"""

import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from faultmaven_kb.knowledge_base import KnowledgeBase, builtin_path
from faultmaven_kb.reading.files import FileState, find_states
from faultmaven_kb.serving.workers import Workers
from faultmaven_kb.storage.kept import Cache
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["SEARCHES_AT_ONCE", "LiveBase"]

SEARCHES_AT_ONCE = 1
"""How many threads of a process search: those that compute wait for one another, which cost a fifth of the processor
time when many asked at once (`python -m benchmarks.http_door --mcp`, with another value here)."""

_PATIENCE = 5.0  # seconds, chosen
_DEADLINE = 120.0  # seconds, chosen


class LiveBase:
    """The runbooks at some paths, the built-in ones without any; safe to ask from many threads."""

    def __init__(
        self,
        paths: Sequence[str | Path] = (),
        *,
        cache: Cache | None = None,
        prepare: Callable[[KnowledgeBase], KnowledgeBase] = lambda base: base,
        patience: float = _PATIENCE,
        read: Callable[[tuple[str | Path, ...], Cache | None], KnowledgeBase] | None = None,
    ) -> None:
        """`prepare` is applied to each base that was loaded, before it answers (a semantic model, for instance).

        A question waits `patience` seconds for a change to be read; `read` reads it (in a worker, by default).
        """
        self._paths = tuple(paths)
        self._watched = self._paths or (builtin_path(),)
        self._cache, self._prepare, self._patience = cache, prepare, patience
        workers = Workers(seconds=_DEADLINE, most=1)
        self._read = read or (lambda paths, cache: workers.run(_loaded, paths, cache))
        self._lock = threading.Lock()
        self._state: list[FileState] | None = None
        self._look: tuple[float, list[FileState]] | None = None
        """When the latest look at the files began, and what it saw."""
        self._base = KnowledgeBase()
        self._loading: threading.Thread | None = None
        self._since = 0.0

    def current(self, *, asked: float | None = None) -> KnowledgeBase:
        """The knowledge base as the files are now, or as they were while a change is still being read.

        A question that was `asked` earlier (by `time.perf_counter`) takes what a look has seen that began since then.
        The first base is read at once. Raises `PathError` when a path is gone.
        """
        look = self._look
        if look is None or asked is None or look[0] <= asked:
            self._look = look = time.perf_counter(), find_states(self._watched)
        state = look[1]
        with self._lock:
            if self._state is None:
                self._base = self._prepare(_loaded(self._paths, self._cache))
                self._state = state
                _freeze_loaded()
            elif state != self._state and self._loading is None:
                self._loading = threading.Thread(target=self._load, args=(state,), daemon=True)
                self._since = time.monotonic()
                self._loading.start()
            loading, since = self._loading, self._since
        if loading is not None:
            loading.join(max(since + self._patience - time.monotonic(), 0))
        return self._base

    def _load(self, state: list[FileState]) -> None:
        """Read the files and put the new base in place; where that fails, the old one stays until they change again."""
        base = None
        try:
            base = self._prepare(self._read(self._paths, self._cache))
        except Exception as error:  # a server that runs goes on answering
            logging.getLogger(__name__).warning("the runbooks were not read again: %s", printable(str(error)))
        with self._lock:
            self._base, self._state, self._loading = self._base if base is None else base, state, None
        _freeze_loaded()


def _loaded(paths: tuple[str | Path, ...], cache: Cache | None) -> KnowledgeBase:
    return KnowledgeBase.load(*paths, cache=cache) if paths else KnowledgeBase.builtin(cache=cache)


def _freeze_loaded() -> None:
    """Exclude everything that is loaded now from garbage collection, which would stop a question for as long as there
    are objects to look at; what an earlier call excluded and is no longer used is freed.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
