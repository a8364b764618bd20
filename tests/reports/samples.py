"""A small knowledge base with faults of every level, checked for real: what the format tests report on."""

from datetime import date
from pathlib import Path

from faultmaven_kb.lint.engine import Report, check_paths
from faultmaven_kb.lint.rule import Profile
from faultmaven_kb.reports.context import Context
from tests.documents import ROOT

__all__ = ["CONTEXT", "broken_base"]

CONTEXT = Context(ROOT, ROOT, Profile.CURATED)


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
