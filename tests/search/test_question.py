"""A question's words: what negation takes away, what an identifier tells, what another language hides."""

import pytest

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.search.questions.question import read_question
from tests.documents import builtin_base
from tests.search.bases import numbered, plain, runbook

BUILTIN = builtin_base()


@pytest.mark.parametrize(
    ("text", "term"),
    [("unable to log in", "log"), ("no memory left", "memori"), ("cannot connect", "connect"), ("not found", "found")],
)
def test_what_is_lacking_or_impossible_keeps_its_weight(text: str, term: str) -> None:
    assert read_question(text).terms[term] == 1.0


@pytest.mark.parametrize(("text", "term"), [("not ready", "readi"), ("is not running", "run"), ("NotReady", "readi")])
def test_a_state_that_is_denied_loses_half_of_its_weight(text: str, term: str) -> None:
    terms = read_question(text).terms
    assert terms[term] == 0.5
    assert terms[f"not~{term}"] == 1.0


def test_what_is_ruled_out_counts_little() -> None:
    terms = read_question("it is not a dns problem, the disk is full").terms
    assert terms["dns"] < 0.5 < terms["disk"]


def test_of_an_identifier_the_telling_parts_are_asked() -> None:
    terms = read_question("org.example.net.PoolTimeoutException").terms
    assert {"pool", "timeout"} <= terms.keys()
    assert not {"org", "net", "except"} & terms.keys()


def test_a_repeated_word_that_is_explained_is_not_reported() -> None:
    assert "maxmemory" not in BUILTIN.search("maxmemory reached, redis maxmemory again maxmemory").unexplained


@pytest.mark.parametrize(
    "sentence",
    [
        "Unser Pod startet nicht mehr und wir haben seit heute keine Ahnung warum:",
        "Le pod ne démarre plus depuis ce matin et nous ne savons pas pourquoi :",
        "El pod no arranca desde esta mañana y no sabemos por qué:",
        "ポッドが起動しません。",
        "容器一直在重启，请帮忙。",
    ],
)
def test_the_error_line_finds_the_runbook_whatever_language_is_around_it(sentence: str) -> None:
    answer = BUILTIN.search(f"{sentence}\nBack-off restarting failed container")
    assert (answer.verdict, answer.hits[0].runbook.id) == ("match", "k8s-pod-crashloopbackoff")


@pytest.mark.parametrize("title", ["データベース接続エラー", "数据库连接被拒绝", "데이터베이스 연결 오류"])
def test_a_page_is_found_by_its_title_in_a_language_without_spaces(title: str) -> None:
    kb = KnowledgeBase([plain("cjk", title, "See the log."), *numbered(20)])
    assert kb.search(title).hits[0].runbook.id == "cjk"
    assert kb.search("完全に別の話題").unexplained


def test_links_to_other_runbooks_and_file_names_are_no_evidence() -> None:
    linking = plain("net", "Slow network", "See [Spindle overrun](../x/spindle-overrun.md) as well.")
    kb = KnowledgeBase([linking, *numbered(20)])
    assert kb.search("spindle overrun").hits == ()


def test_the_line_that_decided_comes_first_and_no_text_repeats_it() -> None:
    evidence = BUILTIN.search("FATAL: sorry, too many clients already").hits[0].evidence
    assert "sorry" in evidence[0].text
    assert not any("sorry" in each.text for each in evidence[1:])


def test_siblings_pay_for_the_title_words_that_were_not_asked() -> None:
    text = "The {} is not known to the monitoring; scheduler, ingester and ruler depend on each other."
    kb = KnowledgeBase(
        [plain(name, f"{name} down", text.format(name)) for name in ("scheduler", "ingester", "ruler")]
        + [runbook("other", "Other", symptoms=["x"]), *numbered(20)]
    )
    for name in ("scheduler", "ingester", "ruler"):
        assert kb.search(f"{name} is down").hits[0].runbook.id == name
