"""Runbooks by the thousand, for measuring: seeded, each made from its number alone.

python -m benchmarks.generate FOLDER COUNT [SEED]

A made runbook has the form of a shipped one, with fewer steps and solutions (9 kB in the mean, as houses write them):
its lines come from all shipped runbooks and some words are replaced by words of a house (services, hosts, error codes,
jargon), drawn by Zipf's law from a vocabulary that grows with the number of runbooks, as vocabularies do. One in twenty
is a near copy of the one before it. Nothing of it is meant to be read; what counts is that vocabulary, lengths and
duplication are like those of real bases.
"""

import random
import re
import sys
from functools import lru_cache
from pathlib import Path

__all__ = ["question_for", "runbook_text", "write_runbooks"]

_SHIPPED = Path(__file__).parent.parent / "runbooks"
_SYLLABLES = "ar ba cor dex en fil gor hal in jar kel lo mun nor os pel qui ras sen tor ul vex wan xi yor zet".split()
_FORMS = ("{}-{}", "{}_{}", "{}{}", "ERR_{}_{}", "{}.{}.svc", "{}/{}")
_REPLACED = 0.07
_KEPT = {"## Diagnostic Steps": 2, "## Solutions": 1, "## Prevention": 1}
_COPIED = 20
_WORD = re.compile(r"[A-Za-z]{4,}")


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[str, ...], ...]:
    """The lines of each shipped runbook, without its front matter and with fewer parts."""
    return tuple(
        tuple(_shortened(path.read_text(encoding="utf-8").split("---\n", 2)[2].split("\n")))
        for path in sorted(_SHIPPED.glob("*/*.md"))
    )


def _shortened(lines: list[str]) -> list[str]:
    kept: list[str] = []
    section, parts = "", 0
    for line in lines:
        if line.startswith("## "):
            section, parts = line, 0
        parts += line.startswith("### ")
        if parts <= _KEPT.get(section, 99):
            kept.append(line)
    return kept


@lru_cache(maxsize=1)
def _bullets() -> tuple[str, ...]:
    return tuple(sorted({line for form in _forms() for line in form if line.startswith("- ") and len(line) < 220}))


def _house_word(dice: random.Random, number: int) -> str:
    """A word of the house by Zipf's law; later runbooks bring new ones."""
    rank = int((number * 4 + 3_000) ** dice.random())
    parts = random.Random(rank)
    first, second = ("".join(parts.choices(_SYLLABLES, k=parts.randint(1, 3))) for _ in range(2))
    return parts.choice(_FORMS).format(first, second)


def runbook_text(number: int, *, seed: int = 1) -> tuple[str, str]:
    """The id and the Markdown of a runbook, the same for the same number and seed."""
    copied = number % _COPIED == _COPIED - 1
    dice = random.Random(f"{seed}-{number - 1 if copied else number}")
    form = dice.choice(_forms())
    own = random.Random(f"{seed}-own-{number}")
    service, fault = _house_word(dice, number), _house_word(own, number)
    technology = dice.choice("kubernetes linux postgresql redis nginx network kafka mysql vault".split())
    lines = []
    fenced = False
    for line in form:
        fenced ^= line.startswith("```")
        made = line
        if line.startswith("# "):
            made = f"# {technology.title()} - {fault} of {service}"
        elif not fenced and line and line[0] not in "#|*`>":
            other = line.startswith("- ") and dice.random() < 0.5
            made = _varied(dice.choice(_bullets()) if other else line, dice, number)
        lines.append(_varied(made, own, number) if line.startswith("- ") and own.random() < 0.1 else made)
    name = f"{technology}-made-{number}"
    head = (
        f'---\nid: {name}\ntitle: "{technology.title()} - {fault} of {service}"\ntechnology: {technology}\n'
        f"severity: {own.choice(['critical', 'high', 'medium', 'low'])}\ntags:\n  - {technology}\n  - made\n  - house\n"
        'difficulty: intermediate\nversion: "1.0.0"\nlast_updated: "2026-01-31"\nverified_by: "none yet"\n'
        "status: draft\n---\n"
    )
    return name, head + "\n".join(lines)


def _varied(line: str, dice: random.Random, number: int) -> str:
    return _WORD.sub(lambda word: _house_word(dice, number) if dice.random() < _REPLACED else word[0], line)


def question_for(number: int, *, seed: int = 1) -> str:
    """Words of one bullet of a runbook, as someone would complain who saw it."""
    dice = random.Random(f"{seed}-question-{number}")
    _, text = runbook_text(number, seed=seed)
    bullets = [line[2:] for line in text.split("\n") if line.startswith("- ")]
    words = dice.choice(bullets).split()
    return " ".join(words[: dice.randint(4, 14)])


def write_runbooks(folder: Path, size: int, *, seed: int = 1) -> None:
    """Write as many runbooks as asked for below a folder, a thousand in each folder of it; what is there stays."""
    for number in range(size):
        name, text = runbook_text(number, seed=seed)
        path = folder / f"{number // 1000:04}" / f"{name}.md"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_runbooks(Path(sys.argv[1]), int(sys.argv[2]), seed=int(sys.argv[3]) if len(sys.argv) > 3 else 1)
