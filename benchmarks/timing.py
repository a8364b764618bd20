"""Medians of alternating runs: two ways of doing something are timed in turn, so that a slow moment hits both."""

import statistics
import time
from collections.abc import Callable

__all__ = ["alternate", "median_ms"]


def median_ms(action: Callable[[], object], *, runs: int = 50) -> float:
    """The median duration of an action in milliseconds, after one run that is not counted."""
    return alternate(action, runs=runs)[0]


def alternate(*actions: Callable[[], object], runs: int = 50) -> tuple[float, ...]:
    """The median duration of each action in milliseconds; the actions are run in turn."""
    times: list[list[float]] = [[] for _ in actions]
    for run in range(runs + 1):
        for number, action in enumerate(actions):
            start = time.perf_counter()
            action()
            if run:
                times[number].append((time.perf_counter() - start) * 1000)
    return tuple(statistics.median(each) for each in times)
