"""From a document that was read to its facts, which is what the rules across files look at."""

import hashlib
import re

from faultmaven_kb.gate.facts.link_scan import find_links
from faultmaven_kb.gate.facts.records import Facts, Named, SymptomFact
from faultmaven_kb.gate.facts.similarity import sketch_of
from faultmaven_kb.reading.ids import naming_of
from faultmaven_kb.reading.reader import ReadDocument
from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import Fence, Heading
from faultmaven_kb.text.outline import OutlineSection, walk
from faultmaven_kb.text.slugs import heading_anchors

__all__ = ["facts_of"]

_HTML_ANCHOR = re.compile(r"""<[A-Za-z][^<>\n]*?\s(?:id|name)\s*=\s*["']?([^\s"'>]+)""")
_WORD = re.compile(r"\w+")


def facts_of(document: ReadDocument, *, sketched: bool = True) -> Facts:
    """The facts of a document that was read; the sketch is left out where nobody looks for copies."""
    runbook, front_matter = document.runbook, document.front_matter
    sections = tuple(walk(document.outline))
    updated = runbook.metadata.last_updated
    return Facts(
        path=document.path,
        id=runbook.id,
        title=runbook.title,
        status=runbook.metadata.status,
        verifier=runbook.metadata.verified_by,
        version=runbook.metadata.version,
        updated=updated.isoformat() if updated else None,
        dialect=runbook.dialect,
        id_span=front_matter.value_span("id"),
        title_span=front_matter.value_span("title"),
        version_span=front_matter.value_span("version"),
        updated_span=front_matter.value_span("last_updated"),
        verifier_span=front_matter.value_span("verified_by"),
        links=find_links(document),
        anchors=_anchors(document, sections),
        symptoms=tuple(_symptom(symptom.text, symptom.literals, symptom.span) for symptom in runbook.symptoms),
        sketch=sketch_of(_body(document)) if sketched else (),
        related_span=_related_span(document, sections),
        related_ids=tuple(dict.fromkeys(link.id for link in runbook.related if link.id)),
        content=_digest(document.source.text),
        by_file=naming_of(runbook).by_file,
        alerts=tuple(
            Named(alert, front_matter.value_span("alerts", index))
            for index, alert in enumerate(runbook.metadata.alerts)
        ),
    )


def _digest(text: str) -> str:
    """The same for two texts that differ in spaces and line ends only."""
    return hashlib.blake2b(" ".join(text.split()).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _symptom(text: str, literals: tuple[str, ...], span: Span) -> SymptomFact:
    long = tuple(key for literal in literals if len((key := _key(literal)).split()) >= 4)
    return SymptomFact(text, _key(text), long, span)


def _key(text: str) -> str:
    """Words in lower case: punctuation, marks and spaces make no other symptom."""
    return " ".join(_WORD.findall(text.casefold()))


def _anchors(document: ReadDocument, sections: tuple[OutlineSection, ...]) -> tuple[str, ...]:
    headings = heading_anchors(section.heading.text for section in sections if section.heading)
    text = document.source.text
    if "id=" not in text and "name=" not in text:
        return headings
    fenced = {
        line
        for block in document.blocks
        if isinstance(block, Fence)
        for line in range(block.span.line, block.span.end_line + 1)
    }
    lines = (line for number, line in enumerate(document.source.lines, 1) if number not in fenced)
    return (*headings, *(match[1] for line in lines for match in _HTML_ANCHOR.finditer(line)))


def _body(document: ReadDocument) -> str:
    """The body without its headings' and labels' frame: what the author wrote, history apart."""
    texts = []
    for section in walk(document.outline):
        if document.dialect.headings.role(section.key) != "version-history":
            texts += [_text(document, block.span) for block in section.blocks if not isinstance(block, Heading)]
    return "\n".join(texts)


def _text(document: ReadDocument, span: Span) -> str:
    return "\n".join(document.source.lines[span.line - 1 : span.end_line])


def _related_span(document: ReadDocument, sections: tuple[OutlineSection, ...]) -> Span | None:
    for section in sections:
        if section.heading and document.dialect.headings.role(section.key) == "related-issues":
            return section.heading.span
    return None
