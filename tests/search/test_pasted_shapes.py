"""What monitoring, clusters and programs send, each in its real shape: the message leads, and its runbook comes first.

The names of people, teams and hosts in the fixtures are those of other technologies, so that reading them shows.
"""

import json
from pathlib import Path

import pytest

from faultmaven_kb.search.questions.pasted import read_pasted
from tests.documents import builtin_base

KB = builtin_base()
PASTED = Path(__file__).parent.parent / "fixtures" / "pasted"

SHAPES = {
    "alertmanager-webhook.json": ("KubePodCrashLooping", "k8s-pod-crashloopbackoff"),
    "azure-monitor.json": ("Consumer group billing lags", "none"),
    "cloudwatch-sns.json": ("MySQL refuses clients: ERROR 1040 (HY000): Too many conn", "mysql-too-many-connections"),
    # It names neither a host's disk nor Docker's, so the verdict is ambiguous and both are shown.
    "datadog-webhook.json": ("write failed: No space left on device", "docker-no-space-left, linux-disk-full"),
    "docker-compose-log.txt": ("remaining connection slots are reserved", "postgres-connection-pool-exhausted"),
    "docker-inspect-health.json": ("Could not connect to Redis at cache:6379", "redis-connection-refused"),
    "docker-inspect.json": ("OOMKilled", "k8s-pod-oomkilled"),
    "ecs-dotted.json": ("Lock wait timeout exceeded", "mysql-lock-wait-timeout"),
    "gcp-logging.json": ("Temporary failure in name resolution", "network-dns-resolution-failure"),
    "grafana-alerting.json": ("ERR max number of clients reached", "redis-max-clients"),
    "journald.json": ("MISCONF Redis is configured to save RDB", "redis-misconf-bgsave"),
    "kubectl-describe-pod.txt": ("CrashLoopBackOff", "k8s-pod-crashloopbackoff"),
    "kubectl-get-events.txt": ("Failed to pull image", "k8s-pod-imagepullbackoff"),
    "kubectl-get-pod.json": ("Back-off pulling image", "k8s-pod-imagepullbackoff"),
    "nginx-json-access.json": ("connect() failed (111: Connection refused)", "nginx-502-bad-gateway"),
    "opsgenie-create.json": ("OOM command not allowed when used memory", "redis-out-of-memory"),
    "pagerduty-v3-webhook.json": ("KubeNodeNotReady: worker-7 has been NotReady", "k8s-node-not-ready"),
    "sentry-issue-alert.json": ("OperationalError: FATAL: password authentication", "postgres-authentication-failed"),
    "slack-message.json": ("node worker-3 is NotReady", "k8s-node-not-ready"),
    "trace-dotnet.txt": ("28P01: password authentication failed", "postgres-authentication-failed"),
    "trace-go.txt": ("connect: connection refused", "redis-connection-refused"),
    "trace-java.txt": ("PSQLException: FATAL: sorry, too many clients", "postgres-connection-pool-exhausted"),
    "trace-node.txt": ("Error: getaddrinfo EAI_AGAIN", "network-dns-resolution-failure"),
    "trace-python.txt": ("(1040, 'Too many connections')", "mysql-too-many-connections"),
    "unknown-vendor.json": ("certificate verify failed", "tls-certificate-expired"),
}
KEYS = (
    "log title text body event textPayload @m _raw error_message msg message err error exception reason detail details "
    "summary description stack stacktrace stack_trace Message MESSAGE short_message full_message log.message "
    "event.original error.message exception.message jsonPayload.message labels.alertname annotations.summary "
    "annotations.description a_key_nobody_knows Zustand 日志 value time id"
).split()
MESSAGE = "FATAL: sorry, too many clients already"
AROUND = {"level": "error", "timestamp": "2026-03-04T10:00:00Z", "trace_id": "4bf92f3577b34da6", "host": "redis-1"}


def test_every_fixture_is_listed() -> None:
    assert sorted(SHAPES) == sorted(path.name for path in PASTED.iterdir())


