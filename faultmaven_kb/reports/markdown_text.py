"""Text from runbooks inside Markdown that others read: escaped, so that it shows as it is and does nothing."""

import re

from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["escaped"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~!$])")


def escaped(text: str) -> str:
    """A text on one line in which no character is Markdown, HTML or mathematics; an `@name` notifies nobody."""
    text = " ".join(printable(text).split())
    return _SPECIAL.sub(r"\\\1", text).replace("&", "&amp;").replace("@", "@\u2060")
