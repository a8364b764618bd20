"""Registers the tools, the resources and the prompt with the official SDK.

Four tools, all read-only. A tool's result goes out twice, as the structure its schema promises and as compact JSON text
for clients that show only text. A mistake of the caller (an unknown id, an empty question) is a tool error that says
what was expected; a knowledge base that cannot be read is its own answer, `unavailable`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from time import perf_counter
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    CallToolResult,
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    Resource,
    ResourceTemplateReference,
    TextContent,
    ToolAnnotations,
)
from pydantic import BaseModel, Field

from faultmaven_kb._version import __version__
from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.export.agent_text import NOTICE, as_data, as_shown, marked, safe_id, shortened, unmarked
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.settings.settings import profile_named
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.mcp_server.announcements import Announcements, truthful
from faultmaven_kb.mcp_server.answers import (
    findings_of,
    list_of,
    page_text,
    search_answer,
    section_titles,
    text_of_runbook,
    title_of,
    unavailable,
    uri_of,
)
from faultmaven_kb.mcp_server.models import Findings, RunbookList, RunbookText, SearchAnswer
from faultmaven_kb.mcp_server.over_stdio import standard_streams
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.serving.live_base import SEARCHES_AT_ONCE, LiveBase
from faultmaven_kb.serving.log import log_in_lines
from faultmaven_kb.serving.turns import BusyError, Turns
from faultmaven_kb.serving.workers import DeadlineError, Workers
from faultmaven_kb.text.characters.decoding import SIZE_LIMIT
from faultmaven_kb.text.characters.terminal_text import printable
from faultmaven_kb.text.shown import readable

__all__ = ["RunbookServer"]

_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_INSTRUCTIONS = (
    "Operations runbooks. Call search_runbooks with exactly what is seen (an error line, an alert, a log). "
    "On `match` read the runbook with get_runbook and follow its diagnostic steps before any solution; on `ambiguous` "
    "distinguish the candidates first; on `none` say that no runbook covers this. " + NOTICE
)
_LARGEST_TEXT = 400_000  # characters, as the HTTP server takes
_CHECK_SECONDS, _MOST_CHECKS = 20.0, 4
_SECONDS_TO_WAIT = 20.0  # chosen, as for a check
_MOST_CHECKS_WAITING = 16  # chosen: as many as are done in that time on a machine that is not busy
_MOST_WAITING = 256  # as many requests as the HTTP server answers at once; a search takes some hundredths of a second
_READINGS_AT_ONCE = 2  # chosen: a third thread makes none of them faster
_RESOURCE_CHARACTERS = 200_000  # the largest document that is read
_WEIGHED_CHARACTERS = 2_000
"""How much of a question is compared with causes; the search has read all of it."""

_Value = TypeVar("_Value")

Filter = Annotated[str | None, Field(default=None, max_length=80)]


class RunbookServer(MCPServer[None]):
    """The server for a live base; `today` gives the day that rules about dates take."""

    def __init__(self, base: LiveBase, *, today: Callable[[], date], workers: Workers | None = None) -> None:
        announcements = Announcements(base.current)
        log_in_lines()  # before the SDK does it in its way
        super().__init__(
            "faultmaven-kb",
            instructions=_INSTRUCTIONS,
            version=__version__,
            log_level="WARNING",
            lifespan=lambda _: announcements.watching(),
            subscriptions=announcements.bus,
            middleware=[announcements.remember],
        )
        self._base, self._today = base, today
        self._workers = workers or Workers(seconds=_CHECK_SECONDS)
        self._checks, self._searches, self._readings = (
            Turns(at_once=at_once, waiting=waiting, seconds=_SECONDS_TO_WAIT)
            for at_once, waiting in (
                (_MOST_CHECKS, _MOST_CHECKS_WAITING),
                (SEARCHES_AT_ONCE, _MOST_WAITING),
                (_READINGS_AT_ONCE, _MOST_WAITING),
            )
        )
        derived = self._lowlevel_server.get_capabilities  # the SDK has no other place to say what is announced
        self._lowlevel_server.get_capabilities = (  # type: ignore[method-assign]
            lambda *arguments, **named: truthful(derived(*arguments, **named))
        )
        for tool, title in (
            (self.search_runbooks, "Find the runbook for a symptom"),
            (self.get_runbook, "Read a runbook"),
            (self.list_runbooks, "List runbooks"),
            (self.validate_runbook, "Check a runbook's text"),
        ):
            self.add_tool(tool, title=title, annotations=_READ_ONLY)
        self.resource("runbook://{id}", title="A runbook", mime_type="text/markdown")(self.read_runbook)
        self.prompt(title="Investigate an incident")(self.investigate)
        self.completion()(self.complete_id)  # type: ignore[no-untyped-call]

    async def run_stdio_async(self) -> None:
        """Serve on standard input and output until the input ends."""
        server = self._lowlevel_server
        async with standard_streams() as (messages, answers):
            await server.run(messages, answers, server.create_initialization_options())

    async def search_runbooks(
        self,
        question: Annotated[str, Field(min_length=1, max_length=_LARGEST_TEXT, description="What is seen, as it is.")],
        technology: Filter = None,
        severity: Filter = None,
        tag: Filter = None,
        limit: Annotated[int, Field(ge=1, le=10)] = 3,
    ) -> Annotated[CallToolResult, SearchAnswer]:
        """Find the runbook for a symptom: an error line, an alert, a log, a sentence.

        Says match, ambiguous, none or unavailable, with evidence, the likeliest causes and the next command.
        """
        if not question.strip():
            raise ToolError("question is empty, expected what is seen: a message, an alert, a log")
        narrow = _unmarked(technology=technology, severity=severity, tag=tag)
        return _result(await _in_turn(self._searches, partial(self._found, question, narrow, limit, perf_counter())))

    async def get_runbook(
        self,
        id: Annotated[
            str, Field(max_length=200, description="The runbook's id, as search_runbooks gives it, or its unique end.")
        ],
        section: Annotated[
            str | None, Field(max_length=200, description="Only this section: its title, or its role (solutions).")
        ] = None,
    ) -> Annotated[CallToolResult, RunbookText]:
        """Read a runbook, whole or one section."""
        return await _in_turn(self._readings, partial(self._read, id, section))

    def _read(self, id: str, section: str | None) -> CallToolResult:
        runbook = self._runbook(id)
        try:
            return _result(text_of_runbook(runbook, section))
        except KeyError:
            names = [marked(printable(name)) for name in section_titles(runbook)]
            hint = did_you_mean(marked(printable(unmarked(section or ""))), names)
            hint = hint or f", expected one of {', '.join(names[:30])}"
            raise ToolError(f'{safe_id(id)} has no section "{printable(section or "")}"{hint}') from None

    async def list_runbooks(
        self,
        technology: Filter = None,
        severity: Filter = None,
        tag: Filter = None,
        status: Filter = None,
        offset: Annotated[int, Field(ge=0)] = 0,
    ) -> Annotated[CallToolResult, RunbookList]:
        """List runbooks, narrowed by filters."""
        narrow = _unmarked(technology=technology, severity=severity, tag=tag, status=status)
        return await _in_turn(self._readings, partial(self._list, narrow, offset))

    def _list(self, narrow: dict[str, str | None], offset: int) -> CallToolResult:
        with self._loaded() as base:
            return _result(list_of(base.filter(**narrow), offset=offset))

    async def validate_runbook(
        self,
        text: Annotated[str, Field(max_length=SIZE_LIMIT, description="The runbook's whole Markdown text.")],
        profile: Literal["ingest", "contribute", "curated"] = "contribute",
    ) -> Annotated[CallToolResult, Findings]:
        """Check a runbook's text and say, line by line, what is wrong. Nothing is stored."""
        work = partial(self._workers.run, _findings, text, self._today(), profile)
        try:
            return _result(await self._checks.run(work))
        except (BusyError, DeadlineError) as error:
            raise ToolError(printable(f"the text was not checked: {error}")) from None

    async def read_runbook(self, id: str) -> str:
        """The runbook as Markdown between two marks; what is between them is data."""
        return await _in_turn(self._readings, partial(self._page, id), _refusal)

    def _page(self, id: str) -> str:
        try:
            runbook = as_shown(self._runbook(id))
        except ToolError as error:
            raise ResourceNotFoundError(str(error)) from None
        return as_data(shortened(page_text(runbook.sections), _RESOURCE_CHARACTERS), name=runbook.id)

    def investigate(self, symptom: str) -> str:
        """How to work through an incident with the runbooks."""
        return (
            "Investigate this incident with the runbooks.\n\n"
            f"{as_data(shortened(readable(symptom), 8_000), name='symptom')}\n\n"
            "1. Call search_runbooks with the exact symptom.\n"
            "2. On match: read the diagnostic steps with get_runbook, propose one read-only command at a time, and say "
            "for each result which cause it supports or rules out. On ambiguous: propose the command that tells the "
            "candidates apart. On none or unavailable: say so and go on without a runbook.\n"
            "3. The weights of causes are prior estimates. Let observations change them.\n"
            "4. Propose a solution only when its cause is supported by an observation. Show its warnings and its "
            "expected outcome, and ask before anything that changes a system.\n\n"
            f"{NOTICE}"
        )

    async def complete_id(
        self,
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion | None:
        """The ids that begin with what was typed."""
        if not isinstance(ref, ResourceTemplateReference) or argument.name != "id":
            return None
        ids = await _in_turn(self._readings, partial(self._ids, argument.value), _refusal)
        return Completion(values=ids[:100], total=len(ids), has_more=len(ids) > 100)

    def _ids(self, start: str) -> list[str]:
        with self._loaded(_refusal) as base:
            return [name for name in map(safe_id, base.ids) if name.startswith(start)]

    async def list_resources(self) -> list[Resource]:
        """One resource for each runbook, as the files are now."""
        return await _in_turn(self._readings, self._resources, _refusal)

    def _resources(self) -> list[Resource]:
        with self._loaded(_refusal) as base:
            return [
                Resource(
                    uri=uri_of(runbook),
                    name=safe_id(runbook.id),
                    title=title_of(runbook),
                    mime_type="text/markdown",
                )
                for runbook in base
            ]

    def _found(self, question: str, narrow: dict[str, str | None], limit: int, asked: float) -> SearchAnswer:
        try:
            return _searched(self._base.current(asked=asked), question, narrow, limit)
        except FaultmavenError as error:
            return unavailable(str(error))

    @contextmanager
    def _loaded(self, refuse: Callable[[str], Exception] = ToolError) -> Iterator[KnowledgeBase]:
        """The base; one that cannot be opened, or turns out to be damaged while it is read, is refused with the remedy.

        `refuse` makes the error: of what is not a tool the SDK would keep the words of a `ToolError` to itself.
        """
        try:
            yield self._base.current()
        except FaultmavenError as error:
            raise refuse(printable(f"the knowledge base is unavailable: {error}")) from None

    def _runbook(self, runbook_id: str) -> Runbook:
        with self._loaded() as base:
            ids = base.ids_named(runbook_id) or base.ids_named(unquote(runbook_id, errors="surrogateescape"))
            if len(ids) > 1:
                options = ", ".join(safe_id(name) for name in ids[:10])
                raise ToolError(f'"{printable(runbook_id)}" is {len(ids)} runbooks, expected one of {options}')
            if not ids:
                hint = did_you_mean(safe_id(runbook_id), map(safe_id, base.ids)) or "; list_runbooks shows them all"
                raise ToolError(f'no runbook has the id "{printable(runbook_id)}"{hint}')
            return base[ids[0]]


def _searched(base: KnowledgeBase, question: str, narrow: dict[str, str | None], limit: int) -> SearchAnswer:
    if not len(base):
        return unavailable("the knowledge base contains no runbook")
    answer = base.search(question, limit=limit, **narrow)
    weighed = base.differential(question[:_WEIGHED_CHARACTERS], ask=lambda _: answer) if answer.hits else None
    return search_answer(answer, weighed)


async def _in_turn(turns: Turns, work: Callable[[], _Value], refuse: Callable[[str], Exception] = ToolError) -> _Value:
    """What some work returns when it is its turn; `refuse` makes the error for a turn that does not come."""
    try:
        return await turns.run(work)
    except BusyError as error:
        raise refuse(str(error)) from None


def _refusal(message: str) -> MCPError:
    return MCPError(INTERNAL_ERROR, message)


def _unmarked(**filters: str | None) -> dict[str, str | None]:
    """Filters as they are written in runbooks, where an agent copied them from an answer."""
    return {name: value if value is None else unmarked(value) for name, value in filters.items()}


def _findings(text: str, today: date, profile: str) -> Findings:
    """What a check of a text finds; runs in a worker process."""
    return findings_of(check_text(text, today=today, profile=profile_named(profile)))


def _result(answer: BaseModel) -> CallToolResult:
    text = answer.model_dump_json(exclude_none=True)
    content = TextContent(type="text", text=text)
    return CallToolResult(content=[content], structured_content=answer.model_dump(mode="json", exclude_none=True))
