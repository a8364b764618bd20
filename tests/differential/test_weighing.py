"""The combination rule, against slow and obvious computations."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.differential.weighing import (
    broken_stick,
    entropy,
    information,
    likelihood,
    normalised,
    prior_shares,
    support,
)

_SHARES = st.lists(st.floats(0.01, 1), min_size=2, max_size=5).map(lambda values: [v / sum(values) for v in values])
_CHANCES = st.lists(st.floats(0, 1), max_size=6)


@given(_CHANCES)
def test_hits_never_share_more_than_there_is(confidences: list[float]) -> None:
    shares = broken_stick(confidences)
    assert sum(shares) == pytest.approx(1 - math.prod(1 - each for each in confidences), abs=1e-9)
    assert shares[:1] == confidences[:1]


@given(_CHANCES, st.floats(0, 1))
def test_one_more_symptom_never_takes_support_away(shares: list[float], another: float) -> None:
    assert support([*shares, another]) >= support(shares) - 1e-12
    assert 0.0 <= support(shares) <= 1.0


@given(_CHANCES)
def test_shares_of_runbooks_leave_room_for_something_else(supports: list[float]) -> None:
    found = normalised(supports)
    assert sum(found) <= 1 + 1e-9
    if sum(supports) <= 1:
        assert found == supports


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ([0.6, 0.4], [0.6, 0.4]),
        ([0.5, 0.2], [0.5, 0.2]),
        ([1.0, 1.0], [0.5, 0.5]),
        ([None, None], [0.5, 0.5]),
        ([0.6, None, None], [0.6, 0.2, 0.2]),
        ([1.0, None], [1.0, 0.0]),
        ([], []),
    ],
)
def test_weights_become_shares_of_one_at_most(weights: list[float | None], shares: list[float]) -> None:
    assert prior_shares(weights) == pytest.approx(shares)


@given(st.floats(-1, 1))
def test_seen_and_not_seen_are_the_only_outcomes(bearing: float) -> None:
    assert likelihood(bearing) + likelihood(bearing, seen=False) == pytest.approx(1.0)
    assert 0.0 < likelihood(bearing) < 1.0


@given(_SHARES, st.data())
def test_a_step_tells_no_more_than_there_is_to_know(shares: list[float], data: st.DataObject) -> None:
    row = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=len(shares), max_size=len(shares))
    rows = data.draw(st.lists(row, max_size=4))
    worth = information(shares, rows)
    assert -1e-9 <= worth <= entropy(shares) + 1e-9
    assert information(shares, rows[:-1]) <= worth + 1e-9


@given(_SHARES, st.data())
def test_one_finding_is_worth_what_it_takes_from_the_entropy(shares: list[float], data: st.DataObject) -> None:
    row = data.draw(st.lists(st.floats(-1, 1), min_size=len(shares), max_size=len(shares)))
    yes = [share * likelihood(bearing) for share, bearing in zip(shares, row, strict=True)]
    no = [share * likelihood(bearing, seen=False) for share, bearing in zip(shares, row, strict=True)]
    left = sum(sum(part) * entropy([each / sum(part) for each in part]) for part in (yes, no))
    assert information(shares, [row]) == pytest.approx(max(0.0, entropy(shares) - left), abs=1e-9)


def test_a_finding_that_says_the_same_of_all_tells_nothing() -> None:
    assert information([0.5, 0.5], [[1.0, 1.0]]) == pytest.approx(0.0)
    assert information([0.5, 0.5], []) == 0.0
