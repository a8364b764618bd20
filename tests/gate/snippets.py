"""A valid runbook into which a test puts one code block, and what the rules say about it."""

from datetime import date
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.toolkit.rule_model import Profile

__all__ = ["BASE", "TODAY", "check", "codes", "with_block"]

TODAY = date(2026, 11, 22)
_GOOD = Path(__file__).parent.parent / "fixtures/rules/RB402-empty-symptoms/good/redis/redis-out-of-memory.md"
BASE = _GOOD.read_text(encoding="utf-8")
_PLACE = "   ```bash\n   # Allow three gigabytes\n   redis-cli CONFIG SET maxmemory 3gb\n   ```\n"


def with_block(code: str, language: str = "bash", *, above: str = "") -> str:
    """The runbook with a code block in place of the first solution's command, below a paragraph."""
    assert _PLACE in BASE
    lines = "".join(f"   {line}".rstrip() + "\n" for line in code.rstrip("\n").split("\n"))
    return BASE.replace(
        _PLACE, f"   {above}\n\n   ```{language}\n{lines}   ```\n" if above else f"   ```{language}\n{lines}   ```\n"
    )


def check(text: str) -> tuple[Diagnostic, ...]:
    """What the whole review guide finds in a text."""
    return check_text(text, today=TODAY, path="redis/redis-out-of-memory.md", profile=Profile.CURATED).diagnostics


def codes(code: str, language: str = "bash", *, above: str = "") -> set[str]:
    """The codes of the rules for commands and safety that find something in a block, without mere infos."""
    found = check(with_block(code, language, above=above))
    return {d.code for d in found if d.code[:3] in ("RB6", "RB7") and d.level != "info"}
