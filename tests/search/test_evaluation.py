"""A run keeps what was answered, derives its figures from that, and compares with an earlier run."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.evaluation.comparison import compare
from faultmaven_kb.evaluation.evaluation import Evaluation, Outcome, evaluate
from faultmaven_kb.evaluation.labelled import LabelledQuestion, read_labelled
from faultmaven_kb.evaluation.self_check import self_check, without_symptom
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.reports.evaluation_text import comparison_text, evaluation_text, self_check_text
from faultmaven_kb.search.answer import Answer
from tests.documents import builtin_base

_SET = Path(__file__).parent.parent / "data" / "search"
_FIRST = [_SET / f"questions-{kind}-a-runbook.jsonl" for kind in ("with", "without")]


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    """The runbooks that the questions were written for: a new one may cover what is a negative here."""
    named = {name for path in _FIRST for question in read_labelled(path) for name, _ in question.expected}
    return KnowledgeBase(runbook for runbook in builtin_base() if runbook.id in named)


def _without_runbook(question: LabelledQuestion) -> LabelledQuestion:
    return LabelledQuestion(question.id, question.text, category="no-runbook")


@pytest.fixture(scope="module")
def run(kb: KnowledgeBase) -> Evaluation:
    # What a later page covers by now is covered by none of these.
    since = [_without_runbook(each) for each in read_labelled(_SET / "topics" / "covered-since.jsonl")]
    questions = [*(each for path in _FIRST for each in read_labelled(path)), *since]
    assert len(questions) >= 400
    assert all(name in kb for question in questions for name, _ in question.expected)
    return evaluate(questions, lambda question: kb.search(question, limit=10))


def test_the_shipped_runbooks_are_found_at_least_as_well_as_the_docs_say(run: Evaluation) -> None:
    figures = {name: found.value for name, found in run.ranking_figures().items() if found}
    assert figures["S@1"] >= 0.88
    assert figures["S@3"] >= 0.97
    assert figures["MRR@10"] >= 0.93
    assert run.calibration_error() <= 0.07


def test_questions_without_a_runbook_are_seldom_answered(run: Evaluation) -> None:
    assert (run.verdicts(positive=True).right or 0) >= 0.97
    assert run.of("off-topic").verdicts(positive=False).match <= 0.05
    assert run.of("no-runbook").verdicts(positive=False).match <= 0.15


def _figures(run: Evaluation) -> dict[str, float]:
    return {name: found.value for name, found in run.ranking_figures().items() if found}


def test_with_nine_more_runbooks_the_base_still_finds_the_right_one() -> None:
    """Each runbook more is one that may be mistaken for the right one: all questions, on those that they name."""
    questions = [each for path in sorted(_SET.glob("*.jsonl")) for each in read_labelled(path)]
    everything = _on_those_they_name(questions)
    figures = _figures(everything)
    assert figures["S@1"] >= 0.86
    assert figures["S@3"] >= 0.96
    assert figures["MRR@10"] >= 0.91
    assert (everything.verdicts(positive=True).right or 0) >= 0.93
    assert everything.of("off-topic").verdicts(positive=False).match <= 0.07


def _on_those_they_name(questions: list[LabelledQuestion]) -> Evaluation:
    named = {name for question in questions for name, _ in question.expected}
    base = KnowledgeBase(runbook for runbook in builtin_base() if runbook.id in named)
    return evaluate(questions, lambda question: base.search(question, limit=10))


def test_with_the_networks_runbooks_the_base_still_finds_the_right_one() -> None:
    """The same with a file of questions more, which brings ten runbooks along."""
    paths = [*sorted(_SET.glob("*.jsonl")), _SET / "topics" / "tls-ssh-network-haproxy.jsonl"]
    found = _on_those_they_name([each for path in paths for each in read_labelled(path)])
    figures = _figures(found)
    assert figures["S@1"] >= 0.84
    assert figures["S@3"] >= 0.95
    assert figures["MRR@10"] >= 0.90
    assert (found.verdicts(positive=True).right or 0) >= 0.91
    assert found.of("off-topic").verdicts(positive=False).match <= 0.07


_LATEST = frozenset(
    "alertmanager-notifications-failing docker-container-restart-loop docker-no-space-left jvm-out-of-memory-heap "
    "k8s-deployment-rollout-stuck k8s-dns-failure "
    "k8s-pvc-pending k8s-quota-exceeded k8s-rbac-forbidden rabbitmq-memory-alarm rabbitmq-queue-backlog".split()
)
"""The runbooks that came last: on those before them the figures stay what they were."""


def _asked(folder: Path, *, without: frozenset[str] = frozenset()) -> Evaluation:
    """All questions of a folder, on all shipped runbooks; or both without those about some of them."""
    questions = [each for path in sorted(folder.rglob("*.jsonl")) for each in read_labelled(path)]
    asked = [each for each in questions if without.isdisjoint(name for name, _ in each.expected)]
    kb = (
        KnowledgeBase(runbook for runbook in builtin_base() if runbook.id not in without) if without else builtin_base()
    )
    return evaluate(asked, lambda question: kb.search(question, limit=10))


def test_all_questions_find_their_runbooks_among_the_first_fifty() -> None:
    whole = _asked(_SET, without=_LATEST)
    figures = _figures(whole)
    assert figures["S@1"] >= 0.82
    assert figures["S@3"] >= 0.94
    assert figures["MRR@10"] >= 0.89
    assert (whole.verdicts(positive=True).right or 0) >= 0.92
    assert whole.of("off-topic").verdicts(positive=False).match <= 0.04


def test_all_questions_find_their_runbooks_among_all_that_are_shipped() -> None:
    """Each runbook more may be mistaken for the right one; what the docs say of the whole base holds."""
    whole = _asked(_SET)
    figures = _figures(whole)
    assert figures["S@1"] >= 0.835
    assert figures["S@3"] >= 0.945
    assert figures["MRR@10"] >= 0.895
    assert (whole.verdicts(positive=True).right or 0) >= 0.94
    assert whole.of("off-topic").verdicts(positive=False).match <= 0.04
    assert whole.of("no-runbook").verdicts(positive=False).match <= 0.2
    given = [outcome.verdict == "match" for outcome in whole.positives if outcome.first_is_right]
    assert sum(given) / len(given) >= 0.805
    assert (whole.false_answers_when_keeping() or 0) <= 0.25


def test_runbooks_that_came_later_are_found_among_the_first_fifty() -> None:
    later = _asked(_SET / "topics", without=_LATEST)
    figures = _figures(later)
    assert figures["S@1"] >= 0.93
    assert figures["MRR@10"] >= 0.96
    assert (later.verdicts(positive=True).right or 0) >= 0.96
    assert later.verdicts(positive=False).match <= 0.3


def test_runbooks_that_came_later_are_found_among_all_that_are_shipped() -> None:
    paths = sorted((_SET / "topics").glob("*.jsonl"))
    asked = Counter(name for path in paths for question in read_labelled(path) for name, _ in question.expected)
    assert set(asked) <= set(builtin_base().ids)
    assert min(asked.values()) >= 7
    later = _asked(_SET / "topics")
    figures = _figures(later)
    assert figures["S@1"] >= 0.925
    assert figures["MRR@10"] >= 0.955
    assert (later.verdicts(positive=True).right or 0) >= 0.97
    assert later.verdicts(positive=False).match <= 0.25


def test_what_people_ask_in_public_finds_its_runbook() -> None:
    """A set of its own: the aliases were written after it was looked at, so it would flatter the others' figures."""
    asked = _asked(_SET.parent / "asked-by-people")
    figures = _figures(asked)
    assert figures["S@1"] >= 0.95
    assert figures["S@3"] >= 0.98
    assert (asked.verdicts(positive=True).right or 0) >= 0.98
    assert asked.verdicts(positive=False).match <= 0.08


