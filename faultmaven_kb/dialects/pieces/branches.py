"""Headings that say when their part applies: "If the disk is full", "When nothing helps", "Yes" below a question.

A branch is taken or left; it is a solution with the condition as its `when_to_use`, never a step of the way.
"""

import re

from faultmaven_kb.text.outline import OutlineSection

__all__ = ["answer_of", "is_branch"]

_BRANCH = re.compile(
    r"\W{0,3}(?:(?:if|when|in case|in the case|otherwise|else|unless|wenn|falls|si|cuando|se|quando)\b|如果|若|もし)",
    re.IGNORECASE,
)
_NO_CONDITION = re.compile(r"\W{0,3}when (?:to|should|do|does|is|are|this|was|did|will|can)\b", re.IGNORECASE)
_ANSWER = re.compile(
    r"\W{0,3}(?:if )?(?:the answer is )?"
    r"(?P<answer>yes|no|true|false|ja|nein|oui|non|sí|si|sim|não|是|否|はい|いいえ)"
    r"(?:\W{0,2}|\s?[,:;.→–—-][^\n]{0,80})$",
    re.IGNORECASE,
)


def is_branch(title: str) -> bool:
    """Whether a heading is a condition under which its part applies; "When to use it" is not."""
    return _BRANCH.match(title) is not None and not _NO_CONDITION.match(title) and not title.rstrip().endswith("?")


def answer_of(section: OutlineSection) -> str:
    """The word of a heading that answers the question above it ("Yes", "If no"), empty for any other heading."""
    match = _ANSWER.match(section.title)
    return match["answer"] if match else ""
