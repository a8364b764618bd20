"""Who is let in by the guard, how often and how much; the application behind it only echoes."""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest

pytest.importorskip("starlette", reason="the extra `http` is not installed")

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from faultmaven_kb.serving.guard import Guard, Message, Scope, Send
from faultmaven_kb.serving.rules import LOOPBACK, GuardRules, is_loopback

TOKEN = "0123456789abcdef"


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _fail(request: Request) -> PlainTextResponse:
    raise ZeroDivisionError("secret")


ECHO = Starlette(routes=[Route("/{path:path}", _echo, methods=["GET", "POST"])])


class _Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def _guarded(rules: GuardRules, clock: _Clock | None = None, address: str = "203.0.113.1") -> Iterator[TestClient]:
    guard = Guard(ECHO, rules, now=clock or _Clock())
    with TestClient(guard, base_url="http://127.0.0.1:8000", client=(address, 5)) as found:
        yield found


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]:8000"])
def test_a_machine_reaches_itself_under_its_own_names(host: str) -> None:
    with _guarded(GuardRules(hosts=LOOPBACK)) as door:
        assert door.get("/x", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "", "[", "localhost.", "2130706433"])
def test_a_page_cannot_rebind_a_name_of_its_own_to_the_loopback_address(host: str) -> None:
    with _guarded(GuardRules(hosts=LOOPBACK)) as door:
        answer = door.get("/x", headers={"host": host})
    assert answer.status_code == 421
    assert "--allow-host adds a name" in answer.json()["detail"]


@pytest.mark.parametrize(
    "host", ["me@localhost", "localhost/x", "localhost?x", "localhost#x", "localhost:80:80", "localhost:x", "[::1]x"]
)
def test_a_name_with_anything_but_a_port_is_no_host_and_no_origin(host: str) -> None:
    with _guarded(GuardRules(hosts=LOOPBACK)) as door:
        assert door.get("/x", headers={"host": host}).status_code == 421
        assert door.get("/x", headers={"origin": f"http://{host}"}).status_code == 403
        assert door.get("/x", headers={"origin": "//localhost"}).status_code == 403


def test_a_request_with_two_lengths_is_refused_and_ends_its_connection() -> None:
    with _guarded(GuardRules()) as door:
        answer = door.post("/x", content=b"x", headers={"transfer-encoding": "chunked", "content-length": "1"})
    assert (answer.status_code, answer.headers["connection"]) == (400, "close")
    assert "expected one of them" in answer.json()["detail"]


def test_two_host_headers_are_believed_no_more_than_none() -> None:
    with _guarded(GuardRules(hosts=LOOPBACK)) as door:
        answer = door.get("/x", headers=[("host", "127.0.0.1"), ("host", "evil.example")])
    assert answer.status_code == 421


def test_a_page_of_another_origin_is_refused() -> None:
    with _guarded(GuardRules(hosts=LOOPBACK)) as door:
        assert door.get("/x", headers={"origin": "http://localhost:3000"}).status_code == 200
        for origin in ("http://evil.example", "null", "http://["):
            assert door.post("/x", headers={"origin": origin}).status_code == 403


def test_without_the_token_there_is_no_answer() -> None:
    basic = base64.b64encode(f"prometheus:{TOKEN}".encode()).decode()
    with _guarded(GuardRules(token=TOKEN)) as door:
        for right in (f"Bearer {TOKEN}", f"bearer  {TOKEN} ", f"Basic {basic}"):
            assert door.get("/x", headers={"authorization": right}).status_code == 200
        for wrong in (f"Bearer {TOKEN}x", "Bearer", f"Bearer {TOKEN[:-1]}", "Basic ????", "Basic eA==", "Digest x", ""):
            answer = door.get("/x", headers={"authorization": wrong})
            assert answer.status_code == 401, wrong
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert "expected the header Authorization: Bearer TOKEN" in answer.json()["detail"]
            assert TOKEN not in answer.text
        assert door.get("/x", headers=[("authorization", f"Bearer {TOKEN}")] * 2).status_code == 401
        assert door.get("/health").status_code == 200
        assert door.get("/health/x").status_code == 401


def test_an_address_that_asks_too_often_waits_and_others_do_not() -> None:
    clock, rules = _Clock(), GuardRules(rate=2.0)
    guard = Guard(ECHO, rules, now=clock)
    loud = TestClient(guard, client=("203.0.113.1", 5))
    assert [loud.get("/x").status_code for _ in range(5)] == [200] * 4 + [429]
    refused = loud.get("/x")
    assert refused.headers["retry-after"] == "1"
    assert "more than 2 requests a second" in refused.json()["detail"]
    assert TestClient(guard, client=("203.0.113.2", 5)).get("/x").status_code == 200
    clock.now += 0.5
    assert [loud.get("/x").status_code for _ in range(2)] == [200, 429]
    clock.now += 100
    assert [loud.get("/x").status_code for _ in range(5)] == [200] * 4 + [429]


def test_a_network_of_ipv6_addresses_is_one_and_a_peer_without_address_is_one_too() -> None:
    guard = Guard(ECHO, GuardRules(rate=1.0), now=_Clock())
    addresses = ["2001:db8::1", "2001:db8::ffff:2", "2001:db8::3", "2001:db8:0:1::1"]
    assert [TestClient(guard, client=(each, 5)).get("/x").status_code for each in addresses] == [200, 200, 429, 200]
    assert [TestClient(guard, client=("", 5)).get("/x").status_code for _ in range(3)] == [200, 200, 429]


