"""Joins the endpoints: what is asked, of which base, and how the answer goes out.

A search runs in a thread, because a question has a bounded size and with it a bounded time; a check of a text, which
a hostile one can make slow, in a worker process that is ended when its time is over. All is read-only.
"""

import datetime
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote, urlencode

import anyio
import anyio.to_thread
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from faultmaven_kb._version import __version__
from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.errors import ConfigurationError, FaultmavenError
from faultmaven_kb.export.agent_text import as_shown
from faultmaven_kb.export.json_files import list_entry
from faultmaven_kb.http_server.alerts import alert_answers
from faultmaven_kb.http_server.answers import AskError, json_bytes, refused, tagged
from faultmaven_kb.http_server.checks import checked
from faultmaven_kb.http_server.metrics import Metrics
from faultmaven_kb.http_server.shapes import (
    LONGEST_QUESTION,
    READABLE,
    AlertRunbooks,
    Differential,
    Health,
    Observations,
    Problem,
    Question,
    RunbookPage,
    SearchAnswer,
    Short,
    Text,
    ValidationReport,
    Webhook,
)
from faultmaven_kb.integrations.alert_coverage import NamedRunbooks
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.mcp_server.answers import page_text
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.model.vocabularies import Severity, Status
from faultmaven_kb.serving.live_base import LiveBase
from faultmaven_kb.serving.problems import PROBLEM_TYPE
from faultmaven_kb.serving.workers import DeadlineError, Workers
from faultmaven_kb.text.piped import decode_piped

__all__ = ["application"]

_SECONDS = 20.0
_MOST_SEARCHES = 2
_MOST_CHECKS = 2
_JSON = "application/json"
_MARKDOWN = "text/markdown"
_PLAIN = ("text/plain", _MARKDOWN)

