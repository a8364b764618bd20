"""From the library's values to what an agent receives: texts as the page shows them, marked, and a bound on the size.

Every text of a runbook comes from `as_shown` and is between marks; ids and addresses are percent-encoded where they
are not plain words.

A search answer that is too large loses its least useful parts first, in the order of one readable tuple.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from pydantic import BaseModel

from faultmaven_kb.diagnostics import Level
from faultmaven_kb.differential.values import Differential
from faultmaven_kb.export.agent_text import as_data, as_shown, is_shown, marked, safe_id, shortened, unmarked
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.mcp_server.models import (
    Finding,
    Findings,
    Found,
    LikelyCause,
    NextCommand,
    Reason,
    RunbookEntry,
    RunbookList,
    RunbookSection,
    RunbookText,
    SearchAnswer,
)
from faultmaven_kb.model.runbook import Cause, Command, Runbook, Section, Step
from faultmaven_kb.search.answer import Answer, Evidence, Hit
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.shown import readable, readable_code, shown_line

__all__ = [
    "SEARCH_BYTES",
    "findings_of",
    "list_of",
    "page_text",
    "search_answer",
    "section_titles",
    "text_of_runbook",
    "title_of",
    "unavailable",
    "uri_of",
]

SEARCH_BYTES = 3_600
"""The bound of a search answer's JSON: it goes out twice, as structure and as text, and stays below 8 KB in all."""

_BLANK_LINES = re.compile(r"\n{3,}")
_TEXT_CHARACTERS = 24_000  # chosen: about 6,000 tokens of English
_MOST_ENTRIES = 50  # chosen (docs/how-to/use-from-an-agent.md)
_KEPT_TEXTS, _LONGEST_KEPT = 4_000, 500  # texts and characters, chosen: bounds the memory
_MOST_FINDINGS = 50  # chosen (docs/how-to/use-from-an-agent.md)


def uri_of(runbook: Runbook) -> str:
    """The address of a runbook's resource."""
    return f"runbook://{safe_id(runbook.id)}"


def unavailable(reason: str) -> SearchAnswer:
    """The answer when the knowledge base cannot be asked."""
    return SearchAnswer(status="unavailable", reason=_line(reason, 300))


def search_answer(answer: Answer, weighed: Differential | None = None, *, limit: int = SEARCH_BYTES) -> SearchAnswer:
    """The answer to a question, at most `limit` bytes of JSON; what was cut is said in `cut`.

    With the causes `weighed` against the question, the likeliest come first and the next command belongs to the step
    that distinguishes them.
    """
    full = SearchAnswer(
        status=answer.verdict,
        reason=_told(answer.reason, 300),
        hits=[_found(hit, weighed) for hit in answer.hits],
        unexplained=[_told(word, 40) for word in answer.unexplained[:12]],
    )
    for words, trim in _TRIMS:
        if _size(full) <= limit:
            break
        if trim(full):
            full.cut.append(words)
    return full


def _size(answer: BaseModel) -> int:
    return len(answer.model_dump_json(exclude_none=True).encode("utf-8", "surrogatepass"))


def _keep_evidence(answer: SearchAnswer) -> bool:
    return _keep(answer, lambda hit: hit.evidence, 2)


def _keep_causes(answer: SearchAnswer) -> bool:
    return _keep(answer, lambda hit: hit.causes, 3)


def _keep(answer: SearchAnswer, part: Callable[[Found], list[Reason] | list[LikelyCause]], most: int) -> bool:
    longer = [part(hit) for hit in answer.hits if len(part(hit)) > most]
    for values in longer:
        del values[most:]
    return bool(longer)


def _shorten_code(answer: SearchAnswer) -> bool:
    long = [hit.next_command for hit in answer.hits if hit.next_command and len(hit.next_command.code) > 240]
    for command in long:
        command.code = _cut(command.code, 240)
    return bool(long)


def _only_first_command(answer: SearchAnswer) -> bool:
    others = [hit for hit in answer.hits[1:] if hit.next_command]
    for hit in others:
        hit.next_command = None
    return bool(others)


def _three_hits(answer: SearchAnswer) -> bool:
    more = len(answer.hits) > 3
    del answer.hits[3:]
    return more


def _only_first(answer: SearchAnswer) -> bool:
    more = len(answer.hits) > 1
    del answer.hits[1:]
    return more


