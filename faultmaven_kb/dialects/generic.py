"""Any other Markdown: the last resort, so that nothing is refused for its headings.

No heading names a part, so a page is read by its shape (`loose.forms`): a procedure, questions, tables, commands. The
first paragraph that says something is the purpose, a list under a heading about symptoms is read as symptoms,
and everything else stays in `sections`.
"""

from collections.abc import Iterator
from dataclasses import replace

from faultmaven_kb.dialects.dialect import Dialect, Document, Vocabulary, role_of, sections_by_role
from faultmaven_kb.dialects.headings import HEADINGS as PARTS
from faultmaven_kb.dialects.loose.forms import loose_contents, without_spans
from faultmaven_kb.dialects.loose.listing import in_order, numbered
from faultmaven_kb.dialects.loose.purpose import first_words, shown_first
from faultmaven_kb.dialects.loose.tables import fix_tables
from faultmaven_kb.dialects.pieces.announcements import called_causes
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.furniture import is_contents
from faultmaven_kb.dialects.pieces.parts import all_commands, links_in, read_symptoms, text_of
from faultmaven_kb.model.runbook import Passage
from faultmaven_kb.text.outline import walk

__all__ = ["GENERIC"]

HEADINGS = Vocabulary(("symptoms", ("symptoms", "symptom", "problem", "error", "errors")))


def _fit(document: Document) -> int:
    return 0


def _read(document: Document) -> Contents:
    document = document.shaped
    sections = [section for section in walk(document.outline) if not is_contents(section)]
    named = [section for _, section in sections_by_role(document, HEADINGS)]
    symptoms = [read_symptoms(section.blocks) for section in named]
    contents = Contents(
        purpose=text_of(first_words(document.outline)),
        symptoms=tuple(symptom for texts in symptoms for symptom in texts) or tuple(shown_first(document.outline)),
        resources=tuple(link for section in sections for link in links_in(document.source, section.blocks)),
    )
    rest, tables = fix_tables(document)
    outline = without_spans(rest.outline, {section.span for section in named if section.level > 1})
    loose = loose_contents(outline, has_steps=bool(tables.steps), has_solutions=bool(tables.solutions))
    contents = contents.followed_by(tables).followed_by(loose)
    causes = tuple(called_causes(block for section in sections for block in section.blocks))
    contents = replace(contents, causes=contents.causes or causes, passages=tuple(_needed_before(document, contents)))
    return replace(contents, steps=numbered(in_order(contents.steps)), solutions=numbered(in_order(contents.solutions)))


def _needed_before(document: Document, contents: Contents) -> Iterator[Passage]:
    """What is to be typed before or beside the procedures of a page, where it is no procedure itself."""
    read = [step.span.line for step in contents.steps] + [solution.span.line for solution in contents.solutions]
    for section in walk(document.outline):
        needed = section.level > 1 and role_of(section, PARTS) in ("prerequisites", "escalation")
        if needed and all_commands(section.blocks) and not any(map(section.span.contains_line, read)):
            yield Passage(label=section.title, text=document.written_in(section), span=section.span)


GENERIC = Dialect("generic", HEADINGS, _fit, _read)
