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
        ("NOT_ENOUGH_REPLICAS: fewer in-sync replicas than required", "kafka"),
        ("E11000 duplicate key error collection: shop.orders", "mongodb"),
        ("Error: not master and slaveOk=false", "mongodb"),
        ("es_rejected_execution_exception: rejected execution", "elasticsearch"),
        ("All host(s) tried for query failed (no host was tried)", "cassandra"),
        ("Login failed for user 'app'. (Microsoft SQL Server, Error: 18456)", "sqlserver"),
        ("upstream connect error or disconnect/reset before headers. reset reason: overflow", "istio"),
        ("HEALTH_WARN 1/3 mons down, quorum a,b", "ceph"),
        ("ERROR: Job failed (system failure): prepare environment", "git"),
        ("Error: Error acquiring the state lock", "terraform"),
        ("An error occurred (ThrottlingException) when calling", "aws"),
        ("hudson.remoting.ChannelClosedException: Channel is closed", "jenkins"),
        ("Unexpected response code: 500 (No cluster leader)", "consul"),
        ("AH00161: server reached MaxRequestWorkers setting", "apache"),
        ("FATAL ERROR: JavaScript heap out of memory", "nodejs"),
        ("The transaction log for database 'shop' is full", "sqlserver"),
        ("SLOW_OPS 12 slow ops, oldest one blocked for 47 sec", "ceph"),
        ("api error RequestLimitExceeded: Request limit exceeded.", "aws"),
        ("UnauthorizedOperation: You are not authorized to perform this operation.", "aws"),
        ("An error occurred (UnauthorizedOperation) when calling the StopInstances operation", "aws"),
        ("The security token included in the request is expired", "aws"),
    ],
)
def test_a_sign_gives_its_technology_away(line: str, technology: str) -> None:
    assert technology in read_question(line).technologies


@pytest.mark.parametrize(
    ("line", "technology"),
    [
        ("join_group failed for eth0", "kafka"),
        ("gremlin.driver.exception.NoHostAvailableException: none of the hosts answers", "cassandra"),
        ("Msg 1205, Level 13, State 1: the server command met a deadlock", "sqlserver"),
        ("log_backup task is paused", "sqlserver"),
        ("no healthy upstream nodes for this route", "istio"),
        ("slow_ops=12 in the last minute", "ceph"),
        ("[TencentCloudSDKException] code:RequestLimitExceeded message:try later", "aws"),
        ("code:UnauthorizedOperation message:no right to this resource", "aws"),
        ("minio: SignatureDoesNotMatch", "aws"),
        ("Sentinel\\Checkpoints\\ThrottlingException: too many logins", "aws"),
        ("auth.ExpiredTokenException: the session is over", "aws"),
    ],
)
def test_what_other_products_print_as_well_does_not_give_a_technology_away(line: str, technology: str) -> None:
    assert technology not in read_question(line).technologies


@pytest.mark.parametrize(
    "line",
    [
        "Transaction (Process ID 55) was deadlocked on lock resources with another process (Msg 1205, Level 13)",
        "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
        "AH00161: server reached MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        "MongoServerError: E11000 duplicate key error collection: shop.orders index: _id_ dup key",
        "ORA-00060: deadlock detected while waiting for resource",
        "RequestLimitExceeded: Request limit exceeded.",
        "windows service cannot be started: Error 5: Access is denied",
    ],
)
def test_what_a_product_without_a_runbook_reports_is_no_match_for_another_one(line: str) -> None:
    assert BUILTIN.search(line).verdict != "match"


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


@pytest.mark.parametrize("probe", ["Readiness", "Liveness", "Startup"])
def test_a_refusal_within_a_failed_probe_is_the_probes(probe: str) -> None:
    address = "10.244.5.16:8022"
    line = f'{probe} probe failed: Get "http://{address}/health": dial tcp {address}: connect: connection refused'
    assert BUILTIN.search(line).hits[0].runbook.id == "k8s-probe-failing"


def test_a_generic_error_within_a_special_one_leaves_the_special_one_first() -> None:
    line = 'Failed to pull image "registry.lan/app:1": rpc error: dial tcp: lookup registry.lan: no such host'
    assert BUILTIN.search(line).hits[0].runbook.id == "k8s-pod-imagepullbackoff"


def test_without_a_runbook_about_the_topic_the_one_that_quotes_it_is_not_damped() -> None:
    quoting = runbook("pull", "Image pull fails", symptoms=["`lookup registry: no such host`"])
    alone = KnowledgeBase([quoting, *numbered(20)]).search("lookup registry: no such host")
    dns = runbook("dns", "Name resolution fails", symptoms=["`the spindle resolver`"])
    beside = KnowledgeBase([quoting, dns, *numbered(20)]).search("lookup registry: no such host")
    assert next(hit for hit in beside.hits if hit.runbook.id == "pull").score < alone.hits[0].score