def _without_command(answer: SearchAnswer) -> bool:
    hits = [hit for hit in answer.hits if hit.next_command]
    for hit in hits:
        hit.next_command = None
    return bool(hits)


def _bare_bones(answer: SearchAnswer) -> bool:
    for hit in answer.hits:
        hit.evidence, hit.causes = hit.evidence[:1], hit.causes[:1]
        hit.title = _cut(hit.title, 80)
        for reason in hit.evidence:
            reason.text = _cut(reason.text, 80)
    return True


_TRIMS: tuple[tuple[str, Callable[[SearchAnswer], bool]], ...] = (
    ("evidence after the second text of a runbook", _keep_evidence),
    ("the next command of all runbooks but the first", _only_first_command),
    ("causes after the third of a runbook", _keep_causes),
    ("runbooks after the third", _three_hits),
    ("the end of long commands", _shorten_code),
    ("all but one text and one cause of each runbook", _bare_bones),
    ("runbooks after the first", _only_first),
    ("the next command", _without_command),
)


def _found(hit: Hit, weighed: Differential | None) -> Found:
    runbook = as_shown(hit.runbook)
    evidence = [_reason(item, runbook) for item in hit.evidence]
    return Found(
        id=safe_id(runbook.id),
        title=_told(runbook.title, 160),
        uri=uri_of(runbook),
        technology=_told(runbook.metadata.technology or "", 40) or None,
        severity=runbook.metadata.severity,
        status=runbook.metadata.status,
        confidence=round(hit.confidence, 3),
        evidence=[reason for reason in evidence if reason],
        causes=[
            LikelyCause(name=_told(cause.name, 100), weight=cause.weight)
            for cause in _causes(hit.runbook, runbook, weighed)[:6]
        ],
        next_command=_telling_command(hit.runbook, runbook, weighed) or _first_command(runbook),
    )


def _causes(source: Runbook, runbook: Runbook, weighed: Differential | None) -> tuple[Cause, ...]:
    """The causes of a runbook that are shown, the likeliest first where they were weighed."""
    ranked = tuple(rank.cause for rank in weighed.causes if rank.runbook is source) if weighed else ()
    shown = {cause.span: cause for cause in runbook.causes}
    return tuple(shown[cause.span] for cause in ranked if cause.span in shown) or runbook.causes


def _reason(evidence: Evidence, runbook: Runbook) -> Reason | None:
    """The text that speaks for a runbook, as the page shows it; None where it does not."""
    text = evidence.text if is_shown(evidence.text, runbook) else shown_line(evidence.text)
    if not is_shown(text, runbook):
        return None
    excerpt = _told(text, 160)
    return (
        Reason(field=evidence.field, text=excerpt, line=evidence.span.line if evidence.span else None)
        if excerpt
        else None
    )


def _telling_command(source: Runbook, runbook: Runbook, weighed: Differential | None) -> NextCommand | None:
    """The command of the step that best distinguishes the causes, where that is a step of this runbook with one."""
    step = weighed.next_step if weighed else None
    if step is None or step.runbook is not source:
        return None
    shown = next((candidate for candidate in runbook.steps if candidate.span == step.step.span), None)
    if shown is None or not shown.commands:
        return None
    return _command(shown.commands[0], f"{_step_name(shown, step.key.position)} (distinguishes the likeliest causes)")


def _first_command(runbook: Runbook) -> NextCommand | None:
    """The first command of the diagnosis, or of the quick fix where there are no steps."""
    for position, step in enumerate(runbook.steps, 1):
        if step.commands:
            return _command(step.commands[0], _step_name(step, position))
    return _command(runbook.quick_fix[0], "Quick fix") if runbook.quick_fix else None


def _step_name(step: Step, position: int) -> str:
    return f"Step {step.number or position}: {step.title}"


def _command(command: Command, purpose: str) -> NextCommand:
    code = shortened(readable_code(command.code).strip("\n"), 800)
    return NextCommand(purpose=_told(purpose, 120), language=command.language, code=marked(code))


def _line(text: str, limit: int) -> str:
    return shortened(plain(readable(text)), limit)


def _told(text: str, limit: int) -> str:
    """A text of somebody else on one line, at most `limit` characters long, between marks."""
    return _kept(text, limit) if len(text) <= _LONGEST_KEPT else marked(_line(text, limit))


