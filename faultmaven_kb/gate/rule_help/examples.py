"""A bad and a good example of every rule, cut out of the rules' fixtures.

    python -m faultmaven_kb.gate.rule_help.examples tests/fixtures/rules > faultmaven_kb/gate/rule_help/examples.json

The fixtures are what the tests run: each rule reports its `bad/` folder and is silent about its `good/` folder. They
are not installed, so the pieces that show the difference are kept in `examples.json`; a test compares them.
"""

import difflib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

__all__ = ["Example", "Excerpt", "FixShown", "example_in", "example_of", "examples_in", "text_of", "visible"]

_MOST_LINES = 14
"""Lines of an excerpt; chosen so that a bad and a good one fit on one screen of 40 lines."""
_CONTEXT = 1
"""Unchanged lines around a difference; chosen, one shows where it is."""
_REACH = 6
"""How far from a difference the reported line may be to be shown with it; chosen, half an excerpt."""
_FINDING = re.compile(r"(?P<path>[^\n]+?):(?P<line>\d+):\d+: (?:error|warning|info) RB\d{3} ")

_FIX = "= fix: "
"""What a line that offers a fix begins with; the option is at its end in brackets."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a file. Invisible characters are written as escapes such as `\\u200b`."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class FixShown:
    """A fix that the rule offers for its bad example, and whether `--fix` alone applies it."""

    title: str
    safe: bool


@dataclass(frozen=True, slots=True)
class Example:
    """What a rule reports and what it accepts.

    `output` is the first finding as `fmkb validate` prints it, and `fixes` are the different fixes of all findings.
    `configuration` is the `.fmkb.toml` that the example needs.
    """

    bad: Excerpt
    good: Excerpt
    output: str
    fixes: tuple[FixShown, ...] = ()
    configuration: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The example as plain data."""
        return asdict(self)


def example_of(code: str) -> Example | None:
    """The example of a rule. None if a text cannot show what the rule reports, and for rules of plug-ins."""
    values = _shipped().get(code)
    if values is None:
        return None
    return Example(
        Excerpt(**values["bad"]),
        Excerpt(**values["good"]),
        values["output"],
        tuple(FixShown(**fix) for fix in values["fixes"]),
        values["configuration"],
    )


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Any]:
    text = files(__package__).joinpath("examples.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def examples_in(fixtures: Path) -> dict[str, Example]:
    """The examples by code; `fixtures` is the folder of the rules' fixture folders."""
    return {folder.name[:5]: example_in(folder) for folder in sorted(fixtures.iterdir()) if folder.is_dir()}


def example_in(folder: Path) -> Example:
    """The example in the fixture folder of one rule."""
    expected = text_of(folder / "expected.txt")
    findings = re.split(r"\n(?=\S)", expected.strip("\n"))
    places = [match for finding in findings if (match := _FINDING.match(finding))]
    bad, good = _excerpts(folder, places[0]["path"], int(places[0]["line"]))
    fixes = dict.fromkeys(_fix_in(line) for line in expected.splitlines() if line.lstrip().startswith(_FIX))
    configuration = folder / "bad" / ".fmkb.toml"
    return Example(
        bad,
        good,
        findings[0].rstrip(),
        tuple(fixes),
        text_of(configuration) if configuration.is_file() else "",
    )


def _fix_in(line: str) -> FixShown:
    title, _, option = line.partition(_FIX)[2].rpartition(" (")
    return FixShown(title, option.startswith("--fix"))


def _excerpts(folder: Path, path: str, line: int) -> tuple[Excerpt, Excerpt]:
    """The lines around a finding in the bad file, and those in their place in the good one."""
    counterpart = path if (folder / "good" / path).is_file() else _counterpart(folder)
    bad, good = _lines(folder / "bad" / path), _lines(folder / "good" / counterpart)
    if bad == good:  # the difference is in another file, or there is one file more
        for other in sorted(file.relative_to(folder / "good") for file in (folder / "good").rglob("*.*")):
            before = folder / "bad" / other
            if before.is_file() and _lines(before) != _lines(folder / "good" / other):
                return _excerpts(folder, other.as_posix(), 1)
        return _excerpt(path, bad, line - 1, line), _excerpt(counterpart, good, line - 1, line)
    hunks = [
        (first, last, good_first, good_last)
        for tag, first, last, good_first, good_last in difflib.SequenceMatcher(None, bad, good, False).get_opcodes()
        if tag != "equal"
    ]
    first, last, good_first, good_last = min(hunks, key=lambda hunk: _distance(line - 1, hunk[0], hunk[1]))
    distance = _distance(line - 1, first, last)
    if distance <= _REACH:
        above, below = (distance, 0) if line - 1 < first else (0, distance)
        excerpt = _excerpt(path, bad, first - above, last + below)
        return excerpt, _excerpt(counterpart, good, good_first - above, good_last + below)
    excerpt = _excerpt(path, bad, first, last)
    if line > 1:  # the cause is somewhere else: show the reported line as well
        parts = [(line, bad[line - 1]), (first + 1, excerpt.text)]
        excerpt = Excerpt(path, "\n…\n".join(text for _, text in sorted(parts)))
    return excerpt, _excerpt(counterpart, good, good_first, good_last)


def _counterpart(folder: Path) -> str:
    """The good file for a bad one that has no counterpart of the same name."""
    return next(file.relative_to(folder / "good").as_posix() for file in sorted((folder / "good").rglob("*memory.md")))


def _distance(line: int, first: int, last: int) -> int:
    return max(first - line, line - last + 1, 0)


def _excerpt(path: str, lines: list[str], first: int, last: int) -> Excerpt:
    before = [line for line in lines[max(first - _CONTEXT, 0) : first] if line.strip()]
    after = [line for line in lines[last : last + _CONTEXT] if line.strip()]
    shown = [*before, *lines[first:last], *after]
    if len(shown) > _MOST_LINES:
        shown = [*shown[: _MOST_LINES - 1], "…"]
    return Excerpt(path, "\n".join(shown))


def _lines(file: Path) -> list[str]:
    return visible(text_of(file)).split("\n")


def visible(text: str) -> str:
    """A text with escapes in place of the characters that cannot be seen; line feeds stay."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text
    )


def text_of(file: Path) -> str:
    """The text of a fixture, with a sign in place of bytes that are not UTF-8."""
    return file.read_bytes().decode("utf-8", "replace")


def _dump(examples: Mapping[str, Example]) -> Iterable[str]:
    """One line for each rule, so that a change of one is a change of one line."""
    yield "{\n"
    rows = [f"{json.dumps(code)}: {json.dumps(examples[code].to_dict(), ensure_ascii=False)}" for code in examples]
    yield ",\n".join(rows)
    yield "\n}\n"


if __name__ == "__main__":
    sys.stdout.buffer.write("".join(_dump(examples_in(Path(sys.argv[1])))).encode())
