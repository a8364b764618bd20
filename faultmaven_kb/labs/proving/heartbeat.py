"""A sign of life for logs: what runs, repeated while nothing else is printed.

Proofs and images take minutes. On a terminal the person sees the machine work; in a log of a CI run silence looks like
a hang, and some services end a silent job.
"""

import threading
import time
from collections.abc import Callable
from typing import Self

__all__ = ["Heartbeat"]


class Heartbeat:
    """Reports what runs through `say` every `seconds` (0: never); use it in a `with` statement."""

    def __init__(self, say: Callable[[str], None], *, seconds: float) -> None:
        self._say, self._seconds = say, seconds
        self._running: dict[str, float] = {}
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        if self._seconds:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._seconds:
            self._thread.join()

    def started(self, name: str) -> None:
        """Note something that runs from now on."""
        with self._lock:
            self._running[name] = time.monotonic()

    def ended(self, name: str) -> None:
        """Note that it has ended."""
        with self._lock:
            self._running.pop(name, None)

    def _beat(self) -> None:
        while not self._over.wait(self._seconds):
            with self._lock:
                now = time.monotonic()
                names = [f"{name} ({now - begin:.0f} s)" for name, begin in self._running.items()]
            self._say(f"still running: {', '.join(names) or 'images are being made'}")
