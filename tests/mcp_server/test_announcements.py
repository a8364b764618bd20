"""What is announced, to whom, and what happens when a listener is gone."""

from collections.abc import Sized
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

import anyio
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated, ServerEvent
from mcp.types import ServerCapabilities

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.mcp_server.announcements import Announcements, truthful
from faultmaven_kb.serving.live_base import LiveBase

RUNBOOK = "# {title}\n\n## Meaning\n\n{text}\n\n## Mitigation\n\nMend it.\n"


def _write(folder: Path, name: str, title: str, text: str) -> None:
    (folder / f"{name}.md").write_text(RUNBOOK.format(title=title, text=text), encoding="utf-8")


def test_a_changed_text_a_changed_list_and_a_vanished_folder_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    _write(folder, "zebra", "Zebra", "It runs.")
    _write(folder, "yak", "Yak", "It sleeps.")
    heard: list[ServerEvent] = []
    looks: list[None] = []
    base = LiveBase([folder])

    def current() -> KnowledgeBase:
        kb = base.current()
        looks.append(None)
        return kb

    async def until(number: int, what: Sized = heard) -> None:
        with anyio.fail_after(120):
            while len(what) < number:
                await anyio.sleep(0.02)

    async def run() -> None:
        announcements = Announcements(current, seconds=0.02)
        announcements.bus.subscribe(heard.append)
        async with announcements.watching():
            await until(3, looks)  # what is changed before the first look is not a change
            assert heard == []
            _write(folder, "zebra", "Zebra", "It stands still.")
            await until(1)
            _write(folder, "cow", "Cow", "It gives no milk.")
            await until(2)
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
            await until(3)

    anyio.run(run)
    assert heard[0] == ResourceUpdated("runbook://zebra")
    assert set(heard[1:]) == {ResourcesListChanged()}


class _Session:
    def __init__(self, *, gone: bool = False) -> None:
        self.gone, self.told = gone, 0

    async def send_resource_list_changed(self) -> None:
        self.told += 1
        if self.gone:
            raise anyio.ClosedResourceError


def test_a_session_that_is_gone_is_forgotten_and_the_others_are_told(tmp_path: Path) -> None:
    announcements = Announcements(LiveBase([tmp_path]).current)
    gone, there = _Session(gone=True), _Session()
    announcements._sessions = [gone, there]  # type: ignore[list-item]

    async def run() -> None:
        await announcements._tell_sessions()
        await announcements._tell_sessions()

    anyio.run(run)
    assert (gone.told, there.told) == (1, 2)


def test_a_server_without_resources_claims_none() -> None:
    found = truthful(ServerCapabilities())
    assert (found.resources, found.tools, found.prompts) == (None, None, None)


def test_no_more_clients_listen_at_once_than_there_is_room_for(tmp_path: Path) -> None:
    announcements = Announcements(LiveBase([tmp_path]).current)
    answers: list[str] = []

    async def run() -> None:
        leave = anyio.Event()

        async def listen() -> None:
            async def heard(_: object) -> None:
                await leave.wait()

            try:
                await announcements.remember(_Listen(), heard)  # type: ignore[arg-type]
                answers.append("heard")
            except MCPError as error:
                answers.append(str(error))

        async with anyio.create_task_group() as group:
            for _ in range(102):
                group.start_soon(listen)
            await anyio.sleep(0.01)
            leave.set()
        await listen()

    anyio.run(run)
    assert answers == ["100 clients listen already, try again later"] * 2 + ["heard"] * 101


class _Listen:
    method, session = "subscriptions/listen", None
