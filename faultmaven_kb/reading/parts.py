"""The runbooks of a page that has a heading for each alert or problem: `page#anchor`, each read by its own dialect.

Where the page is cut is the dialects' knowledge (`dialects/alerts/pages.py`); here each part becomes a document of its
own, with the places of the page. What the front matter says of the page holds for each part, but for its id and title.
Text beside the parts becomes a runbook under the page's own id where it has commands or tables; an introduction in
prose does not.
"""

from collections.abc import Callable, Iterator

from faultmaven_kb.dialects import best_dialect
from faultmaven_kb.dialects.alerts.pages import problems_of, rest_of
from faultmaven_kb.dialects.dialect import Dialect, Document
from faultmaven_kb.dialects.headings import HEADINGS
from faultmaven_kb.dialects.loose.listing import one_solution
from faultmaven_kb.dialects.pieces.enumerations import heading_words
from faultmaven_kb.dialects.pieces.faults import tells_fault
from faultmaven_kb.model.runbook import Runbook, Symptom
from faultmaven_kb.text.inline import literals
from faultmaven_kb.text.outline import OutlineSection, walk, words
from faultmaven_kb.text.slugs import heading_anchors

__all__ = ["runbooks_in"]

_OPEN = frozenset({"four-section", "generic"})
"""The dialects whose documents may be pages; the others give each heading a meaning of its own."""


def runbooks_in(
    document: Document, page: Runbook, build: Callable[[Document, Dialect], Runbook]
) -> tuple[Runbook, ...]:
    """The runbooks of a page in document order, empty where it is one runbook. `build` reads one part."""
    problems = problems_of(document) if page.dialect in _OPEN else ()
    if not problems:
        return ()
    headed = [section for section in walk(document.outline) if section.heading]
    anchors = heading_anchors(section.heading.text for section in headed if section.heading)
    anchor_at = {section.span: anchor for section, anchor in zip(headed, anchors, strict=True)}
    parts = [_part(document, page, problem, anchor_at[problem.span], build) for problem in problems]
    return (*_rest(document, page, problems, build), *parts)


def _rest(
    document: Document,
    page: Runbook,
    problems: tuple[OutlineSection, ...],
    build: Callable[[Document, Dialect], Runbook],
) -> Iterator[Runbook]:
    rest = rest_of(document, problems)
    if rest:
        view = Document(document.source, document.front_matter, rest)
        yield build(view, best_dialect(view))


def _part(
    document: Document,
    page: Runbook,
    problem: OutlineSection,
    anchor: str,
    build: Callable[[Document, Dialect], Runbook],
) -> Runbook:
    view = Document(document.source, document.front_matter, (problem.raised(problem.level - 1),))
    runbook = build(view, best_dialect(view))
    title = heading_words(problem.title)
    metadata = runbook.metadata.model_copy(update={"id": None, "title": None, "aliases": (), "alerts": ()})
    own = {"id": f"{page.id}#{anchor}", "title": title or anchor, "metadata": metadata}
    if (
        not (runbook.steps or runbook.solutions) and tells_fault(problem.title) and problem.blocks
    ):  # its words are the help
        own["solutions"] = (one_solution(title, problem.blocks, problem.span).model_copy(update={"number": 1}),)
    return runbook.model_copy(update={**own, "symptoms": runbook.symptoms or _symptoms(runbook, problem)})


def _told(section: OutlineSection) -> str:
    """What a heading says behind a name such as "Problem:"."""
    name, _, value = section.title.partition(": ")
    return value.strip() if HEADINGS.role(words(name)) in ("meaning", "symptoms") else ""


def _symptoms(part: Runbook, problem: OutlineSection) -> tuple[Symptom, ...]:
    """What the alert means is what is seen when it fires; a heading may say it itself ("Jobs stay in the queue")."""
    meaning = heading_words(problem.title) if tells_fault(problem.title) else part.purpose.partition("\n\n")[0]
    meaning = meaning or next(filter(None, map(_told, problem.children)), "")
    span = problem.blocks[0].span if problem.blocks else problem.span
    return (Symptom(text=meaning, literals=literals(meaning), span=span),) if meaning else ()
