"""`fmkb new --from NOTE`: what was seen and done in an incident becomes the draft of a runbook."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import Runbook, parse_runbook
from faultmaven_kb.export.incident_note import draft_of_note
from faultmaven_kb.fences.looking import only_looks

_WITH_HEADINGS = """\
# Checkout down on Friday

## What we saw
- 10:42 alert `CheckoutErrorRateHigh` fired
- log of the api: `FATAL: sorry, too many clients already`

## What we did
10:45 Looked at the sessions:

```
$ psql -c 'select count(*) from pg_stat_activity'
 count
-------
   100
```

10:50 Ended the idle ones with `psql -c "select pg_terminate_backend(pid) from pg_stat_activity"`.

Later we raised max_connections to 200.

## Root cause
A deploy opened a pool of 50 for each of four workers.

## Follow-up
- [ ] alert on 80 % of the connections
"""

_PASTED = """\
10:42 customers get 502 from the checkout
10:43 2026-11-20 10:43:11 UTC [311] FATAL: sorry, too many clients already
<alice> 10:45 how many sessions are there?
$ psql -c 'select count(*) from pg_stat_activity'
 count
-------
   100

10:50 ended the idle ones
postgres@db1:~$ psql -c "select pg_terminate_backend(pid) from pg_stat_activity"
10:52 no errors any more
# systemctl restart postgresql
Root cause: a pool of 50 for each of four workers
Follow-up:
* alert on 80 % of the connections
"""


def _drafted(note: str) -> Runbook:
    draft = draft_of_note(note, "postgres-too-many-clients", "postgresql", today=datetime.date(2026, 11, 20))
    runbook = parse_runbook(draft.text).runbook
    assert runbook is not None
    assert (runbook.dialect, runbook.id, runbook.metadata.status) == ("faultmaven", draft.name[:-3], "draft")
    return runbook


def _codes(runbook: Runbook) -> tuple[list[str], list[str]]:
    looked = [command.code.strip() for step in runbook.steps for command in step.commands]
    solved = [command.code.strip() for solution in runbook.solutions for command in solution.commands]
    return looked, solved


def test_a_note_with_headings_becomes_symptoms_steps_and_a_solution() -> None:
    runbook = _drafted(_WITH_HEADINGS)

    assert [symptom.text for symptom in runbook.symptoms] == [
        "alert `CheckoutErrorRateHigh` fired",
        "log of the api: `FATAL: sorry, too many clients already`",
    ]
    assert [(step.title, step.expected_output) for step in runbook.steps] == [
        ("Looked at the sessions", " count\n-------\n   100")
    ]
    assert _codes(runbook) == (
        ["psql -c 'select count(*) from pg_stat_activity'"],
        ['psql -c "select pg_terminate_backend(pid) from pg_stat_activity"'],
    )
    [solution] = runbook.solutions
    assert [instruction.text for instruction in solution.instructions][1:] == [
        "Later we raised max_connections to 200."
    ]
    assert [cause.name for cause in runbook.causes] == ["A deploy opened a pool of 50 for each of four workers"]
    assert [practice.text for practice in runbook.prevention.do] == ["alert on 80 % of the connections"]
    assert runbook.history[0].changes == 'Drafted from the incident note "Checkout down on Friday"'


def test_a_pasted_chat_with_a_terminal_in_it_does_too() -> None:
    runbook = _drafted(_PASTED)

    assert [symptom.text for symptom in runbook.symptoms] == [
        "customers get 502 from the checkout",
        "`FATAL: sorry, too many clients already`",
    ]
    assert [(step.title, step.expected_output) for step in runbook.steps] == [
        ("How many sessions are there?", " count\n-------\n   100")
    ]
    assert _codes(runbook)[1] == [
        'psql -c "select pg_terminate_backend(pid) from pg_stat_activity"',
        "systemctl restart postgresql",
    ]
    assert [cause.name for cause in runbook.causes] == ["A pool of 50 for each of four workers"]
    assert [practice.text for practice in runbook.prevention.do] == ["alert on 80 % of the connections"]


@pytest.mark.parametrize(
    ("note", "looked", "solved"),
    [
        ("disk full\n```bash\ndf -h\n```\nfix:\n```bash\nrm -r /tmp/cache\n```\n", ["df -h"], ["rm -r /tmp/cache"]),
        ("disk full\n\nInvestigation\n--\n", [], []),
        ("```console\n$ kubectl get pods \\\n  -o wide\nweb-1\n```", ["kubectl get pods \\\n  -o wide"], []),
        ("What we checked:\n1. `systemctl restart web`\n", ["systemctl restart web"], []),
        ("```sql\nselect 1;\n```\n```sql\nvacuum full;\n```", ["select 1;"], ["vacuum full;"]),
        ("PS C:\\a> Get-Service web\nStopped\nC:\\> net start web\n", ["Get-Service web"], ["net start web"]),
        ("現象: 遅い\n解決方法:\n$ uptime\nAbhilfe: `ls -l`\n", [], ["uptime", "ls -l"]),
        ("mysql> show processlist;\n1 row\nshop=# vacuum full;\n", ["show processlist;"], ["vacuum full;"]),
        ("> quoted only", [], []),
    ],
)  # fmt: skip
def test_commands_are_where_they_belong(note: str, looked: list[str], solved: list[str]) -> None:
    assert _codes(_drafted(note)) == (looked, solved)


def test_a_wrapped_line_is_one_symptom() -> None:
    note = "the checkout of the shop answers with a bad gateway since the release of\nthis morning\n\npages are slow\n"
    assert [symptom.text for symptom in _drafted(note).symptoms] == [
        "the checkout of the shop answers with a bad gateway since the release of this morning",
        "pages are slow",
    ]


_PIECES = st.sampled_from(
    ["# Title", "## What we did", "Root cause:", "Fix: restarted it", "- 10:42 seen", "$ df -h", "/dev/sda1 100%",
     "```", "```bash", "ERROR 1040 (HY000): full", "| a | b |", "---", "", "kubectl get pods", "> quoted", "`ls -l`",
     "~~~", "What we checked:", "...", "- :", "    indented words", "1. first", "<b>bold</b>", "**Timeline**",
     "[link](x)", "web\\"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14))
def test_no_word_of_a_note_is_lost(lines: list[str]) -> None:
    note = "\n".join(
        f"{line} word{number}" if line.strip("-.: ") and not line.startswith(("`" * 3, "~")) else line
        for number, line in enumerate(lines)
    )
    draft = draft_of_note(note, "web-down", "web", today=datetime.date(2026, 11, 20)).text
    assert [word for word in re.findall(r"word\d+", note) if word not in draft.lower()] == []
    assert parse_runbook(draft).runbook is not None


@pytest.mark.parametrize(
    ("code", "looks"),
    [
        ("df -h", True),
        ("sudo journalctl -u web -n 50", True),
        ("journalctl --vacuum-size=1G", False),
        ("kubectl -n shop get pods | grep -v Running", True),
        ("kubectl --all-namespaces get pods", True),
        ("kubectl -n get delete pod web-1", False),
        ("kubectl rollout status deployment/web", True),
        ("kubectl rollout restart deployment/web", False),
        ("redis-cli -p 6380 INFO memory", True),
        ("redis-cli CONFIG GET maxmemory", True),
        ("redis-cli CONFIG SET maxmemory 2gb", False),
        ("curl -s http://localhost:9090/-/healthy", True),
        ("curl -X POST http://localhost:9090/-/reload", False),
        ("curl -X GET http://localhost:9090/api/v1/targets", True),
        ("awk '{ system($1) }' list", False),
        ("curl -XGET localhost:9200/_cat/indices", True),
        ("find /var -size +100M", True),
        ("find /var -name '*.log' -delete", False),
        ("sed -n 1,20p /etc/hosts", True),
        ("sed -i s/a/b/ /etc/hosts", False),
        ("psql -c 'select 1'", True),
        ("psql -c 'select pg_cancel_backend(7)'", False),
        ("psql -c 'select 1; drop table t'", False),
        ("> /var/log/big.log", False),
        ("hostname", True),
        ("hostname web-1", False),
        ("df -h && rm /tmp/a", False),
        ("frobnicate --all", False),
        ("# only a comment", False),
    ],
)
def test_looking_is_told_from_changing(code: str, looks: bool) -> None:
    assert only_looks(code) is looks


def test_questions_in_sql_look_unless_they_act() -> None:
    assert only_looks("select * from pg_locks;\nshow max_connections;", "sql")
    assert not only_looks("select * from jobs for update;", "sql")
    assert not only_looks("-- nothing", "sql")