def test_a_run_kept_as_json_gives_the_same_figures(run: Evaluation) -> None:
    kept = json.loads(json.dumps(run.to_dict()))
    assert Evaluation.from_dict(kept).to_dict() == run.to_dict()
    assert evaluation_text(Evaluation.from_dict(kept)) == evaluation_text(run)


@pytest.mark.parametrize("value", [{}, {"outcomes": 3, "seed": 0}, {"outcomes": [{"expected": {}}], "seed": 0}])
def test_a_run_that_cannot_be_read_is_a_fault(value: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="the run cannot be read"):
        Evaluation.from_dict(value)


def test_a_run_with_an_unknown_verdict_is_a_fault(run: Evaluation) -> None:
    kept = Evaluation(run.outcomes[:1]).to_dict()
    kept["outcomes"][0]["verdict"] = "perhaps"
    with pytest.raises(ConfigurationError):
        Evaluation.from_dict(kept)


def _outcome(name: str, *, rank: int | None, verdict: str = "match", text: str = "x", found: bool = True) -> Outcome:
    question = LabelledQuestion(name, text, (("right", 1),) if found else ())
    ranking = tuple("right" if place == rank else f"other-{place}" for place in range(1, 4))
    return Outcome(question, verdict, ranking, 0.9)  # type: ignore[arg-type]


def test_a_comparison_names_what_was_won_and_lost() -> None:
    before = Evaluation((_outcome("a", rank=2), _outcome("b", rank=1), _outcome("n", rank=None, found=False)))
    after = Evaluation(
        (_outcome("a", rank=1), _outcome("b", rank=None), _outcome("n", rank=None, verdict="none", found=False))
    )
    found = compare(before, after)
    assert [change.after.question.id for change in found.won] == ["a", "n"]
    assert [change.after.question.id for change in found.lost] == ["b"]
    assert dict(found.differences)["S@1"] is not None
    text = comparison_text(found)
    assert "  a  rank 2 -> rank 1  x" in text
    assert "  b  rank 1 -> not found  x" in text
    assert "  n  match -> none  x" in text
    assert found.to_dict()["lost"][0]["after"] == {"rank": None, "verdict": "match"}


