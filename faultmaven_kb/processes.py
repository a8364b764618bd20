"""Starts Python processes that import nothing from the current folder, which may be a stranger's checkout.

A new Python looks there for its first modules, before it knows the paths of the process that starts it: a file
`multiprocessing.py` among checked runbooks would be executed. `PYTHONSAFEPATH` prevents that and can only be said in
the environment, so it is set for as long as processes are being started, and no longer: what an embedding program
starts besides is its own.

A process of a pool waits for work from a pipe that its sisters hold open too, so it would wait for ever when the one
that started it was killed: `end_with_parent` ends it.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["end_with_parent", "outside_current_folder"]

_NAME = "PYTHONSAFEPATH"
_lock = threading.Lock()
_before: list[str | None] = []
"""What the variable was, once for each block that is open; the first one is the environment's own."""


@contextmanager
def outside_current_folder() -> Iterator[None]:
    """Processes that are started in this block take no module from the current folder; blocks may overlap."""
    with _lock:
        _before.append(os.environ.get(_NAME))
        os.environ[_NAME] = "1"
    try:
        yield
    finally:
        with _lock:
            own = _before[0]
            _before.pop()
            if not _before:
                os.environ.pop(_NAME, None)
                os.environ.update({} if own is None else {_NAME: own})


def end_with_parent() -> None:
    """End this process, which `multiprocessing` started, when the one that started it has ended."""
    from multiprocessing import parent_process  # noqa: PLC0415 - for those who start processes

    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)