@lru_cache(maxsize=_KEPT_TEXTS)
def _kept(text: str, limit: int) -> str:
    """The same, kept: most texts of an answer are a runbook's, and those of a runbook come again with its next hit."""
    return marked(_line(text, limit))


def _cut(text: str, limit: int) -> str:
    """A marked text made shorter; it keeps its marks."""
    return marked(shortened(unmarked(text), limit))


def text_of_runbook(runbook: Runbook, section: str | None = None, *, limit: int = _TEXT_CHARACTERS) -> RunbookText:
    """A runbook's text, or the text of the sections that a name selects (their titles or roles, subsections included).

    Raises KeyError when no section has the name.
    """
    runbook = as_shown(runbook)
    chosen = runbook.sections if section is None else _sections_named(runbook, section)
    if not chosen and section is not None:
        raise KeyError(section)
    whole = page_text(chosen)
    text = whole[:limit]
    cut = [f"{len(whole) - limit:,} of {len(whole):,} characters: ask for one section"] if len(whole) > limit else []
    metadata = runbook.metadata
    return RunbookText(
        id=safe_id(runbook.id),
        title=title_of(runbook),
        uri=uri_of(runbook),
        severity=metadata.severity,
        status=metadata.status,
        last_updated=str(metadata.last_updated) if metadata.last_updated else None,
        sections=[_entry(part) for part in runbook.sections if part.title][:80],
        text=as_data(text, name=runbook.id),
        cut=cut,
    )


def title_of(runbook: Runbook) -> str:
    """The title of a runbook as its page shows it, marked."""
    return _told(as_shown(runbook).title, 200)


def page_text(sections: Iterable[Section]) -> str:
    """The text of sections of a runbook that `as_shown` made, without the blank lines where something was left out."""
    return _BLANK_LINES.sub("\n\n", "\n\n".join(part.text.strip("\n") for part in sections))


def section_titles(runbook: Runbook) -> list[str]:
    """The titles of a runbook's sections as its page shows them."""
    return [part.title for part in as_shown(runbook).sections if part.title]


def _entry(part: Section) -> RunbookSection:
    return RunbookSection(
        title=_told(part.title, 120), role=part.role, line=part.span.line, end_line=part.span.end_line
    )


def _sections_named(runbook: Runbook, name: str) -> tuple[Section, ...]:
    heading = unmarked(name).strip().casefold()
    sections: list[Section] = []
    level = 0
    for part in runbook.sections:
        if level and part.level > level:
            sections.append(part)
        elif heading in {part.title.casefold(), (part.role or "").casefold()}:
            sections.append(part)
            level = part.level
        else:
            level = 0
    return tuple(sections)


def list_of(runbooks: Iterable[Runbook], *, offset: int = 0, limit: int = _MOST_ENTRIES) -> RunbookList:
    """The runbooks from `offset` on, at most `limit`."""
    matches = tuple(runbooks)
    shown = matches[offset : offset + limit]
    left = len(matches) - offset - len(shown)
    return RunbookList(
        total=len(matches),
        runbooks=[
            RunbookEntry(
                id=safe_id(runbook.id),
                title=_told(runbook.title, 160),
                uri=uri_of(runbook),
                technology=_told(runbook.metadata.technology or "", 40) or None,
                severity=runbook.metadata.severity,
                status=runbook.metadata.status,
                tags=[_told(tag, 40) for tag in runbook.metadata.tags[:8]],
            )
            for runbook in map(as_shown, shown)
        ],
        cut=[f"{left} more runbooks: ask again with offset {offset + limit}"] if left > 0 else [],
    )


def findings_of(report: Report, *, most: int = _MOST_FINDINGS) -> Findings:
    """What a check of one text found, the first `most` findings."""
    findings = [
        Finding(
            line=diagnostic.span.line,
            column=diagnostic.span.column,
            level=diagnostic.level.value,
            code=diagnostic.code,
            name=diagnostic.name,
            message=_told(diagnostic.message, 300),
            fixable=diagnostic.fix is not None,
        )
        for diagnostic in report.diagnostics[:most]
    ]
    left = len(report.diagnostics) - len(findings)
    return Findings(
        ok=not report.failed,
        errors=report.count(Level.ERROR),
        warnings=report.count(Level.WARNING),
        findings=findings,
        cut=[f"{left} more findings"] if left else [],
    )
