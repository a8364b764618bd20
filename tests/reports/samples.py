"""What the format tests report on: a small knowledge base with faults, checked for real, and made-up findings."""

from datetime import date
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.gate.engine.check import check_paths
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.toolkit.rule_model import Profile
from faultmaven_kb.reports.context import Context
from faultmaven_kb.source import Source, Span
from tests.documents import ROOT

__all__ = ["CONTEXT", "NASTY", "broken_base", "found", "report_of"]

CONTEXT = Context(ROOT, ROOT, Profile.CURATED)
NASTY = '"%"\r\n::error::x, y: |<b>@all</b>\x1b[31m\x00\ufffe `c`'


def broken_base(folder: Path) -> tuple[Report, Context]:
    """Two faulty runbooks and a clean one: emoji before a fault, a related place, fixes of both kinds."""
    good = (ROOT / "runbooks" / "redis" / "redis-out-of-memory.md").read_bytes().decode()
    bad = good.replace("severity: ", "severity: 'HIGH' # ", 1).replace("technology: ", "technolgy: ", 1)
    bad = bad.replace("## Solutions", "- 🔍🔍 ‚úÖ garbled, 100%: yes\n\n## Solutions", 1).rstrip("\n")
    other = (ROOT / "runbooks" / "redis" / "redis-connection-refused.md").read_bytes().decode()
    texts = (
        ("redis-out-of-memory", good),
        ("a b, c%d", bad),
        ("redis-twin", good),
        ("redis-connection-refused", other),
    )
    for name, text in texts:
        file = folder / "runbooks" / "redis" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    report = check_paths([folder / "runbooks"], today=date(2026, 11, 22), profile=Profile.CURATED)
    return report, Context(folder, folder, Profile.CURATED)


def found(count: int, level: Level = Level.ERROR, message: str = "m", path: str = "a.md") -> tuple[Diagnostic, ...]:
    """So many findings, one a line."""
    return tuple(Diagnostic("RB005", "mojibake", level, message, path, Span(n, 1, n, 2)) for n in range(1, count + 1))


def report_of(*diagnostics: Diagnostic, text: str = "x\n") -> Report:
    """A report of findings in files that hold a text."""
    paths = tuple(dict.fromkeys(each.path for each in diagnostics)) or ("a.md",)
    return Report(diagnostics, paths, {path: Source(text, path) for path in paths})
