"""What one connection may take before anybody asks who is there: tried on a loop and a transport that only record."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("uvicorn", reason="the extra `http` is not installed")

from uvicorn import Config
from uvicorn.server import ServerState

from faultmaven_kb.serving import running
from faultmaven_kb.serving.connections import SECONDS, BoundedConnection

HEAD = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"


class _Timer:
    def __init__(self, seconds: float, work: Callable[[], None]) -> None:
        self.seconds, self.work, self.is_cancelled = seconds, work, False

    def cancel(self) -> None:
        self.is_cancelled = True


class _Loop:
    """Keeps timers instead of waiting for them, and never runs the application."""

    def __init__(self) -> None:
        self.timers: list[_Timer] = []

    def call_later(self, seconds: float, work: Callable[[], None]) -> _Timer:
        self.timers.append(_Timer(seconds, work))
        return self.timers[-1]

    def create_task(self, work: Any, **_: Any) -> Any:
        work.close()
        return self

    def add_done_callback(self, _: object) -> None:
        """As a task has it."""

    def ring(self) -> None:
        """Let the time of everything that waits for our limit go by."""
        for timer in self.timers:
            if timer.seconds == SECONDS and not timer.is_cancelled:
                timer.work()


class _Transport:
    def __init__(self) -> None:
        self.written, self.end = b"", ""

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.end = self.end or "closed"

    def abort(self) -> None:
        self.end = self.end or "aborted"

    def is_closing(self) -> bool:
        return bool(self.end)

    def get_extra_info(self, _: str) -> None:
        return None

    def pause_reading(self) -> None:
        """Nothing arrives by itself here."""

    resume_reading = pause_reading


def _connection(
    state: ServerState | None = None, most: int | None = None
) -> tuple[BoundedConnection, _Loop, _Transport]:
    loop, transport = _Loop(), _Transport()
    config = Config(lambda: None, http=BoundedConnection, ws="none", log_level="critical", limit_concurrency=most)
    config.load()
    found = BoundedConnection(config, state or ServerState(), {}, _loop=loop)  # type: ignore[arg-type]
    found.connection_made(transport)
    return found, loop, transport


@pytest.mark.parametrize("data", [[], [b"GET /hea"], [HEAD, b"X: ", b"a"]], ids=["nothing", "a part", "in drops"])
def test_a_request_that_never_arrives_does_not_hold_its_connection(data: list[bytes]) -> None:
    connection, loop, transport = _connection()
    for part in data:
        connection.data_received(part)
    assert len(loop.timers) == 1  # a drop does not begin the time anew
    loop.ring()
    assert transport.end == "closed"


def test_a_request_that_is_there_has_the_time_that_its_answer_takes() -> None:
    connection, loop, transport = _connection()
    connection.data_received(HEAD + b"\r\n")
    loop.ring()
    assert transport.end == ""
    connection.cycle.response_complete = True
    connection.data_received(b"GET /")
    loop.ring()
    assert transport.end == "closed"


@pytest.mark.parametrize(
    "head", [b"GET /" + b"a" * 100_000, HEAD + b"X: " + b"a" * 100_000, HEAD + b"a: b\r\n" * 20_000]
)
def test_a_head_without_end_is_refused_when_it_is_too_long(head: bytes) -> None:
    connection, _, transport = _connection()
    connection.data_received(head)
    assert transport.written.startswith(b"HTTP/1.1 400 ")
    assert transport.end == "closed"


def test_an_answer_that_nobody_fetches_is_given_up() -> None:
    connection, loop, transport = _connection()
    connection.data_received(HEAD + b"\r\n")
    connection.pause_writing()
    connection.resume_writing()
    loop.ring()
    assert transport.end == ""
    connection.pause_writing()
    loop.ring()
    assert transport.end == "aborted"


def test_a_connection_that_is_gone_is_left_alone() -> None:
    connection, loop, transport = _connection()
    connection.connection_lost(ConnectionResetError())
    loop.ring()
    assert transport.end == ""


def test_connections_beyond_the_limit_are_closed_though_nothing_arrives_on_the_others() -> None:
    state = ServerState()
    ends = [_connection(state, most=2)[2].end for _ in range(4)]
    assert ends == ["", "", "aborted", "aborted"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("files", "most", "asked", "connections"),
    [(1_024, 4_096, 2_200, 2_000), (1_024, -1, 2_200, 2_000), (256, 1_024, 1_024, 824), (100, 100, 100, 1)],
)
def test_connections_leave_files_for_the_runbooks(
    monkeypatch: pytest.MonkeyPatch, files: int, most: int, asked: int, connections: int
) -> None:
    import resource

    set_to: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, most))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_to.append(limits))
    assert running._most_connections() == connections
    assert set_to == [(asked, most)]
