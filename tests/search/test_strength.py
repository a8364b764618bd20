"""What a runbook explains of a question, and the verdict's model on top of it."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import Runbook, parse_runbook
from faultmaven_kb.search.calibration import WEIGHTS
from faultmaven_kb.search.index import Index
from faultmaven_kb.search.questions.question import read_question
from faultmaven_kb.search.strength import Explained, Strength, examine, explain
from faultmaven_kb.search.verdict import confidences, decide, features, probability
from faultmaven_kb.search.vocabulary.terms import terms_of
from tests.search.bases import numbered, plain

STRONG = Strength(mass=20.0, phrases=15.0, passage=12.0, missing=0, technology=1.0, lead=0.6, about=1.0)
WEAK = Strength(mass=1.0, phrases=0.0, passage=0.2, missing=3, technology=-1.0, lead=0.05)
STRENGTHS = st.builds(
    Strength,
    mass=st.floats(0, 100),
    phrases=st.floats(0, 100),
    passage=st.floats(0, 100),
    missing=st.integers(0, 50),
    technology=st.sampled_from([-1.0, 0.0, 1.0]),
    lead=st.floats(-1, 1),
    title=st.floats(0, 1),
    about=st.floats(0, 1),
)


def explained(runbook: Runbook, question: str) -> Explained:
    index = Index([runbook, *numbered(3)])
    return explain(0, examine(read_question(question), index), index)


def test_the_best_line_of_a_log_counts_and_the_rest_does_not_dilute_it() -> None:
    runbook = plain("wal", "WAL", "requested WAL segment has already been removed")
    line = "ERROR requested WAL segment has already been removed"
    noise = [f"INFO gadget {word} polished by {word}ine" for word in ("ada", "bob", "cleo", "dora", "emil")]
    alone, buried = explained(runbook, line), explained(runbook, "\n".join([*noise, line, *noise]))
    assert buried.strength.mass == pytest.approx(alone.strength.mass, rel=0.05)
    assert buried.strength.missing == alone.strength.missing


def test_what_only_the_commands_of_a_runbook_say_is_not_what_it_is_about() -> None:
    said = parse_runbook("# Gadget stalls\n\n## Meaning\n\nGadget stalls.\n\n## Mitigation\n\nFrobnicate the widget.\n")
    assert said.runbook is not None
    assert explained(said.runbook, "gadget stalls").strength.about == pytest.approx(1.0)
    mentioned = explained(said.runbook, "frobnicate the widget")
    assert mentioned.share == pytest.approx(1.0)
    assert mentioned.strength.about == 0.0


def test_a_part_of_an_identifier_is_a_part_of_it() -> None:
    runbook = plain("loop", "Loop", "the crash loop of the frobnicator")
    assert 0 < explained(runbook, "CrashLoopBackOff").words[0] < 1
    assert explained(runbook, "frobnicator").words[0] == 1


def test_a_synonym_explains_a_word_less_than_the_word_does() -> None:
    runbook = plain("kill", "Kill", "the frobnicator was OOMKilled")
    shares = explained(runbook, "frobnicator ran out of memory").words
    assert 0 < shares[2] < 1 == shares[0]


WORDS = st.lists(st.sampled_from(["alpha", "bravo", "carol", "delta", "xray"]), min_size=1, max_size=8)


@given(WORDS, WORDS)
def test_phrases_are_what_a_slow_search_for_neighbours_finds(asked: list[str], told: list[str]) -> None:
    runbook = plain("x", "Zulu", " ".join(told))
    text = terms_of(runbook.sections[-1].text)
    pairs = {*pairwise(asked), *zip(asked, asked[2:], strict=False)}
    held = set()
    for start, stop in combinations(range(len(text)), 2):
        between = [word for word in text[start + 1 : stop] if word in asked]
        if stop - start <= 3 and len(between) <= 1 and (text[start], text[stop]) in pairs:
            held |= {text[start], text[stop]}
    found = explained(runbook, " ".join(asked))
    information = Index([runbook, *numbered(3)]).information_of
    assert found.strength.phrases == pytest.approx(sum(information(word) for word in held))


@given(STRENGTHS)
def test_the_model_reads_one_figure_for_each_weight_and_answers_a_probability(strength: Strength) -> None:
    assert len(features(strength)) == len(WEIGHTS)
    assert 0 <= probability(strength) <= 1


@given(STRENGTHS, st.floats(0, 50))
def test_more_evidence_never_lowers_the_probability(strength: Strength, more: float) -> None:
    better = strength._replace(mass=strength.mass + more, phrases=strength.phrases + more, missing=0)
    assert probability(better) >= probability(strength)


@given(st.lists(STRENGTHS, max_size=5))
def test_confidences_fall_and_hits_share_one_certainty(strengths: list[Strength]) -> None:
    found = confidences(strengths)
    assert list(found) == sorted(found, reverse=True)
    assert sum(found[:2]) <= 1 + 1e-4


def test_the_three_verdicts() -> None:
    close = STRONG._replace(mass=9.0, phrases=5.0, passage=5.0, lead=0.0, technology=0.0)
    assert decide([STRONG, WEAK]) == "match"
    assert decide([close, close]) == "ambiguous"
    assert decide([WEAK, WEAK]) == decide([]) == "none"


@pytest.mark.parametrize(("first", "verdict"), [(STRONG, "match"), (WEAK, "none")])
def test_the_second_hit_is_not_looked_at_where_the_first_decides(first: Strength, verdict: str) -> None:
    strengths = iter([first, WEAK])
    assert decide(strengths) == verdict
    assert list(strengths) == [WEAK]


def test_a_short_question_is_ambiguous_where_one_short_text_explains_all_of_it() -> None:
    short = Strength(mass=1.8, phrases=1.8, passage=1.8, missing=0, technology=0, lead=0.26, title=0.66)
    assert decide([short, WEAK], is_explained=True) == "ambiguous"
    assert decide([short, WEAK]) == "none"
    for worse in (
        short._replace(passage=0.9),
        short._replace(missing=1),
        short._replace(technology=-1),
        short._replace(lead=0.0),
    ):
        assert decide([worse, WEAK], is_explained=True) == "none", worse


def test_a_lead_counts_for_less_when_the_question_does_not_say_the_title() -> None:
    """The sibling of a runbook that the base does not have is far ahead of all others as well."""
    assert probability(STRONG._replace(title=0.9)) > probability(STRONG._replace(title=0.1))
    behind = STRONG._replace(lead=0.0)
    assert probability(behind._replace(title=0.9)) == probability(behind._replace(title=0.1))
