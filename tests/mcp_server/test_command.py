"""`fmkb mcp` as it is started: where it cannot serve it says so."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")


def _start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "faultmaven_kb", "mcp", *arguments],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _refused(*arguments: str) -> str:
    with _start(*arguments) as process:
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    return said


def test_a_port_that_is_taken_and_an_address_of_nobody_are_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on 127.0.0.1:{port}" in _refused("--http", "--port", port)
    token = tmp_path / "token"
    token.write_text("a-token-for-tests-only", encoding="utf-8")
    said = _refused("--http", "--host", "192.0.2.1", "--token-file", str(token))
    assert "an address of this machine" in said


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no such file or folder" in _refused("--kb", str(tmp_path / "nowhere"))


def test_a_call_that_fails_is_a_line_of_the_log_and_keeps_nobody_waiting() -> None:
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    messages = (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "prompts/get", "params": {"name": "\u202e::error::" + "x" * 60_000}},
    )
    with subprocess.Popen(
        [sys.executable, "-m", "faultmaven_kb", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"".join(json.dumps(message).encode() + b"\n" for message in messages))
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        said = process.communicate(timeout=60)[1].decode()
    assert [answer["id"] for answer in answers] == [1, 2]
    assert "error" in answers[1]
    assert len(said.splitlines()) <= 2
    assert "Traceback" not in said
    assert "\u202e" not in said


def test_a_message_that_cannot_be_read_is_answered_with_its_id_and_what_is_wrong() -> None:
    half_an_emoji = b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"search_runbooks","arguments":%s}}'
    lines = (
        half_an_emoji % rb'{"question":"out of memory \ud83d"}',
        b'{"jsonrpc":"2.0","id":"\\ud83d","method":"ping"}',
        b"",
        b"[" * 100_000,
        b"\xff\xfe\x00",
    )
    command = [sys.executable, "-m", "faultmaven_kb", "mcp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n".join(lines) + b"\n")
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(4)]
        process.stdin.write(b'{"jsonrpc":"2.0","id":8,"method":"ping"}\n')
        process.stdin.flush()
        answers.append(json.loads(process.stdout.readline()))
        process.communicate(timeout=60)
    assert [answer["id"] for answer in answers] == [7, "\ufffd", None, None, 8]
    assert all("expected JSON-RPC" in answer["error"]["message"] for answer in answers[:4])
    assert process.returncode == 0
