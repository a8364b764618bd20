"""Any other Markdown: the last resort, so that nothing is refused for its headings.

No heading names a part, so a page is read by its shape (`loose_forms`): a procedure, questions, tables, commands. The
first paragraph that says something is the purpose, a list under a heading about symptoms is read as symptoms,
and everything else stays in `sections`.
"""

from dataclasses import replace

from faultmaven_kb.dialects.dialect import Dialect, Document, Vocabulary, sections_by_role
from faultmaven_kb.dialects.listing import in_order, numbered
from faultmaven_kb.dialects.loose_forms import loose_contents, without_spans
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.furniture import is_contents
from faultmaven_kb.dialects.pieces.parts import links_in, read_symptoms, text_of
from faultmaven_kb.dialects.purpose import first_words
from faultmaven_kb.dialects.tables import fix_tables
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
    found = Contents(
        purpose=text_of(first_words(document.outline)),
        symptoms=tuple(symptom for each in symptoms for symptom in each),
        resources=tuple(link for section in sections for link in links_in(document.source, section.blocks)),
    )
    rest, tables = fix_tables(document)
    outline = without_spans(rest.outline, {section.span for section in named if section.level > 1})
    loose = loose_contents(outline, has_steps=bool(tables.steps), has_solutions=bool(tables.solutions))
    found = found.followed_by(tables).followed_by(loose)
    return replace(found, steps=numbered(in_order(found.steps)), solutions=numbered(in_order(found.solutions)))


GENERIC = Dialect("generic", HEADINGS, _fit, _read)
