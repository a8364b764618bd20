"""Terms: runbooks and questions meet in the same ones."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.search.vocabulary.terms import LINE_END, line_terms, terms_of, tokens_of


def test_an_identifier_meets_its_other_spellings() -> None:
    spellings = ["CrashLoopBackOff", "crash-loop-back-off", "crash_loop_back_off", "Crash Loop Back Off"]
    terms = [set(terms_of(spelling)) for spelling in spellings]
    assert {"crash", "loop", "back", "off"} <= set.intersection(*terms)
    assert "crashloopbackoff" in terms[0] & terms[1] & terms[2]


@pytest.mark.parametrize(
    ("written", "terms"),
    [
        ("HAProxy", ["haproxy"]),
        ("HAProxy's", ["haproxy"]),
        ("HAProxyBackendDown", ["haproxy", "backend", "down", "haproxybackenddown"]),
        ("MySQLTooManyConnections", ["mysql", "mani", "connect", "mysqltoomanyconnect"]),
        ("MongoDB", ["mongo", "mongodb"]),
        ("Node.js", ["nodejs"]),
        ("CrashLoopBackOff", ["crash", "loop", "back", "off", "crashloopbackoff"]),
        ("10.5Gi", ["10.5", "gi", "5gi", "10.5gi"]),
    ],
)
def test_a_product_name_is_one_word_and_what_is_joined_to_it_is_cut(written: str, terms: list[str]) -> None:
    assert terms_of(written) == terms


@pytest.mark.parametrize(
    ("written", "terms"),
    [
        *(("VMs", ["vm"]), ("vms", ["vm"]), ("PVCs", ["pvc"]), ("cpus", ["cpu"]), ("APIs", ["api"]), ("URLs", ["url"])),
        *(("RejectedVms", ["reject", "vm", "rejectedvm"]), ("TooManyPVCs", ["mani", "pvc", "toomanypvc"])),
        *(
            ("DNS", ["dns"]),
            ("TLS", ["tls"]),
            ("QoS", ["qo", "qos"]),
            ("HTTPS", ["https"]),
            ("Is", []),
            ("10s", ["10s"]),
        ),
    ],
)
def test_the_plural_of_an_acronym_is_that_acronym(written: str, terms: list[str]) -> None:
    assert terms_of(written) == terms


def test_not_ready_is_one_thing_in_all_its_forms() -> None:
    for text in (
        "not ready",
        "isn't ready",
        "NotReady",
        "unready",
        "not yet ready",
        "KubeNodeNotReady",
        "no longer ready",
    ):
        assert "not~readi" in terms_of(text), text
    for text in ("ready", "the node is ready", "not slow. ready", "not\nready"):
        assert "not~readi" not in terms_of(text), text


def test_un_turns_around_only_the_words_it_negates() -> None:
    assert "not~reachabl" in terms_of("unreachable")
    assert not any(term.startswith("not~") for term in terms_of("uninstall the unit under union rules"))


def test_numbers_and_short_mixes_stay_whole() -> None:
    assert terms_of("exit code 137, HTTP 502, p99, k8s, eth0") == [
        *("exit", "code", "137", "http", "502", "p99", "k8s", "eth0")
    ]


def test_a_token_of_absurd_length_has_no_terms() -> None:
    assert terms_of("x" * 500) == []


@given(st.text())
def test_every_token_lies_where_it_says_and_in_order(text: str) -> None:
    tokens = tokens_of(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(before.end <= after.start for before, after in pairwise(tokens))


WORDS = st.sampled_from(
    ["not", "no", "isn't", "yet", "ready", "NotReady", "the", "unready", "pod", "able", "137", "a.b-c"]
)


@given(st.lists(WORDS))
def test_both_readers_of_a_line_find_the_same_terms(words: list[str]) -> None:
    line = " ".join(words)
    assert sorted(term for token in tokens_of(line) for term in token.terms) == sorted(terms_of(line))


@given(st.lists(st.sampled_from(["pod", "not", "ready", "\n"])))
def test_line_ends_are_kept_and_counted(words: list[str]) -> None:
    assert line_terms(" ".join(words)).count(LINE_END) == words.count("\n")
