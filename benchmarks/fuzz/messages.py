"""Fuzzes rule files of alerts and messages to the MCP server: a file of a repository, a line of a client.

python -m benchmarks.fuzz.messages CORPUS -max_total_time=600 -max_len=4000

The first byte decides which of the two an input is. What validation refuses of a message is an answer, not a finding.
"""

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.fuzz.oracle import instrumented

with instrumented():
    from benchmarks.fuzz.oracle import fuzz, no_crashes, small_base
    from faultmaven_kb import KnowledgeBase
    from faultmaven_kb.gate.engine.check import check_text
    from faultmaven_kb.integrations.alert_coverage import cover
    from faultmaven_kb.integrations.prometheus_rules import read_rules
    from faultmaven_kb.mcp_server.answers import search_answer

    _BASE: Any = small_base(KnowledgeBase)  # here, so that what is imported by its use is instrumented as well

_FILE = Path(tempfile.mkdtemp(), "rules.yaml")
_TODAY = date(2026, 11, 22)


def receive(data: bytes) -> None:
    if data[:1] < b"\x80":
        _FILE.write_bytes(data[1:])
        cover(read_rules(_FILE).alerts, _BASE, faults={})
        return
    try:
        message = json.loads(data[1:].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return
    if isinstance(message, dict) and isinstance(question := message.get("question"), str):
        search_answer(_BASE.search(question, limit=10)).model_dump_json()
    if isinstance(message, dict) and isinstance(text := message.get("text"), str):
        no_crashes(check_text(text, today=_TODAY).diagnostics)


if __name__ == "__main__":
    fuzz(receive)
