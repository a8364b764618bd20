"""The how-to's own commands, against a server that runs: each gets an answer, and the bot's lines are made of one."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra `http` is not installed")

from faultmaven_kb.source import Source
from faultmaven_kb.text.markdown import Fence, read_blocks
from tests.documents import ROOT
from tests.http_server.servers import Served, served

PAGE = (ROOT / "docs" / "how-to" / "serve-over-http.md").read_text(encoding="utf-8")
FENCES = [block for block in read_blocks(Source(PAGE)) if isinstance(block, Fence)]
COMMANDS = [line for fence in FENCES if fence.language == "bash" for line in fence.code.splitlines() if "curl " in line]


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served("--kb", str(ROOT / "runbooks")) as found:
        yield found


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is not installed")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_curl_command_of_the_page_gets_an_answer(server: Served, command: str) -> None:
    line = command.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}").replace("dmesg", "echo Out of memory")
    line = line.replace("curl -s", "curl -sS --fail-with-body --max-time 120")
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout


def test_the_bot_makes_a_line_of_every_answer(server: Served) -> None:
    code = next(fence.code for fence in FENCES if fence.language == "python").partition("class Bot")[0]
    names: dict[str, Any] = {}
    exec(code.replace('os.environ["SLACK"]', '""'), names)
    alerts = [
        {
            "labels": {"alertname": "RedisFull"},
            "annotations": {"runbook_url": "https://wiki.example/redis-out-of-memory"},
        },
        {"labels": {"alertname": "Sunshine"}, "annotations": {"summary": "zxqv wvut"}},
    ]
    answer = json.loads(
        names["post"](f"http://127.0.0.1:{server.port}/alerts", json.dumps({"alerts": alerts}).encode())
    )
    found, nothing = map(names["line"], answer["alerts"])
    link = f"http://127.0.0.1:{server.port}/runbooks/redis-out-of-memory"
    assert found.startswith(f"RedisFull: <{link}|Redis - Out of Memory>\n```")
    assert nothing == "Sunshine: no runbook covers this"
