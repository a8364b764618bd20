"""A server that is used and abused for a quarter of an hour: does its memory stay what it was?

python -m benchmarks.soak [--minutes 15] [--pause 0.02]

One `fmkb serve --mcp` on a folder of runbooks is asked over plain sockets, in turn: searches, runbooks, checks of
texts, sessions of agents with calls of their tools, malformed requests and messages, requests that arrive byte by byte
and stop, connections that are cut before the answer. Every few seconds a runbook changes, so that the base is read
anew. Each minute the memory of the server and its workers is printed (Linux). The exit code is 1 when the server ended,
when a sound request was not answered, or when the memory of the last third is a fifth above that of the first third
after its first minute.
"""

import argparse
import itertools
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from benchmarks.hostile.code import CODE
from benchmarks.hostile.prose import PROSE

_ROOT = Path(__file__).parents[1]
_QUESTIONS = ("OOM command not allowed", "too many clients already", "disk full", "a" * 5_000, "\u202e::error::x", "")
_CALLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("search_runbooks", {"question": "redis out of memory"}),
    ("get_runbook", {"id": "redis-out-of-memory"}),
    ("get_runbook", {"id": "../../etc/passwd"}),
    ("validate_runbook", {"text": "# T\n\n## Steps\n\n```bash\nrm -rf /\n```\n"}),
    ("search_runbooks", {"question": 7}),
    ("no_such_tool", {}),
)


class Soak:
    """One server and what is done to it: `answers` counts status codes, `failed` has what should have been answered."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder
        self.answers: Counter[str] = Counter()
        self.failed: list[str] = []
        self.chance = random.Random(7)

    def ask(self, request: bytes, *, sound: bool = False, cut: bool = False) -> bytes:
        """The answer to the bytes of a request; empty when the connection is `cut` before it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(request)
            if cut:
                return b""
            answer = b""
            try:
                while part := connection.recv(65_536):
                    answer += part
            except OSError:
                pass
        status = answer[9:12].decode("ascii", "replace") or "none"
        self.answers[status] += 1
        if sound and status not in ("200", "202", "503"):
            self.failed.append(f"{request[:60]!r}: {answer[:200]!r}")
        return answer

    def get(self, path: str, *, sound: bool = True, cut: bool = False) -> bytes:
        return self.ask(f"GET {path} HTTP/1.1\r\n{_HOST}\r\n".encode(), sound=sound, cut=cut)

    def post(self, path: str, body: bytes, *more: str, sound: bool = True, cut: bool = False) -> bytes:
        lines = (f"Content-Length: {len(body)}", "Content-Type: application/json", *more)
        head = f"POST {path} HTTP/1.1\r\n{_HOST}" + "".join(f"{line}\r\n" for line in lines)
        return self.ask(f"{head}\r\n".encode() + body, sound=sound, cut=cut)

    def search(self) -> None:
        question = quote(self.chance.choice(_QUESTIONS))
        self.get(f"/search?q={question}", sound=False, cut=self.chance.random() < 0.2)
        self.get("/search?q=redis+out+of+memory")

    def read(self) -> None:
        self.get("/runbooks")
        self.get("/runbooks/redis-out-of-memory")
        self.get("/runbooks/%2e%2e%2f%00", sound=False)

    def check(self) -> None:
        text = (PROSE | CODE)[self.chance.choice(("table-cells", "fence-bash-rm", "fm-keys-equal", "nested-details"))](
            60_000
        )
        self.post("/validate", json.dumps({"text": text}).encode(), sound=False, cut=self.chance.random() < 0.3)

    def session(self) -> None:
        """A session of an agent; one of two is left open, and the server has to close it."""
        lines = ["Accept: application/json, text/event-stream"]
        about: dict[str, object] = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "soak", "version": "1"},
        }
        head = self.post("/mcp", _call("initialize", about), *lines, sound=False).split(b"\r\n\r\n")[0]
        found = [line for line in head.decode("latin-1").split("\r\n") if line.lower().startswith("mcp-session-id:")]
        lines += [f"Mcp-Session-Id: {line.partition(':')[2].strip()}" for line in found]
        self.post("/mcp", b'{"jsonrpc":"2.0","method":"notifications/initialized"}', *lines, sound=False)
        for name, arguments in self.chance.sample(_CALLS, 3):
            body = _call("tools/call", {"name": name, "arguments": arguments})
            self.post("/mcp", body, *lines, sound=False, cut=self.chance.random() < 0.2)
        if found and self.chance.random() < 0.5:
            self.ask(f"DELETE /mcp HTTP/1.1\r\n{_HOST}{lines[-1]}\r\n\r\n".encode())

    def malformed(self) -> None:
        for request in (
            b"\x00\x01\x02\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"A" * 70_000,
            b"POST /mcp HTTP/1.1\r\n\r\n",
        ):
            self.ask(request, cut=request[:1] == b"A")
        for body in (b"{", b"[" * 50_000, b'{"jsonrpc":"2.0"}', b'{"question":"\xff"}', b"null"):
            self.post("/mcp", body, "Accept: application/json, text/event-stream", sound=False)
            self.post("/search", body, sound=False)

    def slow(self) -> None:
        """A request that never becomes whole; the next one is answered all the same."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            for byte in b"GET /search?q=a HT":
                connection.send(bytes([byte]))
                time.sleep(0.01)
            self.get("/health")

    def change(self) -> None:
        """One runbook more or less, so that the base is read anew."""
        extra = self.folder / "extra.md"
        if extra.exists():
            extra.unlink()
        else:
            extra.write_text(f"# Extra {self.chance.random()}\n\n## Meaning\n\nIt is new.\n", encoding="utf-8")


_HOST = "Host: localhost\r\nConnection: close\r\n"


def _call(method: str, parameters: dict[str, object]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()


def _memory(parent: int) -> float:
    """The resident memory of a process and its children in MB."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if parent in (int(stat.parent.name), int(values[1])):
            pages += int(values[21])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(soak: Soak) -> None:
    for _ in range(600):
        try:
            soak.get("/health")
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the server did not start")


