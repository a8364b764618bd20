"""File names for pages, one for every runbook id, whatever characters it contains.

An id such as `redis-out-of-memory` is its own name. Any other one is reduced to what every file system and every URL
takes as it is, with some digits of its hash, so that two ids never share a page where upper and lower case are one.
"""

import hashlib
import re
from collections.abc import Iterable

from faultmaven_kb.export.markdown_text import hyphenated

__all__ = ["page_names"]

_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_LONGEST = 80  # characters, chosen: names stay below 255 bytes on every file system
_DIGITS = 10  # 40 bits: no collision among thousands of ids


def page_names(ids: Iterable[str]) -> dict[str, str]:
    """The file name of each id's page, such as `redis-out-of-memory.html`."""
    return {name: f"{_name(name)}.html" for name in ids}


def _name(runbook_id: str) -> str:
    if (
        runbook_id
        and runbook_id == hyphenated(runbook_id)
        and not _RESERVED.fullmatch(runbook_id)
        and len(runbook_id) <= _LONGEST
    ):
        return runbook_id
    words = hyphenated(runbook_id)[:_LONGEST].strip("-")
    digest = hashlib.sha256(runbook_id.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{words or 'runbook'}--{digest}"
