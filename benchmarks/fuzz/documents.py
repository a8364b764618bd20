"""Fuzzes reading, the rules of the check and their fixes: one document, as `fmkb validate --fix` sees it.

python -m benchmarks.fuzz.documents CORPUS tests/fixtures/documents -max_total_time=600 -max_len=4000

Beside the oracle: what the safe fixes write is read again without a crash.
"""

from datetime import date

from benchmarks.fuzz.oracle import instrumented

with instrumented():
    from faultmaven_kb import parse_runbook
    from faultmaven_kb.gate.engine.check import check_text
    from faultmaven_kb.gate.engine.report import Report
    from faultmaven_kb.gate.fixes.fixes import fix_report
    from faultmaven_kb.gate.toolkit.rule_model import Profile

from benchmarks.fuzz.oracle import fuzz, no_crashes

_TODAY = date(2026, 11, 22)


def _check(data: bytes | str, path: str = "redis/redis-out-of-memory.md") -> Report:
    return check_text(data, today=_TODAY, path=path, profile=Profile.CURATED)


def check_document(data: bytes) -> None:
    no_crashes(parse_runbook(data).diagnostics)
    report = _check(data)
    no_crashes(report.diagnostics)
    for fixed in fix_report(report, check=_check):
        no_crashes(parse_runbook(fixed.text).diagnostics)


if __name__ == "__main__":
    fuzz(check_document)
