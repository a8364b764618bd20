"""A built site beside the endpoints: its files and nothing else."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra `http` is not installed")

import anyio
from starlette.testclient import TestClient

from faultmaven_kb.http_server.site import WithSite
from faultmaven_kb.serving.guard import Message, Scope
from tests.http_server.servers import client


@pytest.fixture
def door(tmp_path: Path) -> Iterator[TestClient]:
    site = tmp_path / "site"
    for folder in ("runbooks", ".git", "empty"):
        (site / folder).mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (site / ".git" / "config").write_text("secret", encoding="utf-8")
    (site / ".hidden").write_text("secret", encoding="utf-8")
    (site / "index.html").write_text("<title>start</title>", encoding="utf-8")
    (site / "runbooks" / "index.html").write_text("<title>all</title>", encoding="utf-8")
    (site / "runbooks" / "redis.html").write_text("<title>redis</title>", encoding="utf-8")
    (site / "search.js").write_text("1", encoding="utf-8")
    if sys.platform != "win32":
        (site / "out.txt").symlink_to(tmp_path / "secret.txt")
        os.mkfifo(site / "pipe.txt")
    with client(site=site) as found:
        yield found


def test_pages_and_endpoints_are_side_by_side(door: TestClient) -> None:
    assert door.get("/").text == "<title>start</title>"
    assert door.get("/runbooks/").text == "<title>all</title>"
    assert door.get("/runbooks/redis.html").text == "<title>redis</title>"
    assert door.get("/search.js").headers["content-type"].partition(";")[0] in (
        "text/javascript",
        "application/javascript",
    )
    assert door.get("/runbooks").json()["total"]
    assert door.get("/runbooks/redis-out-of-memory").json()["id"] == "redis-out-of-memory"
    assert door.post("/search.js").status_code == 404
    assert 'route="site",status="200"' in door.get("/metrics").text


def test_a_page_may_use_its_own_files_and_is_kept_until_it_changes(door: TestClient) -> None:
    page = door.get("/")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    again = door.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%5csecret.txt",
        "/runbooks/../../secret.txt",
        "//../secret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/.git/config",
        "/.hidden",
        "/out.txt",
        "/pipe.txt",
        "/empty/",
        "/empty",
        "/index.html/",
        "/index.html%00.txt",
        "/C:/secret.txt",
        "/index.html::$DATA",
        "/" + "x" * 5_000,
    ],
)
def test_nothing_outside_of_the_folder_and_nothing_hidden_is_served(door: TestClient, path: str) -> None:
    answer = door.get(path)
    assert answer.status_code == 404
    assert "secret\n" not in answer.text + "\n"
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_address_that_is_no_path_is_no_file(tmp_path: Path) -> None:
    """`GET * HTTP/1.1`, which libraries of clients do not send."""
    handed_on = []

    async def beside(scope: Scope, receive: object, send: object) -> None:
        handed_on.append(scope["path"])

    site = WithSite(beside, tmp_path)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    anyio.run(site, {"type": "http", "method": "GET", "path": "*"}, receive, send)
    assert handed_on == ["*"]