@pytest.mark.parametrize("name", SHAPES)
def test_the_message_of_a_real_shape_leads_to_its_runbook(name: str) -> None:
    leading, expected = SHAPES[name]
    text = (PASTED / name).read_text(encoding="utf-8")
    loudest = [" ".join(line.text.split()) for line in read_pasted(text).lines if line.weight == 1]
    assert any(leading in line for line in loudest[:4]), loudest
    answer = KB.search(text)
    shown = [hit.runbook.id for hit in answer.hits[: 2 if answer.verdict == "ambiguous" else 1]]
    ids = expected.split(", ")
    assert (shown[: len(ids)] if answer.verdict != "none" else ["none"]) == ids


@pytest.mark.parametrize("key", KEYS)
def test_json_keeps_its_message_whatever_its_key(key: str) -> None:
    *parents, last = key.split(".")
    nested: dict[str, object] = {last: MESSAGE}
    for parent in reversed(parents):
        nested = {parent: nested}
    in_sns = {"Records": [{"Sns": {"Message": json.dumps({key: MESSAGE})}}]}
    for value in ({key: MESSAGE}, AROUND | {key: MESSAGE}, nested, AROUND | nested, [{key: [MESSAGE]}], in_sns):
        answer = KB.search(json.dumps(value))
        assert (answer.verdict, answer.hits[0].runbook.id) == ("match", "postgres-connection-pool-exhausted"), value


def _lines(value: object) -> dict[str, float]:
    return {line.text: line.weight for line in read_pasted(json.dumps(value)).lines}


def test_references_are_no_part_of_a_question() -> None:
    noise = {"trace_id": "4bf92f35-deadbeef", "url": "https://x.example/redis", "startsAt": "today", "levelno": "40"}
    assert _lines(noise | {"msg": "disk full", "level": "error", "status": "firing"}) == {"disk full": 1.0}


def test_a_level_of_news_makes_a_message_quiet_and_other_values_do_not() -> None:
    for quiet in ({"level": "info"}, {"severity": "DEBUG"}, {"level": 30}, {"PRIORITY": "6"}, {"log.level": "notice"}):
        weights = _lines([{**quiet, "msg": "it failed"}, {"level": "error", "msg": "disk full"}])
        assert weights["it failed"] < weights["disk full"], quiet
    for loud in ({"level": 50}, {"priority": "P5"}, {"priority": "5"}, {"level": None}, {"level": 3}):
        weights = _lines([{**loud, "msg": "it failed"}, {"level": "error", "msg": "disk full"}])
        assert weights["it failed"] == weights["disk full"], loud
    weights = _lines([{"level": "warn", "msg": "it filled"}, {"level": "error", "msg": "disk full"}])
    assert weights["it filled"] < weights["disk full"]


def test_the_figures_that_are_symptoms_are_read() -> None:
    weights = _lines({"ExitCode": 137, "http": {"status_code": 502}, "Restarts": 9, "OOMKilled": True, "Dead": False})
    assert list(weights) == ["exit code 137", "status 502", "OOMKilled"]
    assert _lines({"ExitCode": 0, "status": 200, "statusCode": 404}) == {}


def test_alerts_that_are_not_prometheus_own_are_read_like_any_json() -> None:
    assert _lines({"alerts": "disk full"}) == {"disk full": 1.0}
    assert _lines({"alerts": [{"rule": {"name": "disk full"}}]}) == {"disk full": 1.0}


def test_several_values_in_one_input_are_one_log() -> None:
    values = [{"level": "info", "msg": "served"}, {"level": "error", "msg": "disk full on node"}]
    texts = "\n".join(json.dumps(value, indent=2) for value in values)
    pasted = read_pasted(texts)
    assert pasted.kind == "log"
    assert [(line.number, line.text) for line in pasted.lines if line.weight == 1] == [(7, "disk full on node")]


def test_a_trace_in_a_value_is_read_like_a_trace() -> None:
    trace = "IllegalStateException: pool is closed\n\tat shop.Pool.get(Pool.java:3)\nCaused by: java.io.IOException"
    assert list(_lines({"stack_trace": trace}).values()) == [1.0, 0.05, 1.0]


def test_a_text_with_braces_is_no_json() -> None:
    for text in ('rate(x{job="redis"}) {failed}', "[12:00] disk full", "{ disk full", "disk full {a}"):
        assert [line.weight for line in read_pasted(text).lines] == [1.0], text


def test_json_of_any_depth_ends() -> None:
    value: object = "disk full"
    for _ in range(300):
        value = {"message": [value]}
    assert read_pasted(json.dumps(value)).lines == ()
