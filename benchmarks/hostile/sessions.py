"""What an editor and an agent ask a server about a hostile text."""

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faultmaven_kb.serving.live_base import LiveBase
from faultmaven_kb.serving.workers import Workers

__all__ = ["agent_session", "editor_session"]

_MOST_CHARACTERS = 400_000


def editor_session(text: str, folder: Path) -> bytes:
    """Standard input of a session of the Language Server Protocol: a document is opened and asked about."""
    uri = (folder / "alone" / "edited.md").as_uri()
    document, place = {"uri": uri}, {"line": text.count("\n") // 2, "character": 3}
    here = {"textDocument": document, "position": place}
    span = {"start": {"line": 0, "character": 0}, "end": {"line": text.count("\n"), "character": 0}}
    requests = {
        "textDocument/documentSymbol": {"textDocument": document},
        "textDocument/hover": here,
        "textDocument/completion": here,
        "textDocument/definition": here,
        "textDocument/codeAction": {"textDocument": document, "range": span, "context": {"diagnostics": []}},
    }
    opened = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
    start: dict[str, Any] = {"processId": None, "rootUri": (folder / "alone").as_uri(), "capabilities": {}}
    messages = [
        _asked(1, "initialize", start),
        _told("initialized", {}),
        _told("textDocument/didOpen", {"textDocument": opened}),
        *(_asked(number, method, parameters) for number, (method, parameters) in enumerate(requests.items(), 2)),
        _asked(90, "shutdown", None),
        _told("exit", None),
    ]
    bodies = [json.dumps(message).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


def agent_session(file: Path, question: str, *, check: bool) -> None:
    """Every tool and the resource about a file, or only the check of a text, through a client of the protocol."""
    import anyio
    from mcp import Client

    from faultmaven_kb.mcp_server.server import RunbookServer

    server = RunbookServer(LiveBase((file,)), today=datetime.date.today, workers=_Here(seconds=60))
    calls: dict[str, dict[str, Any]] = {
        "search_runbooks": {"question": question[:_MOST_CHARACTERS]},
        "get_runbook": {"id": "hostile"},
        "list_runbooks": {},
    }

    async def talk() -> None:
        async with Client(server) as client:
            if check:
                await client.call_tool("validate_runbook", {"text": question})
                return
            for name, arguments in calls.items():
                await client.call_tool(name, arguments)
            for resource in (await client.list_resources()).resources:
                await client.read_resource(resource.uri)

    anyio.run(talk)


class _Here(Workers):
    """Works in this process: the start of a worker is not what a text costs."""

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)


def _asked(number: int, method: str, parameters: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}


def _told(method: str, parameters: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": parameters}
