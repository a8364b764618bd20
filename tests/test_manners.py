"""Values behave as a Python programmer expects: one line at a prompt, copied, pickled, with the names of a mapping."""

import copy
import json
import pickle
from datetime import date
from typing import Any

import pytest

from faultmaven_kb import ConfigurationError, KnowledgeBase, PathError, check_text, fix, parse_runbook, write_report
from tests.documents import RUNBOOKS, text_of

QUESTION = "FATAL: sorry, too many clients already"


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return KnowledgeBase.load(*RUNBOOKS)


def test_every_value_is_one_line_at_a_prompt(kb: KnowledgeBase) -> None:
    answer, differential = kb.search(QUESTION), kb.differential(QUESTION)
    runbook = answer.hits[0].runbook
    fixed = fix(text_of("sample-mojibake.md"), today=date(2026, 11, 22))
    report = check_text(text_of("sample-mojibake.md"), today=date(2026, 11, 22))
    values: list[object] = [
        kb,
        answer,
        *answer.hits,
        *answer.hits[0].evidence,
        differential,
        *differential.causes,
        differential.next_step,
        parse_runbook(runbook.sections[0].text),
        runbook,
        runbook.metadata,
        runbook.prevention,
        *runbook.symptoms,
        *runbook.causes,
        *runbook.steps,
        *runbook.solutions,
        *runbook.sections,
        report,
        *report.diagnostics,
        *(each.fix for each in report.diagnostics if each.fix),
        fixed,
        fixed.source,
    ]
    for value in values:
        text = repr(value)
        assert len(text) <= 200, text
        assert "\n" not in text
        assert text.startswith(type(value).__name__)
    assert "postgres-connection-pool-exhausted" in repr(runbook)


def test_every_value_is_plain_data_under_one_name(kb: KnowledgeBase) -> None:
    answer, differential = kb.search(QUESTION), kb.differential(QUESTION)
    text = text_of("sample-mojibake.md")
    report, fixed = check_text(text, today=date(2026, 11, 22)), fix(text, today=date(2026, 11, 22))
    offered = next(each.fix for each in report.diagnostics if each.fix)
    values: list[Any] = [
        answer,
        answer.hits[0],
        answer.hits[0].evidence[0],
        answer.hits[0].runbook,
        differential,
        parse_runbook(text),
    ]
    for value in (*values, report, report.diagnostics[0], offered, offered.edits[0], fixed):
        assert json.loads(json.dumps(value.to_dict())) == value.to_dict()
    assert answer.to_dict()["hits"][0]["evidence"][0] == answer.hits[0].evidence[0].to_dict()
    assert report.to_dict() == json.loads(write_report(report, "json"))
    assert fixed.to_dict()["diff"] == fixed.diff()


def test_a_knowledge_base_is_pickled_and_copied_before_and_after_questions(kb: KnowledgeBase) -> None:
    fresh = KnowledgeBase(kb)
    for _ in range(2):
        for other in (pickle.loads(pickle.dumps(fresh)), copy.copy(fresh), copy.deepcopy(fresh)):
            assert tuple(other) == tuple(fresh)
            assert other.search(QUESTION) == kb.search(QUESTION)
        fresh.warm()


def test_answers_and_runbooks_are_pickled_and_copied(kb: KnowledgeBase) -> None:
    for value in (kb.search(QUESTION), kb.values()[0], parse_runbook(text_of("sample.md")), kb.differential(QUESTION)):
        assert pickle.loads(pickle.dumps(value)) == value
        assert copy.deepcopy(value) == value


def test_a_filter_that_no_runbook_can_pass_names_the_nearest_word(kb: KnowledgeBase) -> None:
    with pytest.raises(ConfigurationError, match=r'severity is "hgih".*did you mean "high"'):
        kb.filter(severity="hgih")
    with pytest.raises(ConfigurationError, match=r'status is "verifid".*did you mean "verified"'):
        kb.search(QUESTION, status="verifid")
    assert kb.filter(severity="HIGH") == kb.filter(severity="high")


def test_ids_and_runbooks_come_as_of_a_mapping(kb: KnowledgeBase) -> None:
    assert kb.keys() == kb.ids
    assert dict(kb.items()) == {identity: kb[identity] for identity in kb.ids}
    assert kb.values() == tuple(kb)


@pytest.mark.parametrize("name", ["x.md", "runbooks/redis/redis-out-of-memory.md", "C:\\kb\\a b.MD"])
def test_the_name_of_a_file_is_not_taken_for_its_text(name: str) -> None:
    with pytest.raises(PathError, match="is the name of a file, expected its text, or Path"):
        parse_runbook(name)


@pytest.mark.parametrize("text", ["# see x.md", "see\nx.md", "<a.md", ".md"])
def test_a_text_that_only_speaks_of_a_file_is_read(text: str) -> None:
    assert parse_runbook(text).diagnostics


def test_plain_values_are_asked_for_by_one_name(kb: KnowledgeBase) -> None:
    runbook = kb.values()[0]
    assert runbook.to_dict() == runbook.model_dump(mode="json")
    assert kb.search(QUESTION).to_dict()["hits"][0]["id"] == "postgres-connection-pool-exhausted"
