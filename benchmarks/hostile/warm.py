"""Runs commands in forks of a process that has everything loaded, so that thousands of runs pay for no start of Python.

What a run costs as a user's own process is put together from three figures: the hostile file in a fork, less a sound
file in a fork, plus the sound file in a process of its own. A run that comes near a limit or ends in more than a
finding is worth a process of its own afterwards; `__main__` does that.
"""

import contextlib
import datetime
import gc
import importlib
import io
import os
import pkgutil
import resource
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

import faultmaven_kb.cli
from faultmaven_kb.cli.main import main
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.settings.settings import profile_named
from faultmaven_kb.knowledge_base import builtin_path

__all__ = ["SOUND", "Run", "forked", "load_everything", "measured", "own_run", "warm_run"]


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
    for each in pkgutil.walk_packages(faultmaven_kb.cli.__path__, "faultmaven_kb.cli."):
        with contextlib.suppress(ImportError):  # an extra that is not installed
            importlib.import_module(each.name)
    check_text(SOUND, profile=profile_named("curated"), today=datetime.date(2026, 1, 1))


def warm_run(arguments: tuple[str, ...], environment: dict[str, str], given: Path, errors: Path, *, most: int) -> Run:
    """A command in a fork of this process."""

    def work() -> None:
        sys.argv = ["fmkb", *arguments]
        main()

    return measured(work, environment, given, errors, most=most)


def own_run(arguments: tuple[str, ...], environment: dict[str, str], given: Path, errors: Path, *, most: int) -> Run:
    """A command in a process of its own, as a user starts it."""
    command = [sys.executable, "-m", "faultmaven_kb", *arguments]
    return measured(lambda: os.execv(sys.executable, command), environment, given, errors, most=most)


def measured(work: Callable[[], None], environment: dict[str, str], given: Path, errors: Path, *, most: int) -> Run:
    """What a function costs in a fork of this process; it is ended after `most` seconds of the processor.

    It works in the folder of the errors' file.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(errors.parent)
        _become(work, given, errors, most)
    _, status, usage = os.wait4(child, 0)
    said = errors.read_bytes().decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(status)
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code, said)


def _become(work: Callable[[], None], given: Path, errors: Path, most: int) -> NoReturn:
    """In the fork: standard streams from and to files, a limit of time, and the work."""
    code = 70
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        os.dup2(os.open(given, os.O_RDONLY), 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def forked(work: Callable[[], str]) -> str:
    """What a function returns that ran in a fork, so that nothing of it remains here."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        with os.fdopen(theirs, "w", encoding="utf-8") as answer:
            answer.write(work())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, encoding="utf-8") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    gc.collect()
    return text
