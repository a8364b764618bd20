"""Joins the endpoints: their addresses, how they are described, and what goes out when they refuse."""

import datetime
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from faultmaven_kb._version import __version__
from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.http_server.answers import AskError, refused, worded
from faultmaven_kb.http_server.endpoints import Door
from faultmaven_kb.http_server.metrics import Metrics
from faultmaven_kb.http_server.shapes import (
    JSON,
    MARKDOWN,
    PLAIN,
    READABLE,
    AlertRunbooks,
    Differential,
    Health,
    Observations,
    Problem,
    Question,
    RunbookPage,
    SearchAnswer,
    Text,
    ValidationReport,
    Webhook,
)
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.serving.live_base import LiveBase
from faultmaven_kb.serving.problems import PROBLEM_TYPE

__all__ = ["application"]

_SECONDS = 20.0  # chosen (docs/how-to/serve-over-http.md)

_PROBLEMS = {
    401: "no token, or a wrong one",
    403: "a page of another origin asks",
    404: "there is no such runbook or technology",
    408: "the request did not arrive in time",
    409: "the observations contradict each other",
    413: "the request is too large",
    415: "the body is of another type",
    421: "the Host header names another server",
    422: "the request is not understood",
    429: "more requests than the rate allows",
    500: "an internal error",
    503: "too busy, not done in time, or the knowledge base cannot be read",
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, words in _PROBLEMS.items()
}
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "the client has this answer already"}}


def application(
    base: LiveBase,
    *,
    today: Callable[[], datetime.date],
    metrics: Metrics,
    link: str | None = None,
    seconds: float = _SECONDS,
    beside: tuple[BaseRoute, ...] = (),
    lifespan: Callable[[], AbstractAsyncContextManager[Any]] | None = None,
) -> FastAPI:
    """The endpoints over a live base.

    `today` gives the day that rules about dates take, `link` is a pattern with `{id}` for addresses of runbooks
    (this server's own by default), `seconds` is the time an answer may take. The routes `beside` are served too, and
    `lifespan` is entered as long as the application runs.
    """
    door = Door(base, today, metrics, link, seconds)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        if lifespan is None:
            yield
            return
        async with lifespan():
            yield

    app = FastAPI(
        title="faultmaven-kb",
        version=__version__,
        description="Runbooks over HTTP: found from a symptom, read, checked. Read-only.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        responses=_RESPONSES,
        lifespan=running,
        redirect_slashes=False,
    )
    app.add_exception_handler(AskError, _ask_error)
    app.add_exception_handler(FaultmavenError, _unavailable)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _no_route)
    get = functools.partial(app.get, responses=_NOT_MODIFIED)
    get("/search", response_model=SearchAnswer, summary="Find the runbook for a symptom")(door.search)
    app.post(
        "/search",
        response_model=SearchAnswer,
        summary="Find the runbook for a long text, such as a log",
        openapi_extra=_body_of("Question", "text/plain", pattern=READABLE),
    )(door.search_text)
    get("/runbooks", response_model=RunbookPage, summary="List the runbooks")(door.runbooks)
    get(
        "/runbooks/{id:path}",
        response_model=Runbook,
        responses={200: {"content": {MARKDOWN: {"schema": {"type": "string"}}}}, **_NOT_MODIFIED},
        summary="Read a runbook",
    )(door.runbook)
    app.post(
        "/validate",
        response_model=ValidationReport,
        summary="Check a runbook's text",
        openapi_extra=_body_of("Text", *PLAIN),
    )(door.validate)
    app.post(
        "/differential",
        response_model=Differential,
        summary="Order the causes that observations point to",
        openapi_extra=_body_of("Observations"),
    )(door.differential)
    app.post(
        "/alerts",
        response_model=AlertRunbooks,
        summary="The runbook for each alert of an Alertmanager webhook",
        openapi_extra=_body_of("Webhook"),
    )(door.alerts)
    get("/health", response_model=Health, summary="Whether questions can be answered")(door.health)
    get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        summary="Figures for Prometheus",
    )(door.metrics)
    app.router.routes.extend(beside)
    return _described(app)


def _body_of(model: str, *texts: str, pattern: str | None = None) -> dict[str, Any]:
    """How a body is described that the endpoint reads itself, because it may be JSON or a text."""
    content: dict[str, Any] = {JSON: {"schema": {"$ref": f"#/components/schemas/{model}"}}}
    text = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    content |= {media_type: {"schema": text} for media_type in texts}
    return {"requestBody": {"required": True, "content": content}}


def _described(app: FastAPI) -> FastAPI:
    """The application, whose document describes the models that no endpoint names in its signature too."""
    make = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            description = make()
            schemas = description["components"]["schemas"]
            for model in (Observations, Problem, Question, Text, Webhook):
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schemas |= schema.pop("$defs", {})
                schemas[model.__name__] = schema
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
        return app.openapi_schema or {}

    app.openapi = document  # type: ignore[method-assign]
    return app


async def _ask_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AskError)
    return refused(error.status, error.detail, {"retry-after": "1"} if error.status == 503 else None)


async def _unavailable(request: Request, error: Exception) -> Response:
    return refused(503, f"the knowledge base is unavailable: {error}", {"retry-after": "5"})


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return refused(422, worded(error.errors(), "the request"))


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(_methods(request))
        return refused(405, f"{request.method} is not possible here, expected {allowed}", {"allow": allowed})
    detail = f'there is nothing at "{request.url.path[:200]}", expected an address that GET /openapi.json lists'
    return refused(error.status_code, detail)


def _methods(request: Request) -> list[str]:
    """The methods of all routes at the address that was asked for."""
    methods: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
