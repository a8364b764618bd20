"""What people paste: recognised, reduced, and numbered as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.search.questions import pasted
from faultmaven_kb.search.questions.noise import without_noise
from faultmaven_kb.search.questions.pasted import read_pasted, signal

WEBHOOK = json.dumps(
    {
        "status": "firing",
        "alerts": [
            {
                "status": "resolved",
                "labels": {"alertname": "RedisDown"},
                "annotations": {"summary": "Redis is down."},
            },
            {
                "status": "firing",
                "labels": {"alertname": "KubeNodeNotReady", "node": "worker-3", "severity": "critical"},
                "annotations": {"summary": "Node is not ready.", "runbook_url": "https://runbooks.example/redis"},
                "fingerprint": "a1b2c3d4e5f60718",
            },
        ],
    },
    indent=2,
)

DESCRIBE = """\
Name:             web-6d4b75cb6d-hx2zq
Namespace:        shop
Labels:           app=web
                  redis=yes
Status:           Running
Containers:
  web:
    Image:          registry.example/shop/web:1.2
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Ready:          False
Events:
  Type     Reason   Age                From     Message
  ----     ------   ----               ----     -------
  Normal   Pulled   2m (x12 over 40m)  kubelet  Container image already present on machine
  Warning  BackOff  1m (x55 over 39m)  kubelet  Back-off restarting failed container
"""

EVENTS = """\
LAST SEEN   TYPE      REASON      OBJECT        MESSAGE
2m          Normal    Scheduled   pod/redis-0   Successfully assigned shop/redis-0 to worker-2
1m          Warning   Failed      pod/api-7d9   Failed to pull image "registry.example/api:1"
30s         Warning   Failed      pod/api-7d9   Error: ErrImagePull
"""

TRACE = """\
Traceback (most recent call last):
  File "/app/redis/pool.py", line 12, in connect
    return psycopg2.connect(dsn)
  File "/app/main.py", line 3, in <module>
