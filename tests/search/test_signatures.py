"""Signs in an error line: what they give away, and that the table can be trusted."""

import re

import pytest

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.search.questions.question import read_question
from faultmaven_kb.search.vocabulary.signatures import topics
from faultmaven_kb.search.vocabulary.tables import rows
from tests.documents import builtin_base
from tests.search.bases import numbered, runbook

BUILTIN = builtin_base()


@pytest.mark.parametrize(
    ("line", "technology"),
    [
        ("SQLSTATE[HY000] [2002] Connection refused", "mysql"),
        ("SQLSTATE[08006] [7] could not connect to server", "postgresql"),
        ("Error: ER_LOCK_DEADLOCK in query", "mysql"),
        ("ORA-12541: TNS:no listener", "oracle"),
        ("connect ECONNREFUSED 127.0.0.1:27017", "mongodb"),
        ("dial tcp 10.0.0.1:9092: connect: connection refused", "kafka"),
        ("org.apache.kafka.common.errors.TimeoutException: no metadata", "kafka"),
        ("com.mongodb.MongoSocketOpenException: Exception opening socket", "mongodb"),
        ("psycopg.OperationalError: connection failed", "postgresql"),
        ("redis-server.service: Failed with result 'exit-code'.", "redis"),
        ("cannot open amqp://guest@mq/", "rabbitmq"),
        ("ERRO[0003] error waiting for container", "docker"),
        ("1:M 12 Nov 2026 10:00:00.123 # Can't save in background", "redis"),
        ("E0714 01:44:10.221937    1873 kubelet.go:2424] Skipping", "kubernetes"),
    ],
)
def test_a_sign_gives_its_technology_away(line: str, technology: str) -> None:
    assert technology in read_question(line).technologies


def test_words_and_numbers_that_only_look_like_a_sign_give_nothing_away() -> None:
    assert read_question("27017 orders were lost, the order of errors is random").technologies == frozenset()


def test_every_entry_has_a_source_a_known_subject_and_a_pattern() -> None:
    technologies = {row[0] for row in rows("technologies")}
    named = {name for name, _ in topics()}
    seen = set()
    for kind, sign, about, source in rows("signatures"):
        assert source.startswith("https://"), sign
        assert about in (named if kind == "topic" else technologies), sign
        assert (kind, sign) not in seen
        seen.add((kind, sign))
        if kind == "format":
            re.compile(sign)


def test_a_refusal_by_mongo_is_no_match_for_redis_and_the_reason_says_why() -> None:
    answer = BUILTIN.search("MongoNetworkError: connect ECONNREFUSED 127.0.0.1:27017")
    assert answer.verdict == "none"
    assert '"mongonetworkerror" suggests mongodb' in answer.reason


@pytest.mark.parametrize(
    "line",
    [
        "dial tcp: lookup db.internal on 10.96.0.10:53: no such host",
        "Error: getaddrinfo ENOTFOUND api.example.com",
    ],
)
def test_a_generic_error_belongs_to_its_own_runbook_and_not_to_one_that_quotes_it(line: str) -> None:
    assert BUILTIN.search(line).hits[0].runbook.id == "network-dns-resolution-failure"


def test_a_generic_error_within_a_special_one_leaves_the_special_one_first() -> None:
    line = 'Failed to pull image "registry.lan/app:1": rpc error: dial tcp: lookup registry.lan: no such host'
    assert BUILTIN.search(line).hits[0].runbook.id == "k8s-pod-imagepullbackoff"


def test_without_a_runbook_about_the_topic_the_one_that_quotes_it_is_not_damped() -> None:
    quoting = runbook("pull", "Image pull fails", symptoms=["`lookup registry: no such host`"])
    alone = KnowledgeBase([quoting, *numbered(20)]).search("lookup registry: no such host")
    dns = runbook("dns", "Name resolution fails", symptoms=["`the spindle resolver`"])
    beside = KnowledgeBase([quoting, dns, *numbered(20)]).search("lookup registry: no such host")
    assert next(hit for hit in beside.hits if hit.runbook.id == "pull").score < alone.hits[0].score
