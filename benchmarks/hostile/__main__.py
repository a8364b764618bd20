"""What the worst permitted files cost: seconds and peak memory of each command on each class of hostile file.

python -m benchmarks.hostile                      # every class under every command, some hours
python -m benchmarks.hostile --only links --command validate --size 100000

Each class is one small text repeated until the file has the largest permitted size, and once more half of it, or as
much as is read where a limit refuses the whole. Every command runs in a process of its own, as a user runs it: seconds
are those of the processor (a busy machine does not count), memory is the peak of the process and of those it started.
At the end the worst class of each command is listed. The exit code is 1 when one is over 2 seconds or 200 MB.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.hostile.code import CODE
from benchmarks.hostile.files import ALERTS, BASELINES, CONFIGURATIONS, LABELLED, LABS, QUESTIONS, SCHEMAS
from benchmarks.hostile.makers import HEADER, Make
from benchmarks.hostile.prose import PROSE
from faultmaven_kb import parse_runbook
from faultmaven_kb.gate.configuration.regular import DATA_LIMIT, SETTINGS_LIMIT
from faultmaven_kb.text.decoding import SIZE_LIMIT

SECONDS, MEGABYTES = 2.0, 200.0
DOCUMENT_COMMANDS: dict[str, tuple[str, ...]] = {
    "validate": ("validate", "--profile", "curated", "--format", "json", "{file}"),
    "validate --fix": ("validate", "--fix", "--unsafe-fixes", "{copy}"),
    "validate --fix --diff": ("validate", "--fix", "--diff", "{file}"),
    "show": ("show", "hostile", "--kb", "{file}"),
    "search": ("search", "redis out of memory", "--kb", "{file}"),
    "list": ("list", "--kb", "{file}"),
    "diagnose": ("diagnose", "redis out of memory", "--no-ask", "--kb", "{file}"),
    "eval": ("eval", "--no-clock", "--kb", "{file}"),
    "convert": ("convert", "{file}", "--to", "faultmaven"),
    "convert causal-chain": ("convert", "{file}", "--to", "causal-chain"),
    "convert skills": ("convert", "{file}", "--to", "skills"),
    "export json": ("export", "json", "--kb", "{file}"),
    "export chunks": ("export", "chunks", "--kb", "{file}"),
    "export skills": ("export", "skills", "{folder}/skills", "--kb", "{file}"),
    "build": ("build", "{file}", "-o", "{folder}/base.fmkb"),
    "site build": ("site", "build", "{file}", "-o", "{folder}/site"),
}
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
    Kind(PROSE | CODE, _DOCUMENT, SIZE_LIMIT, tuple(DOCUMENT_COMMANDS)),
    Kind(QUESTIONS, "question.txt", 2_000_000, ("search -", "diagnose -")),
    Kind(ALERTS, "rules.yaml", 400_000, ("alerts",)),
    Kind(CONFIGURATIONS, "fmkb.toml", SETTINGS_LIMIT, ("validate --config",)),
    Kind(SCHEMAS, "schema.json", SETTINGS_LIMIT, ("validate schema",)),
    Kind(BASELINES, "baseline.json", DATA_LIMIT, ("validate --baseline",)),
    Kind(LABELLED, "labelled.jsonl", 1_000_000, ("eval labelled", "eval --compare", "eval --qrels")),
    Kind(BASELINES | LABELLED, "earlier.json", 1_000_000, ("export chunks --since", "diagnose --observations")),
    Kind(LABS, "labs/redis/hostile.lab.yaml", SIZE_LIMIT, ("lab lint",)),
)
Cost = tuple[float, float, int]


def measure(arguments: tuple[str, ...], environment: dict[str, str], given: Path, *, most: int) -> Cost:
    """Processor seconds, peak memory in MB and exit code of a command; it is ended after `most` processor seconds."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))

    command = [sys.executable, "-m", "faultmaven_kb", *arguments]
    with given.open("rb") as question:
        child = subprocess.Popen(
            command,
            env=environment,
            stdin=question,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=limit,  # noqa: PLW1509 - one thread, and nothing but the limit
        )
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode


def prepared(folder: Path, name: str, text: str) -> Path:
    """The hostile file in a folder that has what the commands name beside it."""
    file = folder / name
    for each in (file.parent, folder / "runbooks" / "redis", folder / "labs"):
        each.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    (folder / f"copy-{file.name}").write_bytes(file.read_bytes())
    (folder / "sound.md").write_text(HEADER, encoding="utf-8")
    (folder / "runbooks" / "redis" / "hostile.md").write_text(HEADER, encoding="utf-8")
    (folder / "labs" / "images.yaml").write_text("images: {}\n", encoding="utf-8")
    (folder / "with-schema.toml").write_text('schema = "schema.json"\n', encoding="utf-8")
    (folder / "questions.jsonl").write_text('{"id": "a", "text": "redis", "expected": []}\n', encoding="utf-8")
    return file


def sizes(kind: Kind, make: Make) -> tuple[int, ...]:
    """The largest permitted size, half of it, and of a document that is refused there the largest that is read.

    A document just below a limit costs the most, and a class that is refused whole would prove nothing.
    """
    if kind.name != _DOCUMENT or not _is_refused(make(kind.largest)):
        return kind.largest, kind.largest // 2
    low, high = 3_000, kind.largest
    while high - low > 2_000:
        middle = (low + high) // 2
        low, high = (low, middle) if _is_refused(make(middle)) else (middle, high)
    return kind.largest, low


def _is_refused(text: str) -> bool:
    return any(each.code == "RB014" for each in parse_runbook(text).diagnostics)


def rows(
    only: list[str] | None, commands: list[str] | None, given: list[int] | None, most: int
) -> Iterator[tuple[int, str, str, Cost]]:
    """Size, class, command and cost of each run that is asked for."""
    environment = {**os.environ, "FMKB_NO_CACHE": "1"}
    environment.pop("GITHUB_ACTIONS", None)
    for kind in KINDS:
        for name, make in kind.classes.items():
            chosen = [command for command in kind.commands if not commands or command in commands]
            if not chosen or (only and not any(part in name for part in only)):
                continue
            for size in given or sizes(kind, make):
                with tempfile.TemporaryDirectory() as folder:
                    file = prepared(Path(folder), kind.name, make(size))
                    for command in chosen:
                        arguments = arguments_of(command, Path(folder), file)
                        yield size, name, command, measure(arguments, environment, file, most=most)


def arguments_of(command: str, folder: Path, file: Path) -> tuple[str, ...]:
    """The arguments of a command for the hostile file in a folder."""
    copy = folder / f"copy-{file.name}"
    return tuple(part.format(file=file, folder=folder, copy=copy) for part in COMMANDS[command])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", help="a class whose name contains this; may be repeated")
    parser.add_argument("--command", action="append", choices=COMMANDS)
    parser.add_argument("--size", type=int, action="append", help="bytes of a file; may be repeated")
    parser.add_argument("--most", type=int, default=20, help="processor seconds after which a command is ended")
    options = parser.parse_args()
    bad, worst = 0, dict[str, list[tuple[float, float, str]]]()
    for size, kind, command, (seconds, memory, code) in rows(options.only, options.command, options.size, options.most):
        over = seconds > SECONDS or memory > MEGABYTES or code not in (0, 1, 2)
        bad += over
        worst.setdefault(command, []).append((seconds, memory, kind))
        mark = "  OVER" if over else ""
        print(f"{size:8} {kind:28} {command:23} {seconds:6.2f} s {memory:5.0f} MB  exit {code}{mark}", flush=True)
    print(f"\n{'command':23} {'slowest':>8} {'':28} {'largest':>8}")
    for command, costs in worst.items():
        slow, large = max(costs), max(costs, key=lambda cost: cost[1])
        print(f"{command:23} {slow[0]:6.2f} s {slow[2]:28} {large[1]:5.0f} MB {large[2]}")
    print(f"{bad} over {SECONDS:g} s or {MEGABYTES:g} MB, or ended by more than a finding")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
