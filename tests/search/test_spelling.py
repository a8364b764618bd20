"""Typing errors: words of the field are understood, right words and product names are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.search.index import Index
from faultmaven_kb.search.vocabulary.spelling import Speller, distance
from tests.documents import builtin_base

BUILTIN = builtin_base()
INDEX = Index(list(BUILTIN))
SPELLER = Speller(INDEX.vocabulary)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("kuberentes", "kubernetes"), ("postgress", "postgres"), ("conection", "connect"), ("redy", "readi")),
        *(("crashlopbackoff", "crashloopbackoff"), ("imagepullbackof", "imagepullbackoff"), ("ngnix", "nginx")),
    ],
)
def test_a_typing_error_in_a_word_of_the_field_is_understood(typed: str, meant: str) -> None:
    assert SPELLER.meant(typed) == (meant,)


@pytest.mark.parametrize("word", ["bread", "food", "stock", "market", "garage", "lag", "swimming", "x" * 200, "größe"])
def test_a_right_word_that_the_base_does_not_have_is_left_alone(word: str) -> None:
    assert SPELLER.meant(word) == ()


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("node not redy", "k8s-node-not-ready"),
        ("crashlopbackoff", "k8s-pod-crashloopbackoff"),
        ("imagepullbackof", "k8s-pod-imagepullbackoff"),
        ("crashloop", "k8s-pod-crashloopbackoff"),
    ],
)
def test_the_runbook_is_found_by_a_misspelt_question(question: str, first: str) -> None:
    assert BUILTIN.search(question).hits[0].runbook.id == first


def slow_distance(one: str, other: str) -> int:
    """The definition, case by case."""
    if not one or not other:
        return len(one) + len(other)
    found = [
        slow_distance(one[:-1], other) + 1,
        slow_distance(one, other[:-1]) + 1,
        slow_distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if len(one) > 1 and len(other) > 1 and one[-1] == other[-2] and one[-2] == other[-1]:
        found.append(slow_distance(one[:-2], other[:-2]) + 1)
    return min(found)


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_the_distance_is_what_its_definition_says(one: str, other: str) -> None:
    assert distance(one, other) == slow_distance(one, other)
