"""Fingerprints: the CodeQL action's own on its published test vectors, and ours that outlive moved lines."""

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.reports.fingerprint import fingerprints, line_hashes
from faultmaven_kb.source import Source, Span

GREETINGS = (
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
)


def test_an_empty_file_has_one_line() -> None:
    assert line_hashes("") == ("c129715d7a2bc9a3:1",)


def test_blanks_and_tabs_do_not_count() -> None:
    assert line_hashes(" a\nb\n  \t\tc\n d") == (
        "271789c17abda88f:1",
        "54703d4cd895b18:1",
        "180aee12dab6264:1",
        "a23a3dc5e078b07b:1",
    )


def test_the_end_of_the_file_counts() -> None:
    assert line_hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End") == (
        "8b7cf3e952e7aeb2:1",
        "b1ae1287ec4718d9:1",
        "bff680108adb0fcc:1",
        "c6805c5e1288b612:1",
        "b86d3392aea1be30:1",
        "e6ceba753e1a442:1",
    )


def test_line_ends_of_every_kind_are_the_same() -> None:
    for ends in (("\n",) * 6, ("\r",) * 6, ("\r\n",) * 6, ("\n", "\r\n", "\n", "\r", "\r", "\r\n")):
        parts = (" hello; \t", "world!!!", "", "", "  \t\tGreetings", " End")
        text = "".join(part + end for part, end in zip(parts, ends, strict=True))
        assert line_hashes(text) == GREETINGS


def test_equal_lines_are_counted() -> None:
    assert line_hashes("Lorem ipsum dolor sit amet.\n" * 10) == (
        "a7f2ff13bc495cf2:1",
        "a7f2ff13bc495cf2:2",
        "a7f2ff13bc495cf2:3",
        "a7f2ff13bc495cf2:4",
        "a7f2ff13bc495cf2:5",
        "a7f2ff13bc495cf2:6",
        "a7f2ff1481e87703:1",
        "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1",
        "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
    )


def rolled(text: str) -> tuple[str, ...]:
    """The slow, obvious way: for each line the sum over its hundred code units."""
    text = re.sub(r"[ \t]", "", re.sub(r"\r\n?", "\n", text))
    data = text.encode("utf-16-le")
    units = [int.from_bytes(data[index : index + 2], "little") for index in range(0, len(data), 2)]
    units = [*units, 65535] + [0] * 100
    starts = [0, *(index + 1 for index in range(len(units) - 101) if units[index] == 10)]
    seen: Counter[str] = Counter()
    found = []
    for start in starts:
        value = sum(unit * 37 ** (99 - index) for index, unit in enumerate(units[start : start + 100])) % 2**64
        seen[f"{value:x}"] += 1
        found.append(f"{value:x}:{seen[f'{value:x}']}")
    return tuple(found)


@given(st.text(st.sampled_from("ab \t\n\r😀é"), max_size=300))
def test_the_hashes_are_what_the_definition_says(text: str) -> None:
    assert line_hashes(text) == rolled(text)
    assert len(line_hashes(text)) == len(Source(text).lines)


def finding(line: int, message: str = "m", path: str = "a.md") -> Diagnostic:
    return Diagnostic("RB001", "x", Level.ERROR, message, path, Span(line, 1, line, 2))


def test_a_fingerprint_outlives_lines_that_come_and_go_above() -> None:
    before = fingerprints([finding(2)], {"a.md": Source("one\ntwo\n")})
    after = fingerprints([finding(3)], {"a.md": Source("zero\none\n  two\n")})
    assert before == after


def test_fingerprints_are_unique_even_for_equal_findings() -> None:
    found = [finding(1), finding(1), finding(2), finding(2, "other"), finding(1, path="b.md")]
    assert len(set(fingerprints(found, {"a.md": Source("same\nsame\n")}))) == len(found)
