"""Which alerts have a runbook: the link or the name resolves, and what it resolves to is fit to be opened at night.

Nothing is fetched: a link counts when its last part names a runbook of this base (`…/KubePodCrashLooping`,
`…/kube-pod-crash-looping.md#fix`). An alert without one gets a proposal, which is what symptom search finds for the
alert's own words; a proposal is never counted as coverage.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from faultmaven_kb.integrations.prometheus_rules import TEMPLATE, Alert
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.reading.ids import own_name
from faultmaven_kb.search.answer import Verdict

__all__ = ["AlertCoverage", "Coverage", "NamedRunbooks", "cover", "find_runbooks_of", "pointed_to"]

Status = Literal["covered", "unfit", "wrong-link", "dead-link", "missing"]

_LINKS = ("runbook_url", "runbook", "runbook_link", "runbook_uri", "playbook", "playbook_url", "playbook_link")
"""The annotations that name a runbook, those before others; upper case and underscores do not matter."""

_OWN_NAME = re.compile(r"\{\{-?\s*(?:\$labels\.alertname|\.Labels\.alertname)\s*-?\}\}")
_FILLED_IN = re.compile(rf"\{{\{{(?:(?!\{{\{{|\}}\}}).)*\}}\}}|{TEMPLATE}", re.DOTALL)
_WORDS = ("summary", "description", "message", "title")
_TEMPLATE = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", re.DOTALL)
_NOT_WORD = re.compile(r"[\W_]+")
_ENDING = re.compile(r"\.(?:md|markdown|html?)$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class AlertCoverage:
    """What an alert has: `via` says how its runbook was found, `faults` why that one is not fit.

    `names` is the other alert whose runbook the link leads to: the status is `wrong-link` when this one has a runbook
    of its own, and `covered` when the two share it. `confidence` and `verdict` belong to the `proposal`, which
    is there for alerts without a runbook only.
    """

    alert: Alert
    status: Status
    link: str = ""
    runbook: str | None = None
    via: Literal["link", "name"] | None = None
    faults: tuple[str, ...] = ()
    proposal: str | None = None
    confidence: float | None = None
    names: str | None = None
    verdict: Verdict | None = None

    def to_dict(self) -> dict[str, Any]:
        """The row as plain values."""
        return {
            "alert": self.alert.name,
            "group": self.alert.group,
            "severity": self.alert.labels.get("severity"),
            "path": self.alert.path,
            "line": self.alert.line,
            "status": self.status,
            "link": self.link or None,
            "runbook": self.runbook,
            "via": self.via,
            "faults": list(self.faults),
            "names_alert": self.names,
            "proposal": self.proposal,
            "confidence": round(self.confidence, 3) if self.confidence is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """The rows of all alerts, in order, and the ids of the runbooks that no alert names."""

    rows: tuple[AlertCoverage, ...]
    unnamed: tuple[str, ...] = ()

    def count(self, status: Status) -> int:
        """How many alerts have a status."""
        return sum(1 for row in self.rows if row.status == status)

    @property
    def share(self) -> float:
        """The share of alerts with a fit runbook, 0 to 1; 1 when there is no alert."""
        return self.count("covered") / len(self.rows) if self.rows else 1.0

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, the shape of `fmkb alerts --json`."""
        summary = {
            "alerts": len(self.rows),
            "covered": self.count("covered"),
            "unfit": self.count("unfit"),
            "wrong_links": self.count("wrong-link"),
            "dead_links": self.count("dead-link"),
            "missing": self.count("missing"),
            "share": round(self.share, 4),
        }
        return {
            "alerts": [row.to_dict() for row in self.rows],
            "unnamed_runbooks": list(self.unnamed),
            "summary": summary,
        }


def cover(
    alerts: Iterable[Alert], base: KnowledgeBase, *, faults: Mapping[str, tuple[str, ...]], links: Iterable[str] = ()
) -> Coverage:
    """The coverage of alerts by a base; `faults` names, by a runbook's id, why it is not fit.

    `links` are the annotations that name a runbook in this organisation; they are tried before the usual ones.
    """
    rows = find_runbooks_of(alerts, NamedRunbooks(base), faults=faults, links=links)
    named = {row.runbook for row in rows}
    return Coverage(rows, tuple(runbook.id for runbook in base if runbook.id not in named))


