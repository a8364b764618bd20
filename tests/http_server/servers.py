"""Servers for the tests: in the process of the test, and as the command starts them."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from starlette.testclient import TestClient

from faultmaven_kb.http_server.starting import ServerSettings, server
from faultmaven_kb.serving.rules import GuardRules
from tests.documents import LAST_UPDATED

__all__ = ["TOKEN", "changed", "client", "fmkb", "served"]

Answer = TypeVar("Answer")

TOKEN = "a-token-for-tests-only"


def changed(ask: Callable[[], Answer], right: Callable[[Answer], bool]) -> Answer:
    """An answer once it is the right one: on a busy machine the old base answers until the new one is read."""
    for _ in range(600):
        answer = ask()
        if right(answer):
            break
        time.sleep(0.1)
    return answer


@contextmanager
def client(*paths: Path, rules: GuardRules | None = None, **settings: Any) -> Iterator[TestClient]:
    """A client of a server in this process, over the shipped runbooks or those at some paths."""
    app = server(ServerSettings(rules or GuardRules(), lambda: LAST_UPDATED, paths, **settings))
    with TestClient(app, base_url="http://127.0.0.1:8000") as found:
        yield found


def fmkb(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """The command as a user starts it, on a port that is free."""
    return subprocess.Popen(
        [sys.executable, "-m", "faultmaven_kb", *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


class Served:
    """A server that runs: where it listens, and what it answers."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, path: str, body: bytes | None = None, *, method: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """The status, the headers and the body of an answer; underscores in names of headers are hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method or ("GET" if body is None else "POST"), path, body, names)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def json(self, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a request as a value."""
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content_Type"] = "application/json"
        return json.loads(self.ask(path, data, **headers)[2])


@contextmanager
def served(*arguments: str, command: str = "serve", **environment: str) -> Iterator[Served]:
    """`fmkb serve` in a process of its own, until the test is over."""
    with fmkb(command, *arguments, "--port", "0", **environment) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            found = re.search(r":(\d+)(?:/mcp)?$", line.strip())
            assert found, line + process.stderr.read()
            yield Served(int(found[1]))
        finally:
            process.terminate()
            process.communicate(timeout=60)
