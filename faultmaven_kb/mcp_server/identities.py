"""Requests whose id JSON-RPC does not know, answered in both transports.

The SDK drops an id that is neither a text nor a whole number and takes what is left for a notification, to which nobody
gets an answer; the agent would wait for ever.
"""

import json
from typing import Any

from mcp.types import INVALID_REQUEST, ErrorData, JSONRPCError

from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["invalid_request", "usable_id"]

_NOTIFICATION = "notifications/"


def usable_id(value: object) -> str | int | None:
    """An id that can be sent back; None for any other value."""
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def invalid_request(message: Any) -> JSONRPCError | None:
    """The answer to a request with an id of another kind; None for every other message.

    A notification stays one whatever its id says: some clients write the id of all their messages, as `null`.
    """
    if not isinstance(message, dict) or not {"id", "method"} <= message.keys() or usable_id(message["id"]) is not None:
        return None
    if str(message["method"]).startswith(_NOTIFICATION):
        return None
    shown = printable(json.dumps(message["id"])[:100])
    fault = f"the id of the request is {shown}, expected a text or a whole number"
    return JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=INVALID_REQUEST, message=fault))
