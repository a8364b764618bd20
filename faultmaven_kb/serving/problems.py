"""What is refused, as JSON that names the remedy (RFC 9457, `application/problem+json`)."""

from http import HTTPStatus

from faultmaven_kb.text.characters.terminal_text import json_text

__all__ = ["PROBLEM_TYPE", "problem"]

PROBLEM_TYPE = "application/problem+json"

_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Names that `http.HTTPStatus` changed between versions of Python."""


def problem(status: int, detail: str) -> bytes:
    """The body of an error: `type`, `title`, `status`, and in `detail` what was wrong and what was expected."""
    value = {
        "type": "about:blank",
        "title": _TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return json_text(value).encode("utf-8", "replace")
