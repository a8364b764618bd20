"""Patterns of paths that a change brings along: what no engine understands is refused at its line, never a crash."""

from pathlib import Path

import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.evaluation.owners import read_owners
from faultmaven_kb.gate.configuration import file
from faultmaven_kb.gate.configuration.file import read_configuration

ODD = {
    "a range from right to left": "a[9-0]b",
    "a range that ends in a backslash": "a[z-\\\\]",
    "a class by its name": "[[:alpha:]]",
    "a set that may be read as two": "a[b&&c]",
    "a backslash that escapes nothing": "a\\",
    "half of a pair": "a\udcffb",
    "more than is compiled": "a*" * 600,
}


@pytest.mark.parametrize("pattern", ODD.values(), ids=ODD)
def test_an_odd_pattern_is_refused_with_its_place(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^\.fmkb\.toml:1: pattern .* is not understood, expected one as in"):
        read_configuration(f"[[exclude]]\nreason = 'x'\npaths = ['{pattern}']\n", ".fmkb.toml", read=lambda _: "{}")
    with pytest.raises(ConfigurationError, match=r"^CODEOWNERS:2: pattern .* is not understood, expected one of CODE"):
        read_owners(f"* @a\n{pattern}", "CODEOWNERS", Path())


@pytest.mark.parametrize("patterns", [["a"] * 251, ["a" * 1_000] * 51], ids=["many", "long"])
def test_more_patterns_than_are_compiled_in_time_are_refused_before_one_is(
    patterns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "matches_path", lambda *_: pytest.fail("a pattern was compiled"))
    tables = "".join(f"[[exclude]]\nreason = 'x'\npaths = ['{pattern}']\n" for pattern in patterns)
    with pytest.raises(ConfigurationError, match=r"^\.fmkb\.toml:1: exclude has .* expected no more than 250"):
        read_configuration(tables, ".fmkb.toml", read=lambda _: "{}")


def test_a_line_of_thousands_of_owners_is_refused_and_one_who_is_named_twice_counts_once() -> None:
    many = " ".join(f"@a{number}" for number in range(101))
    with pytest.raises(ConfigurationError, match=r"^CODEOWNERS:2: 101 owners on a line, expected at most 100"):
        read_owners(f"* @a\n*.md {many}", "CODEOWNERS", Path())
    assert read_owners("* @a @b @a" + " @b" * 60_000, "CODEOWNERS", Path()).of("x.md") == ("@a", "@b")
