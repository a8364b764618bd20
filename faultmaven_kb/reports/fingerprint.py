"""What stays the same about a finding when lines move: the identities that code hosts ask for.

`line_hashes` gives what GitHub's CodeQL action computes as `primaryLocationLineHash`: a polynomial hash (base 37,
modulo 2^64) over the 100 UTF-16 code units from the start of a line that are neither space nor tab, with `:n` for the
n-th line of that hash. The action rolls the hash along; here it is the difference of two prefix hashes, which is the
same number. `fingerprints` is for hosts that leave the choice to the tool.
"""

import hashlib
import re
import struct
from collections import Counter
from collections.abc import Iterable, Mapping

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.source import Source

__all__ = ["fingerprints", "line_hashes"]

_BASE = 37  # as GitHub's upload action computes it
_MODULUS = 1 << 64  # as GitHub's upload action computes it
_WINDOW = 100  # as GitHub's upload action computes it
_END_OF_FILE = 0xFFFF  # as GitHub's upload action computes it
_LINE_FEED = 0x0A  # ASCII


def line_hashes(text: str) -> tuple[str, ...]:
    """The hash of every line, as the CodeQL action writes it: hexadecimal, a colon, and how often it has occurred."""
    units = _units(text)
    starts = [0, *(index + 1 for index, unit in enumerate(units[:-1]) if unit == _LINE_FEED)]
    units += [0] * _WINDOW
    prefixes = [0]
    for unit in units:
        prefixes.append((prefixes[-1] * _BASE + unit) % _MODULUS)
    power = pow(_BASE, _WINDOW, _MODULUS)
    counts: Counter[int] = Counter()
    hashes = []
    for start in starts:
        value = (prefixes[start + _WINDOW] - prefixes[start] * power) % _MODULUS
        counts[value] += 1
        hashes.append(f"{value:x}:{counts[value]}")
    return tuple(hashes)


def _units(text: str) -> list[int]:
    """The UTF-16 code units that count, line ends as line feeds, with the mark for the end of the file."""
    text = re.sub(r"\r\n?", "\n", text).replace(" ", "").replace("\t", "")
    data = text.encode("utf-16-le", "surrogatepass")
    return [*struct.unpack(f"<{len(data) // 2}H", data), _END_OF_FILE]


def fingerprints(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> tuple[str, ...]:
    """One identity for each diagnostic: its file, rule, message and line's text, counted where all are the same.

    Line numbers take no part, so a finding keeps its identity when text above it comes or goes.
    """
    counts: Counter[str] = Counter()
    hashes = []
    for diagnostic in diagnostics:
        source = sources.get(diagnostic.path)
        line = " ".join(source.line(diagnostic.span.line).split()) if source else ""
        parts = "\0".join((diagnostic.path, diagnostic.code, diagnostic.message, line))
        digest = hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        counts[digest] += 1
        hashes.append(digest if counts[digest] == 1 else f"{digest}-{counts[digest]}")
    return tuple(hashes)
