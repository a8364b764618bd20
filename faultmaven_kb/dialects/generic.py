"""Any other Markdown: the last resort, so that nothing is refused for its headings.

It claims no steps and no solutions. The first paragraph is the purpose, a list under a heading that speaks of symptoms
is read as symptoms, and everything else stays in `sections`.
"""

from faultmaven_kb.dialects.contents import Contents
from faultmaven_kb.dialects.dialect import Dialect, Document, Vocabulary, sections_by_role
from faultmaven_kb.dialects.parts import links_in, read_symptoms, text_of
from faultmaven_kb.text.markdown import Paragraph
from faultmaven_kb.text.outline import walk

__all__ = ["GENERIC"]

HEADINGS = Vocabulary(("symptoms", ("symptoms", "symptom", "problem", "error", "errors")))


def _fit(document: Document) -> int:
    return 0


def _read(document: Document) -> Contents:
    sections = tuple(walk(document.outline))
    paragraphs = [block for section in sections for block in section.blocks if isinstance(block, Paragraph)]
    symptoms = [read_symptoms(section.blocks) for _, section in sections_by_role(document, HEADINGS)]
    return Contents(
        purpose=text_of(paragraphs[:1]),
        symptoms=tuple(symptom for found in symptoms for symptom in found),
        resources=tuple(link for section in sections for link in links_in(document.source, section.blocks)),
    )


GENERIC = Dialect("generic", HEADINGS, _fit, _read)