def find_runbooks_of(
    alerts: Iterable[Alert],
    runbooks: "NamedRunbooks",
    *,
    faults: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    links: Iterable[str] = (),
) -> "tuple[AlertCoverage, ...]":
    """The runbook of each alert, in their order: the rows of `cover`, for callers who ask often about the same base."""
    judged = _Judge(tuple(alerts), runbooks, faults, links)
    return tuple(map(judged.row, judged.alerts))


def pointed_to(alerts: Iterable[Alert], base: KnowledgeBase, *, links: Iterable[str] = ()) -> frozenset[str]:
    """The ids of the runbooks that alerts lead to: `cover` asks for the faults of no other one."""
    judged = _Judge(tuple(alerts), NamedRunbooks(base), {}, links)
    found = (runbook for alert in judged.alerts for runbook in judged.found(alert)[2:])
    return frozenset(runbook.id for runbook in found if runbook)


class NamedRunbooks:
    """A base with every name its runbooks go by (`names`), and the runbooks of its pages of many (`pages`)."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base
        self.names: dict[str, Runbook] = {}
        self.pages: dict[str, list[Runbook]] = {}
        for runbook in base:  # what a runbook says of its alerts goes before any likeness of names
            for alert in filter(None, map(_key, runbook.metadata.alerts)):
                self.names.setdefault(alert, runbook)
        for runbook in base:
            for name in _names_of(runbook):
                self.names.setdefault(name, runbook)
            if "#" in runbook.id:
                page = _key(own_name(runbook.id).partition("#")[0])
                self.pages.setdefault(page, []).append(runbook)


class _Judge:
    """What is known of all alerts and all runbooks while each alert is judged."""

    def __init__(
        self,
        alerts: tuple[Alert, ...],
        runbooks: NamedRunbooks,
        faults: Mapping[str, tuple[str, ...]],
        links: Iterable[str],
    ) -> None:
        self.alerts, self.base, self.faults = alerts, runbooks.base, faults
        self._runbooks, self._pages = runbooks.names, runbooks.pages
        self._alert_names = {_key(alert.name): alert.name for alert in reversed(alerts)}
        self._links = tuple(dict.fromkeys(map(_key, (*links, *_LINKS))))

    def found(self, alert: Alert) -> tuple[str, tuple[Runbook, ...], Runbook | None, Runbook | None]:
        """The link of an alert, the runbooks of the page it leads to, and the runbooks by the link and by the name."""
        link = self._link(alert)
        by_name = self._runbooks.get(_key(alert.name))
        page = tuple(self._pages.get(_key(_last_part(link)), ())) if link else ()
        by_link = (
            _on_page(link, page, by_name) if page else self._runbooks.get(_key(_last_part(link))) if link else None
        )
        return link, page, by_link, by_name

    def row(self, alert: Alert) -> AlertCoverage:
        """What an alert has."""
        link, page, by_link, by_name = self.found(alert)
        other = self._other(alert, by_link, page) if by_link and by_link is not by_name else None
        if other and by_link and by_name:
            fault = f'the link leads to "{by_link.id}", the runbook of "{other}", the alert\'s name to "{by_name.id}"'
            return AlertCoverage(alert, "wrong-link", link, by_name.id, "name", (fault,), names=other)
        runbook = by_link or by_name
        if runbook is None:
            return self._without(alert, link, page)
        faults = (*self.faults.get(runbook.id, ()), *_empty(runbook))
        via: Literal["link", "name"] = "link" if by_link else "name"
        status: Status = "unfit" if faults else "covered"
        if link and not by_link:
            where = _missing_anchor(link, page) if page else "the link does not lead to a runbook"
            status, faults = "dead-link", (f'{where}, the alert\'s name to "{runbook.id}"', *faults)
        return AlertCoverage(alert, status, link, runbook.id, via, faults, names=other)

    def _without(self, alert: Alert, link: str, page: tuple[Runbook, ...]) -> AlertCoverage:
        proposal, confidence, verdict = _proposal(alert, self.base)
        faulty = (_missing_anchor(link, page),) if page else ()
        status: Status = "dead-link" if link else "missing"
        return AlertCoverage(
            alert, status, link, faults=faulty, proposal=proposal, confidence=confidence, verdict=verdict
        )

    def _link(self, alert: Alert) -> str:
        """The link of an alert; none where only the chart's values say what it leads to."""
        texts = {_key(key): text for key, text in reversed(alert.annotations.items()) if text}
        link = next((texts[key] for key in self._links if key in texts), "")
        link = _OWN_NAME.sub(lambda _: alert.name, link)
        path, _, anchor = link.partition("#")
        return "" if _FILLED_IN.search(anchor or path.rstrip("/").rpartition("/")[2]) else _FILLED_IN.sub("", link)

    def _other(self, alert: Alert, runbook: Runbook, page: tuple[Runbook, ...]) -> str | None:
        """The other alert whose runbook this is: one of the rules, or another heading on this alert's page."""
        own = _own_names(runbook)
        if _key(alert.name) in own:
            return None
        known = next((self._alert_names[name] for name in own if name in self._alert_names), None)
        beside = any(_key(alert.name) in _own_names(neighbour) for neighbour in page)
        return known or (runbook.title if beside else None)


