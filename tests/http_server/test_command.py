"""`fmkb serve` and `fmkb mcp --http` as they are started: real processes, real sockets, strangers and agents."""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra `http` is not installed")

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.http_server.servers import TOKEN, changed, fmkb, served

PAGE = "# {title}\n\n## Meaning\n\nThe {word} is gone.\n\n## Mitigation\n\nBring the {word} back.\n"
BEARER = f"Bearer {TOKEN}"


def _refused(*arguments: str, **environment: str) -> str:
    with fmkb(*arguments, **environment) as process:
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 2, said
    assert "Traceback" not in said
    return said


def test_a_server_answers_and_follows_its_files(tmp_path: Path) -> None:
    books = tmp_path / "books"
    books.mkdir()
    (books / "sun.md").write_text(PAGE.format(title="Sun", word="sun"), encoding="utf-8")
    with served("--kb", str(books)) as server:
        assert server.json("/search?q=the+sun+is+gone")["hits"][0]["id"] == "sun"
        (books / "moon.md").write_text(PAGE.format(title="Moon", word="moon"), encoding="utf-8")
        assert changed(lambda: server.json("/runbooks")["total"], lambda total: total == 2) == 2
        checked = server.json("/validate", {"text": "# x\n"})
        assert "RB101" in [each["code"] for each in checked["diagnostics"]]
        status, headers, body = server.ask("/runbooks/sun", method="HEAD")
        assert (status, body, "server" in headers) == (200, b"", False)


def test_what_is_no_http_gets_an_answer_and_the_next_one_is_answered() -> None:
    with served() as server:
        for data in (b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
                connection.sendall(data)
                assert connection.recv(100).startswith((b"HTTP/1.1 4", b""))
        assert server.ask("/search?q=redis", Host="evil.example")[0] == 421
        assert server.ask("/search", b"x" * 3_000_000, Content_Type="text/plain")[0] == 413
        assert server.ask("/search?q=%ff%fe%00redis")[0] == 200
        assert server.json("/health")["status"] == "ok"


def test_what_is_no_request_leaves_no_line_in_the_log() -> None:
    with fmkb("serve", "--port", "0") as process:
        assert process.stderr is not None
        port = int(process.stderr.readline().rpartition(":")[2])
        for data in (
            b"\x00\xff\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                connection.sendall(data)
                assert connection.recv(100)
        process.terminate()
        assert process.communicate(timeout=60)[1] == ""


def test_several_processes_answer_and_tell_their_figures_together() -> None:
    with served("--workers", "2") as server:
        for _ in range(12):
            assert server.json("/search?q=redis+oom")["hits"][0]["id"] == "redis-out-of-memory"
        for _ in range(4):
            text = server.ask("/metrics")[2].decode()
            assert 'fmkb_http_requests_total{method="GET",route="/search",status="200"} 12.0' in text
            assert 'fmkb_search_verdicts_total{verdict="match"} 12.0' in text


def test_beyond_the_loopback_address_a_token_is_needed(tmp_path: Path) -> None:
    for command in (("serve",), ("mcp", "--http")):
        said = _refused(*command, "--host", "0.0.0.0")
        assert "expected a token in --token-file or FMKB_TOKEN" in said
    assert "cannot be used" in _refused("serve", FMKB_TOKEN="short")
    assert "cannot be used" in _refused("serve", FMKB_TOKEN="with blanks in the middle")
    assert "cannot read the token" in _refused("serve", "--token-file", str(tmp_path / "none"))
    (tmp_path / "token").write_bytes(b"\xff" * 20)
    assert "cannot read the token" in _refused("serve", "--token-file", str(tmp_path / "token"))


def test_with_a_token_others_are_let_in_under_any_name(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n", encoding="utf-8")
    with served("--host", "0.0.0.0", "--token-file", str(file), "--rate", "5") as server:
        assert server.ask("/health")[0] == 200
        assert server.ask("/runbooks")[0] == 401
        assert server.ask("/runbooks", Authorization=BEARER, Host="runbooks.example")[0] == 200
        found = [server.ask("/runbooks", Authorization=BEARER)[0] for _ in range(30)]
        assert 429 in found and set(found) <= {200, 429}


def test_a_name_that_a_proxy_uses_can_be_allowed() -> None:
    with served("--allow-host", "runbooks.example") as server:
        assert server.ask("/health", Host="runbooks.example")[0] == 200
        assert server.ask("/health", Host="127.0.0.1")[0] == 200
        assert server.ask("/health", Host="evil.example")[0] == 421


def test_what_is_wrong_with_an_option_is_said_before_anything_is_served(tmp_path: Path) -> None:
    assert "no such file or folder" in _refused("serve", "--kb", str(tmp_path / "nowhere"))
    assert "is not a folder" in _refused("serve", "--site", str(tmp_path / "nowhere"))
    assert "with {id} in it" in _refused("serve", "--link", "https://books.example/")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on 127.0.0.1:{port}" in _refused("serve", "--port", port)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_server_ends_when_it_is_told_to() -> None:
    for workers in ("1", "2"):
        with fmkb("serve", "--port", "0", "--workers", workers) as process:
            assert process.stderr is not None
            assert "serving" in process.stderr.readline()
            os.kill(process.pid, signal.SIGTERM)
            said = process.communicate(timeout=60)[1]
        assert "Traceback" not in said


def _agent_finds(address: str, token: str | None) -> str:
    """The id that an agent finds, with the SDK's own client."""

    async def run() -> str:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=120) as http,
            Client(streamable_http_client(address, http_client=http)) as agent,
        ):
            answer = await agent.call_tool("search_runbooks", {"question": "OOM command not allowed"})
            assert answer.structured_content is not None
            return str(answer.structured_content["hits"][0]["id"])

    return anyio.run(run)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_agents_are_served_beside_the_endpoints(workers: str) -> None:
    with served("--mcp", "--workers", workers, FMKB_TOKEN=TOKEN) as server:
        address = f"http://127.0.0.1:{server.port}/mcp"
        assert _agent_finds(address, TOKEN) == "redis-out-of-memory"
        assert server.ask("/mcp", b"{}", Content_Type="application/json")[0] == 401
        assert server.ask("/runbooks", Authorization=BEARER)[0] == 200
        stream = server.ask("/mcp", Accept="text/event-stream", Authorization=BEARER)  # without a session
        assert stream[0] == (400 if workers == "1" else 405), stream


def test_an_agent_beyond_the_loopback_address_brings_the_token() -> None:
    with served("--http", "--host", "0.0.0.0", command="mcp", FMKB_TOKEN=TOKEN) as server:
        assert _agent_finds(f"http://127.0.0.1:{server.port}/mcp", TOKEN) == "redis-out-of-memory"
        assert server.ask("/mcp", b"{}", Content_Type="application/json")[0] == 401


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def test_agents_of_the_older_handshake_cannot_open_sessions_without_end() -> None:
    headers = {"accept": "application/json, text/event-stream"}
    with served("--http", "--sessions", "2", command="mcp") as server:
        address = f"http://127.0.0.1:{server.port}/mcp"
        found = [httpx2.post(address, json=INITIALIZE, headers=headers, timeout=60).status_code for _ in range(3)]
        assert found[:2] == [200, 200]
        assert found[2] >= 400
        wrong = httpx2.post(address, json=INITIALIZE, headers={**headers, "host": "evil.example"}, timeout=60)
        assert wrong.status_code == 421
