"""How an alert leads to its runbook: by a link, by the name that the runbook says, or by its own name."""

import pytest

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.integrations.alert_coverage import cover
from faultmaven_kb.integrations.prometheus_rules import Alert
from tests.documents import builtin_base
from tests.search.bases import runbook


def test_a_dead_link_is_told_even_where_the_name_leads_to_a_runbook() -> None:
    alert = Alert("RedisOutOfMemory", "r.yaml", 1, annotations={"runbook_url": "https://example.org/wiki/x.html"})

    row = cover([alert], builtin_base(), faults={}).rows[0]

    assert (row.status, row.runbook) == ("dead-link", "redis-out-of-memory")
    assert "does not lead to a runbook" in row.faults[0]


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/redis-out-of-memory/",
        "https://example.org/a/redis_out_of_memory.html?x=1#y",
        "redis/redis-out-of-memory.md",
        "https://example.org/RedisOutOfMemory/index.html",
        "https://example.org/Redis%20-%20Out%20of%20Memory",
    ],
)
def test_links_are_matched_on_their_last_part(link: str) -> None:
    alert = Alert("X", "r.yaml", 1, annotations={"runbook_url": link})

    assert cover([alert], builtin_base(), faults={}).rows[0].runbook == "redis-out-of-memory"


@pytest.mark.parametrize("key", ["runbook", "Runbook-URL", "runbookUrl", "runbookURL", "playbook", "playbook_url"])
def test_an_annotation_is_known_in_any_spelling(key: str) -> None:
    alert = Alert("X", "r.yaml", 1, annotations={key: "https://example.org/redis-out-of-memory", "note": "none"})
    assert cover([alert], builtin_base(), faults={}).rows[0].runbook == "redis-out-of-memory"


def test_the_name_of_the_alert_in_a_link_is_filled_in() -> None:
    alert = Alert(
        "RedisOutOfMemory", "r.yaml", 1, annotations={"runbook_url": "https://x.org/{{ $labels.alertname }}/"}
    )
    row = cover([alert], builtin_base(), faults={}).rows[0]
    assert (row.status, row.via) == ("covered", "link")


def test_an_alert_that_a_runbook_names_goes_before_a_likeness_of_names() -> None:
    alike = runbook("pod-crash-looping", "Pod crash looping", symptoms=["x"])
    named = runbook("k8s-crash", "Kubernetes - Crash", symptoms=["y"], alerts=["PodCrashLooping", "Restarts"])
    kb = KnowledgeBase([alike, named])
    url = "https://example.org/runbooks/podcrashlooping"
    alerts = [Alert("PodCrashLooping", "r.yml", 1), Alert("Restarts", "r.yml", 2, annotations={"runbook_url": url})]
    rows = cover(alerts, kb, faults={}).rows
    assert [(row.runbook, row.via, row.names) for row in rows] == [
        ("k8s-crash", "name", None),
        ("k8s-crash", "link", None),
    ]


def test_a_link_away_from_the_runbook_that_names_the_alert_is_wrong() -> None:
    one = runbook("queue-one", "Queue - One", symptoms=["x"], alerts=["QueueFull"])
    two = runbook("queue-two", "Queue - Two", symptoms=["y"], alerts=["QueueSlow"])
    full = Alert("QueueFull", "r.yml", 1, annotations={"runbook_url": "https://example.org/queue-two.md"})
    row = cover([full, Alert("QueueSlow", "r.yml", 2)], KnowledgeBase([one, two]), faults={}).rows[0]
    assert (row.status, row.runbook, row.names) == ("wrong-link", "queue-one", "QueueSlow")


def test_common_public_alerts_lead_to_the_shipped_runbooks() -> None:
    expected = {
        "KubePodCrashLooping": "k8s-pod-crashloopbackoff",
        "NodeFilesystemAlmostOutOfSpace": "linux-disk-full",
        "PostgresqlTooManyConnections": "postgres-connection-pool-exhausted",
        "RedisDown": "redis-connection-refused",
        "etcdDatabaseQuotaLowSpace": "etcd-quota-exceeded",
        "TargetDown": "prometheus-target-down",
    }
    rows = cover([Alert(name, "r.yml", 1) for name in expected], builtin_base(), faults={}).rows
    assert {row.alert.name: row.runbook for row in rows} == expected
