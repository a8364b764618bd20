"""Points that say what holds ("Entries are kept for seven days"), among points that say what to do."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from faultmaven_kb.dialects.pieces.deeds import is_deed
from faultmaven_kb.dialects.pieces.parts import item_text
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Block, ListBlock, ListItem

__all__ = ["facts_among", "is_statement"]

_HOLDS = (
    r"(?:is|are|was|were|has|have|had|will|does|do not|takes?|means?|runs?|contains?|keeps?|lives?|"
    r"uses?|stores?|needs?|depends?|happens?|comes?|requires?|should not|must not)"
)
_SUBJECT = re.compile(
    r"(?:the|an?|it|this|that|these|those|they|there|each|every|its|their|our|most|some|all|no|we) "
    rf"(?:[^\s,:;.]{{1,30}} ){{0,5}}?{_HOLDS}\b(?! not (?:run|delete|restart|kill)\b)",
    re.IGNORECASE,
)
_PLAIN_SUBJECT = re.compile(r"[A-Z`][\w`-]{1,30} (?:[\w`-]{1,30} )?(?:is|are|was|were|has|have|will)\b")
_FURTHER = re.compile(r":\s|→|->|=>|—|;\s|\bthen\b|\bso (?:restart|run|delete|scale|check)\b", re.IGNORECASE)
"""Signs of a deed behind a condition ("The disk is full: remove old logs")."""
_CLAUSE = re.compile(
    r"(?:if|when|once|until|while|unless|where|after|before|in case|make|wait|whether)\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"\b(?:that|which|who|whether|until|if|when|the|an?)\b")


def is_statement(item: ListItem) -> bool:
    """Whether an item of a list states a fact and tells nothing to do, in words or as a command."""
    text = plain(item_text(item)).strip()
    if is_deed(item) or _FURTHER.search(text) or _CLAUSE.match(text):
        return False
    if _SUBJECT.match(text):
        return True
    match = _PLAIN_SUBJECT.match(text)
    return match is not None and _BETWEEN.search(match[0]) is None


def facts_among(blocks: Iterable[Block]) -> Iterator[ListBlock]:
    """Of each list of points with something to do among the blocks those points that only state a fact."""
    for block in blocks:
        if isinstance(block, ListBlock) and not block.ordered:
            facts = tuple(item for item in block.items if is_statement(item))
            if 0 < len(facts) < len(block.items):
                yield replace(block, items=facts)
