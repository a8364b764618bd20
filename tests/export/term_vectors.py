"""Vectors for tests: a text's terms counted in a few hundred buckets, no model and no network."""

import hashlib
import math

from faultmaven_kb.search.vocabulary.terms import terms_of

__all__ = ["embed"]

_SIZE = 512


def embed(texts: list[str]) -> list[list[float]]:
    """One vector of length 1 for each text."""
    return [_vector(text) for text in texts]


def _vector(text: str) -> list[float]:
    counts = [0.0] * _SIZE
    for term in terms_of(text):
        counts[int.from_bytes(hashlib.sha256(term.encode()).digest()[:4], "big") % _SIZE] += 1.0
    length = math.sqrt(sum(count * count for count in counts)) or 1.0
    return [count / length for count in counts]
