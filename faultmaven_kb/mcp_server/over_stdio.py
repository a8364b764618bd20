"""The server on standard input and output, where what is no message gets an answer too.

The SDK drops a line that it cannot read, and an agent would wait for ever: for the answer to a question that ends in
half an emoji, for instance, which is what cutting a text in JavaScript makes of it.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

from faultmaven_kb.source import without_surrogates
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["answering"]


@asynccontextmanager
async def answering(lines: Any, answers: Any) -> AsyncIterator[Any]:
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
    identity = value.get("id") if isinstance(value, dict) else None
    if isinstance(identity, bool) or not isinstance(identity, str | int):
        return None
    return without_surrogates(identity) if isinstance(identity, str) else identity
