"""A header that says no length ends the language server with a message; what is no message is a line of its log."""

import io
import json
import subprocess
import sys

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from faultmaven_kb.language_server.wire import Wire

INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"processId": None, "rootUri": None, "capabilities": {}},
    }
).encode()


def _message(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


MALFORMED = (
    b"Content-Length: abc\r\n\r\n{}",
    b"Content-Length: -1\r\n\r\n{}",
    b"Content-Length: 0\r\n\r\n",
    b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
    b"Content-Length: 999999999\r\n\r\n",
    b"\r\n\r\n{}",
    b"\xff\xfe\0\r\n",
    b"{}\n",
    b"x" * 100_000,
    b"A: b\r\n" * 100,
)


@pytest.mark.parametrize("malformed", MALFORMED, ids=lambda data: repr(data[:24]))
def test_a_malformed_header_is_told_and_ends_the_input(malformed: bytes) -> None:
    wire = Wire(io.BytesIO(malformed + _message(INITIALIZE)))
    assert wire.readline() == b""
    assert "the editor sent" in wire.fault
    assert wire.readline() == b""


def test_headers_in_any_case_and_order_are_read() -> None:
    wire = Wire(io.BytesIO(b"content-type: x\r\ncontent-length:2\r\n\r\n{}" + _message(b"[]")))
    assert (wire.readline(), wire.readline(), wire.read(2)) == (b"Content-Length: 2\r\n", b"\r\n", b"{}")
    assert (wire.readline(), wire.readline(), wire.read(2)) == (b"Content-Length: 2\r\n", b"\r\n", b"[]")
    assert (wire.readline(), wire.fault) == (b"", "")


def test_the_process_answers_what_came_before_and_ends_with_a_message() -> None:
    command = [sys.executable, "-m", "faultmaven_kb", "lsp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(_message(INITIALIZE))
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"Content-Length")
        process.stdin.write(b"Content-Length: abc\r\n\r\n{}" + _message(INITIALIZE))
        process.stdin.flush()  # the input stays open: only the fault can end the process
        assert process.wait(120) == 1
        assert b"abc" in process.stderr.read()


def test_a_message_that_is_none_is_a_line_and_the_next_one_is_answered() -> None:
    wrong = (
        b"null",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"jsonrpc":"2.0","id":2,"method":"initialize","params":7}',
        b"\xff",
    )
    command = [sys.executable, "-m", "faultmaven_kb", "lsp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        told, said = process.communicate(b"".join(map(_message, (*wrong, INITIALIZE))), timeout=120)
    assert b'"id": 1' in told and b"capabilities" in told
    assert b"Traceback" not in said
    assert said and all(line.startswith(b"fmkb: ") for line in said.splitlines())