def _is_flat(figures: list[float]) -> bool:
    """Whether the last third of the figures is at most a fifth above the first third, the first figure left out."""
    if len(figures) < 4:
        return True
    third = max(len(figures[1:]) // 3, 1)
    return statistics.median(figures[-third:]) <= 1.2 * statistics.median(figures[1 : 1 + third])


def run(soak: Soak, server: "subprocess.Popen[bytes]", minutes: float, pause: float) -> list[float]:
    """The memory at each minute, in MB."""
    acts: tuple[Callable[[], None], ...] = (
        soak.search, soak.read, soak.session, soak.check, soak.malformed, soak.slow, soak.change
    )  # fmt: skip
    figures, begun = [_memory(server.pid)], time.monotonic()
    for act in itertools.cycle(acts):
        try:
            act()
        except OSError as error:
            soak.failed.append(f"{act.__name__}: {error}")
        time.sleep(pause)
        elapsed = (time.monotonic() - begun) / 60
        if server.poll() is not None or elapsed >= minutes:
            return figures
        if elapsed >= len(figures):
            figures.append(_memory(server.pid))
            print(
                f"minute {len(figures) - 1:3}: {figures[-1]:6.0f} MB, {sum(soak.answers.values())} answers", flush=True
            )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--pause", type=float, default=0.02, help="seconds between two acts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "kb")
        shutil.copytree(_ROOT / "runbooks", folder)
        port = _free_port()
        command = [sys.executable, "-m", "faultmaven_kb", "serve", "--mcp", "--port", str(port), "--kb", str(folder)]
        environment = {**os.environ, "FMKB_CACHE_DIR": str(Path(name, "cache"))}
        with Path(name, "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            soak = Soak(port, folder)
            _wait(soak)
            figures = run(soak, server, given.minutes, given.pause)
            alive = server.poll() is None
        finally:
            server.terminate()
            server.wait(30)
    print(f"answers by status: {dict(soak.answers)}")
    print(f"memory: {figures[0]:.0f} MB at first, {max(figures):.0f} MB at most, {figures[-1]:.0f} MB at last")
    for each in soak.failed[:10]:
        print(f"not answered: {each}")
    if not alive or soak.failed or not _is_flat(figures):
        sys.exit("the server ended, did not answer, or grew")


if __name__ == "__main__":
    main()
