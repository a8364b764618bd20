"""The preview: loopback only, builds anew when a runbook changes, keeps the last good build."""

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.reading.files import find_states
from faultmaven_kb.site.building import site_files
from faultmaven_kb.site.pages import Source
from faultmaven_kb.site.preview import Preview
from tests.site.browser import Watched


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.md").write_text("# One\n\nFirst text.\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def preview(folder: Path, said: list[str]) -> Iterator[Preview]:
    def build() -> dict[str, bytes]:
        kb = KnowledgeBase.load(folder)
        if not len(kb):
            raise ConfigurationError("no runbook found")
        return site_files(kb, title="Runbooks", source=Source())

    made = Preview(build, lambda: find_states([folder]), say=said.append)
    running = threading.Thread(target=made.run, kwargs={"every": 0.05}, daemon=True)
    running.start()
    yield made
    made.stop()
    running.join()


def get(preview: Preview, path: str, *, host: str = "", method: str = "GET") -> tuple[int, str, str]:
    """Status, type and content of an answer."""
    address = preview.url.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(address)
    connection.request(method, path, headers={"Host": host or address})
    answer = connection.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read().decode("utf-8")
    connection.close()
    return found


def test_it_serves_the_site_to_this_machine(preview: Preview) -> None:
    status, kind, page = get(preview, "/")

    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert "What do you see?" in page
    assert get(preview, "/runbooks/one.html?x=1")[0] == 200
    assert get(preview, "/assets/site.css")[1] == "text/css; charset=utf-8"
    assert get(preview, "/", method="HEAD")[::2] == (200, "")
    assert preview.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/%2e%2e/one.md", "/one.md", "//etc/passwd", "/runbooks/"])
def test_it_serves_nothing_but_the_site(preview: Preview, path: str) -> None:
    assert get(preview, path)[::2] == (404, "there is no such page\n")


def test_a_page_of_the_web_cannot_read_it_through_another_name(preview: Preview) -> None:
    assert get(preview, "/", host="evil.example")[0] == 404
    assert get(preview, "/", host="localhost:80")[0] == 200


def test_an_open_page_loads_again_when_a_runbook_changes(preview: Preview, folder: Path, watched: Watched) -> None:
    page = watched.page
    with page.expect_response("**/preview/version"):
        page.goto(f"{preview.url}runbooks/one.html")
    (folder / "one.md").write_text("# One\n\nSecond text, longer.\n", encoding="utf-8")
    page.wait_for_selector("text=Second text, longer.")


def test_a_build_that_fails_leaves_the_last_good_one(folder: Path, said: list[str]) -> None:
    def build() -> dict[str, bytes]:
        if not (folder / "one.md").exists():
            raise ConfigurationError("no runbook found")
        return {"index.html": b"<body></body>"}

    preview = Preview(build, lambda: find_states([folder]), say=said.append)
    assert not preview.look()
    (folder / "one.md").unlink()

    assert not preview.look()
    assert said == ["no runbook found"]
    assert b"<body>" in (preview.content("index.html") or b"")
    threading.Timer(0.1, preview.stop).start()
    preview.run(every=0.01)


def test_a_port_that_is_taken_is_named(preview: Preview) -> None:
    port = int(preview.url.rstrip("/").rpartition(":")[2])

    with pytest.raises(ConfigurationError, match=f"port {port} cannot be used"):
        Preview(dict, lambda: None, port=port, say=print)


@pytest.mark.parametrize("broken", ["address", "connection"])
def test_a_broken_request_leaves_the_terminal_alone(
    preview: Preview, broken: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if broken == "address":
        assert get(preview, "http://[")[0] == 404
    else:
        with socket.socket() as gone:
            try:
                raise ConnectionResetError
            except OSError:
                preview._server.handle_error(gone, ("127.0.0.1", 1))
    assert capfd.readouterr() == ("", "")
