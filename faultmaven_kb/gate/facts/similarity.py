"""How alike two documents are, from a short sketch of each: for the rule that finds copies.

A sketch is the smallest hashes of a text's runs of five words (bottom-k sketch: A. Broder, "On the resemblance and
containment of documents", 1997): the share of common hashes among the smallest of both estimates the share of common
runs. Sketches are compared only when they share one of their very smallest hashes, so a base of a thousand runbooks is
not a million comparisons.
"""

import re
import zlib
from collections.abc import Iterator, Sequence

__all__ = ["nearest_earlier", "resemblance", "sketch_of"]

_RUN = 5  # words, convention for near-duplicate detection (Broder)
_SIZE = 128  # hashes; standard error of the share about 1/sqrt(128), 9 points
_DOORS = 24  # chosen: copies with a resemblance of 0.6 share one of 24 all but surely
_VISITORS = 6  # chosen: bounds the comparisons of a base made from one template
_PRIME = 1_000_003  # convention: the smallest prime above a million
_SPREAD = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio (Knuth, multiplicative hashing)
_MODULUS = 2**61 - 1  # a Mersenne prime
_WORD = re.compile(r"\w+")


def sketch_of(text: str) -> tuple[int, ...]:
    """The sketch of a text, sorted; a text of fewer than twenty runs has none, it is too short to be a copy."""
    words = [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in _WORD.findall(text.lower())]
    shifted = (words[index:] for index in range(_RUN))
    runs = {
        (a * _PRIME**4 + b * _PRIME**3 + c * _PRIME**2 + d * _PRIME + e) * _SPREAD % _MODULUS
        for a, b, c, d, e in zip(*shifted, strict=False)
    }
    return tuple(sorted(runs)[:_SIZE]) if len(runs) >= 20 else ()


def resemblance(first: Sequence[int], second: Sequence[int]) -> float:
    """The estimated share (0 to 1) of runs of words that two texts have in common."""
    union = sorted({*first, *second})[:_SIZE]
    common = set(first) & set(second)
    return sum(1 for hash_value in union if hash_value in common) / len(union) if union else 0.0


def nearest_earlier(sketches: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, float]]:
    """For each text, the most similar one before it: both indexes and the resemblance, where there is any."""
    doors: dict[int, list[int]] = {}
    for index, sketch in enumerate(sketches):
        candidates = {other for door in sketch[:_DOORS] for other in doors.get(door, ())}
        ranked = sorted((-resemblance(sketches[other], sketch), other) for other in candidates)
        if ranked:
            yield index, ranked[0][1], -ranked[0][0]
        for door in sketch[:_DOORS]:
            inside = doors.setdefault(door, [])
            if len(inside) < _VISITORS:
                inside.append(index)
