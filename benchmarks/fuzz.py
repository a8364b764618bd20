"""A coverage-guided fuzzer on reading, checking and searching: no exception, no crashed rule, no run over its time.

pip install atheris
python -m benchmarks.fuzz tests/fixtures/documents -max_total_time=300 -timeout=10 -max_len=4000

libFuzzer's options apply; a folder of documents is where it starts from. It ends with an error at the first finding.
"""

import sys
from datetime import date
from typing import Any

TODAY = date(2026, 11, 22)


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["faultmaven_kb"]):
        from faultmaven_kb.gate.engine.check import check_text
        from faultmaven_kb.gate.toolkit.rule_model import Profile
        from faultmaven_kb.knowledge_base import KnowledgeBase
        from faultmaven_kb.reading.reader import parse_runbook

    kb: Any = KnowledgeBase.builtin()

    def one(data: bytes) -> None:
        parse_runbook(data)
        report = check_text(data, today=TODAY, path="redis/redis-out-of-memory.md", profile=Profile.CURATED)
        crashed = [each.message for each in report.diagnostics if each.code == "RB990"]
        if crashed:
            raise RuntimeError(crashed[0])
        kb.search(data.decode("utf-8", "replace"))

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
