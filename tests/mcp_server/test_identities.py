"""A request whose id is no text and no whole number is answered, whatever it comes over; a notification is not."""

import json
import subprocess
import sys

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

import httpx2

from faultmaven_kb.mcp_server.identities import invalid_request
from tests.http_server.servers import served

_STRANGE = ("null", "true", "1.5", "[1]", '{"a": 1}')


def _answer(shown: str) -> dict[str, object]:
    fault = f"the id of the request is {shown}, expected a text or a whole number"
    return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": fault}}


@pytest.mark.parametrize("identity", ["7", '"a"', "0", '""'])
def test_an_id_that_json_rpc_knows_is_left_alone(identity: str) -> None:
    assert invalid_request(json.loads(f'{{"jsonrpc": "2.0", "id": {identity}, "method": "ping"}}')) is None


def test_on_standard_input_a_strange_id_is_answered_and_a_notification_is_not() -> None:
    lines = [
        *(f'{{"jsonrpc":"2.0","id":{identity},"method":"ping"}}' for identity in _STRANGE),
        '{"jsonrpc":"2.0","\\u0069d":null,"method":"tools/call"}',
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
        '{"jsonrpc":"2.0","id":null,"method":"notifications/initialized"}',
        '{"jsonrpc":"2.0","id":8,"method":"ping"}',
    ]
    command = [sys.executable, "-m", "faultmaven_kb", "mcp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join([*lines, ""]).encode())
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(7)]
        assert process.communicate(timeout=60)[0] == b""
    assert answers[:6] == [_answer(shown) for shown in (*_STRANGE, "null")]
    assert answers[6]["id"] == 8
    assert process.returncode == 0


@pytest.mark.parametrize("arguments", [("mcp", "--http"), ("serve", "--mcp")])
def test_over_http_a_strange_id_is_answered_and_a_notification_is_accepted(arguments: tuple[str, str]) -> None:
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    command, option = arguments
    with served(option, command=command) as server:
        address = f"http://127.0.0.1:{server.port}/mcp"
        for identity in _STRANGE:
            text = f'{{"jsonrpc":"2.0","id":{identity},"method":"tools/list"}}'
            answer = httpx2.post(address, content=text, headers=headers, timeout=60)
            assert (answer.status_code, answer.json()) == (400, _answer(identity))
        about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        first = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}
        opened = httpx2.post(address, json=first, headers=headers, timeout=60)
        assert opened.status_code == 200
        session = {**headers, "mcp-session-id": opened.headers["mcp-session-id"]}
        ready = {"jsonrpc": "2.0", "id": None, "method": "notifications/initialized"}
        assert httpx2.post(address, json=ready, headers=session, timeout=60).status_code == 202
