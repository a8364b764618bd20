"""What two texts say about the same thing, and where a text names a cause."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.differential.mentions import CauseNames, mentions
from faultmaven_kb.differential.statements import Rarity, Statement, agreement, clauses, opposite, statement
from faultmaven_kb.model.runbook import Cause
from faultmaven_kb.source import Span

_SPAN = Span(1, 1, 1, 1)


def _causes(*names: str) -> tuple[Cause, ...]:
    return tuple(Cause(name=name, number=number, span=_SPAN) for number, name in enumerate(names, 1))


_NODE = _causes("Kubelet or container runtime stopped", "Memory, disk or PID pressure", "Node lost", "Logs")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("kubelet is running", 1),
        ("kubelet is not running", -1),
        ("the service isn't active", -1),
        ("the service stopped", -1),
        ("nobody answers", -1),
        ("expires is far below keys", 0),
    ],
)
def test_a_statement_knows_the_state_it_asserts(text: str, state: int) -> None:
    assert statement(text).state == state


def test_the_same_thing_in_the_opposite_state_disagrees() -> None:
    running, stopped = statement("kubelet is running"), statement("kubelet stopped")
    rarity = Rarity([stopped.terms, frozenset({"disk"}), frozenset({"node"})])
    assert agreement(running, running, rarity) > 0.9
    assert agreement(running, stopped, rarity) < -0.9
    assert agreement(opposite(running), stopped, rarity) > 0.9


def test_texts_about_other_things_neither_agree_nor_disagree() -> None:
    rarity = Rarity([frozenset({"kubelet"}), frozenset({"disk"})])
    assert agreement(statement("kubelet is running"), statement("disk failed"), rarity) == 0.0


def test_what_the_title_is_about_tells_nothing_between_its_causes() -> None:
    texts = [frozenset({"redis", "cach"}), frozenset({"redis", "client"})]
    one = statement("redis")
    assert agreement(one, one, Rarity(texts)) > 0.0
    assert agreement(one, one, Rarity(texts, subject=("redis",))) == 0.0


_TERMS = st.frozensets(st.sampled_from("abcdef"), max_size=4)
_STATEMENTS = st.builds(Statement, _TERMS, st.sampled_from((-1, 0, 1)))


@given(_STATEMENTS, _STATEMENTS, st.lists(_TERMS, min_size=1, max_size=4))
def test_agreement_is_symmetric_bounded_and_turns_with_the_state(
    one: Statement, other: Statement, causes: list[frozenset[str]]
) -> None:
    rarity = Rarity(causes)
    value = agreement(one, other, rarity)
    assert -1.0 <= value <= 1.0
    assert value == agreement(other, one, rarity)
    if one.state and other.state:
        assert agreement(opposite(one), other, rarity) == -value


def test_clauses_stand_for_themselves_and_lose_their_noise() -> None:
    found = clauses("2026-01-02T03:04:05Z runtime hangs; swap on after a reboot, CNI missing")
    assert [part.strip() for part in found] == ["runtime hangs", "swap on after a reboot", "CNI missing"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('Silence means "Node lost".', [2]),
        ("`111` means *node lost* or *container runtime stopped*.", [2, 0]),
        ("A refused port means cause 1, 2 or 4.", [0, 1, 3]),
        ("Rows that compute are causes 1 to 3.", [0, 1, 2]),
        ("It proves that the container runtime stopped.", [0]),
        ("There is memory, disk or PID pressure here.", [1]),
        ("Logs fill the disk.", [3]),
        ("See the logs of the service.", []),
        ("*logs* are large", [3]),
        ("nothing of the kind, cause 9", []),
    ],
)
def test_a_cause_is_named_by_its_name_a_part_of_it_or_its_number(text: str, named: list[int]) -> None:
    assert [mention.cause for mention in mentions(text, CauseNames(_NODE))] == named


@given(st.text(alphabet="abc *\"'.,1234causeNodelost", max_size=80))
def test_mentions_lie_in_the_text_and_never_overlap(text: str) -> None:
    found = mentions(text, CauseNames(_NODE))
    assert all(0 <= mention.start < mention.end <= len(text) for mention in found)
    places = sorted({(mention.start, mention.end) for mention in found})
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))
