"""Runs commands in forks of a process that has everything loaded, so that thousands of runs pay for no start of Python.

What a run costs as a user's own process is put together from three figures: the hostile file in a fork, less a sound
file in a fork, plus the sound file in a process of its own. A run that comes near a limit or ends in more than a
finding is worth a process of its own afterwards; `__main__` does that. Linux only.
"""

import contextlib
import datetime
import gc
import importlib
import io
import json
import os
import pkgutil
import re
import resource
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import faultmaven_kb.cli
from faultmaven_kb.cli.main import main
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.settings.settings import profile_named
from faultmaven_kb.knowledge_base import builtin_path

__all__ = [
    "SOUND",
    "Run",
    "Work",
    "command_line",
    "forked",
    "load_everything",
    "measured",
    "measured_together",
    "own_process",
]

Work = Callable[[], None]


_REDIS = next(builtin_path().rglob("redis-out-of-memory.md"))
SOUND = _REDIS.read_text(encoding="utf-8").replace("id: redis-out-of-memory", "id: hostile")


class Run(NamedTuple):
    """What one run of a command costs: processor seconds, peak of memory in MB, exit code, what it said on errors."""

    seconds: float
    memory: float
    code: int
    said: str

    @property
    def is_broken(self) -> bool:
        """Whether it ended by more than a finding: a signal, an internal error, a traceback."""
        return self.code not in (0, 1, 2) or "Traceback" in self.said or "internal error" in self.said


def load_everything() -> None:
    """Imports every module of the command line and checks a document, so that no fork loads anything again."""
    modules = [each.name for each in pkgutil.walk_packages(faultmaven_kb.cli.__path__, "faultmaven_kb.cli.")]
    for name in (*modules, "faultmaven_kb.language_server.server", "faultmaven_kb.mcp_server.server", "mcp.client"):
        with contextlib.suppress(ImportError):  # an extra that is not installed
            importlib.import_module(name)
    check_text(SOUND, profile=profile_named("curated"), today=datetime.date(2026, 1, 1))
    gc.collect()
    gc.freeze()  # so that a collection in a fork copies none of it


def command_line(arguments: tuple[str, ...]) -> Work:
    """A command, to be run in a process that has everything loaded."""

    def work() -> None:
        sys.argv = ["fmkb", *arguments]
        main()

    return work


def own_process(arguments: tuple[str, ...]) -> Work:
    """A command that takes the place of the process, as a user starts it."""
    command = [sys.executable, "-m", "faultmaven_kb", *arguments]
    return lambda: os.execv(sys.executable, command)


def measured(work: Work, environment: dict[str, str], folder: Path, given: Path, *, most: int) -> Run:
    """What a piece of work costs in a fork of this process; it is ended after `most` seconds of the processor."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _become(folder)
        code = _done(work, environment, folder, given, most)
        os._exit(code)
    _, status, usage = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code, _said(folder))


def measured_together(works: list[tuple[Work, dict[str, str], Path]], folder: Path, *, most: int) -> list[Run]:
    """What each piece of work costs when all are done one after the other in one fork.

    Where one of them ends the process, the next ones are done in another fork.
    """
    runs: list[Run] = []
    while len(runs) < len(works):
        rest = works[len(runs) :]
        rows = forked(lambda rest=rest: _rows(rest, folder, most)).splitlines()  # type: ignore[misc]
        runs += [Run(*json.loads(row)) for row in rows]
        if len(rows) < len(rest):
            runs.append(Run(float(most), 0.0, 70, f"ended by more than an exception: {_said(folder)}"))
    return runs


def _rows(works: list[tuple[Work, dict[str, str], Path]], folder: Path, most: int) -> Iterator[str]:
    _become(folder)
    for work, environment, given in works:
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")  # the peak of memory begins anew
        before = _used()
        code = _done(work, environment, folder, given, most)
        peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
        memory = int(peak[1]) / 1024 if peak else 0.0
        yield json.dumps([_used() - before, memory, code, _said(folder)])


def _used() -> float:
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _said(folder: Path) -> str:
    return (folder / "errors").read_bytes().decode("utf-8", "replace")


def _become(folder: Path) -> None:
    """In the fork: the folder that it works in, and an output that nobody reads."""
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _done(work: Work, environment: dict[str, str], folder: Path, given: Path, most: int) -> int:
    """The exit code of a piece of work that reads a file as its input, and writes errors into the folder."""
    code = 70
    os.environ.clear()
    os.environ.update(environment)
    limit = int(_used()) + most
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
    os.dup2(os.open(given, os.O_RDONLY), 0)
    os.dup2(os.open(folder / "errors", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
    try:
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    return code


def forked(work: Callable[[], Iterable[str]]) -> str:
    """The lines that a function yields which runs in a fork, so that nothing of it remains here."""
    sys.stdout.flush()
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        with os.fdopen(theirs, "w", encoding="utf-8") as answer:
            for line in work():
                answer.write(line + "\n")
                answer.flush()
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, encoding="utf-8") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text
