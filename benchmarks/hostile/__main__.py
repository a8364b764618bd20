"""What the worst permitted files cost: seconds and peak memory of each command on each class of hostile file.

python -m benchmarks.hostile                      # every class under every command, some hours
python -m benchmarks.hostile --only links --command validate --size 100000
python -m benchmarks.hostile --one-size --tsv costs.tsv  # the largest file that is read, each row at once in a file

Each class is one small text repeated until the file has the largest permitted size, and once more half of it, or as
much as is read where a limit refuses the whole. Seconds are those of the processor (a busy machine does not count),
memory is the peak of the process and of those it started. Commands run in forks of this process; what comes near a
limit, or ends by more than a finding, runs again as a user runs it, in a process of its own. A session of a server is
measured without its start. At the end the worst class of each command is listed. The exit code is 1 when one is over
2 seconds or 200 MB.
"""

import argparse
import functools
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.hostile.code import CODE
from benchmarks.hostile.files import ALERTS, BASELINES, CONFIGURATIONS, LABELLED, LABS, QUESTIONS, SCHEMAS
from benchmarks.hostile.forms import FORMS
from benchmarks.hostile.makers import HEADER, Make
from benchmarks.hostile.prose import PROSE
from benchmarks.hostile.sessions import agent_session, editor_session
from benchmarks.hostile.warm import (
    SOUND,
    Run,
    Work,
    command_line,
    forked,
    load_everything,
    measured,
    measured_together,
    own_process,
)
from faultmaven_kb import parse_runbook
from faultmaven_kb.gate.configuration.regular import DATA_LIMIT, SETTINGS_LIMIT
from faultmaven_kb.text.characters.decoding import SIZE_LIMIT
from faultmaven_kb.text.characters.piped import LARGEST_INPUT

SECONDS, MEGABYTES = 2.0, 200.0
NEAR = 0.75
"""From which share of a limit a run is repeated in a process of its own."""
DOCUMENT_COMMANDS: dict[str, tuple[str, ...]] = {
    "validate": ("validate", "--profile", "curated", "--format", "json", "{file}"),
    "validate --fix": ("validate", "--fix", "--unsafe-fixes", "{copy}"),
    "validate --fix --diff": ("validate", "--fix", "--diff", "{file}"),
    "show": ("show", "hostile", "--kb", "{file}"),
    "search": ("search", "redis out of memory", "--kb", "{file}"),
    "list": ("list", "--kb", "{file}"),
    "diagnose": ("diagnose", "redis out of memory", "--no-ask", "--kb", "{file}"),
    "eval": ("eval", "--no-clock", "--kb", "{file}"),
    "report": ("report", "--kb", "{file}"),
    "convert": ("convert", "{file}", "--to", "faultmaven"),
    "convert causal-chain": ("convert", "{file}", "--to", "causal-chain"),
    "convert skills": ("convert", "{file}", "--to", "skills"),
    "export json": ("export", "json", "--kb", "{file}"),
    "export chunks": ("export", "chunks", "--kb", "{file}"),
    "export skills": ("export", "skills", "{folder}/skills", "--kb", "{file}"),
    "build": ("build", "{file}", "-o", "{folder}/base.fmkb"),
    "site build": ("site", "build", "{file}", "-o", "{folder}/site"),
    "validate text": ("validate", "--profile", "curated", "{file}"),
    "validate sarif": ("validate", "--profile", "curated", "--format", "sarif", "{file}"),
    "init": ("init", "alone", "--yes", "--force"),
    "new --from": ("new", "a-b", "--from", "{file}", "--stdout"),
    "lab new": ("lab", "new", "hostile", "--runbooks", "alone"),
    "lsp": ("lsp", "--profile", "curated"),
    "mcp": (),
    "mcp validate": (),
}
KEPT = {
    **dict.fromkeys(
        (
            *("show", "search", "diagnose", "eval", "report", "convert", "convert causal-chain", "convert skills"),
            *("export json", "export chunks", "export skills", "build", "site build"),
        ),
        "list",
    ),
    **dict.fromkeys(("validate text", "validate sarif"), "validate"),
}
"""What reads in the cache what another command has read: the other one's cost counts as well."""
SERVERS = ("lsp", "mcp", "mcp validate")
"""What they cost at their start is not the file's."""
COMMANDS: dict[str, tuple[str, ...]] = {
    **DOCUMENT_COMMANDS,
    "search -": ("search", "-"),
    "diagnose -": ("diagnose", "-", "--no-ask"),
    "alerts": ("alerts", "{file}", "--kb", "{folder}/sound.md"),
    "validate --config": ("validate", "--config", "{file}", "{folder}/sound.md"),
    "validate --baseline": ("validate", "--baseline", "{file}", "{folder}/sound.md"),
    "validate schema": ("validate", "--config", "{folder}/with-schema.toml", "{folder}/sound.md"),
    "eval labelled": ("eval", "--no-clock", "{file}", "--kb", "{folder}/sound.md"),
    "eval --compare": (
        "eval",
        "--no-clock",
        "{folder}/questions.jsonl",
        "--compare",
        "{file}",
        "--kb",
        "{folder}/sound.md",
    ),
    "eval --qrels": (
        "eval",
        "--no-clock",
        "{folder}/questions.jsonl",
        "--qrels",
        "{file}",
        "--kb",
        "{folder}/sound.md",
    ),
    "export chunks --since": ("export", "chunks", "--since", "{file}", "--kb", "{folder}/sound.md"),
    "diagnose --observations": (
        "diagnose",
        "redis",
        "--no-ask",
        "--observations",
        "{file}",
        "--kb",
        "{folder}/sound.md",
    ),
    "lab lint": ("lab", "lint", "--labs", "{folder}/labs", "--runbooks", "{folder}/runbooks"),
}


