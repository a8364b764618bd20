"""Standard input and output as a transport, where what is no message gets an answer too.

The SDK drops a line that it cannot read, and an agent would wait for ever: for the answer to a question that ends in
half an emoji, for instance, which is what cutting a text in JavaScript makes of it.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, cast

import anyio
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError
from pydantic_core import from_json

from faultmaven_kb.mcp_server.identities import invalid_request, usable_id
from faultmaven_kb.source import without_surrogates
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["standard_streams"]


@asynccontextmanager
async def standard_streams() -> AsyncIterator[tuple[Any, Any]]:
    """The messages that come in, and where the answers go."""
    requests = _Requests(anyio.wrap_file(TextIOWrapper(_own_input(), encoding="utf-8", errors="replace")))
    async with stdio_server(cast("anyio.AsyncFile[str]", requests)) as (lines, answers):
        requests.answers = answers
        async with _answering(lines, answers) as messages:
            yield messages, answers


def _own_input() -> BinaryIO:
    """Standard input, which programs that are started from here cannot read: they find the null device in its place."""
    own = os.dup(0)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return os.fdopen(own, "rb", closefd=False)  # a thread may still wait for input when everything else has ended


class _Requests:
    """The lines of a file; those that the SDK would not answer are answered here."""

    def __init__(self, file: "anyio.AsyncFile[str]") -> None:
        self._file = file
        self.answers: Any = None

    async def __aiter__(self) -> AsyncIterator[str]:
        async for line in self._file:
            try:
                fault = invalid_request(from_json(line))
            except ValueError:
                fault = None  # no JSON: the SDK says so
            if fault:
                await self.answers.send(SessionMessage(fault))
            else:
                yield line


@asynccontextmanager
async def _answering(lines: Any, answers: Any) -> AsyncIterator[Any]:
    """The messages among what a transport has read; what could not be read is answered with what is wrong with it."""
    forward, messages = anyio.create_memory_object_stream[SessionMessage](0)

    async def pass_on() -> None:
        async with forward:
            async for item in lines:
                if not isinstance(item, Exception):
                    await forward.send(item)
                elif fault := _fault(item):
                    await answers.send(SessionMessage(fault))

    async def pass_on_until_closed() -> None:
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            await pass_on()

    async with anyio.create_task_group() as group:
        group.start_soon(pass_on_until_closed)
        yield messages
        group.cancel_scope.cancel()


def _fault(error: Exception) -> JSONRPCError | None:
    """The answer to what could not be read; None to an empty line."""
    first = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else {"msg": str(error)}
    text = first.get("input")
    if isinstance(text, str) and not text.strip():
        return None
    message = printable(f"the message cannot be read ({first['msg'][:200]}), expected JSON-RPC on one line")
    identity = _identity(text) if isinstance(text, str) else None
    return JSONRPCError(jsonrpc="2.0", id=identity, error=ErrorData(code=PARSE_ERROR, message=message))


def _identity(text: str) -> str | int | None:
    """The id of a message that another reader of JSON understands; None where there is none that can be sent back."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    identity = usable_id(value.get("id")) if isinstance(value, dict) else None
    return without_surrogates(identity) if isinstance(identity, str) else identity
