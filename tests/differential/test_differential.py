"""From observations to ordered causes and the next step, on the shipped runbooks."""

import itertools
import json
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from faultmaven_kb.differential import bearing, engine, statements
from faultmaven_kb.differential.observation import Observation, StepKey, observations_of
from faultmaven_kb.differential.values import Differential
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.knowledge_base import KnowledgeBase
from tests.documents import builtin_base

_OOM = "OOM command not allowed when used memory > 'maxmemory'"


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return builtin_base()


def _share(found: Differential, runbook: str, cause: str) -> float:
    return next(r.share for r in found.causes if (r.runbook.id, r.cause.name) == (runbook, cause))


def test_shares_and_something_else_are_the_whole(kb: KnowledgeBase) -> None:
    for text in (_OOM, "node NotReady", "the application is slow", "asdf"):
        found = kb.differential(text)
        assert sum(rank.share for rank in found.causes) + found.something_else == pytest.approx(1.0)
        assert list(found.causes) == sorted(found.causes, key=lambda rank: -rank.share)


def test_without_further_observations_the_runbooks_weights_order_its_causes(kb: KnowledgeBase) -> None:
    found = kb.differential("node NotReady")
    weights = [rank.cause.weight or 0 for rank in found.causes if rank.runbook.id == "k8s-node-not-ready"]
    assert weights == sorted(weights, reverse=True)
    assert found.causes[0].runbook.id == "k8s-node-not-ready"


def test_a_state_that_is_not_so_speaks_for_the_cause_that_says_the_opposite(kb: KnowledgeBase) -> None:
    cause = ("k8s-node-not-ready", "Kubelet or container runtime stopped")
    alone = _share(kb.differential("node NotReady"), *cause)
    found = kb.differential({"node NotReady": True, "kubelet is running": False})
    assert _share(found, *cause) > 1.5 * alone
    (reason,) = found.causes[0].reasons
    assert reason.factor > 2
    assert reason.text.startswith("Kubelet or container runtime stopped")
    contrary = kb.differential({"node NotReady": True, "kubelet is running": True})
    assert _share(contrary, *cause) < alone


def test_the_order_of_the_observations_does_not_matter(kb: KnowledgeBase) -> None:
    texts = [Observation(_OOM), Observation("evicted_keys climbs", seen=False), Observation("kernel kills redis")]
    found = {json.dumps(kb.differential(order).to_dict()["causes"]) for order in itertools.permutations(texts)}
    figures = {tuple(round(rank["share"], 3) for rank in json.loads(each)) for each in found}
    assert len(figures) == 1


def test_an_observation_is_read_once_however_many_causes_there_are(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A runbook of two thousand causes in 62 KB took six seconds."""
    read = Counter[str]()

    def counted(name: str, made: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any) -> Any:
            read[name] += 1
            return made(*arguments)

        return counting

    monkeypatch.setattr(bearing, "clauses", counted("clauses", statements.clauses))
    monkeypatch.setattr(engine, "is_symptom", counted("is_symptom", bearing.is_symptom))
    disk = kb["linux-disk-full"]
    many = disk.model_copy(update={"causes": disk.causes * 40, "symptoms": disk.symptoms[:1]})
    answer: Any = SimpleNamespace(hits=(SimpleNamespace(runbook=many, confidence=0.9),))
    asked = [Observation("no space is left, as nobody has read before"), Observation("the elephant is red", seen=False)]
    found = engine.differentiate(asked, lambda _: answer)
    assert len(found.causes) == len(many.causes)
    assert read["is_symptom"] == 1
    assert read["clauses"] < 10


def test_a_symptom_that_is_missing_speaks_against_its_runbook(kb: KnowledgeBase) -> None:
    one = kb.differential(["exit code 137"])
    both = kb.differential({"exit code 137": True, "OOMKilled as STATUS in kubectl get pods": False})

    def share(found: Differential) -> float:
        return sum(rank.share for rank in found.causes if rank.runbook.id == "k8s-pod-oomkilled")

    assert share(both) < share(one)


def test_answering_the_proposed_step_moves_the_causes_as_it_says(kb: KnowledgeBase) -> None:
    first = kb.differential(_OOM)
    step = first.next_step
    assert step is not None
    assert step.runbook.id == "redis-out-of-memory"
    assert step.information > 0.2
    number, finding = next((n, f) for n, f in enumerate(step.findings) if f.speaks_for)
    answers = [Observation(each.text, n == number, step.key) for n, each in enumerate(step.findings)]
    after = kb.differential([*first.observations, *answers])
    cause = finding.speaks_for[0]
    assert _share(after, step.runbook.id, cause) > _share(first, step.runbook.id, cause)
    assert after.next_step is None or after.next_step.key != step.key


def test_steps_run_out_and_none_is_proposed_twice(kb: KnowledgeBase) -> None:
    done: list[StepKey] = []
    found = kb.differential(_OOM)
    while found.next_step is not None:
        assert found.next_step.key not in done
        done.append(found.next_step.key)
        found = kb.differential(_OOM, done=done)
    assert len(done) >= 2


def test_a_finding_says_nothing_about_the_causes_of_other_runbooks(kb: KnowledgeBase) -> None:
    step = StepKey("redis-out-of-memory", 1)
    found = kb.differential([Observation(_OOM), Observation("the node is lost", step=step)])
    others = [rank for rank in found.causes if rank.runbook.id != "redis-out-of-memory"]
    assert others
    assert all(reason.observation.step is None for rank in others for reason in rank.reasons)


def test_causes_carry_the_solutions_that_name_them(kb: KnowledgeBase) -> None:
    ranks = {rank.cause.name: rank for rank in kb.differential("502 Bad Gateway nginx").causes}
    assert [link.number for link in ranks["Upstream not running"].solutions] == [1]


def test_what_no_runbook_knows_is_something_else(kb: KnowledgeBase) -> None:
    found = kb.differential("asdf")
    assert found.causes == ()
    assert found.something_else == 1.0
    assert found.next_step is None
    assert kb.differential({"kubelet is running": False}).causes == ()


def test_a_runbook_without_causes_leaves_its_share_to_something_else(kb: KnowledgeBase) -> None:
    bare = KnowledgeBase([kb["redis-out-of-memory"].model_copy(update={"causes": ()})])
    found = bare.differential(_OOM)
    assert found.causes == ()
    assert found.something_else == 1.0


def test_the_values_are_plain_json(kb: KnowledgeBase) -> None:
    found = kb.differential(["node NotReady"])
    kept = json.loads(json.dumps(found.to_dict()))
    assert kept["causes"][0]["runbook"] == "k8s-node-not-ready"
    assert kept["next_step"]["findings"]
    assert kb.differential("asdf").to_dict()["next_step"] is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "no observation given"),
        ({}, "no observation given"),
        ("  ", "an observation is empty"),
        ([Observation("a"), Observation("a", seen=False)], "both seen and not seen"),
    ],
)
def test_observations_that_make_no_sense_are_refused(value: list[str | Observation], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        observations_of(value)


def test_repeated_observations_count_once() -> None:
    assert observations_of(["a", Observation("a"), "b"]) == (Observation("a"), Observation("b"))