def test_a_seed_draws_other_intervals_for_a_comparison_too() -> None:
    ranks = [1, 2, 3, 1, 1, 2, 1, 3, 1, 2]
    before = tuple(_outcome(str(number), rank=rank) for number, rank in enumerate(ranks))
    after = tuple(_outcome(str(number), rank=rank) for number, rank in enumerate(reversed(ranks)))
    seeds = {compare(Evaluation(before), Evaluation(after, seed)).differences for seed in range(5)}
    assert len(seeds) > 1


def test_runs_of_different_sets_cannot_be_compared() -> None:
    with pytest.raises(ConfigurationError, match="no question in common"):
        compare(Evaluation((_outcome("a", rank=1),)), Evaluation((_outcome("a", rank=1, text="other"),)))


def test_the_clock_is_the_callers_and_only_then_there_is_a_latency(kb: KnowledgeBase) -> None:
    ticks = count()
    questions = [LabelledQuestion("a", "ENOSPC", (("linux-disk-full", 1),))]
    timed = evaluate(questions, kb.search, clock=lambda: next(ticks) / 1_000)
    latency = timed.latency()
    assert latency is not None
    assert latency["p50"] == pytest.approx(1.0)
    assert "latency: p50 1.0 ms" in evaluation_text(timed)
    assert evaluate(questions, kb.search).latency() is None


def test_a_question_that_gets_no_hit_is_a_miss_without_confidence() -> None:
    silent = evaluate(
        [LabelledQuestion("a", "x", (("right", 1),)), LabelledQuestion("b", "y")],
        lambda question: Answer(question, "none", (), (), ""),
    )
    assert silent.calibration_error() == 0.0
    assert silent.false_answers_when_keeping() is None
    assert [outcome.question.id for outcome in silent.misses()] == ["a"]
    assert "expected right, got nothing (not found)" in evaluation_text(silent)


def test_a_set_without_positives_still_has_its_verdicts(run: Evaluation) -> None:
    text = evaluation_text(run.of("off-topic"), misses=1)
    assert "0 questions with a runbook, 60 without" in text
    assert "S@1 " not in text.split("category")[0]


def test_leaving_a_symptom_out_removes_its_text_and_nothing_else(kb: KnowledgeBase) -> None:
    before = kb["linux-disk-full"]
    after = without_symptom(before, 1)
    assert len(after.symptoms) == len(before.symptoms) - 1
    gone = before.symptoms[1].text
    assert any(gone in section.text for section in before.sections)
    assert not any(gone in section.text for section in after.sections)
    assert without_symptom(before, 99) is before


def test_the_base_is_asked_for_its_own_symptoms(kb: KnowledgeBase) -> None:
    check = self_check(tuple(kb))
    assert len(check.evaluation.outcomes) == sum(len(runbook.symptoms) for runbook in kb)
    assert check.lost == ()
    assert [each.runbook for each in check.runbooks] == sorted(kb.ids)
    assert all(pair.count == len(pair.symptoms) for pair in check.collisions)
    assert "runbooks not found by their own symptoms: 0" in self_check_text(check)
    assert check.to_dict()["without_symptoms"] == []


def test_twins_collide_and_a_runbook_without_symptoms_is_named(kb: KnowledgeBase) -> None:
    disk = kb["linux-disk-full"]
    twin = disk.model_copy(update={"id": "linux-disk-twin"})
    silent = kb["redis-out-of-memory"].model_copy(update={"symptoms": ()})
    check = self_check((twin, disk, silent, kb["nginx-502-bad-gateway"]))
    assert ("linux-disk-full", "linux-disk-twin") in [(pair.runbook, pair.other) for pair in check.collisions]
    assert check.without_symptoms == ("redis-out-of-memory",)
    assert "runbooks without symptoms: redis-out-of-memory" in self_check_text(check)


def test_a_runbook_with_many_symptoms_is_asked_a_dozen_of_them_and_says_so(kb: KnowledgeBase) -> None:
    disk = kb["linux-disk-full"]
    many = disk.model_copy(update={"symptoms": disk.symptoms * 30})
    rounds = list[int]()

    def build(runbooks: tuple[Runbook, ...]) -> Callable[[str], Answer]:
        rounds.append(len(runbooks))
        return lambda question: Answer(question, "none", (), (), "")

    check = self_check((many, kb["redis-out-of-memory"]), build=build)
    assert rounds == [2] * 12
    assert check.runbooks[0].asked == 12
    assert check.to_dict()["not_asked"] == len(many.symptoms) - 12
    assert f"more than a dozen: {check.not_asked}" in self_check_text(check)


def test_a_search_that_finds_nothing_loses_every_runbook(kb: KnowledgeBase) -> None:
    check = self_check(tuple(kb)[:2], build=lambda runbooks: lambda question: Answer(question, "none", (), (), ""))
    assert [each.runbook for each in check.lost] == sorted(kb.ids[:2])
    assert "0 of" in self_check_text(check)


def test_an_empty_base_has_nothing_to_ask() -> None:
    assert self_check(()).evaluation.outcomes == ()
