"""The figures agree with slow, obvious definitions and keep their bounds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.evaluation.metrics import (
    calibration_error,
    gain,
    interval,
    paired_interval,
    reciprocal_rank,
    reliability,
    success,
    threshold_keeping,
)

_RANKING = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True, max_size=16)
_RELEVANT = st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(1, 3), max_size=5)


@given(_RANKING, _RELEVANT)
def test_the_ranking_figures_agree_with_their_obvious_definitions(ranking: list[str], relevant: dict[str, int]) -> None:
    ranks = [rank for rank, each in enumerate(ranking[:10], 1) if each in relevant]
    assert reciprocal_rank(ranking, relevant) == (1 / min(ranks) if ranks else 0.0)
    assert success(ranking, relevant, 3) == float(any(rank <= 3 for rank in ranks))
    ideal = sum(g / math.log2(r + 1) for r, g in enumerate(sorted(relevant.values(), reverse=True), 1))
    found = sum(relevant[ranking[rank - 1]] / math.log2(rank + 1) for rank in ranks)
    assert gain(ranking, relevant) == pytest.approx(found / ideal if ideal else 0.0)


@given(_RANKING.filter(bool), _RELEVANT.filter(bool))
def test_the_ranking_figures_agree_with_those_of_trec(ranking: list[str], relevant: dict[str, int]) -> None:
    trec_eval = pytest.importorskip("pytrec_eval", reason="there is no wheel for this Python")
    measures = {"ndcg_cut.10", "recip_rank", "success.3"}
    run = {"question": {name: float(-place) for place, name in enumerate(ranking[:10])}}
    theirs = trec_eval.RelevanceEvaluator({"question": relevant}, measures).evaluate(run)["question"]
    assert gain(ranking, relevant) == pytest.approx(theirs["ndcg_cut_10"])
    assert reciprocal_rank(ranking, relevant) == pytest.approx(theirs["recip_rank"])
    assert success(ranking, relevant, 3) == theirs["success_3"]


@given(_RELEVANT.filter(bool))
def test_the_ideal_ranking_has_the_greatest_gain(relevant: dict[str, int]) -> None:
    best = sorted(relevant, key=lambda name: -relevant[name])
    assert gain(best, relevant) == pytest.approx(1.0)
    assert gain(best[::-1], relevant) <= 1.0 + 1e-12


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_the_reliability_table_counts_every_question_once(pairs: list[tuple[float, bool]]) -> None:
    table = reliability([c for c, _ in pairs], [r for _, r in pairs])
    assert sum(each.count for each in table) == len(pairs)
    assert 0.0 <= calibration_error(table) <= 1.0
    assert all(each.low - 1e-9 <= each.confidence <= each.high + 1e-9 for each in table)


def test_confidence_that_tells_the_truth_has_no_calibration_error() -> None:
    table = reliability([0.25] * 4 + [1.0] * 2, [True, False, False, False, True, True])
    assert calibration_error(table) == 0.0
    assert calibration_error(()) == 0.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0.05, 1))
def test_the_threshold_keeps_the_share_it_promises(values: list[float], share: float) -> None:
    threshold = threshold_keeping(values, share)
    assert sum(value >= threshold for value in values) >= share * len(values) - 1e-9


def test_a_threshold_of_nothing_is_zero() -> None:
    assert threshold_keeping([], 0.9) == 0.0


def test_intervals_hold_the_mean_and_do_not_change_from_run_to_run() -> None:
    values = [1.0, 0.0, 1.0, 1.0, 0.5]
    first = interval(values, seed=7)
    assert first is not None
    assert first == interval(values, seed=7)
    assert first.value == pytest.approx(0.7)
    assert first.low <= first.value <= first.high
    assert interval([]) is None


def test_pairs_show_a_difference_that_is_the_same_everywhere_as_certain() -> None:
    found = paired_interval([0.1, 0.5, 0.9], [0.2, 0.6, 1.0], seed=0)
    assert found is not None
    assert found.low == pytest.approx(found.high) == pytest.approx(0.1)
    assert paired_interval([], [], seed=0) is None
