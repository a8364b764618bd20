"""One table of what reading, checking, searching and starting cost, beside other programs that do a part of it.

python -m benchmarks [--size N] [--rounds N]

Processor time, alternating: each round runs everything in a row once, so a slow moment hits all of it. A row gives the
median, the ratio to the first of its group, and the quartiles of that ratio over the rounds. Others that are not
installed are named as such: `pip install mistune markdown-it-pyrs pymarkdownlnt rumdl tantivy`, and
`npm install -g markdownlint-cli2`. What they do is less than what is measured of ours: they parse Markdown, look at its
form, or rank texts; the table says what a whole runbook costs in those units.
"""

import argparse
import importlib
import importlib.util
import itertools
import os
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

from benchmarks.generate import question_for, write_runbooks
from benchmarks.searching import bm25s_engine, tantivy_engine
from faultmaven_kb import KnowledgeBase, parse_runbook

ROOT = Path(__file__).parent.parent
RUNBOOKS = sorted((ROOT / "runbooks").glob("*/*.md"))


class Row(NamedTuple):
    """A thing to run; without an action it is not installed."""

    name: str
    action: Callable[[], object] | None


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--size", type=int, default=1_000, help="runbooks in the made base (default: 1000)")
    parser.add_argument("--rounds", type=int, default=11, help="how often everything runs (default: 11)")
    options = parser.parse_args()
    print("| what | processor time | ratio | quartiles |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_runbooks(folder / "made", options.size)
        for title, rows in _groups(folder, options.size):
            print(f"| **{title}** | | | |")
            for line in _measured(rows, options.rounds):
                print(line, flush=True)


def _groups(folder: Path, size: int) -> Iterator[tuple[str, list[Row]]]:
    texts = [path.read_text(encoding="utf-8") for path in RUNBOOKS]
    yield f"reading {len(texts)} shipped runbooks", _readers(texts)
    yield f"checking {len(texts)} shipped runbooks, whole process", _checkers()
    kb = KnowledgeBase.load(folder / "made")
    yield f"a short question to {size:,} runbooks", _engines(kb, folder / "made", size)
    yield "starting, whole process", _starters(folder)


def _readers(texts: list[str]) -> list[Row]:
    bare = MarkdownIt("commonmark")
    others = {"mistune": "mistune", "markdown-it-pyrs (Rust)": "markdown_it_pyrs"}
    parsers: dict[str, Callable[[str], object] | None] = {
        "markdown-it-py, bare parse": bare.parse,
        "faultmaven_kb": parse_runbook,
    }
    for name, module in others.items():
        found = importlib.util.find_spec(module) is not None
        parsers[name] = _other_parser(module) if found else None
    return [
        Row(name, parse and (lambda parse=parse: [parse(text) for text in texts])) for name, parse in parsers.items()
    ]


def _other_parser(module: str) -> Callable[[str], object]:
    library = importlib.import_module(module)
    parse: Callable[[str], object]
    parse = library.create_markdown(renderer=None) if module == "mistune" else library.MarkdownIt("commonmark").tree
    return parse


def _checkers() -> list[Row]:
    folder = str(ROOT / "runbooks")
    commands = {
        "fmkb validate (what it all means)": [
            sys.executable,
            "-m",
            "faultmaven_kb",
            "validate",
            "--no-cache",
            "--jobs",
            "1",
            folder,
        ],
        "pymarkdown (form only)": ["pymarkdown", "scan", "--recurse", folder],
        "rumdl (form only, Rust)": ["rumdl", "check", "--no-cache", folder],
        "markdownlint-cli2 (form only, Node)": ["markdownlint-cli2", f"{folder}/**/*.md"],
    }
    return [Row(name, _process(command)) for name, command in commands.items()]


def _process(command: list[str], **environment: str) -> Callable[[], object] | None:
    program = shutil.which(command[0], path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if program is None:
        return None
    ready = [program, *command[1:]]
    return lambda: subprocess.run(ready, check=False, capture_output=True, env={**os.environ, **environment})


def _engines(kb: KnowledgeBase, folder: Path, size: int) -> list[Row]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md"))]
    made: list[tuple[str, Callable[[list[str]], Callable[[str], object]]]] = [
        ("bm25s, bare ranking", bm25s_engine),
        ("faultmaven_kb, with verdict and reason", lambda _: kb.search),
        ("tantivy, bare ranking", tantivy_engine),
        ("SQLite FTS5, bare ranking", _fts5),
    ]
    rows = []
    for name, make in made:
        try:
            ask = make(texts)
        except (ImportError, sqlite3.OperationalError):
            rows.append(Row(name, None))
            continue
        numbers = itertools.cycle(range(0, size, max(size // 40, 1)))
        rows.append(Row(name, lambda ask=ask, numbers=numbers: [ask(question_for(next(numbers))) for _ in range(40)]))  # type: ignore[misc]
    return rows


def _fts5(texts: list[str]) -> Callable[[str], object]:
    base = sqlite3.connect(":memory:")
    base.execute("create virtual table runbook using fts5(text, tokenize = 'porter')")
    base.executemany("insert into runbook values (?)", [(text,) for text in texts])

    def ask(question: str) -> object:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        return base.execute(
            "select rowid from runbook where runbook match ? order by rank limit 5", (words,)
        ).fetchall()

    return ask


def _starters(folder: Path) -> list[Row]:
    built = folder / "made.fmkb"
    KnowledgeBase.build(folder / "made", to=built)
    ours = [sys.executable, "-m", "faultmaven_kb"]
    question = "FATAL: sorry, too many clients already"
    cache = {"FMKB_CACHE_DIR": str(folder / "cache")}
    return [
        Row("a bare Python", _process([sys.executable, "-c", "pass"])),
        Row("fmkb --version", _process([*ours, "--version"])),
        Row(
            "from faultmaven_kb import KnowledgeBase",
            _process([sys.executable, "-c", "from faultmaven_kb import KnowledgeBase"]),
        ),
        Row("fmkb search, shipped runbooks", _process([*ours, "search", question], **cache)),
        Row(
            "fmkb search, the made base in one file", _process([*ours, "search", "--kb", str(built), question], **cache)
        ),
        Row(
            "fmkb search, the made base as a folder, unchanged",
            _process([*ours, "search", "--kb", str(folder / "made"), question], **cache),
        ),
    ]


def _measured(rows: list[Row], rounds: int) -> Iterator[str]:
    ready = [row for row in rows if row.action]
    times: dict[str, list[float]] = {row.name: [] for row in ready}
    for number in range(rounds + 1):
        for row in ready:
            assert row.action is not None
            spent = _spent(row.action)
            if number:  # the first round fills caches
                times[row.name].append(spent)
    first = times[ready[0].name]
    for row in rows:
        if row.action is None:
            yield f"| {row.name} | not installed | | |"
            continue
        ratios = [own / base for own, base in zip(times[row.name], first, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        spent = statistics.median(times[row.name]) * 1000
        yield f"| {row.name} | {spent:,.1f} ms | {middle:.2f} | {low:.2f} to {high:.2f} |"


def _spent(action: Callable[[], object]) -> float:
    """Processor seconds of this process and of those it started and waited for."""
    before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    action()
    after = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    children = after[1].ru_utime + after[1].ru_stime - before[1].ru_utime - before[1].ru_stime
    return after[0] - before[0] + children


if __name__ == "__main__":
    main()
