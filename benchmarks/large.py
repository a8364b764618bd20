"""A base of many made runbooks on disk: what building, opening, asking, changing and merging it takes.

python -m benchmarks.large FOLDER COUNT [--step NAME …]

The runbooks (`benchmarks.generate`) and the base are written into FOLDER and stay there; what is there is used. Each
step runs in a process of its own and gives its processor time, that of its own processes included, and the most memory
that was resident in it.
"""

import argparse
import gc
import multiprocessing
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.generate import question_for, write_runbooks

__all__ = ["main"]

_SHORT, _LOGS, _LINES = 200, 20, 200
_CHANGES = 12


def _write(folder: Path, count: int) -> str:
    write_runbooks(folder / "runbooks", count)
    return f"{count:,} runbooks"


def _build(folder: Path, _: int) -> str:
    from faultmaven_kb import KnowledgeBase

    base = folder / "base.fmkb"
    kb = KnowledgeBase.build(folder / "runbooks", to=base, jobs=os.cpu_count() or 1)
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        f"{len(kb):,} runbooks, {base.stat().st_size / 1e6:,.0f} MB on disk; of the time {_seconds(child):.1f} s in "
        f"other processes, the largest of them {child.ru_maxrss / 1024:.0f} MB"
    )


def _open(folder: Path, count: int) -> str:
    from faultmaven_kb import KnowledgeBase

    answer = KnowledgeBase.open(folder / "base.fmkb").search(question_for(count // 2))
    return f"first question: {answer.verdict}"


def _ask(folder: Path, count: int) -> str:
    from faultmaven_kb import KnowledgeBase

    dice = random.Random(4)
    short = [question_for(dice.randrange(count)) for _ in range(_SHORT)]
    logs = [_log(short, seed) for seed in range(_LOGS)]
    kb = KnowledgeBase.open(folder / "base.fmkb")
    kb.search(_log(short, -1))
    gc.collect()
    gc.freeze()
    found = []
    for name, questions in (("short question", short), (f"log of {_LINES} lines", logs)):
        for turn in ("for the first time", "again"):
            times = [_milliseconds(partial(kb.search, question)) for question in questions]
            middle, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            found.append(f"{name}, {turn}: p50 {middle:.1f}, p95 {slow:.1f} ms")
    return "\n    ".join(found)


def _change(folder: Path, count: int) -> str:
    """Each change in the same process: the first one loads the parser as well."""
    from faultmaven_kb import KnowledgeBase

    base, times = folder / "base.fmkb", []
    kb, before = KnowledgeBase.open(base), base.stat().st_size
    for file in random.Random(time.time_ns()).sample(sorted((folder / "runbooks").rglob("*.md")), _CHANGES):
        word = f"wobbleitis{time.time_ns()}"
        file.write_text(f"{file.read_text(encoding='utf-8')}\nThe gearbox reports {word}.\n", encoding="utf-8")
        start = time.process_time()
        kb = kb.refresh()
        assert kb.search(f"gearbox reports {word}").hits[0].runbook.id == file.stem
        times.append(time.process_time() - start)
    grown = (base.stat().st_size - before) / 1e6 / _CHANGES
    return (
        f"one changed file, found: the first {times[0]:.2f} s, the next {_CHANGES - 1} p50 "
        f"{statistics.median(times[1:]):.2f}, slowest {max(times[1:]):.2f} s; {grown:.2f} MB each"
    )


def _log(lines: list[str], seed: int) -> str:
    dice = random.Random(seed)
    return "\n".join(
        f"2026-11-22T10:{n // 60:02}:{n % 60:02}Z {dice.choice(('INFO', 'INFO', 'ERROR'))} [worker-{n % 7}] "
        f"{dice.choice(lines)[:120]}"
        for n in range(_LINES)
    )


def _milliseconds(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return (time.process_time() - start) * 1000


def _seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


_STEPS: dict[str, Callable[[Path, int], str]] = {
    "write": _write,
    "build": _build,
    "open": _open,
    "ask": _ask,
    "change": _change,
    "merge": _build,
}


def _run(name: str, folder: Path, count: int) -> None:
    told = _STEPS[name](folder, count)
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{name:7} {_seconds(own) + _seconds(children):8.2f} s {own.ru_maxrss / 1024:6.0f} MB  {told}", flush=True)


def main() -> None:
    """Run the steps in their order."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--step", choices=list(_STEPS), action="append", help="only this one; may be given again")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    for name in options.step or _STEPS:
        process = context.Process(target=_run, args=(name, options.folder, options.count))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{name} failed")


if __name__ == "__main__":
    main()
