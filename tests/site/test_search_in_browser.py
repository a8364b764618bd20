"""The search in the browser answers as the library does, on every labelled question."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.generate import write_runbooks
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.search.vocabulary.terms import SINGULAR, product_names, stem, tokens_of
from faultmaven_kb.site.building import build_site
from tests.documents import ROOT, RUNBOOKS, builtin_base
from tests.site.browser import PATIENCE, address

if TYPE_CHECKING:
    from playwright.sync_api import Browser

QUESTIONS = sorted((ROOT / "tests/data/search").glob("*.jsonl"))
EVENTS = """\
LAST SEEN   TYPE      REASON      OBJECT        MESSAGE
5m          Warning   BackOff     pod/web-1     Back-off pulling image
6m          Normal    Pulled      pod/web-2     pulled
7m          Normal    Started     pod/web-2     started
"""
DESCRIBED = """\
Name:     web-1
Status:   Running
Containers:
  web:
    State:    Waiting
      Reason: CrashLoopBackOff
    Ready:    False
"""
ASK = """questions => {
  const engine = new FMKB.Engine(FMKB_DATA);
  return questions.map(text => {
    const { verdict, hits } = engine.search(text);
    return [verdict, ...hits.slice(0, 2).map(hit => [FMKB_DATA.runbooks[hit.place].id, hit.confidence]).flat()];
  });
}"""


def answers(kb: KnowledgeBase, questions: list[str]) -> list[list[object]]:
    found = []
    for question in questions:
        answer = kb.search(question)
        figures: list[object] = [value for hit in answer.hits[:2] for value in (hit.runbook.id, hit.confidence)]
        found.append([answer.verdict, *figures])
    return found


def ask(browser: "Browser", site: Path, questions: list[str]) -> list[list[object]]:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address(site, "index.html"))
    found: list[list[object]] = page.evaluate(ASK, questions)
    page.close()
    return found


def differences(expected: list[list[object]], found: list[list[object]]) -> list[tuple[list[object], list[object]]]:
    """The answers with another verdict or first hit, or with a confidence that is off by more than a thousandth."""
    return [
        (mine, theirs)
        for mine, theirs in zip(expected, found, strict=True)
        if mine[:2] != theirs[:2] or (len(mine) > 2 and mine[2] != pytest.approx(theirs[2], abs=0.001))
    ]


def test_verdict_first_hit_and_confidence_are_the_library_s_on_every_labelled_question(
    browser: "Browser", site: Path
) -> None:
    questions = [json.loads(line)["text"] for file in QUESTIONS for line in file.read_text("utf-8").splitlines()]
    assert len(questions) > 500

    assert differences(answers(builtin_base(), questions), ask(browser, site, questions)) == []


def test_it_is_the_same_on_a_larger_base_that_the_tables_were_not_written_for(
    browser: "Browser", tmp_path: Path
) -> None:
    write_runbooks(tmp_path / "in", 150)
    kb = KnowledgeBase.load(tmp_path / "in")
    build_site(kb, tmp_path / "out")
    questions = [symptom.text for runbook in list(kb)[:60] for symptom in runbook.symptoms[:1]]

    found = ask(browser, tmp_path / "out", questions)

    assert len(differences(answers(kb, questions), found)) <= 0.05 * len(questions)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "ORA-01017",
        "die Datenbank ist nicht erreichbar, zu viele Verbindungen",
        "连接被拒绝 redis",
        "接続が拒否されました",
        "postgre conection pol exausted",
        "pod isn't ready, not a network problem",
        '{"alerts": [{"labels": {"alertname": "RedisDown"}, "annotations": {"summary": "Redis is down"}}]}',
        '{"level": 50, "msg": "ECONNREFUSED 127.0.0.1:6379", "err": {"stack": "Error: x\\n    at foo (a.js:1:2)"}}',
        "[1, 2, 3]",
        "{}",
        "{ broken",
        "\x1b[31mERROR\x1b[0m too many open files\r\n",
        EVENTS,
        DESCRIBED,
        f"{EVENTS}\n$ kubectl logs web-1\nFATAL: sorry, too many clients already\n",
        f"{DESCRIBED}\n$ kubectl logs web-1\nFATAL: sorry, too many clients already\n",
        "\n".join(f"2026-01-01T00:00:{n % 60:02d}Z INFO request {n} ok" for n in range(400)) + "\nERROR OOM command",
    ],
)
def test_what_people_paste_is_read_as_the_library_reads_it(browser: "Browser", site: Path, text: str) -> None:
    assert differences(answers(builtin_base(), [text]), ask(browser, site, [text])) == []


def test_every_word_of_the_runbooks_has_the_library_s_stem_and_terms(browser: "Browser", site: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*RUNBOOKS, *QUESTIONS)]
    words = sorted({word for text in texts for word in re.findall(r"[a-z]{1,30}", text.lower())})
    tokens = sorted({token for text in texts for token in re.findall(r"\S+", text)})
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address(site, "index.html"))

    stems = page.evaluate("words => words.map(FMKB.porter)", words)
    terms = page.evaluate(
        "tokens => { const { language } = new FMKB.Engine(FMKB_DATA);"
        " return tokens.map(token => language.tokens(token).flatMap(each => each.terms)); }",
        tokens,
    )

    page.close()
    ours = [[term for each in tokens_of(token) for term in each.terms] for token in tokens]
    other = [(word, found) for word, found in zip(words, stems, strict=True) if found != stem(word)]
    assert [(word, found) for word, found in other if word not in product_names() and word not in SINGULAR] == []
    assert [token for token, mine, theirs in zip(tokens, ours, terms, strict=True) if mine != theirs] == []
