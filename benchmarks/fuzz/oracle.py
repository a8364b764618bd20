"""What every harness asks of a call: no exception, no crashed rule, not too much time and not too much memory.

Time is that of the processor, so that a busy machine finds nothing. Memory is the growth of the process's peak while
one input is worked on. An input over a bound is a finding like an exception is: libFuzzer keeps it as a file.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, cast

from faultmaven_kb.diagnostics import Diagnostic

__all__ = ["fuzz", "instrumented", "no_crashes", "small_base"]

SECONDS, MEGABYTES = 2.0, 200.0


def instrumented() -> AbstractContextManager[object]:
    """What is imported here is instrumented by atheris; without it simply imported, as the test of the corpus does."""
    try:
        import atheris
    except ImportError:
        return nullcontext()
    return cast("AbstractContextManager[object]", atheris.instrument_imports(include=["faultmaven_kb"]))


def no_crashes(diagnostics: Iterable[Diagnostic]) -> None:
    """Raises RuntimeError for a stage or a rule that crashed (RB990)."""
    for each in diagnostics:
        if each.code == "RB990":
            raise RuntimeError(each.message)


def small_base(kind: Any) -> Any:
    """A knowledge base of a few shipped runbooks that has answered once: small, so that many inputs are tried."""
    base = kind.load(Path(__file__).parents[2] / "runbooks" / "redis")
    base.search("redis refuses writes: OOM command not allowed")
    return base


def fuzz(target: Callable[[bytes], None]) -> None:
    """Run a target until libFuzzer's options end it; atheris has instrumented what was imported before."""
    import atheris

    def one(data: bytes) -> None:
        began, largest = time.process_time(), _peak()
        target(data)
        seconds, grown = time.process_time() - began, _peak() - largest
        if seconds > SECONDS:
            raise RuntimeError(f"{seconds:.1f} s of the processor for {len(data)} bytes, expected {SECONDS:g} at most")
        if grown > MEGABYTES:
            raise RuntimeError(f"{grown:.0f} MB for {len(data)} bytes, expected {MEGABYTES:g} at most")

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
