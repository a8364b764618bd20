"""What each endpoint answers: it reads what is asked, and a thread or a worker process does the work.

A search runs in a thread, because a question has a bounded size and with it a bounded time; a check of a text, which
a hostile one can make slow, in a worker process that is ended when its time is over. All is read-only.
"""

import datetime
import functools
import time
from collections.abc import Callable
from typing import Annotated, Literal, TypeVar
from urllib.parse import quote, urlencode

import anyio
import anyio.to_thread
from fastapi import Query, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.errors import ConfigurationError, FaultmavenError
from faultmaven_kb.export.agent_text import as_shown
from faultmaven_kb.export.json_files import list_entry
from faultmaven_kb.http_server.alerts import alert_answers
from faultmaven_kb.http_server.answers import AskError, json_bytes, tagged, worded
from faultmaven_kb.http_server.checks import checked
from faultmaven_kb.http_server.metrics import Metrics
from faultmaven_kb.http_server.shapes import (
    JSON,
    LONGEST_QUESTION,
    MARKDOWN,
    PLAIN,
    READABLE,
    Observations,
    Question,
    Short,
    Text,
    Webhook,
)
from faultmaven_kb.integrations.alert_coverage import NamedRunbooks
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.mcp_server.answers import page_text
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.model.vocabularies import Severity, Status
from faultmaven_kb.serving.live_base import SEARCHES_AT_ONCE, LiveBase
from faultmaven_kb.serving.workers import DeadlineError, Workers
from faultmaven_kb.text.characters.piped import decode_piped

__all__ = ["Door"]

_MOST_CHECKS = 2  # chosen: each is a process
_MOST_FAULTS = 1_000  # chosen: to word each of more takes longer than to find them

_Value = TypeVar("_Value")
_Body = TypeVar("_Body", bound=BaseModel)
_Profile = Literal["ingest", "contribute", "curated"]


