"""Fuzzes the configuration of the check and the analysis of questions: what CI and a search read from strangers.

python -m benchmarks.fuzz.questions CORPUS -max_total_time=600 -max_len=4000

The first byte decides which of the two an input is. A configuration or a pattern may be refused by a
`ConfigurationError`; an accepted pattern is matched with a path.
"""

from contextlib import suppress
from typing import Any

from benchmarks.fuzz.oracle import instrumented

with instrumented():
    from benchmarks.fuzz.oracle import fuzz, small_base
    from faultmaven_kb import ConfigurationError, KnowledgeBase
    from faultmaven_kb.gate.configuration.file import read_configuration
    from faultmaven_kb.gate.settings.policy import matches_path

    _BASE: Any = small_base(KnowledgeBase)  # here, so that what is imported by its use is instrumented as well

_PATH = "runbooks/redis/" + "a" * 80 + ".md"


def ask(data: bytes) -> None:
    text = data[1:].decode("utf-8", "replace")
    if data[:1] < b"\x80":
        _BASE.search(text)
        return
    with suppress(ConfigurationError):
        matches_path(text[:200], _PATH)
    try:
        read_configuration(text, ".fmkb.toml", read=lambda _: "{}")
    except ConfigurationError:
        return


if __name__ == "__main__":
    fuzz(ask)
