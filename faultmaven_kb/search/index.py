"""The inverted index: one BM25 index per field, their scores added up.

bm25s keeps the index and scores it (BM25 as Lucene counts it; Robertson and Zaragoza 2009, "The Probabilistic Relevance
Framework"). Fields are scored apart and added: in a single weighted BM25F a hit in the title saturates away.
"""

import math
from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from faultmaven_kb.runbook import Runbook
from faultmaven_kb.search.fields import FIELDS
from faultmaven_kb.search.terms import terms_of

__all__ = ["Index"]

_K1, _B = 2.0, 0.5


class Index:
    """Scores every runbook for a list of terms; `size` is the number of runbooks."""

    def __init__(self, runbooks: Sequence[Runbook]) -> None:
        self.size = len(runbooks)
        self._fields = [_FieldIndex(runbooks, number) for number in range(len(FIELDS))] if runbooks else []

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """One score for each runbook, in their order: the weighted sum over the fields. Zero: nothing in common."""
        total = np.zeros(self.size, dtype=np.float32)
        for field, index in zip(FIELDS, self._fields, strict=False):
            total += np.float32(field.weight) * index.scores(terms)
        return total

    def document_frequency(self, term: str) -> int:
        """In how many runbooks a term stands anywhere."""
        return self._fields[-1].frequency(term) if self._fields else 0

    def rarity(self, term: str) -> float:
        """How much a term tells (inverse document frequency); a term that no runbook has tells the most."""
        return math.log(1 + (self.size + 0.5) / (self.document_frequency(term) + 0.5))

    def contains(self, runbook: int, term: str) -> bool:
        """Whether a runbook, by its position, holds a term anywhere."""
        return any(index.contains(runbook, term) for index in self._fields)


class _FieldIndex:
    def __init__(self, runbooks: Sequence[Runbook], number: int) -> None:
        vocabulary: dict[str, int] = {}
        documents = []
        for runbook in runbooks:
            text = "\n".join(segment.text for segment in FIELDS[number].segments(runbook))
            documents.append([vocabulary.setdefault(term, len(vocabulary)) for term in terms_of(text)])
        self._vocabulary = vocabulary
        self._size = len(runbooks)
        self._index = bm25s.BM25(k1=_K1, b=_B)
        if vocabulary:
            self._index.index((documents, vocabulary), show_progress=False)

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        ids = [self._vocabulary[term] for term in terms if term in self._vocabulary]
        if not ids:
            return np.zeros(self._size, dtype=np.float32)
        scores: NDArray[np.float32] = self._index.get_scores_from_ids(ids)
        return scores

    def _postings(self, term: str) -> NDArray[np.int32]:
        number = self._vocabulary.get(term)
        if number is None:
            return np.empty(0, dtype=np.int32)
        start, end = self._index.scores["indptr"][number : number + 2]
        postings: NDArray[np.int32] = self._index.scores["indices"][start:end]
        return postings

    def frequency(self, term: str) -> int:
        return len(self._postings(term))

    def contains(self, runbook: int, term: str) -> bool:
        return bool((self._postings(term) == runbook).any())
