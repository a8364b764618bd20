"""The index against a slow obvious implementation of the same formulas."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faultmaven_kb import Runbook
from faultmaven_kb.search.arrays import InMemory, TermLookup, ranges
from faultmaven_kb.search.fields import FIELDS, segment_at
from faultmaven_kb.search.index import END, K1, RANKING_PRIOR, B, Index
from faultmaven_kb.search.vocabulary.background import share
from faultmaven_kb.search.vocabulary.terms import terms_of
from tests.documents import builtin_base
from tests.search.bases import plain

WORD = st.sampled_from("redis pod memory NotReady 137 disk full pool slow not ready".split())
DOCUMENT = st.tuples(st.lists(WORD, min_size=1, max_size=4), st.lists(WORD, min_size=1, max_size=30))


def documents(drawn: list[tuple[list[str], list[str]]]) -> list[Runbook]:
    return [plain(f"doc-{n}", " ".join(title), " ".join(text)) for n, (title, text) in enumerate(drawn)]


def slow_scores(runbooks: list[Runbook], query: dict[str, float]) -> list[float]:
    """BM25 by the book: for each field, over the runbooks that have it; rarity is the whole base's with the prior."""
    fields = [[terms_of(field.texts(runbook)) for runbook in runbooks] for field in FIELDS]
    size = len(runbooks)
    scores = [0.0] * size
    for term, weight in query.items():
        frequency = sum(any(term in field[n] for field in fields) for n in range(size))
        expected = frequency + RANKING_PRIOR * share(term)
        rarity = math.log(1 + (size + RANKING_PRIOR - expected + 0.5) / (expected + 0.5))
        for field, texts in zip(FIELDS, fields, strict=True):
            having = [len(text) for text in texts if text]
            average = sum(having) / len(having) if having else 1.0
            for n, text in enumerate(texts):
                count = Counter(text)[term]
                length = 1 - B + B * len(text) / average
                scores[n] += weight * field.weight * rarity * count / (count + K1 * length)
    return scores


@settings(max_examples=40)
@given(st.lists(DOCUMENT, min_size=1, max_size=8), st.dictionaries(WORD, st.sampled_from([0.35, 1.0, 2.0]), min_size=1))
def test_scores_are_the_sums_of_the_formula(drawn: list[tuple[list[str], list[str]]], asked: dict[str, float]) -> None:
    runbooks = documents(drawn)
    index = Index(runbooks)
    query = {term: weight for word, weight in asked.items() for term in terms_of(word) if term in index.vocabulary}
    numbers = np.array([index.vocabulary[term] for term in query], dtype=np.int32)
    scores = index.scores(numbers, np.array(list(query.values()), dtype=np.float32), np.empty(0))
    assert scores.tolist() == pytest.approx(slow_scores(runbooks, query), rel=1e-4, abs=1e-5)


def test_every_text_of_a_runbook_stands_in_the_index_segment_by_segment() -> None:
    runbooks = list(builtin_base())
    index = Index(runbooks)
    terms = {number: term for term, number in index.vocabulary.items()}
    for runbook, text in zip(runbooks, index.texts, strict=True):
        for field in range(len(FIELDS)):
            numbers = text.terms[text.starts[field] : text.starts[field + 1]]
            for segment in range(int((numbers == END).sum())):
                start = 0 if segment == 0 else int(np.flatnonzero(numbers == END)[segment - 1]) + 1
                stop = int(np.flatnonzero(numbers == END)[segment])
                read = terms_of(segment_at(runbook, field, segment).said)
                assert [terms[int(number)] for number in numbers[start:stop]] == read


def test_a_term_tells_less_the_more_runbooks_have_it_and_never_more_than_a_new_one() -> None:
    index = Index(list(builtin_base()))
    told = [index.information_of(term) for term in ("xyzzy", "livenessprob", "kubelet", "error")]
    assert told == sorted(told, reverse=True)
    assert all(0 <= value <= 5 for value in told)


def test_an_empty_base_has_an_index() -> None:
    index = Index([])
    assert index.scores(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32), np.empty(0)).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9))))
def test_ranges_are_what_range_says(drawn: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in drawn], dtype=np.int64)
    ends = np.array([start + length for start, length in drawn], dtype=np.int64)
    assert ranges(starts, ends).tolist() == [n for start, length in drawn for n in range(start, start + length)]


@given(st.lists(st.integers(0, 300_000), max_size=30), st.lists(st.integers(0, 300_000), max_size=200))
def test_terms_are_found_where_they_are_also_when_they_share_a_slot(numbers: list[int], others: list[int]) -> None:
    terms = [*others, *numbers, *(number + 65_536 for number in numbers)]
    places, which = TermLookup(numbers).occurrences_in(np.array(terms, dtype=np.int32))
    asked = sorted(set(numbers))
    assert places.tolist() == [place for place, term in enumerate(terms) if term in asked]
    assert [asked[each] for each in which.tolist()] == [terms[place] for place in places.tolist()]


def test_parts_of_an_array_are_read_in_their_order() -> None:
    held = InMemory(np.arange(10))
    assert held.parts(np.array([7, 0]), np.array([9, 2])).tolist() == [7, 8, 0, 1]
    assert held.parts(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []
    assert held.each(np.array([3, 1])).tolist() == [3, 1]
