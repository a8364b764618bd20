"""Processes that share an address."""

import asyncio
import os
import socket

import pytest

from faultmaven_kb.serving.running import SharedSocket, listen

pytestmark = pytest.mark.skipif(os.name != "posix", reason="on Windows asyncio accepts one by one itself")


def test_processes_that_share_an_address_take_turns_with_clients_that_come_together() -> None:
    assert min(asyncio.run(_accepted_by_two(clients=20))) >= 8  # the first one begins a little earlier


async def _accepted_by_two(clients: int) -> list[int]:
    """How many of some clients that wait already are accepted by each of two servers that share a socket."""
    plain = listen("127.0.0.1", 0)
    with SharedSocket(fileno=plain.detach()) as first, SharedSocket(fileno=os.dup(first.fileno())) as second:
        waiting = [socket.create_connection(first.getsockname()) for _ in range(clients)]
        counts = [0, 0]
        done = asyncio.Event()

        def count(server: int) -> asyncio.Protocol:
            counts[server] += 1
            if sum(counts) == clients:
                done.set()
            return asyncio.Protocol()

        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(lambda: count(0), sock=first),
            await loop.create_server(lambda: count(1), sock=second),
        ]
        await done.wait()
        for server in servers:
            server.close()
        for client in waiting:
            client.close()
        return counts