psycopg2.OperationalError: FATAL:  sorry, too many clients already
"""


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("2026-11-22T10:01:02.123Z exit code 137", "exit code 137"),
        ("Nov 22 10:11:12 web sshd[1234]: error", "web sshd : error"),
        ("E1122 10:00:00.123456       1 reflector.go:138] Failed to watch", "Failed to watch"),
        ("dial tcp 10.2.3.4:6379: refused", "dial tcp :6379: refused"),
        ("pod checkout-7c9d8f6b5-x2k4q and node-exporter-x2k4q", "pod checkout and node-exporter"),
        ("id f47ac10b-58cc-4372-a567-0e02b2c3d479 at 0xdeadbeef", "id at"),
        ("see https://example.org/a?b=1 for 85% of 502", "see for 85% of 502"),
        ("a facade of decade", "a facade of decade"),
    ],
)
def test_noise_is_blanked_and_plain_numbers_stay(line: str, kept: str) -> None:
    assert " ".join(without_noise(line).split()) == kept


@given(st.text())
def test_a_line_keeps_its_length_without_its_noise(line: str) -> None:
    assert len(without_noise(line)) == len(line)


def test_a_webhook_is_read_for_its_firing_alerts_only() -> None:
    pasted = read_pasted(WEBHOOK)
    assert pasted.kind == "alert"
    assert [(line.text, WEBHOOK.split("\n")[line.number - 1].strip().split(":")[0]) for line in pasted.lines] == [
        ("KubeNodeNotReady", '"alertname"'),
        ("critical", '"severity"'),
        ("Node is not ready.", '"summary"'),
    ]


def test_of_a_webhook_that_only_resolves_everything_is_read() -> None:
    text = json.dumps([{"status": "resolved", "annotations": {"summary": "Disk is full"}}])
    assert [line.text for line in read_pasted(text).lines] == ["Disk is full"]


def test_other_json_gives_its_telling_texts() -> None:
    text = json.dumps({"kind": "Event", "message": "größe überschritten", "inner": [{"reason": "Evicted"}], "n": 1})
    assert [line.text for line in read_pasted(text).lines] == ["größe überschritten", "Evicted"]


def test_a_described_pod_speaks_through_its_states_and_warnings() -> None:
    loud = [line.text for line in read_pasted(DESCRIBE).lines if line.weight == 1]
    assert [" ".join(line.split()[:3]) for line in loud] == [
        "State: Waiting",
        "Reason: CrashLoopBackOff",
        "Last State: Terminated",
        "Reason: OOMKilled",
        "Exit Code: 137",
        "Ready: False",
        "Warning BackOff 1m",
    ]


def test_of_events_the_warnings_count_and_the_objects_do_not() -> None:
    pasted = read_pasted(EVENTS)
    assert pasted.kind == "events"
    assert [line.number for line in pasted.lines if line.weight == 1] == [3, 4]
    assert not any("api-7d9" in line.text for line in pasted.lines)


@pytest.mark.parametrize("output", [EVENTS, DESCRIBE])
def test_what_is_pasted_around_the_output_of_kubectl_is_read_too(output: str) -> None:
    pasted = read_pasted(f"{output}\n$ kubectl logs mail-0\nINFO starting\nFATAL: sorry, too many clients already\n")
    assert pasted.lines[-1].text == "FATAL: sorry, too many clients already"
    assert pasted.lines[-1].weight == 1


def test_of_a_trace_the_exception_counts() -> None:
    lines = read_pasted(TRACE).lines
    assert max(lines, key=lambda line: line.weight).number == 5
    assert all(line.weight < 0.5 for line in lines if line.number in (1, 2, 4))


def test_a_log_is_folded_and_its_fault_is_loudest() -> None:
    log = [f"2026-11-22T10:00:{n % 60:02d}Z INFO served request {n} status=200" for n in range(5_000)]
    log[3_000] = "2026-11-22T10:50:00Z ERROR write failed: No space left on device"
    lines = read_pasted("\n".join(log)).lines
    assert len(lines) < 10
    assert max(lines, key=lambda line: line.weight).number == 3_001


def test_json_lines_in_a_log_are_read_as_such() -> None:
    log = "\n".join(json.dumps({"level": "error", "msg": f"cannot reach host {n}", "trace_id": "abc"}) for n in "abcde")
    assert "cannot reach host a" in [line.text for line in read_pasted(log).lines]
    assert not any("trace_id" in line.text for line in read_pasted(log).lines)


@given(st.text())
def test_any_text_is_read_and_lines_point_into_it(text: str) -> None:
    count = text.count("\n") + 1 if "\n" in text else text.count("\r") + 1
    assert all(1 <= line.number <= count and 0 < line.weight <= 1 for line in read_pasted(text).lines)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_json_is_read(value: object) -> None:
    read_pasted(json.dumps(value))
    read_pasted(json.dumps({"alerts": value}))


def test_deep_json_is_no_reason_to_fail() -> None:
    assert signal("[" * 100_000 + " disk full") == ""
    assert signal("[" * 1_000 + " disk full").endswith("disk full")


def test_of_the_quiet_lines_of_a_log_only_the_first_are_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned: list[str] = []

    def without_noise(line: str) -> str:
        cleaned.append(line)
        return line

    monkeypatch.setattr(pasted, "without_noise", without_noise)
    words = [first + second for first in "abcdefghij" for second in "klmnopqrst"]
    lines = [f"INFO served {word} to everybody" for word in words]
    kept = read_pasted("\n".join([*lines, "ERROR disk full"])).lines
    assert [line.number for line in kept] == [*range(1, 11), len(lines) + 1]
    assert len(cleaned) == len(kept)


def test_a_warning_in_a_log_counts_less_than_an_error_and_more_than_news() -> None:
    log = ["INFO all is well", "WARN the disk fills", "ERROR the disk is full", "INFO going on"]
    weight = {line.number: line.weight for line in read_pasted("\n".join(log)).lines}
    assert weight[3] > weight[2] > weight[1] == weight[4]
