"""How fast the gate is: one runbook, and a thousand of 9 KB cold, unchanged, and with one of them changed.

Whole processes are timed, as a user waits for them, with the processor's seconds beside the clock's because a busy
machine lengthens only the latter. Each is also a ratio to the start of a Python that imports the command line only, so
that figures of two machines can be compared: `python -m benchmarks.gate`.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["main"]

RUNBOOKS = Path(__file__).parent.parent / "runbooks"
COUNT = 1_000


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = make_base(folder / "runbooks")
        environment = {**os.environ, "FMKB_CACHE_DIR": str(folder / "cache")}
        one = next(RUNBOOKS.rglob("redis-out-of-memory.md"))
        start = _seconds([sys.executable, "-c", "import faultmaven_kb.cli.main"], environment)
        rows = [("start", start), ("one runbook", _validate(environment, one))]
        rows += [("1,000 cold, no cache, one process", _validate(environment, base, "--no-cache", "--jobs", "1"))]
        rows += [("1,000 cold", _validate(environment, base)), ("1,000 unchanged", _validate(environment, base))]
        changed = next(base.rglob("*.md"))
        changed.write_bytes(changed.read_bytes() + b"\nOne more line.\n")
        rows += [("1,000, one changed", _validate(environment, base))]
        big = folder / "big" / "big.md"
        big.parent.mkdir()
        big.write_bytes(b"# x\n" * 1_300_000)
        rows += [("5 MB refused", _validate(environment, big))]
        big.write_text(_bomb(), encoding="utf-8")
        rows += [("bomb of aliases refused", _validate(environment, big))]
    for label, (seconds, worked) in rows:
        print(f"{label:<40}{seconds:>8.2f} s{worked:>8.2f} s of processor{worked / start[1]:>8.1f} x start")


def _bomb() -> str:
    """Front matter of ten lines that stands for a billion words."""
    lines = (f"k{level}: &k{level} [{', '.join([f'*k{level - 1}'] * 9)}]" for level in range(1, 10))
    return "\n".join(("---", "k0: &k0 [lol, lol]", *lines, "---", "# x", ""))


def make_base(folder: Path) -> Path:
    """A thousand runbooks of about 9 KB, of the shipped ones with ids, titles and words of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    originals = sorted(RUNBOOKS.rglob("*.md"))
    for number in range(COUNT):
        original = originals[number % len(originals)]
        text = original.read_text(encoding="utf-8")
        for other in originals:
            text = text.replace(other.stem, f"{other.stem}-{number - number % len(originals) + originals.index(other)}")
        body = _shortened(text, number)
        file = folder / original.parent.name / f"{original.stem}-{number}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body, encoding="utf-8", newline="\n")
    return folder


def _shortened(text: str, number: int) -> str:
    """A runbook with its first two steps and first two solutions, and a root cause of its own words."""
    kept = []
    for part in re.split(r"^(?=##)", text, flags=re.MULTILINE):
        if not re.match(r"### (?:Step|Solution) [3-9]", part):
            words = part.startswith("## Root Cause")
            kept.append(f"## Root Cause Analysis\n\n{_words(number)}\n\n" if words else part)
    return "".join(kept)


def _words(number: int) -> str:
    return " ".join(f"word{number * 7919 % (index + 997)}" for index in range(60))


def _validate(environment: dict[str, str], path: Path, *options: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "faultmaven_kb", "validate", "--format", "json", *options, str(path)]
    return _seconds(command, environment)


def _seconds(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """The clock's seconds of a command and the processor's, its own children included."""
    start, before = time.perf_counter(), os.times()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    after = os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, worked


if __name__ == "__main__":
    main()
