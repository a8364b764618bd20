"""One document under all rules that need nothing but itself: what of a check can be cached and run in parallel.

The result is a value of plain parts: what was found, what other documents may ask of this one, and the comments that
suppress findings. The first stages stand here, because what they refuse is never looked at again: the parser and the
rules are imported for the first document that passes.
"""

from dataclasses import dataclass

from faultmaven_kb.diagnostics import Diagnostic, internal_error
from faultmaven_kb.gate.facts.facts import Facts, Suppression
from faultmaven_kb.gate.settings.settings import Question
from faultmaven_kb.text.decoding import decode
from faultmaven_kb.text.frontmatter import read_front_matter

__all__ = ["Examined", "examine"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What examining one document yields; `facts` is None when there was no text to read."""

    path: str
    diagnostics: tuple[Diagnostic, ...]
    facts: Facts | None = None
    suppressions: tuple[Suppression, ...] = ()


def examine(data: bytes | str, path: str, question: Question) -> Examined:
    """The findings of one document, before suppressions and configuration have their say. Never raises: a document that
    a stage cannot take is one finding (RB990), and the other documents go on.
    """
    try:
        return _examine(data, path, question)
    except Exception as error:  # one bad document must not silence the others
        return Examined(path, (internal_error("checking this document", error, path),))


def _examine(data: bytes | str, path: str, question: Question) -> Examined:
    source, diagnostics = decode(data, path, limit=question.settings.file_size)
    if source is None:
        return Examined(path, diagnostics)
    front_matter = read_front_matter(source)
    diagnostics += front_matter.diagnostics
    if front_matter.refused:
        return Examined(path, diagnostics)
    from faultmaven_kb.gate.engine.apply import run_rules  # noqa: PLC0415 - what is refused needs neither parser nor rules
    from faultmaven_kb.gate.rules.suppressions import find_suppressions  # noqa: PLC0415
    from faultmaven_kb.reading.reader import read_body  # noqa: PLC0415

    document = read_body(source, front_matter, diagnostics)
    found, facts = run_rules(document, question)
    return Examined(path, (*diagnostics, *found), facts, find_suppressions(document))
