"""Why a runbook was found: its texts that hold the question's words, with the place of every such word.

The fields are read in their order of trust; a text is shown when it holds a word of the question that no text before it
held, so a handful of lines explains a hit completely.
"""

from collections.abc import Collection

from faultmaven_kb.runbook import Runbook
from faultmaven_kb.search.answer import Evidence
from faultmaven_kb.search.fields import FIELDS, Segment
from faultmaven_kb.search.terms import tokens_of

__all__ = ["explain"]

_MOST = 6


def explain(runbook: Runbook, terms: Collection[str], *, most: int = _MOST) -> tuple[tuple[Evidence, ...], set[str]]:
    """The evidence for a runbook, best first, at most `most`; and the terms that stand anywhere in it."""
    wanted = set(terms)
    explained: set[str] = set()
    evidence: list[Evidence] = []
    for field in FIELDS:
        if field.name == "body" and not wanted - explained:
            break
        marked = [_mark(segment, wanted) for segment in field.segments(runbook)]
        marked.sort(key=lambda item: -len(item[1]))
        for segment, found, words in marked:
            if found - explained:
                if len(evidence) < most:
                    evidence.append(Evidence(field.name, segment.text, words, segment.span))
                explained |= found
    return tuple(evidence), explained


def _mark(segment: Segment, wanted: set[str]) -> tuple[Segment, set[str], tuple[tuple[int, int], ...]]:
    found: set[str] = set()
    words: list[tuple[int, int]] = []
    for token in tokens_of(segment.text):
        hits = wanted.intersection(token.terms)
        if hits:
            found |= hits
            words.append((token.start, token.end))
    return segment, found, tuple(words)
