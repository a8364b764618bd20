"""`fmkb mcp` as it is started: where it cannot serve it says so, and it warns whom it serves."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")


def _start(cache: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "faultmaven_kb", "mcp", *arguments],
        env={**os.environ, "FMKB_CACHE_DIR": str(cache)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _refused(cache: Path, *arguments: str) -> str:
    with _start(cache, *arguments) as process:
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    return said


def test_a_port_that_is_taken_and_an_address_of_nobody_are_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on 127.0.0.1:{port}" in _refused(tmp_path, "--http", "--port", port)
    assert "an address of this machine" in _refused(tmp_path, "--http", "--host", "192.0.2.1")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no such file or folder" in _refused(tmp_path, "--kb", str(tmp_path / "nowhere"))


def test_an_address_that_others_reach_is_warned_of(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with _start(tmp_path, "--http", "--host", "0.0.0.0", "--port", str(port)) as process:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        process.terminate()
        said = process.communicate(timeout=60)[1]
    assert "0.0.0.0 is no loopback address: whoever reaches it can read the runbooks" in said
    assert f"serving http://0.0.0.0:{port}/mcp" in said
