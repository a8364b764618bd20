"""Every pattern of the package takes a bounded number of steps for each character, whatever a stranger writes.

Steps are counted by a model of the engine, so that no clock decides; the model is compared with `re` itself. A pattern
that fails here is rewritten: a run that cannot be split (`\\s++`), a start that cannot repeat (`(?<!\\s)\\s++`), or a
bound (`{0,200}`).
"""

import re
from typing import Any

import pytest

from tests.security.collected_patterns import Collected, collected
from tests.security.step_counting import TooManySteps, hostile_texts, matches_and_steps

_SHORT, _LONG = 8, 1_600
_GROWS = 1.3
_QUICK = 40
_MOST = 200
"""Steps for each character. A pattern whose work grows with the square of a text takes 400 and more at `_LONG`."""


def _steps(pattern: "re.Pattern[Any]", text: str, most: int, *, everywhere: bool = True) -> float:
    """Steps for each character, `most` at most."""
    subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    try:
        return matches_and_steps(pattern, subject, everywhere=everywhere, budget=most * len(text))[1] / len(text)
    except TooManySteps:
        return most


def _worst(each: Collected) -> tuple[float, str]:
    """The most steps for each character on a long text, and the text that takes them, of those whose cost grows."""
    grown = []
    for start, pump, end in hostile_texts(each.pattern):
        short, longer = (
            _steps(each.pattern, start + pump * count + end, _QUICK, everywhere=not each.at_one_place)
            for count in (_SHORT, 2 * _SHORT)
        )
        grown.append((longer / short if longer < _QUICK else _QUICK, start, pump, end))
    worst = (0.0, "")
    for growth, start, pump, end in sorted(grown, reverse=True)[:2]:
        if growth > _GROWS:
            text = start + pump * -(-_LONG // len(pump)) + end
            steps = _steps(each.pattern, text, _MOST, everywhere=not each.at_one_place)
            worst = max(worst, (steps, f"{start!r} + {pump!r} * n + {end!r}"))
    return worst


def test_the_patterns_of_the_package_are_found_wherever_they_are_written() -> None:
    places = {each.place.partition(":")[0] for each in collected()}
    assert len(collected()) > 400
    table = "faultmaven_kb.search.vocabulary.signatures._table()"
    assert {"text/values/frontmatter.py", "gate/rules/base.py", table} <= places


def test_no_group_is_repeated_possessively() -> None:
    """`(?:…)*+` finds nothing in Python 3.11.2, which is Debian 12's own; of a single character it works everywhere."""
    repeated = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+")
    texts = {each.place: each.pattern.pattern for each in collected()}
    assert {place for place, text in texts.items() if repeated.search(text if isinstance(text, str) else "")} == set()


def test_no_pattern_takes_more_steps_than_a_text_is_long_times_a_bound() -> None:
    slow = {each.place: worst for each in collected() if (worst := _worst(each))[0] >= _MOST}
    assert not slow


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\s+x", " " * 3_000),
        (r"<!--.*?-->", "<!--" * 1_000),
        (r"(?:[A-Z]+[a-z]*)+$", "A" * 40 + "!"),
        (r"^\s*x", "\n" * 3_000),
    ],
)
def test_slow_patterns_are_known_as_slow(pattern: str, text: str) -> None:
    assert _steps(re.compile(pattern, re.MULTILINE), text, _MOST) == _MOST


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?:(?<!\s)\s++)?(?:→|->)\s*", "a ->  b → -> c"),
        (r"(?P<a>x)?(?(a)b|c)|[^\W_]+?", "xb c xc ab_1"),
        (r"(a|ab)(c|bcd)*\1", "abcabacbcda"),
        (r"\b\d{2,3}(?:\.\d+)*(?!\w)", "10.5 100x 1000 99.1.2"),
        (r"(?i)(\*{1,2})(?=\S)(.+?)\1|^$", "*a* **B** *\n\n"),
        (r"(?:ab?)*?c|x{2}+", "ababac xxx"),
        (r"", "abc"),
        (r"a*", "baac"),
    ],
)
def test_the_model_finds_what_re_finds(pattern: str, text: str) -> None:
    compiled = re.compile(pattern)
    assert matches_and_steps(compiled, text)[0] == [match.span() for match in compiled.finditer(text)]


def test_the_model_finds_what_re_finds_with_the_patterns_of_the_package() -> None:
    text = "**Cause A** (45% of cases) - `x = 1` at 10.0.0.1:6379, 5-10 minutes; see [a](b.md)\n| a | b |\n"
    for each in collected():
        subject = text.encode() if isinstance(each.pattern.pattern, bytes) else text
        found = [match.span() for match in each.pattern.finditer(subject)]
        assert matches_and_steps(each.pattern, subject)[0] == found, each.place
