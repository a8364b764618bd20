"""Processes that end in the middle of their writes, each time at another place, with nothing left to chance.

A child does a piece of work and kills itself with SIGKILL right before its k-th step: a change of a folder (made,
named, renamed, removed), a file opened for writing, a wait for the disk. A second kind dies within a write: the system
takes the first n bytes of a file and ends the process at the next one. Children are forked from a server that has
loaded the package, so hundreds of them take seconds.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.documents import ROOT

__all__ = ["CRASHES", "POSIX", "Ended", "Server", "chosen", "serving", "surviving"]

POSIX = pytest.mark.skipif(os.name != "posix", reason="kills by signals, and processes that are forked")

CRASHES = int(os.environ.get("FMKB_CRASHES", "20"))
"""How many kills of each piece of work; 500 take some minutes."""

_CHANGES = frozenset(
    {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.truncate"}
)
_WRITES = os.O_WRONLY | os.O_RDWR
_MODULES = (
    "faultmaven_kb.cli.commands.build",
    "faultmaven_kb.cli.exports.export",
    "faultmaven_kb.cli.commands.validate",
    "faultmaven_kb.cli.exports.json",
    "faultmaven_kb.cli.exports.skills",
    "faultmaven_kb.gate.fixes.fixes",
    "faultmaven_kb.disk.entries",
    "tests.crash.work",
)


class Ended(NamedTuple):
    """How a child ended: its exit code, negative for a signal, and how many steps it took."""

    code: int
    steps: int


class Server:
    """A process that has loaded the package and forks the children."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def outcome(self, work: str, folder: Path, *, step: int = 0, most: int = 0, named: bool = False) -> Ended:
        """How a child ends that does a piece of work (a function of `tests.crash.work`) in a folder.

        It is killed before its step number `step`, or when a file passes `most` bytes; `named` drafts have names from
        the start, as on other systems than Linux.
        """
        job = {"work": work, "folder": str(folder), "step": step, "most": most, "named": named}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(job)}\n")
        self._process.stdin.flush()
        return Ended(*json.loads(self._process.stdout.readline()))


@contextmanager
def serving() -> Iterator[Server]:
    """A server for as long as the block takes."""
    command = [sys.executable, "-B", "-m", "tests.crash.harness"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True
    ) as process:
        yield Server(process)
        assert process.stdin
        process.stdin.close()


def chosen(most: int) -> list[int]:
    """Numbers from 1 to `most`, spread evenly: a third of `CRASHES` for each of three ways to be killed."""
    count = CRASHES // 3 + 1
    if most <= count:
        return list(range(1, most + 1))
    return sorted({1 + number * (most - 1) // (count - 1) for number in range(count)})


def surviving(folder: Path) -> list[str]:
    """The drafts that lie anywhere below a folder."""
    return sorted(each.name for each in folder.rglob(".fmkb-*.part"))


def _serve() -> None:
    for name in _MODULES:
        import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        taken, given = os.pipe()
        child = os.fork()
        if not child:
            try:
                _child(given=given, **job)
                os._exit(0)
            except BaseException:
                traceback.print_exc(file=sys.__stderr__)
                os._exit(1)
        os.close(given)
        _, status = os.waitpid(child, 0)
        with os.fdopen(taken, "rb") as pipe:
            steps = int(pipe.read() or b"0")
        print(json.dumps([os.waitstatus_to_exitcode(status), steps]), flush=True)  # noqa: T201


def _child(*, work: str, folder: str, step: int, most: int, named: bool, given: int) -> None:
    import resource

    from faultmaven_kb.disk import replacing

    os.chdir(folder)
    os.environ["FMKB_CACHE_DIR"] = str(Path(folder) / "cache")
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - ends with the process
    sys.stderr = sys.stdout
    if named:
        setattr(replacing, "_nameless", lambda _: None)  # noqa: B010 - as where the system cannot
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if most:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    steps, real = 0, os.fsync

    def count() -> None:
        nonlocal steps
        steps += 1
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES):
            count()

    def fsync(handle: int) -> None:
        count()
        real(handle)

    setattr(os, "fsync", fsync)  # noqa: B010 - the type of the real one is wider
    sys.addaudithook(hook)
    getattr(import_module("tests.crash.work"), work)()
    os.write(given, str(steps).encode())


if __name__ == "__main__":
    _serve()
