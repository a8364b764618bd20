"""A question that a curator answered in so many words: an alias, or the name of an alert."""

import pytest

from faultmaven_kb.evaluation.labelled import read_labelled
from faultmaven_kb.search.calibration import NAMED
from faultmaven_kb.search.engine import Searcher
from tests.documents import ROOT, builtin_base

BUILTIN = builtin_base()


def test_who_asks_an_alias_gets_its_runbook_first_whatever_others_say_of_its_words() -> None:
    """Except where another runbook says the very same: the order of these two is the ranking's."""
    short_texts = {
        runbook.id: {text.casefold() for text in (*runbook.metadata.aliases, *runbook.metadata.alerts)}
        for runbook in BUILTIN.values()
    }
    misses = [
        (runbook.id, alias)
        for runbook in BUILTIN.values()
        for alias in runbook.metadata.aliases
        if (first := BUILTIN.search(alias).hits[0].runbook.id) != runbook.id
        and alias.casefold() not in short_texts[first]
    ]
    # Of the one the words are another runbook's symptom, of the other only "socket" counts, which others say too.
    assert misses == [
        ("k8s-pod-crashloopbackoff", "liveness probe failed"),
        ("network-ephemeral-port-exhaustion", "out of sockets"),
    ]
    aliases = [alias for runbook in BUILTIN.values() for alias in runbook.metadata.aliases]
    assert sum(BUILTIN.search(alias).verdict == "match" for alias in aliases) >= 0.88 * len(aliases)


def test_a_runbook_that_alone_has_a_name_of_the_question_is_the_right_one() -> None:
    """What its least confidence rests on."""
    runbooks = list(BUILTIN.values())
    searcher = Searcher(runbooks)
    named = 0
    for file in sorted((ROOT / "tests" / "data" / "search").rglob("*.jsonl")):
        for question in read_labelled(file):
            ranked = searcher.examine(question.text).ranked
            ids = {runbooks[place].id for place in ranked.runbooks[ranked.named].tolist()}
            assert ids <= question.grades.keys(), question.id
            named += len(ids)
    assert named >= 40
    assert named / (named + 1) >= NAMED


ALERTS = [(runbook.id, alert) for runbook in BUILTIN.values() for alert in runbook.metadata.alerts]


@pytest.mark.parametrize(
    "form",
    [
        "Alert: {}\nSeverity: critical\nInstance: web-1:9100\nJob: node\nSummary: see dashboard",
        "*{}*\nlabels:\n  instance = web-1:9100\n  job = node\n  severity = critical",
        "[FIRING:1] {} (prod web-1 critical)",
        "{} firing for 10 minutes",
    ],
)
def test_the_runbook_of_an_alert_is_first_in_every_form_in_which_the_alert_is_sent(form: str) -> None:
    """The labels around the name are the words of another runbook, about targets that are down."""
    owners: dict[str, set[str]] = {}
    for id, alert in ALERTS:
        owners.setdefault(alert, set()).add(id)
    answers = {alert: BUILTIN.search(form.format(alert)) for alert in owners}
    assert {alert for alert, answer in answers.items() if answer.hits[0].runbook.id not in owners[alert]} == set()
    matches = [alert for alert, answer in answers.items() if answer.verdict == "match"]
    assert len(matches) >= 0.95 * len(owners)


def test_a_name_in_a_log_does_not_decide_what_the_log_is_about() -> None:
    line = "dial tcp 10.0.0.7:5432: connect: connection refused"
    log = "\n".join(
        [*(f"2026-01-01T00:00:{second:02} level=error msg={line!r}" for second in range(30)), "KubePodNotReady"]
    )
    assert BUILTIN.search(log).hits[0].runbook.id == "network-connection-refused"