def test_guessing_tokens_is_as_slow_as_asking() -> None:
    with _guarded(GuardRules(rate=1.0, token=TOKEN)) as door:
        assert [door.get("/x").status_code for _ in range(3)] == [401, 401, 429]


def test_what_is_remembered_of_addresses_is_bounded() -> None:
    guard = Guard(ECHO, GuardRules(rate=1.0), now=_Clock())
    assert guard._rate is not None
    for number in range(30_000):
        guard._rate.wait(f"10.0.{number >> 8}.{number & 255}")
    assert len(guard._rate._left) == 10_000


def test_a_body_is_read_up_to_the_limit_whether_its_length_is_told_or_not() -> None:
    def pieces(count: int) -> Iterator[bytes]:
        yield from (b"x" * 100 for _ in range(count))

    with _guarded(GuardRules(most_bytes=1_000)) as door:
        assert door.post("/x", content=b"x" * 1_000).text == "1000"
        assert door.post("/x", content=pieces(10)).text == "1000"
        for large in (b"x" * 1_001, pieces(11)):
            answer = door.post("/x", content=large)
            assert answer.status_code == 413
            assert "larger than 1,000 bytes" in answer.json()["detail"]


def _scope(**values: object) -> Scope:
    return {"type": "http", "method": "POST", "path": "/x", "headers": [], "client": ("203.0.113.1", 5), **values}


def _statuses(guard: Guard, receive: list[Message], **values: object) -> list[int]:
    """The statuses that a request gets whose body arrives in these messages, and then nothing more."""
    sent: list[Message] = []

    async def next_message() -> Message:
        if not receive:
            await anyio.sleep_forever()
        return receive.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        await guard(_scope(**values), next_message, send)

    anyio.run(run)
    return [message["status"] for message in sent if "status" in message]


def test_a_body_that_never_ends_does_not_keep_the_server() -> None:
    guard = Guard(ECHO, GuardRules(seconds_to_arrive=0.05))
    assert _statuses(guard, [{"type": "http.request", "body": b"x", "more_body": True}]) == [408]


def test_a_client_that_leaves_in_the_middle_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    guard = Guard(ECHO, GuardRules())
    half: Message = {"type": "http.request", "body": b"x", "more_body": True}
    gone: Message = {"type": "http.disconnect"}
    for messages in ([gone], [half, gone]):
        with caplog.at_level(logging.ERROR):
            assert _statuses(guard, messages) == []
    assert caplog.records == []


def test_more_requests_than_can_be_worked_on_are_put_off() -> None:
    answers: list[int] = []

    async def run() -> None:
        leave = anyio.Event()

        async def slow(scope: Scope, receive: object, send: object) -> None:
            await leave.wait()

        guard = Guard(slow, GuardRules(most_at_once=1))

        async def send(message: Message) -> None:
            if "status" in message:
                answers.append(message["status"])

        async def receive() -> Message:
            return {"type": "http.request"}

        async with anyio.create_task_group() as group:
            group.start_soon(guard, _scope(method="GET"), receive, send)
            await anyio.lowlevel.checkpoint()
            await guard(_scope(method="GET"), receive, send)
            leave.set()

    anyio.run(run)
    assert answers == [503]


def test_a_stream_that_waits_for_news_takes_the_place_of_no_request() -> None:
    answers: list[int] = []

    async def run() -> None:
        leave = anyio.Event()

        async def answer(scope: Scope, receive: object, send: Send) -> None:
            is_stream = scope["path"] == "/events"
            kind = b"text/event-stream; charset=utf-8" if is_stream else b"text/plain"
            await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", kind)]})
            if is_stream:
                await leave.wait()
            await send({"type": "http.response.body", "body": b""})

        guard = Guard(answer, GuardRules(most_at_once=1))

        async def send(message: Message) -> None:
            if "status" in message:
                answers.append(message["status"])

        async def receive() -> Message:
            return {"type": "http.request"}

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(guard, {**_scope(method="GET"), "path": "/events"}, receive, send)
                await anyio.lowlevel.checkpoint()
            await guard(_scope(method="GET"), receive, send)
            leave.set()
        await guard(_scope(method="GET"), receive, send)

    anyio.run(run)
    assert answers == [200] * 5


def test_a_fault_of_the_server_is_an_answer_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Scope, receive: object, send: object) -> None:
        raise ZeroDivisionError("secret")

    with caplog.at_level(logging.ERROR):
        answer = TestClient(Guard(broken, GuardRules())).get("/x")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "internal error (ZeroDivisionError), please report it"
    assert [record.exc_info for record in caplog.records] == [None]
    app = Starlette(routes=[Route("/x", _fail)])
    late = TestClient(Guard(app, GuardRules())).get("/x")
    assert (late.status_code, "secret" in late.text) == (500, False)


def test_a_websocket_is_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def run() -> None:
        await Guard(ECHO, GuardRules())(_scope(type="websocket"), receive, send)

    anyio.run(run)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_headers_that_the_application_sets_stay_its_own() -> None:
    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("x", headers={"Content-Security-Policy": "default-src 'self'"})

    answer = TestClient(Guard(Starlette(routes=[Route("/x", page)]), GuardRules())).get("/x")
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert answer.headers["x-frame-options"] == "DENY"


def test_several_processes_share_what_is_counted() -> None:
    rules = GuardRules(rate=50, most_at_once=5).shared_by(4)
    assert (rules.rate, rules.most_at_once) == (12.5, 1)


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_only_an_address_of_this_machine_alone_is_loopback(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone
    assert not is_loopback("example.org")
