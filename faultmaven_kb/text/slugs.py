"""Heading texts to the anchors that GitHub gives them, the only anchors a link into a runbook can name.

The rules are those of GitHub's renderer: the text without marks in lower case, everything dropped that is not a letter,
mark, digit, underscore, hyphen or space, each space a hyphen, and `-1`, `-2` behind repeated ones. A variation
selector behind an emoji survives on GitHub; links are written both with and without it, so both sides lose it here.
"""

import html
import re
from collections.abc import Iterable
from urllib.parse import unquote

from faultmaven_kb.text.inline import plain

__all__ = ["anchor_key", "heading_anchors"]

_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
_UNDERSCORED = re.compile(r"(?<!\w)_(\S(?:[^_]*\S)?)_(?!\w)")
_LONG_ENTITY = re.compile(r"&#\w{9,};?")  # names no character; int() refuses thousands of digits
_DROPPED = re.compile(r"[^\w\- ]")
_SELECTOR = "\ufe0f"


def heading_anchors(headings: Iterable[str]) -> tuple[str, ...]:
    """The anchor of each heading, in their order; headings are Markdown without the marks of their level."""
    counts: dict[str, int] = {}
    anchors = []
    for heading in headings:
        slug = _slug(heading)
        count = counts.get(slug, 0)
        counts[slug] = count + 1
        anchors.append(f"{slug}-{count}" if count else slug)
    return tuple(anchors)


def anchor_key(fragment: str) -> str:
    """What follows the `#` of a link, in the form in which anchors are compared."""
    return unquote(fragment).replace(_SELECTOR, "")


def _slug(heading: str) -> str:
    text = html.unescape(_LONG_ENTITY.sub("", _TAG.sub("", _UNDERSCORED.sub(r"\1", plain(heading))))).replace(
        _SELECTOR, ""
    )
    return _DROPPED.sub("", text.strip().lower()).replace(" ", "-")
