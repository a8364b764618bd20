"""Many clients ask `fmkb serve` at once: 1, 16 and 64, each with a connection of its own, each asking without a pause.

python -m benchmarks.http_door [--workers 2] [--kb PATH] [--requests 2000] [--mcp]

Every symptom of every runbook is asked in turn, with GET /search or, with --mcp, as a call of `search_runbooks` to the
MCP server at /mcp. Printed are the times from a request to its answer,
the processor time of the server for a request (on Linux; a machine that is busy otherwise makes answers later, but
not dearer), and that as a multiple of a search by itself in this process. The clients take processor time of the same
machine; what they take is printed too.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from faultmaven_kb import KnowledgeBase

_CLIENTS = (1, 16, 64)


def _search(question: str) -> bytes:
    """A request for GET /search."""
    return f"GET /search?q={quote(question[:1_000])} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def _call(question: str) -> bytes:
    """A request that calls the tool of the MCP server."""
    call = {"name": "search_runbooks", "arguments": {"question": question[:1_000]}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}).encode()
    head = (
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2025-06-18\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """The body of an answer, whole or in chunks."""
    if length := re.search(rb"(?i)content-length: (\d+)", head):
        return await reader.readexactly(int(length[1]))
    assert b"transfer-encoding: chunked" in head.lower(), head
    body = b""
    while size := int((await reader.readline()).strip(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


async def _client(port: int, requests: Sequence[bytes], times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        start = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        body = await _body(reader, head)
        assert b'"verdict' in body or b'"status' in body, body[:500]
        times.append((time.perf_counter() - start) * 1000)
    writer.close()


async def _crowd(port: int, questions: Sequence[bytes], clients: int, requests: int) -> list[float]:
    times: list[float] = []
    share = max(requests // clients, 1)
    asked = [
        [questions[(number + client * 7) % len(questions)] for number in range(share)] for client in range(clients)
    ]
    await asyncio.gather(*(_client(port, each, times) for each in asked))
    return sorted(times)


def _processor_seconds(parent: int) -> float:
    """The processor time of a process and its children, 0 where the system does not tell."""
    ticks, seconds = 0, os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 1
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if parent in (int(stat.parent.name), int(values[1])):
            ticks += int(values[11]) + int(values[12])
    return ticks / seconds


def _search_alone(kb: KnowledgeBase, questions: Sequence[str]) -> float:
    """Milliseconds of processor time for a search with nothing around it."""
    kb.warm()
    start = time.process_time()
    for question in questions:
        kb.search(question)
    return (time.process_time() - start) / len(questions) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description="Many clients ask the HTTP door at once.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kb", help="Default: the built-in runbooks.")
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--mcp", action="store_true", help="Ask the MCP server and not GET /search.")
    given = parser.parse_args()
    kb = KnowledgeBase.load(given.kb) if given.kb else KnowledgeBase.builtin()
    questions = [symptom.text for runbook in kb for symptom in runbook.symptoms][:500]
    alone = _search_alone(kb, questions)
    requests = [(_call if given.mcp else _search)(question) for question in questions]
    command = [sys.executable, "-m", "faultmaven_kb", "serve", "--port", "0", "--workers", str(given.workers)]
    command += ["--kb", given.kb] if given.kb else []
    command += ["--mcp"] if given.mcp else []
    print(f"{len(kb)} runbooks, {given.workers} processes; a search by itself takes {alone:.2f} ms of processor time")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            found = re.search(r":(\d+)$", process.stderr.readline().strip())
            assert found
            port = int(found[1])
            asyncio.run(_crowd(port, requests, 8 * given.workers, 200 * given.workers))  # every process is warm then
            for clients in _CLIENTS:
                before, own, start = _processor_seconds(process.pid), time.process_time(), time.perf_counter()
                times = asyncio.run(_crowd(port, requests, clients, given.requests))
                passed = time.perf_counter() - start
                server = (_processor_seconds(process.pid) - before) / len(times) * 1000
                mine = (time.process_time() - own) / len(times) * 1000
                p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
                print(
                    f"{clients:>3} clients: p50 {p50:6.1f} ms, p95 {p95:6.1f} ms, {len(times) / passed:5.0f} a second; "
                    f"processor {server:.2f} ms a request ({server / alone:.1f} of a search), clients {mine:.2f} ms",
                    flush=True,
                )
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