_Value = TypeVar("_Value")
_Body = TypeVar("_Body", bound=BaseModel)
_Profile = Literal["ingest", "contribute", "curated"]

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
    door = _Door(base, today, metrics, link, seconds)

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
        responses={200: {"content": {_MARKDOWN: {"schema": {"type": "string"}}}}, **_NOT_MODIFIED},
        summary="Read a runbook",
    )(door.runbook)
    app.post(
        "/validate",
        response_model=ValidationReport,
        summary="Check a runbook's text",
        openapi_extra=_body_of("Text", *_PLAIN),
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
    content: dict[str, Any] = {_JSON: {"schema": {"$ref": f"#/components/schemas/{model}"}}}
    text = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    content |= {each: {"schema": text} for each in texts}
    return {"requestBody": {"required": True, "content": content}}


def _described(app: FastAPI) -> FastAPI:
    """The application, whose document describes the models that no endpoint names in its signature too."""
    make = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = make()
            schemas = found["components"]["schemas"]
            for model in (Observations, Problem, Question, Text, Webhook):
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schemas |= schema.pop("$defs", {})
                schemas[model.__name__] = schema
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
        return app.openapi_schema or {}

    app.openapi = document  # type: ignore[method-assign]
    return app


class _Door:
    """The endpoints; each reads what is asked and lets `_worked` do the work."""

    def __init__(
        self, base: LiveBase, today: Callable[[], datetime.date], metrics: Metrics, link: str | None, seconds: float
    ) -> None:
        self._base, self._today, self._metrics, self._pattern = base, today, metrics, link
        self._seconds = seconds
        self._room, self._checks = anyio.CapacityLimiter(_MOST_SEARCHES), anyio.CapacityLimiter(_MOST_CHECKS)
        self._workers = Workers(seconds=seconds, most=_MOST_CHECKS)
        self._named: NamedRunbooks | None = None

    async def search(
        self,
        request: Request,
        q: Annotated[str, Query(min_length=1, max_length=8_000, pattern=READABLE, description="What is seen.")],
        limit: Annotated[int, Query(ge=1, le=20)] = 5,
        technology: Short | None = None,
        severity: Severity | None = None,
        tag: Short | None = None,
        status: Status | None = None,
    ) -> Response:
        """A question in the address; use POST for a log."""
        question = Question(question=q, limit=limit, technology=technology, severity=severity, tag=tag, status=status)
        return tagged(request, await self._searched(question))

    async def search_text(
        self,
        request: Request,
        limit: Annotated[int, Query(ge=1, le=20, description="For a plain text; JSON has its own.")] = 5,
        technology: Short | None = None,
        severity: Severity | None = None,
        tag: Short | None = None,
        status: Status | None = None,
    ) -> Response:
        """A question as JSON, or as a plain text (a log as a program printed it, in any encoding)."""
        body = await request.body()
        if _type_of(request, _JSON, "text/plain") == _JSON:
            question = _parsed(Question, body)
        else:
            text = decode_piped(body)
            if not text.strip():
                raise AskError(422, "the text is empty, expected what is seen: a message, an alert, a log")
            if len(text) > LONGEST_QUESTION:
                raise AskError(413, f"the text has {len(text):,} characters, expected at most {LONGEST_QUESTION:,}")
            question = Question.model_construct(
                question=text, limit=limit, technology=technology, severity=severity, tag=tag, status=status
            )
        return Response(await self._searched(question), media_type=_JSON)

    async def _searched(self, question: Question) -> bytes:
        def search(base: KnowledgeBase) -> bytes:
            answer = base.search(
                question.question,
                limit=question.limit,
                technology=_known_technology(base, question.technology),
                severity=question.severity,
                tag=question.tag,
                status=question.status,
            )
            self._metrics.searched(answer.verdict)
            return json_bytes(answer.to_dict())

        return await self._worked(search)

    async def runbooks(
        self,
        request: Request,
        technology: Short | None = None,
        severity: Severity | None = None,
        tag: Short | None = None,
        status: Status | None = None,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """What the base holds, narrowed by filters, page by page."""
        filters = {"technology": technology, "severity": severity, "tag": tag, "status": status}
        given = {name: value for name, value in filters.items() if value is not None}

        def page(base: KnowledgeBase) -> bytes:
            _known_technology(base, technology)
            ids = [runbook.id for runbook in base.filter(**given)] if given else base.ids
            shown = ids[offset : offset + limit]
            more = urlencode({**given, "offset": offset + limit, "limit": limit})
            return json_bytes(
                {
                    "total": len(ids),
                    "offset": offset,
                    "next": f"/runbooks?{more}" if offset + limit < len(ids) else None,
                    "runbooks": [list_entry(base[each]) for each in shown],
                }
            )

        return tagged(request, await self._worked(page))

    async def runbook(
        self,
        request: Request,
        id: str,
        format: Annotated[
            Literal["json", "markdown"] | None,
            Query(
                description="Default: Markdown for who asks for text (`Accept: text/markdown`, browsers), else JSON."
            ),
        ] = None,
    ) -> Response:
        """The parsed runbook, or its text; an id may have slashes, and a short form counts where it is unique."""
        wanted = format or _format_of(request.headers.get("accept", ""))

        def read(base: KnowledgeBase) -> bytes:
            runbook = _runbook_named(base, id)
            if wanted == "markdown":
                return page_text(as_shown(runbook).sections).encode("utf-8", "replace")
            return json_bytes(runbook.to_dict())

        kind = _JSON if wanted == "json" else f"{wanted_type(request)}; charset=utf-8"
        return tagged(request, await self._worked(read), kind)

    async def validate(self, request: Request, profile: _Profile = "contribute") -> Response:
        """The findings of `fmkb validate` for a text; nothing is stored."""
        body = await request.body()
        text: str | bytes = body
        if _type_of(request, _JSON, *_PLAIN) == _JSON:
            given = _parsed(Text, body)
            text, profile = given.text, given.profile
        work = functools.partial(self._workers.run, checked, text, self._today(), profile)
        try:
            found = await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._checks)
        except DeadlineError as error:
            raise AskError(503, f"the text was not checked: {error}") from None
        return Response(found, media_type=_JSON)

    async def differential(self, request: Request) -> Response:
        """The causes across runbooks, and the step that tells them apart."""
        _type_of(request, _JSON)
        given = _parsed(Observations, await request.body())
        observations = [
            Observation(each.text, each.seen, StepKey(each.step.runbook, each.step.position) if each.step else None)
            for each in given.observations
        ]
        done = [StepKey(each.runbook, each.position) for each in given.done]

        def weigh(base: KnowledgeBase) -> bytes:
            try:
                return json_bytes(base.differential(observations, done=done).to_dict())
            except ConfigurationError as error:
                raise AskError(409, str(error)) from None

        return Response(await self._worked(weigh), media_type=_JSON)

    async def alerts(self, request: Request) -> Response:
        """Takes what Alertmanager sends to a webhook, and answers with the runbook for each alert."""
        _type_of(request, _JSON)
        given = _parsed(Webhook, await request.body())
        pattern = self._pattern or f"{str(request.base_url).rstrip('/')}/runbooks/{{id}}"

        def find(base: KnowledgeBase) -> bytes:
            named = self._named
            if named is None or named.base is not base:
                named = self._named = NamedRunbooks(base)
            found = alert_answers(given.alerts, named, lambda each: pattern.replace("{id}", quote(each)))
            for answer in found["alerts"]:
                self._metrics.alerted(answer["verdict"])
            return json_bytes(found)

        return Response(await self._worked(find), media_type=_JSON)

    async def health(self) -> Response:
        """200 when questions can be answered, 503 when not. Asks for no token."""
        try:
            count = await self._worked(len)
        except (AskError, FaultmavenError) as error:
            body = json_bytes({"status": "unavailable", "runbooks": 0, "reason": str(error)})
            return Response(body, 503, media_type=_JSON, headers={"cache-control": "no-store"})
        body = json_bytes({"status": "ok", "runbooks": count, "reason": None})
        return Response(body, media_type=_JSON, headers={"cache-control": "no-store"})

    async def metrics(self) -> Response:
        """Counts and times in Prometheus' text format."""
        try:
            count = await self._worked(len)
        except (AskError, FaultmavenError):
            count = 0
        return Response(self._metrics.text(count), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _worked(self, work: Callable[[KnowledgeBase], _Value]) -> _Value:
        """What some work on the base gives, in a thread; its time is bounded."""
        try:
            with anyio.fail_after(self._seconds):
                return await anyio.to_thread.run_sync(
                    lambda: work(self._base.current()), abandon_on_cancel=True, limiter=self._room
                )
        except TimeoutError:
            detail = f"not done within {self._seconds:g} seconds, expected a shorter text, or try again later"
            raise AskError(503, detail) from None


def _known_technology(base: KnowledgeBase, technology: str | None) -> str | None:
    if technology is not None and technology.casefold() not in (name.casefold() for name in base.technologies):
        hint = did_you_mean(technology, base.technologies) or f"; there are {', '.join(base.technologies)}"
        raise AskError(404, f'no runbook has the technology "{technology}"{hint}')
    return technology


def _runbook_named(base: KnowledgeBase, name: str) -> Runbook:
    found = base.ids_named(name)
    if len(found) > 1:
        raise AskError(404, f'"{name[:200]}" is {len(found)} runbooks, expected one of {", ".join(found[:8])}')
    if not found:
        hint = did_you_mean(name[:200], base.ids) or "; GET /runbooks lists them all"
        raise AskError(404, f'no runbook has the id "{name[:200]}"{hint}')
    return base[found[0]]


def _type_of(request: Request, *expected: str) -> str:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in expected:
        raise AskError(415, f'the content type is "{given[:100]}", expected {" or ".join(expected)}')
    return given


def _format_of(accept: str) -> str:
    """A reader in a browser and one who asks for Markdown get the text."""
    wanted = [each.partition(";")[0].strip() for each in accept.lower().split(",")]
    return "markdown" if wanted[0] in (_MARKDOWN, "text/html", "text/plain") else "json"


def wanted_type(request: Request) -> str:
    """Browsers show plain text and would save Markdown as a file."""
    return "text/plain" if "text/html" in request.headers.get("accept", "") else _MARKDOWN


def _parsed(model: type[_Body], body: bytes) -> _Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise AskError(422, _worded(error.errors(include_url=False), "the body")) from None


def _worded(errors: Any, place: str) -> str:
    """What is wrong, the first three faults, each with its place."""
    words = []
    for each in errors[:3]:
        where = ".".join(str(part) for part in each["loc"]) or place
        given = each.get("input")
        shown = f' is "{given[:60]}"' if isinstance(given, str) and each["loc"] else ""
        words.append(f"{where}{shown}: {each['msg'][:1].lower()}{each['msg'][1:]}")
    more = f"; and {len(errors) - 3} more" if len(errors) > 3 else ""
    return "; ".join(words) + more + "; GET /openapi.json says what is expected"


async def _ask_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AskError)
    return refused(error.status, error.detail, {"retry-after": "1"} if error.status == 503 else None)


async def _unavailable(request: Request, error: Exception) -> Response:
    return refused(503, f"the knowledge base is unavailable: {error}", {"retry-after": "5"})


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return refused(422, _worded(error.errors(), "the request"))


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(_methods(request))
        return refused(405, f"{request.method} is not possible here, expected {allowed}", {"allow": allowed})
    detail = f'there is nothing at "{request.url.path[:200]}", expected an address that GET /openapi.json lists'
    return refused(error.status_code, detail)


def _methods(request: Request) -> list[str]:
    """The methods of all routes at the address that was asked for."""
    found: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found | ({"HEAD"} if "GET" in found else set()))
