"""Counts requests and answers for Prometheus.

Labels are few and known: the route's pattern, never the path that was asked for. Several processes that share an
address write their counts into files of one folder (prometheus-client reads its name from the environment when it is
imported), so that whichever of them is asked tells the figures of all.
"""

import os
import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from faultmaven_kb.serving.guard import Application, Message, Receive, Scope, Send

__all__ = ["SHARED_FOLDER", "Measured", "Metrics"]

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_GAUGE = """# HELP fmkb_runbooks Runbooks of the knowledge base.
# TYPE fmkb_runbooks gauge
fmkb_runbooks {}
"""
"""Written by hand: it is a state of the base, not a count that several processes add up."""
_LEFT = 499
"""What proxies count when a client leaves before it has an answer; a guard answers all others."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "fmkb_http_requests",
            "Requests by route, method and status.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "fmkb_http_request_seconds",
            "Seconds from a request to its answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._verdicts = Counter(
            "fmkb_search_verdicts", "Answers of searches by verdict.", ("verdict",), registry=self._registry
        )
        self._alerts = Counter(
            "fmkb_alerts", "Alerts that were asked about, by verdict.", ("verdict",), registry=self._registry
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(route, method if method in _METHODS else "other", status).inc()
        self._seconds.labels(route).observe(seconds)

    def searched(self, verdict: str) -> None:
        """Count the answer of a search."""
        self._verdicts.labels(verdict).inc()

    def alerted(self, verdict: str) -> None:
        """Count an alert that was asked about."""
        self._alerts.labels(verdict).inc()

    def text(self, runbooks: int) -> bytes:
        """All figures in Prometheus' text format, with the number of runbooks."""
        registry = self._registry
        if os.environ.get(SHARED_FOLDER):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry) + _GAUGE.format(runbooks).encode()


class Measured:
    """An application whose requests are counted, those that a guard refuses too."""

    def __init__(self, app: Application, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on and count it when it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), _LEFT

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.request(_route(scope), scope["method"], status, seconds)


def _route(scope: Scope) -> str:
    """The pattern of the route that answered, `other` where none did."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", "other"))
