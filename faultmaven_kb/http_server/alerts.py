"""From the alerts of a webhook to their runbooks.

An alert whose `runbook_url` or name leads to a runbook has that one; for the others the runbook is searched with the
alert's own words, and the search's verdict is: a guess is never given as a match.
"""

from collections.abc import Callable, Sequence
from typing import Any

from faultmaven_kb.http_server.shapes import MOST_ALERTS, Alert
from faultmaven_kb.integrations.alert_coverage import AlertCoverage, NamedRunbooks, find_runbooks_of
from faultmaven_kb.integrations.prometheus_rules import Alert as NamedAlert
from faultmaven_kb.model.runbook import Runbook

__all__ = ["alert_answers"]

_LONGEST = 2_000  # characters, as of an observation
_MOST_ANNOTATIONS = 30  # chosen: far above any rule


def alert_answers(alerts: Sequence[Alert], runbooks: NamedRunbooks, link: Callable[[str], str]) -> dict[str, Any]:
    """The runbook for each of the first alerts, the shape of `AlertRunbooks`; `link` gives the address of an id."""
    batch = alerts[:MOST_ALERTS]
    rows = find_runbooks_of(map(_named, batch), runbooks)
    answers = [_answer(alert, row, runbooks, link) for alert, row in zip(batch, rows, strict=True)]
    return {"alerts": answers, "left_out": len(alerts) - len(batch)}


def _named(alert: Alert) -> NamedAlert:
    annotations = dict(list(alert.annotations.items())[:_MOST_ANNOTATIONS])
    return NamedAlert(
        _name(alert),
        "<webhook>",
        1,
        labels=alert.labels,
        annotations={key: text[:_LONGEST] for key, text in annotations.items()},
    )


def _name(alert: Alert) -> str:
    return alert.labels.get("alertname", "")[:_LONGEST]


def _answer(alert: Alert, row: AlertCoverage, runbooks: NamedRunbooks, link: Callable[[str], str]) -> dict[str, Any]:
    runbook_id = row.runbook or row.proposal
    runbook = runbooks.base[runbook_id] if runbook_id else None
    return {
        "alert": _name(alert),
        "status": alert.status[:_LONGEST],
        "severity": alert.labels["severity"][:_LONGEST] if "severity" in alert.labels else None,
        "fingerprint": alert.fingerprint[:_LONGEST],
        "verdict": "match" if row.runbook else row.verdict,
        "via": row.via or ("search" if runbook else None),
        "runbook": runbook_id,
        "title": runbook.title if runbook else None,
        "link": link(runbook.id) if runbook else None,
        "confidence": round(row.confidence, 4) if row.confidence is not None else None,
        "quick_fix": _first_command(runbook) if runbook else None,
        "faults": list(row.faults),
    }


def _first_command(runbook: Runbook) -> dict[str, str] | None:
    if not runbook.quick_fix:
        return None
    command = runbook.quick_fix[0]
    return {"language": command.language, "code": command.code}
