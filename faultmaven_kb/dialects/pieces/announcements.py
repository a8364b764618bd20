"""What the words right above a list make of it: what something does by itself, what a page consists of, causes."""

import re
from collections.abc import Iterable, Iterator

from faultmaven_kb.dialects.pieces.parts import read_causes
from faultmaven_kb.model.runbook import Cause
from faultmaven_kb.text.markdown import Block, ListBlock, Paragraph

__all__ = ["called_causes", "introduced", "introduced_causes", "is_described", "says_of"]

_TAIL = 200
_DESCRIBES = re.compile(
    r"\b(?:which|it does|it will|this will|this does|this means|script|playbook|workflow|job|automation)\W{0,3}:"
    r"\W{0,3}$|"
    r"\b(?:what|script|tool|command|job|check|drill|it|this) (?:it |this |they )?(?:also |will )?(?:checks?|covers?|"
    r"creates?|does|includes?|performs?|validates?|verif(?:y|ies)|vérifie|prüft|verifica)\b[^.\n]{0,40}:\W{0,3}$|"
    r"\b(?:use|consult|read) (?:this|the) (?:guide|document|page|runbook|playbook)\b[^.\n]{0,60}:\W{0,3}$|"
    r"\b(?:if|when|unless|provided that|requires?|look(?:ing)? (?:out )?for)\W{0,3}:\W{0,3}$|"
    r"(?<!\byou)(?<!\bwe) will(?: \w+)?\W{0,3}:\W{0,3}$|"
    r"\b(?:guide|document|page|runbook|playbook|tutorial|process|procedure)\b[^.\n]{0,60}"
    r"\b(?:split|divided|consists?|structured|organi[sz]ed|covers?|parts|stages|phases)\b[^.\n]{0,60}:\W{0,3}$",
    re.IGNORECASE,
)
"""Words above a list that says what something does by itself, or what the page consists of."""
_CAUSES = re.compile(
    r"\b(?:causes?|reasons?|caused by|due to|because of|culprits?)\b[^.\n]{0,80}:\W{0,3}$", re.IGNORECASE
)


_CALLED_CAUSES = re.compile(
    r"\b(?:causes?|culprits?|reasons?)(?: (?:are|can be|include|including|may be|of this))?\W{0,3}:\W{0,3}$|"
    r"\b(?:because of|caused by|due to)[^.\n]{0,40}:\W{0,3}$",
    re.IGNORECASE,
)
"""Words that call what is below them causes, and do not only speak of some."""


def is_described(blocks: tuple[Block, ...], index: int) -> bool:
    """Whether the words right above a list say that it tells something, not what to do."""
    above = blocks[index - 1] if index else None
    return isinstance(above, Paragraph) and says_of(above)


def says_of(above: Paragraph) -> bool:
    """Whether words say of the list below them that it tells what something does by itself, or why a fault happens."""
    tail = above.text.rstrip()[-_TAIL:]
    return _DESCRIBES.search(tail) is not None or _CAUSES.search(tail) is not None


def introduced_causes(blocks: Iterable[Block]) -> Iterator[Cause]:
    """The items of lists that the words right above them call causes ("It can have many reasons, including:")."""
    for block, about in introduced(blocks):
        if about:
            yield from read_causes((block,))


def introduced(blocks: Iterable[Block]) -> Iterator[tuple[ListBlock, bool]]:
    """Each list, and whether the words right above it call its items causes."""
    above = ""
    for block in blocks:
        if isinstance(block, ListBlock):
            yield block, _CAUSES.search(above) is not None
        above = block.text.rstrip()[-_TAIL:] if isinstance(block, Paragraph) else ""


def called_causes(blocks: Iterable[Block]) -> Iterator[Cause]:
    """The items of lists below words such as "Common causes:", on a page whose headings name no part."""
    above = ""
    for block in blocks:
        if isinstance(block, ListBlock) and _CALLED_CAUSES.search(above):
            yield from read_causes((block,))
        above = block.text.rstrip()[-_TAIL:] if isinstance(block, Paragraph) else ""
