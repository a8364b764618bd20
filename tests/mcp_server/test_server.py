"""The server as agents meet it: the SDK's own client over both transports, several at once, and with mistakes."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

import anyio
from mcp import Client, StdioServerParameters
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourcesListChanged
from mcp.types import (
    CompletionArgument,
    ResourceListChangedNotification,
    ResourceTemplateReference,
    TextResourceContents,
)

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.mcp_server.server import RunbookServer
from faultmaven_kb.serving.live_base import LiveBase
from faultmaven_kb.serving.workers import DeadlineError, Workers
from faultmaven_kb.storage.file_format.container import Container
from tests.documents import LAST_UPDATED

TARGET = str | StdioServerParameters
RUNBOOK = "# {title}\n\n## Meaning\n\nThe {word} is gone.\n\n## Mitigation\n\nBring the {word} back.\n"


def _stdio(*arguments: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", "faultmaven_kb", "mcp", *arguments], env={**os.environ}
    )


@pytest.fixture(scope="module")
def http() -> Iterator[str]:
    with _http_server() as address:
        yield address


@contextmanager
def _http_server(*arguments: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "faultmaven_kb", "mcp", "--http", "--port", str(port), *arguments]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


@pytest.fixture(params=["stdio", "http"])
def target(request: pytest.FixtureRequest) -> TARGET:
    if request.param == "stdio":
        return _stdio()
    address: str = request.getfixturevalue("http")
    return address


def _with_client(target: TARGET, task: Callable[[Client], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with Client(target, **options) as client:
            await task(client)

    anyio.run(run)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_of_either_protocol_generation_lists_and_calls_every_tool(target: TARGET, mode: str) -> None:
    calls = {
        "search_runbooks": {"question": "FATAL: sorry, too many clients already"},
        "get_runbook": {"id": "redis-out-of-memory"},
        "list_runbooks": {"technology": "redis"},
        "validate_runbook": {"text": "# Something\n"},
    }

    async def task(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert sorted(tool.name for tool in tools) == sorted(calls)
        for tool in tools:
            assert tool.annotations is not None and tool.annotations.read_only_hint
            assert tool.output_schema is not None
        for name, arguments in calls.items():
            result = await client.call_tool(name, arguments)
            assert not result.is_error
            assert result.structured_content

    _with_client(target, task, mode=mode)


def test_a_search_names_the_runbook_the_reason_and_the_next_command_in_less_than_8_kb(target: TARGET) -> None:
    async def task(client: Client) -> None:
        result = await client.call_tool("search_runbooks", {"question": "FATAL: sorry, too many clients already"})
        assert len(result.model_dump_json(by_alias=True).encode()) <= 8_192
        answer = result.structured_content
        assert answer is not None
        assert answer["status"] == "match"
        first = answer["hits"][0]
        assert first["id"] == "postgres-connection-pool-exhausted"
        assert first["evidence"] and first["causes"] and first["next_command"]["code"]
        nothing = await client.call_tool("search_runbooks", {"question": "the coffee machine is broken"})
        assert nothing.structured_content is not None
        assert nothing.structured_content["status"] == "none"

    _with_client(target, task)


@pytest.mark.parametrize(
    ("tool", "arguments", "expected"),
    [
        ("get_runbook", {"id": "redis-out-of-memry"}, 'did you mean "redis-out-of-memory"'),
        ("get_runbook", {"id": "redis-out-of-memory", "section": "solutoins"}, 'did you mean "⟦Solutions⟧"'),
        ("get_runbook", {"id": "redis-out-of-memory", "section": "zzz"}, "expected one of"),
        ("get_runbook", {}, "id"),
        ("search_runbooks", {"question": "  "}, "expected what is seen"),
        ("search_runbooks", {"question": ["x"]}, "question"),
        ("list_runbooks", {"offset": -1}, "offset"),
        ("validate_runbook", {"text": "x", "profile": "harsh"}, "profile"),
        ("delete_runbook", {"id": "redis-out-of-memory"}, "delete_runbook"),
    ],
)
def test_a_malformed_call_is_an_error_the_caller_can_act_on_and_the_session_goes_on(
    http: str, tool: str, arguments: dict[str, object], expected: str
) -> None:
    async def task(client: Client) -> None:
        result = await client.call_tool(tool, arguments)
        assert result.is_error
        assert expected in result.content[0].text  # type: ignore[union-attr]
        again = await client.call_tool("list_runbooks", {})
        assert not again.is_error

    _with_client(http, task)


def test_resources_the_prompt_and_completion_work(target: TARGET) -> None:
    async def task(client: Client) -> None:
        resources = (await client.list_resources()).resources
        uris = [str(resource.uri) for resource in resources]
        assert "runbook://redis-out-of-memory" in uris
        read = await client.read_resource("runbook://redis-out-of-memory")
        content = read.contents[0]
        assert isinstance(content, TextResourceContents)
        assert content.text.startswith('<runbook-data name="redis-out-of-memory"')
        with pytest.raises(MCPError, match="did you mean"):
            await client.read_resource("runbook://redis-out-of-memry")
        prompt = await client.get_prompt("investigate", {"symptom": "pods restart \u202e"})
        assert "pods restart" in prompt.messages[0].content.text  # type: ignore[union-attr]
        ref = ResourceTemplateReference(type="ref/resource", uri="runbook://{id}")
        found = await client.complete(ref, {"name": "id", "value": "redis-"})
        assert "redis-out-of-memory" in found.completion.values

    _with_client(target, task)


def test_many_sessions_at_once_get_their_own_answers(http: str) -> None:
    questions = {
        "OOM command not allowed when used memory > 'maxmemory'": "redis-out-of-memory",
        "FATAL: sorry, too many clients already": "postgres-connection-pool-exhausted",
        "no space left on device": "linux-disk-full",
    }
    answers: list[tuple[str, str]] = []

    async def ask(question: str) -> None:
        async with Client(http) as client:
            for _ in range(3):
                result = await client.call_tool("search_runbooks", {"question": question})
                assert result.structured_content is not None
                answers.append((question, result.structured_content["hits"][0]["id"]))

    async def run() -> None:
        async with anyio.create_task_group() as group:
            for question in list(questions) * 4:
                group.start_soon(ask, question)

    anyio.run(run)
    assert len(answers) == 36
    assert all(questions[question] == found for question, found in answers)


def test_calls_that_nobody_waits_for_do_not_pile_up_before_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "zebra.md").write_text(RUNBOOK.format(title="Zebra", word="zebra"), encoding="utf-8")
    leave = threading.Event()

    class Slow(Workers):
        def run(self, function: object, *arguments: object) -> Any:
            leave.wait(60)
            raise DeadlineError("it took too long")

    said: list[str] = []

    async def check(server: RunbookServer) -> None:
        try:
            await server.validate_runbook("# T\n")
        except ToolError as error:
            said.append(str(error))

    async def run() -> None:
        server = RunbookServer(LiveBase([tmp_path]), today=lambda: LAST_UPDATED, workers=Slow(seconds=60))
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(check, server)
                await anyio.sleep(0)
            refused = list(said)
            found = await server.list_runbooks()
            assert found.structured_content is not None
            assert found.structured_content["total"] == 1
            leave.set()
        assert refused == ["the text was not checked: busy: 16 others are waiting already, try again later"] * 30

    anyio.run(run)


def test_a_list_of_resources_keeps_nobody_else_waiting() -> None:
    class Waiting(LiveBase):
        def current(self, *, asked: float | None = None) -> KnowledgeBase:
            assert threading.current_thread() is not threading.main_thread()
            return super().current(asked=asked)

    async def run() -> None:
        server = RunbookServer(Waiting(), today=lambda: LAST_UPDATED)
        assert len(await server.list_resources()) > 50
        reference = ResourceTemplateReference(type="ref/resource", uri="runbook://{id}")
        found = await server.complete_id(reference, CompletionArgument(name="id", value="redis-out"), None)
        assert found is not None and "redis-out-of-memory" in found.values

    anyio.run(run)


def test_a_base_that_turns_out_to_be_damaged_is_told_with_the_remedy(tmp_path: Path) -> None:
    page, base = tmp_path / "zebra.md", tmp_path / "base.fmkb"
    page.write_text(RUNBOOK.format(title="Zebra", word="zebra"), encoding="utf-8")
    KnowledgeBase.build(page, to=base)
    data = bytearray(base.read_bytes())
    for name in ("texts", "models"):
        _, offset, size, _ = Container(base).directory["segments"][0][name]
        data[offset : offset + size] = bytes(size)
    base.write_bytes(data)

    async def task(client: Client) -> None:
        answer = await client.call_tool("search_runbooks", {"question": "zebra"})
        assert answer.structured_content is not None
        assert answer.structured_content["status"] == "unavailable"
        assert "fmkb build" in str(answer.content)
        for name, arguments in (("get_runbook", {"id": "zebra"}), ("list_runbooks", {})):
            refused = await client.call_tool(name, arguments)
            assert refused.is_error
            assert "fmkb build" in str(refused.content)
        with pytest.raises(MCPError, match="fmkb build"):
            await client.list_resources()
        with pytest.raises(MCPError, match="fmkb build"):
            await client.read_resource("runbook://zebra")

    _with_client(_stdio("--kb", str(base)), task)


def test_a_changed_a_new_and_a_removed_file_are_seen_and_a_vanished_folder_is_unavailable(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "zebra.md").write_text(RUNBOOK.format(title="Zebra", word="zebra"), encoding="utf-8")

    async def ids(client: Client) -> list[str]:
        result = await client.call_tool("list_runbooks", {})
        assert result.structured_content is not None
        return [entry["title"].strip("⟦⟧") for entry in result.structured_content["runbooks"]]

    async def shows(client: Client, *expected: str) -> None:
        for _ in range(600):  # the base of before answers while the files are read
            found = await ids(client)
            if found == list(expected):
                return
            await anyio.sleep(0.1)
        pytest.fail(f"{found} is listed, expected {expected}")

    async def unavailable(client: Client) -> None:
        for _ in range(600):
            result = await client.call_tool("search_runbooks", {"question": "yak"})
            assert result.structured_content is not None
            if result.structured_content["status"] == "unavailable":
                return
            await anyio.sleep(0.1)
        pytest.fail("a base without runbooks answers")

    async def task(client: Client) -> None:
        await shows(client, "Zebra")
        (folder / "yak.md").write_text(RUNBOOK.format(title="Yak", word="yak"), encoding="utf-8")
        await shows(client, "Yak", "Zebra")
        (folder / "yak.md").write_text(RUNBOOK.format(title="Old yak", word="yak"), encoding="utf-8")
        await shows(client, "Old yak", "Zebra")
        (folder / "zebra.md").unlink()
        await shows(client, "Old yak")
        (folder / "yak.md").unlink()
        await unavailable(client)
        folder.rmdir()
        await unavailable(client)
        assert (await client.call_tool("list_runbooks", {})).is_error

    _with_client(_stdio("--kb", str(folder)), task)


@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_hears_that_the_set_of_runbooks_changed(tmp_path: Path, transport: str, mode: str) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "zebra.md").write_text(RUNBOOK.format(title="Zebra", word="zebra"), encoding="utf-8")
    heard = anyio.Event()

    async def hear(message: object) -> None:
        if isinstance(message, ResourceListChangedNotification):
            heard.set()

    async def listen(client: Client, ready: anyio.Event) -> None:
        async with client.listen(resources_list_changed=True) as stream:
            ready.set()
            async for event in stream:
                if isinstance(event, ResourcesListChanged):
                    heard.set()

    async def run(target: TARGET) -> None:
        ready = anyio.Event()
        async with Client(target, mode=mode, message_handler=hear) as client, anyio.create_task_group() as group:
            capabilities = client.server_capabilities
            assert capabilities.resources is not None and capabilities.resources.list_changed
            assert capabilities.tools is not None and not capabilities.tools.list_changed
            assert capabilities.prompts is not None and not capabilities.prompts.list_changed
            if mode == "legacy":
                ready.set()
            else:
                group.start_soon(listen, client, ready)
            with anyio.fail_after(30):
                await ready.wait()
                assert len((await client.list_resources()).resources) == 1
                for number in range(20):  # the first look of the server may come after the first change
                    name = f"yak{number}"
                    (folder / f"{name}.md").write_text(RUNBOOK.format(title=name, word=name), encoding="utf-8")
                    with anyio.move_on_after(3):
                        await heard.wait()
                        break
            assert heard.is_set()
            assert len((await client.list_resources()).resources) > 1
            group.cancel_scope.cancel()

    if transport == "stdio":
        anyio.run(run, _stdio("--kb", str(folder)))
        return
    with _http_server("--kb", str(folder)) as address:
        anyio.run(run, address)
