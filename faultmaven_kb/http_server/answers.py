"""How an answer goes out: as JSON with a tag for its content, which a client that has it need not fetch again."""

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from faultmaven_kb.http_server.shapes import JSON
from faultmaven_kb.serving.problems import PROBLEM_TYPE, problem
from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["AskError", "json_bytes", "refused", "tagged", "worded"]


class AskError(Exception):
    """A request that gets a problem as its answer: a status, and what was wrong and expected."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def json_bytes(value: Any) -> bytes:
    """A value as JSON, without spaces, letters as they are; what a terminal would obey is escaped."""
    return json_text(value, compact=True).encode("utf-8", "replace")


def tagged(request: Request, body: bytes, media_type: str = JSON) -> Response:
    """The body with its tag, or 304 where the client has it already.

    A cache may keep it but asks each time, because the runbooks may change at any time.
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "Accept, Authorization"}
    known = [entry.strip().removeprefix("W/") for entry in request.headers.get("if-none-match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def refused(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """A problem as an answer."""
    headers = {"cache-control": "no-store", **(headers or {})}
    return Response(problem(status, detail), status, headers=headers, media_type=PROBLEM_TYPE)


def worded(errors: Any, place: str) -> str:
    """What is wrong, the first three faults, each with its place."""
    words = []
    for error in errors[:3]:
        where = ".".join(str(part)[:60] for part in error["loc"]) or place
        value = error.get("input")
        shown = f' is "{value[:60]}"' if isinstance(value, str) and error["loc"] else ""
        words.append(f"{where}{shown}: {error['msg'][:1].lower()}{error['msg'][1:]}")
    more = f"; and {len(errors) - 3} more" if len(errors) > 3 else ""
    return "; ".join(words) + more + "; GET /openapi.json says what is expected"
