"""A reader's shell in a machine: one bash, as an ordinary user with sudo, fed one command after the other.

Variables, folders and `export` carry on from one command to the next, as they do for somebody who pastes. Each command
writes to its own file (a daemon that keeps a pipe open would hang us) and has nothing to read from; `pipefail` is
on. Exit codes are only half of the truth: callers look at the output as well.
"""

import contextlib
import itertools
import os
import signal
import subprocess
import time
from typing import Self

from faultmaven_kb.labs.machines.machine import OUTPUT_LIMIT, Machine, Output, wait_for

__all__ = ["USER", "Session"]

USER = "oncall"
_FOLDER = "/run/lab"
_NUMBERS = itertools.count(1)
_USER_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"


class Session:
    """A shell in `machine`, in the network namespace `on`; use it in a `with` statement."""

    def __init__(self, machine: Machine, *, on: str = "") -> None:
        self._machine, self._on = machine, on
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._machine.run(f"mkdir -p -m 1777 {_FOLDER}")
        environment = ["env", "-i", f"PATH={_USER_PATH}", f"HOME=/home/{USER}", f"USER={USER}", f"LOGNAME={USER}"]
        user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups"]
        shell = [*environment, "LANG=C.UTF-8", "TERM=dumb", "SHELL=/bin/bash", *user, "bash", "--norc", "-s"]
        self._process = subprocess.Popen(  # noqa: S603
            self._machine.command(shell, on=self._on),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            start_new_session=True,
        )
        self._feed("set -o pipefail; cd ~\n")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def run(self, text: str, *, timeout: float, background: bool = False) -> Output:
        """Run one command. The code is None when it was stopped after `timeout` seconds or ended the shell."""
        name = f"{_FOLDER}/{os.getpid()}-{next(_NUMBERS)}"
        begin = time.monotonic()
        mark = "&\n" if background else "\n"
        self._feed(f'{{ {text}\n}} < /dev/null > {name}.out 2>&1 {mark}printf "%s\\n" "$?" > {name}.rc\n')
        ended = wait_for(lambda: self._done(name), seconds=timeout, pause=0.01)
        code = self._read(f"{name}.rc").strip() if ended else ""
        if not code:
            self._kill()
        return Output(self._read(f"{name}.out"), int(code) if code else None, time.monotonic() - begin)

    def _feed(self, text: str) -> None:
        assert self._process is not None and self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(text.encode())
            self._process.stdin.flush()

    def _done(self, name: str) -> bool:
        assert self._process is not None
        return self._read(f"{name}.rc").endswith("\n") or self._process.poll() is not None

    def _kill(self) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _read(self, path: str) -> str:
        """A file of the machine; a link is not followed, because it would lead out into the host."""
        try:
            handle = os.open(f"/proc/{self._machine.leader}/root{path}", os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return ""
        with os.fdopen(handle, "rb") as file:
            return file.read(OUTPUT_LIMIT).decode("utf-8", "replace")