class Kind(NamedTuple):
    """Files of one kind: classes, name, the largest permitted size in bytes, the commands that read them."""

    classes: dict[str, Make]
    name: str
    largest: int
    commands: tuple[str, ...]


_DOCUMENT = "hostile.md"
KINDS = (
    Kind(PROSE | CODE | FORMS, _DOCUMENT, SIZE_LIMIT, tuple(DOCUMENT_COMMANDS)),
    Kind(QUESTIONS, "question.txt", LARGEST_INPUT, ("search -", "diagnose -")),
    Kind(ALERTS, "rules.yaml", 400_000, ("alerts",)),
    Kind(CONFIGURATIONS, "fmkb.toml", SETTINGS_LIMIT, ("validate --config",)),
    Kind(SCHEMAS, "schema.json", SETTINGS_LIMIT, ("validate schema",)),
    Kind(BASELINES, "baseline.json", DATA_LIMIT, ("validate --baseline",)),
    Kind(LABELLED, "labelled.jsonl", 1_000_000, ("eval labelled", "eval --compare", "eval --qrels")),
    Kind(BASELINES | LABELLED, "earlier.json", 1_000_000, ("export chunks --since", "diagnose --observations")),
    Kind(LABS, "labs/redis/hostile.lab.yaml", SIZE_LIMIT, ("lab lint",)),
)


def prepared(folder: Path, name: str, text: str) -> Path:
    """The hostile file in a folder that has what the commands name beside it."""
    file = folder / name
    for each in (file.parent, folder / "runbooks" / "redis", folder / "labs", folder / "alone"):
        each.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    (folder / f"copy-{file.name}").write_bytes(file.read_bytes())
    (folder / "alone" / file.name).write_bytes(file.read_bytes())
    (folder / "sound.md").write_text(HEADER, encoding="utf-8")
    (folder / "runbooks" / "redis" / "hostile.md").write_text(HEADER, encoding="utf-8")
    (folder / "labs" / "images.yaml").write_text("images: {}\n", encoding="utf-8")
    (folder / "with-schema.toml").write_text('schema = "schema.json"\n', encoding="utf-8")
    (folder / "questions.jsonl").write_text('{"id": "a", "text": "redis", "expected": []}\n', encoding="utf-8")
    return file


