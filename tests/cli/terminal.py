"""A real terminal for tests: a command on a pseudo-terminal of a given size, with keys typed into it."""

import os
import re
import select
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

import pytest

__all__ = ["Terminal", "needs_terminal", "run", "without_styles"]

needs_terminal = pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal needs Linux or macOS")

_STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07")
_PATIENCE = 60
"""Seconds without a sign of life before a test fails instead of hanging; nothing is measured with it."""


def without_styles(text: str) -> str:
    """What a terminal shows of a text, without the sequences that style it and move in it."""
    return _STYLES.sub("", text)


class Terminal:
    """`fmkb` with some arguments on a terminal of its own."""

    def __init__(self, *arguments: str, lines: int = 24, columns: int = 80, **environment: str) -> None:
        import fcntl
        import pty
        import termios
        import tty

        self._side, inner = pty.openpty()
        self.modes = tty.tcgetattr(inner)  # type: ignore[attr-defined,unused-ignore]
        self._inner = inner
        self.resize(lines, columns)
        unset = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "FMKB_PATH"}
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "faultmaven_kb", *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal, as for a user
            env={**inherited, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **environment},
        )
        self.output = ""

    def resize(self, lines: int, columns: int) -> None:
        """Give the terminal another size; the command is told when it runs."""
        import fcntl
        import signal
        import struct
        import termios

        fcntl.ioctl(self._inner, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        if hasattr(self, "process"):
            self.process.send_signal(signal.SIGWINCH)

    def type(self, keys: str) -> None:
        """Type into the terminal."""
        os.write(self._side, keys.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C until the command ends: Python loses one that comes just before it waits for a key."""
        for _ in range(_PATIENCE // 10):
            self.type("\x03")
            for _ in range(200):
                if self.process.poll() is not None:
                    return
                self._read(patience=0.05)

    def wait_for(self, text: str) -> str:
        """Read until a text was shown after what was waited for before; what was shown since then."""
        start = len(self.output)
        while text not in without_styles(self.output[start:]):
            if not self._read():
                self._fail(f"{text!r} is not in {without_styles(self.output[start:])!r}")
        return without_styles(self.output[start:])

    def finish(self) -> tuple[int, str]:
        """Read to the end; the exit code, and all that was shown, with the line ends of a file."""
        for _ in range(_PATIENCE * 20):
            if self.process.poll() is not None:
                break
            self._read(patience=0.05)
        else:
            self._fail(f"the command has not ended: {without_styles(self.output)!r}")
        while self._read(patience=0):
            pass
        os.close(self._side)
        os.close(self._inner)
        return self.process.returncode, without_styles(self.output).replace("\r\n", "\n")

    def current_modes(self) -> Sequence[object]:
        """The settings of the terminal now, to compare with `modes`, those before."""
        import termios

        return termios.tcgetattr(self._inner)

    def _fail(self, message: str) -> NoReturn:
        self.process.kill()
        self.process.wait()
        pytest.fail(message)

    def _read(self, patience: float = _PATIENCE) -> bool:
        if not select.select([self._side], [], [], patience)[0]:
            return False
        self.output += os.read(self._side, 65536).decode("utf-8", "replace")
        return True


def run(*arguments: str, keys: str = "", columns: int = 80, **environment: str) -> tuple[int, str]:
    """The exit code and the text of a command that ran on a terminal of 24 lines."""
    terminal = Terminal(*arguments, columns=columns, **environment)  # type: ignore[arg-type]
    if keys:
        terminal.type(keys)
    return terminal.finish()
