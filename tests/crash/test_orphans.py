"""A command that is killed leaves no process behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.harness import POSIX
from tests.documents import ROOT

pytestmark = POSIX

PAGE = "# Fault {0}\n\n## Meaning\n\nThe service reports {0}.\n\n## Mitigation\n\nRestart it.\n"
CALLS = {
    "build": "_main(['build', 'kb', '-o', 'base.fmkb', '--jobs', '2'])",
    "validate": "_main(['validate', 'kb', '--no-cache', '--jobs', '2'])",
}
KILLED = """
import os
import signal
import sys

from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.gate.engine import check
from faultmaven_kb.storage import building

{0}


def _main(arguments):
    fmkb.main(arguments, standalone_mode=False)


def _killed(_, total):
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    {1}
"""
AT_THE_FIRST = {
    "build": "real = building.fill\nbuilding.fill = lambda segment, records, progress, total: "
    "real(segment, records, _killed, total=total)",
    "validate": "real = check._examined\n\n\ndef _examined(batch, names):\n    for result in real(batch, names):\n"
    "        _killed(0, 0)\n        yield result\n\n\ncheck._examined = _examined",
}


@pytest.mark.parametrize("name", CALLS)
def test_the_processes_of_a_killed_command_end_too(name: str, tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    for number in range(400):
        (tmp_path / "kb" / f"fault-{number}.md").write_text(PAGE.format(number), encoding="utf-8")
    script = tmp_path / "killed.py"
    script.write_text(KILLED.format(AT_THE_FIRST[name], CALLS[name]), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FMKB_CACHE_DIR": str(tmp_path / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        output, _ = process.communicate(timeout=120)  # every process that is left holds the pipe open
    assert process.returncode == -9, output
