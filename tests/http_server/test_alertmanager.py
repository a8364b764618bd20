"""A real Alertmanager sends its webhook to a real server: what comes is understood and counted."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra `http` is not installed")

from tests.http_server.servers import TOKEN, Served, served

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
CONFIGURATION = """
route:
  receiver: runbooks
  group_by: [alertname]
  group_wait: 1s
receivers:
  - name: runbooks
    webhook_configs:
      - url: http://127.0.0.1:{port}/alerts
        http_config:
          authorization: {{credentials: {token}}}
"""
ALERTS = [
    {
        "labels": {"alertname": "RedisFull", "severity": "page", "instance": "cache-1"},
        "annotations": {"summary": "writes fail", "runbook_url": "https://wiki.example/redis-out-of-memory"},
    },
    {"labels": {"alertname": "TooManyClients"}, "annotations": {"summary": "FATAL: sorry, too many clients already"}},
    {"labels": {"alertname": "Sunshine"}, "annotations": {"summary": "zxqv wvut"}},
]


@contextmanager
def _alertmanager(folder: Path, server: Served) -> Iterator[str]:
    assert PROGRAM is not None
    configuration = folder / "alertmanager.yml"
    configuration.write_text(CONFIGURATION.format(port=server.port, token=TOKEN), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [PROGRAM, f"--config.file={configuration}", f"--storage.path={folder / 'data'}"]
    command += [f"--web.listen-address={address}", "--cluster.listen-address="]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://{address}"
        finally:
            process.terminate()


def _post(address: str, body: bytes) -> None:
    """Send to a program that is just starting."""
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    for _ in range(300):
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer")


def _counted(server: Served) -> set[str]:
    text = server.ask("/metrics", Authorization=f"Bearer {TOKEN}")[2].decode()
    return {line for line in text.splitlines() if line.startswith("fmkb_alerts_total")}


@pytest.mark.skipif(PROGRAM is None, reason="prometheus-alertmanager is not installed")
def test_alertmanager_sends_its_webhook_and_every_alert_is_answered(tmp_path: Path) -> None:
    expected = {'fmkb_alerts_total{verdict="match"} 2.0', 'fmkb_alerts_total{verdict="none"} 1.0'}
    with served(FMKB_TOKEN=TOKEN) as server, _alertmanager(tmp_path, server) as address:
        _post(f"{address}/api/v2/alerts", json.dumps(ALERTS).encode())
        for _ in range(600):
            if _counted(server) == expected:
                break
            time.sleep(0.1)
        assert _counted(server) == expected
        text = server.ask("/metrics", Authorization=f"Bearer {TOKEN}")[2].decode()
        refused = [line for line in text.splitlines() if 'route="/alerts"' in line and 'status="4' in line]
        assert refused == []