@functools.cache
def sizes(kind_name: str, make: Make, largest: int) -> tuple[int, ...]:
    """The largest size that is read whole, and half of it; a document that is refused at the largest one has both.

    A document just below a limit costs the most, and a class that is refused whole would prove nothing.
    """
    if kind_name != _DOCUMENT:
        return largest, largest // 2
    read = int(forked(lambda: [str(_largest_read(make, largest))]))
    return (largest, largest // 2) if read == largest else (read, largest)


def _largest_read(make: Make, largest: int) -> int:
    if not _is_refused(make(largest)):
        return largest
    low, high = len(HEADER), largest
    while high - low > max(low // 20, 50):
        middle = (low + high) // 2
        low, high = (low, middle) if _is_refused(make(middle)) else (middle, high)
    return low


def _is_refused(text: str) -> bool:
    return any(each.code == "RB014" for each in parse_runbook(text).diagnostics)


class Sweep:
    """Runs commands on files that are made for them; the cost of a sound file is measured once for each command."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._environment.pop("GITHUB_ACTIONS", None)
        self._starts: dict[tuple[str, str], tuple[float, float]] = {}
        load_everything()

    def run(self, kind: Kind, commands: list[str], text: str) -> dict[str, Run]:
        """What commands cost on a text, each as a user's own process."""
        for command in commands:
            if (kind.name, command) not in self._starts:
                self._starts[kind.name, command] = self._start(kind, command)
        runs = self._warm(kind, commands, text)
        for command, run in runs.items():
            near = run.seconds > SECONDS * NEAR or run.memory > MEGABYTES * NEAR or run.is_broken
            if near and command not in SERVERS:
                runs[command] = self._own(kind, command, text)
        return runs

    def _warm(self, kind: Kind, commands: list[str], text: str) -> dict[str, Run]:
        """What they cost together in a fork, put together with what a process of its own adds."""
        base = [KEPT[command] for command in commands if command in KEPT]
        every = list(dict.fromkeys([*base, *commands]))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            file = prepared(folder, kind.name, text)
            works = [(*self._work(command, folder, file, text), command) for command in every]
            plain = [(work, self._surroundings(folder, command), given) for work, given, command in works]
            costs = dict(zip(every, measured_together(plain, folder, most=self._most), strict=True))
        runs = {}
        for command in commands:
            more, larger = self._starts.get((kind.name, command), (0.0, 0.0))
            run, before = costs[command], costs[KEPT[command]].seconds if command in KEPT else 0.0
            runs[command] = run._replace(seconds=run.seconds + before + more, memory=run.memory + larger)
        return runs

    def _start(self, kind: Kind, command: str) -> tuple[float, float]:
        """What seconds and memory a process of its own adds to a fork, on a sound file; less than 0 for a server."""
        text = SOUND if kind.name == _DOCUMENT else "a\n"
        fork = self._warm(kind, [command], text)[command]
        if command in SERVERS:
            return -fork.seconds, 0.0
        own = self._own(kind, command, text)
        return own.seconds - fork.seconds, own.memory - fork.memory

    def _own(self, kind: Kind, command: str, text: str) -> Run:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            file = prepared(folder, kind.name, text)
            environment = {**self._environment, "FMKB_NO_CACHE": "1"}
            work = own_process(arguments_of(command, folder, file))
            return measured(work, environment, folder, file, most=self._most)

    def _surroundings(self, folder: Path, command: str) -> dict[str, str]:
        if command in KEPT or command in KEPT.values():
            return {**self._environment, "FMKB_CACHE_DIR": str(folder / "cache")}
        return {**self._environment, "FMKB_NO_CACHE": "1"}

    def _work(self, command: str, folder: Path, file: Path, text: str) -> tuple[Work, Path]:
        """A command, and its standard input."""
        if command.startswith("mcp"):
            about = folder / "sound.md" if command == "mcp validate" else file
            return functools.partial(agent_session, about, text, check=command == "mcp validate"), file
        if command == "lsp":
            messages = folder / "messages"
            messages.write_bytes(editor_session(text, folder))
            return command_line(arguments_of(command, folder, file)), messages
        return command_line(arguments_of(command, folder, file)), file


def arguments_of(command: str, folder: Path, file: Path) -> tuple[str, ...]:
    """The arguments of a command for the hostile file in a folder."""
    copy = folder / f"copy-{file.name}"
    return tuple(part.format(file=file, folder=folder, copy=copy) for part in COMMANDS[command])


def plan(options: argparse.Namespace) -> Iterator[tuple[Kind, list[str], str, Make]]:
    """Each kind, class and its commands that are asked for."""
    for kind in KINDS:
        commands = [command for command in kind.commands if not options.command or command in options.command]
        for name, make in kind.classes.items():
            if commands and (not options.only or any(part in name for part in options.only)):
                yield kind, commands, name, make


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", help="a class whose name contains this; may be repeated")
    parser.add_argument("--command", action="append", choices=COMMANDS)
    parser.add_argument("--size", type=int, action="append", help="bytes of a file; may be repeated")
    parser.add_argument("--one-size", action="store_true", help="only the largest size that is read")
    parser.add_argument("--most", type=int, default=20, help="processor seconds after which a command is ended")
    parser.add_argument("--tsv", type=Path, help="a file that each row is appended to; what it has is not run again")
    options = parser.parse_args()
    sweep, costs = Sweep(most=options.most), dict[str, list[tuple[Run, str]]]()
    done = _rows_of(options.tsv)
    for kind, commands, name, make in plan(options):
        for size in options.size or sizes(kind.name, make, kind.largest)[: 1 if options.one_size else 2]:
            missing = [command for command in commands if (command, name, size) not in done]
            for command, run in sweep.run(kind, missing, make(size)).items() if missing else ():
                done[command, name, size] = run
                _show(options.tsv, (command, name, size), run)
            for command in commands:
                costs.setdefault(command, []).append((done[command, name, size], name))
    sys.exit(1 if _summary(costs) else 0)


def _is_over(run: Run) -> bool:
    return run.seconds > SECONDS or run.memory > MEGABYTES or run.is_broken


def _show(table: Path | None, row: tuple[str, str, int], run: Run) -> None:
    command, name, size = row
    mark = "  OVER" if _is_over(run) else ""
    print(
        f"{size:8} {name:28} {command:23} {run.seconds:6.2f} s {run.memory:5.0f} MB  exit {run.code}{mark}", flush=True
    )
    if table is not None:
        with table.open("a", encoding="utf-8") as file:
            said = run.said[-2_000 if run.is_broken else -300 :]
            file.write("\t".join(json.dumps(each) for each in (*row, *run._replace(said=said))) + "\n")


def _rows_of(table: Path | None) -> dict[tuple[str, str, int], Run]:
    if table is None or not table.exists():
        return {}
    rows = ([json.loads(each) for each in line.split("\t")] for line in table.read_text("utf-8").splitlines())
    return {(command, name, size): Run(*run) for command, name, size, *run in rows}


def _summary(costs: dict[str, list[tuple[Run, str]]]) -> int:
    """Prints a row for each command; how many runs were over."""
    print(f"\n{'command':23} {'runs':>5} {'>2 s':>5} {'>200MB':>6} {'broken':>6} {'slowest':>8} {'':28} {'largest':>8}")
    for command, runs in costs.items():
        slow, large = (max(runs, key=lambda row, of=of: row[0][of]) for of in (0, 1))  # type: ignore[misc]
        counts = (
            sum(run.seconds > SECONDS for run, _ in runs),
            sum(run.memory > MEGABYTES for run, _ in runs),
            sum(run.is_broken for run, _ in runs),
        )
        print(
            f"{command:23} {len(runs):5} {counts[0]:5} {counts[1]:6} {counts[2]:6} {slow[0].seconds:6.2f} s "
            f"{slow[1]:28} {large[0].memory:5.0f} MB {large[1]}"
        )
    return sum(_is_over(run) for runs in costs.values() for run, _ in runs)


if __name__ == "__main__":
    main()