def _own_names(runbook: Runbook) -> tuple[str, ...]:
    """What a runbook is called itself: the last part of its id, its title, the alerts that it is for."""
    own = own_name(runbook.id)
    return tuple(map(_key, (own.partition("#")[2] or own, runbook.title, *runbook.metadata.alerts)))


def _names_of(runbook: Runbook) -> Iterator[str]:
    """What a runbook is called besides its alerts: id, title, file, aliases; the first one keeps a name of two."""
    file = _last_part(runbook.path or "")
    own = own_name(runbook.id)
    names = (own.partition("#")[2], runbook.title) if "#" in own else (own, runbook.title, file)
    return filter(None, map(_key, (runbook.id, *names, *runbook.metadata.aliases)))


def _on_page(link: str, page: tuple[Runbook, ...], by_name: Runbook | None) -> Runbook | None:
    """The runbook at the link's anchor; for a link to the whole page the one with the alert's name."""
    anchor = unquote(_parts_of(link).fragment).casefold()
    if not anchor:
        return by_name if by_name in page else None
    return next((runbook for runbook in page if runbook.id.partition("#")[2].casefold() == anchor), None)


def _missing_anchor(link: str, page: tuple[Runbook, ...]) -> str:
    anchor, name = _parts_of(link).fragment, page[0].id.partition("#")[0]
    heading = f'heading "#{anchor}"' if anchor else "heading of this alert"
    return f'the link leads to no {heading} on the page "{name}"'


def _key(name: str) -> str:
    return _NOT_WORD.sub("", name).casefold()


def _parts_of(link: str) -> SplitResult:
    """The parts of a link; of a text that is not a link, such as `http://[`, none."""
    try:
        return urlsplit(link)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _last_part(link: str) -> str:
    """The last part of a link's path, without an ending; a link to a folder's index names the folder."""
    parts = [part for part in unquote(_parts_of(link).path).split("/") if part]
    if parts and parts[-1].casefold() in ("index.html", "index.md", "_index.md", "readme.md"):
        parts.pop()
    return _ENDING.sub("", parts[-1]) if parts else ""


def _empty(runbook: Runbook) -> tuple[str, ...]:
    helps = any(step.commands or step.what_to_check for step in runbook.steps)
    helps = helps or bool(runbook.quick_fix or runbook.solutions)
    return () if helps else ("it has no step and no solution",)


def _proposal(alert: Alert, base: KnowledgeBase) -> tuple[str | None, float | None, Verdict]:
    texts = [_CAMEL.sub(" ", alert.name), *(alert.annotations.get(key, "") for key in _WORDS)]
    question = _TEMPLATE.sub(" ", "\n".join(text for text in texts if text))
    answer = base.search(question, limit=5)
    if answer.verdict == "none" or not answer.hits:
        return None, None, "none"
    return answer.hits[0].runbook.id, answer.hits[0].confidence, answer.verdict
