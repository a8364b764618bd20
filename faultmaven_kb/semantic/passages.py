"""A runbook as short texts for an embedder: what it is for, each symptom, each cause, and its sections in pieces.

Small models read 256 tokens and blur what is longer, so every text is about one thing and cut there. The title is
before the pieces of the sections, which rarely say what they are about.
"""

import re
from collections.abc import Iterator

from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.text.inline import plain

__all__ = ["passages_of"]

_LONGEST = 700  # characters, chosen: of a piece
_MOST = 1_000  # characters: about 256 tokens
_PARAGRAPHS = re.compile(r"\n\s*\n")


def passages_of(runbook: Runbook) -> tuple[str, ...]:
    """The texts of a runbook, each once, in the order of trust; none is empty."""
    texts = (" ".join(text.split())[:_MOST] for text in _texts(runbook))
    return tuple(dict.fromkeys(text for text in texts if text))


def _texts(runbook: Runbook) -> Iterator[str]:
    title = runbook.title
    yield f"{title}. {plain(runbook.purpose)[:_LONGEST]}"
    about = runbook.metadata
    if names := (*about.aliases, *about.alerts, *about.tags):
        yield f"{title}: {', '.join(names)}"
    for symptom in runbook.symptoms:
        yield plain(symptom.text)
    for cause in runbook.causes:
        yield f"{title}: {cause.name}. {plain(cause.description)}"
    for heading in (*(step.title for step in runbook.steps), *(solution.title for solution in runbook.solutions)):
        yield f"{title}: {heading}"
    if not runbook.symptoms:
        for section in runbook.sections:
            for piece in _pieces(section.text):
                yield f"{title}: {piece}"


def _pieces(text: str) -> Iterator[str]:
    """Whole paragraphs up to the longest size; a longer one is cut."""
    piece = ""
    for paragraph in _PARAGRAPHS.split(text):
        if piece and len(piece) + len(paragraph) > _LONGEST:
            yield piece
            piece = ""
        piece = f"{piece}\n{paragraph}".strip()
        while len(piece) > _LONGEST:
            yield piece[:_LONGEST]
            piece = piece[_LONGEST:]
    if piece:
        yield piece