class Door:
    """The endpoints; each reads what is asked and lets `_worked` do the work."""

    def __init__(
        self, base: LiveBase, today: Callable[[], datetime.date], metrics: Metrics, link: str | None, seconds: float
    ) -> None:
        self._base, self._today, self._metrics, self._pattern = base, today, metrics, link
        self._seconds = seconds
        self._room, self._checks = anyio.CapacityLimiter(SEARCHES_AT_ONCE), anyio.CapacityLimiter(_MOST_CHECKS)
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
        if _type_of(request, JSON, "text/plain") == JSON:
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
        return Response(await self._searched(question), media_type=JSON)

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
        """What the base contains, narrowed by filters, page by page."""
        filters = {"technology": technology, "severity": severity, "tag": tag, "status": status}
        conditions = {name: value for name, value in filters.items() if value is not None}

        def page(base: KnowledgeBase) -> bytes:
            _known_technology(base, technology)
            ids = [runbook.id for runbook in base.filter(**conditions)] if conditions else base.ids
            shown = ids[offset : offset + limit]
            more = urlencode({**conditions, "offset": offset + limit, "limit": limit})
            return json_bytes(
                {
                    "total": len(ids),
                    "offset": offset,
                    "next": f"/runbooks?{more}" if offset + limit < len(ids) else None,
                    "runbooks": [list_entry(base[name]) for name in shown],
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
        representation = format or _format_of(request.headers.get("accept", ""))

        def read(base: KnowledgeBase) -> bytes:
            runbook = _runbook_named(base, id)
            if representation == "markdown":
                return page_text(as_shown(runbook).sections).encode("utf-8", "replace")
            return json_bytes(runbook.to_dict())

        kind = JSON if representation == "json" else f"{_wanted_type(request)}; charset=utf-8"
        return tagged(request, await self._worked(read), kind)

    async def validate(self, request: Request, profile: _Profile = "contribute") -> Response:
        """The findings of `fmkb validate` for a text; nothing is stored."""
        body = await request.body()
        text: str | bytes = body
        if _type_of(request, JSON, *PLAIN) == JSON:
            payload = _parsed(Text, body)
            text, profile = payload.text, payload.profile
        work = functools.partial(self._workers.run, checked, text, self._today(), profile)
        try:
            findings = await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._checks)
        except DeadlineError as error:
            raise AskError(503, f"the text was not checked: {error}") from None
        return Response(findings, media_type=JSON)

    async def differential(self, request: Request) -> Response:
        """The causes across runbooks, and the step that distinguishes them."""
        _type_of(request, JSON)
        payload = _parsed(Observations, await request.body())
        observations = [
            Observation(
                observation.text,
                observation.seen,
                StepKey(observation.step.runbook, observation.step.position) if observation.step else None,
            )
            for observation in payload.observations
        ]
        done = [StepKey(step.runbook, step.position) for step in payload.done]

        def weigh(base: KnowledgeBase) -> bytes:
            try:
                return json_bytes(base.differential(observations, done=done).to_dict())
            except ConfigurationError as error:
                raise AskError(409, str(error)) from None

        return Response(await self._worked(weigh), media_type=JSON)

    async def alerts(self, request: Request) -> Response:
        """Takes what Alertmanager sends to a webhook, and answers with the runbook for each alert."""
        _type_of(request, JSON)
        payload = _parsed(Webhook, await request.body())
        pattern = self._pattern or f"{str(request.base_url).rstrip('/')}/runbooks/{{id}}"

        def find(base: KnowledgeBase) -> bytes:
            named = self._named
            if named is None or named.base is not base:
                named = self._named = NamedRunbooks(base)
            answers = alert_answers(payload.alerts, named, lambda name: pattern.replace("{id}", quote(name)))
            for answer in answers["alerts"]:
                self._metrics.alerted(answer["verdict"])
            return json_bytes(answers)

        return Response(await self._worked(find), media_type=JSON)

    async def health(self) -> Response:
        """200 when questions can be answered, 503 when not. Asks for no token."""
        try:
            count = await self._worked(len)
        except (AskError, FaultmavenError) as error:
            body = json_bytes({"status": "unavailable", "runbooks": 0, "reason": str(error)})
            return Response(body, 503, media_type=JSON, headers={"cache-control": "no-store"})
        body = json_bytes({"status": "ok", "runbooks": count, "reason": None})
        return Response(body, media_type=JSON, headers={"cache-control": "no-store"})

    async def metrics(self) -> Response:
        """Counts and times in Prometheus' text format."""
        try:
            count = await self._worked(len)
        except (AskError, FaultmavenError):
            count = 0
        return Response(self._metrics.text(count), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _worked(self, work: Callable[[KnowledgeBase], _Value]) -> _Value:
        """The result of some work on the base, done in a thread within a bounded time."""
        asked = time.perf_counter()
        try:
            with anyio.fail_after(self._seconds):
                return await anyio.to_thread.run_sync(
                    lambda: work(self._base.current(asked=asked)), abandon_on_cancel=True, limiter=self._room
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
    ids = base.ids_named(name)
    if len(ids) > 1:
        raise AskError(404, f'"{name[:200]}" is {len(ids)} runbooks, expected one of {", ".join(ids[:8])}')
    if not ids:
        hint = did_you_mean(name[:200], base.ids) or "; GET /runbooks lists them all"
        raise AskError(404, f'no runbook has the id "{name[:200]}"{hint}')
    return base[ids[0]]


def _type_of(request: Request, *expected: str) -> str:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in expected:
        raise AskError(415, f'the content type is "{media_type[:100]}", expected {" or ".join(expected)}')
    return media_type


def _format_of(accept: str) -> str:
    """A reader in a browser and one who asks for Markdown get the text."""
    types = [part.partition(";")[0].strip() for part in accept.lower().split(",")]
    return "markdown" if types[0] in (MARKDOWN, "text/html", "text/plain") else "json"


def _wanted_type(request: Request) -> str:
    """Browsers show plain text and would save Markdown as a file."""
    return "text/plain" if "text/html" in request.headers.get("accept", "") else MARKDOWN


def _parsed(model: type[_Body], body: bytes) -> _Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if error.error_count() > _MOST_FAULTS:
            detail = f"the body has {error.error_count():,} faults; GET /openapi.json says what is expected"
            raise AskError(422, detail) from None
        raise AskError(422, worded(error.errors(include_url=False), "the body")) from None
