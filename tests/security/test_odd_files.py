"""Every command that takes a path is given what is not a file: it ends, with a message, and without an internal error.

The commands and their paths are collected from the command line itself, so a new one is tried without being listed.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from click.testing import CliRunner

from faultmaven_kb import KnowledgeBase, parse_runbook
from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.errors import FaultmavenError
from tests.documents import RUNBOOKS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and sockets among the files")

_SERVERS = frozenset({"mcp", "lsp"})
_WORDS = {"text": "memory", "runbook": "redis-out-of-memory", "name": "redis-out-of-memory", "paths": "kb"}
_KINDS = ("pipe", "device", "socket", "folder", "loop", "nowhere", "unreadable", "binary")


class Place(NamedTuple):
    """A command, and the one of its parameters that takes a path."""

    words: tuple[str, ...]
    command: click.Command
    parameter: click.Parameter

    def arguments(self, path: str, labs: str) -> list[str]:
        """A call of the command with this path; what else it needs is sound."""
        found = list(self.words)
        if any("--labs" in each.opts for each in self.command.params) and "--labs" not in self.parameter.opts:
            found += ["--labs", labs]
        if any("--kb" in each.opts for each in self.command.params) and "--kb" not in self.parameter.opts:
            found += ["--kb", "kb"]
        for each in self.command.params:
            if each is self.parameter:
                found += [path] if isinstance(each, click.Argument) else [each.opts[0], path]
            elif isinstance(each, click.Argument) and (each.required or each.name == "text"):
                found.append("kb" if isinstance(each.type, click.Path) else _WORDS.get(str(each.name), "new-name"))
            elif each.required:
                assert isinstance(each.type, click.Choice | click.Path), each
                found += [each.opts[0], each.type.choices[0] if isinstance(each.type, click.Choice) else "x.fmkb"]
        return found


def _commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _commands(below, (*words, name))
    else:
        yield words, command


PLACES = [
    Place(words, command, parameter)
    for words, command in _commands(fmkb)
    for parameter in command.params
    if isinstance(parameter.type, click.Path)
]


def _name(place: Place) -> str:
    return f"{'-'.join(place.words)}-{str(place.parameter.name).replace('_', '-')}"


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "kb").mkdir()
    (tmp_path / "labs").mkdir()
    (tmp_path / "kb" / "redis-out-of-memory.md").write_bytes(
        next(path for path in RUNBOOKS if path.stem == "redis-out-of-memory").read_bytes()
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FMKB_LABS_DIR", str(tmp_path / "state"))
    sockets: list[socket.socket] = []
    for kind in _KINDS:
        _plant(kind, Path(f"{kind}.md"), sockets)
    yield tmp_path
    for each in sockets:
        each.close()


def _plant(kind: str, path: Path, sockets: list[socket.socket]) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "socket":
        sockets.append(socket.socket(socket.AF_UNIX))
        sockets[-1].bind(str(path))  # relative, because the name of a socket is short
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "unreadable":
        path.write_bytes(b"# A\n")
        path.chmod(0)
    elif kind == "binary":
        path.write_bytes(b"\xff\xfe\0\0[[[[{{{{" * 200)


def _ring(*_: object) -> None:
    raise TimeoutError("the command did not end")


def _call(arguments: list[str]) -> Any:
    """The result of a command that is ended when it hangs."""
    before = signal.signal(signal.SIGALRM, _ring)
    signal.alarm(120)
    try:
        return CliRunner().invoke(fmkb, arguments)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_the_paths_of_all_commands_are_found() -> None:
    names = {_name(place) for place in PLACES}
    assert {"validate-paths", "validate-baseline", "eval-questions"} <= names
    assert len(PLACES) > 30


@pytest.mark.parametrize(
    "place", [each for each in PLACES if not {*each.words} & {*_SERVERS, "serve"}], ids=_name
)  # `serve` runs until it is stopped; what it reads is read by the same functions
def test_no_command_hangs_or_fails_at_what_is_not_a_file(place: Place, surroundings: Path) -> None:
    for kind in _KINDS:
        path = f"{kind}.md"
        done = _call(place.arguments(path, "labs"))
        expected = (SystemExit, FaultmavenError, OSError, type(None))
        assert isinstance(done.exception, expected), f"{kind}: {done.exception!r}"
        assert not isinstance(done.exception, TimeoutError), kind
        assert done.exit_code in (0, 1, 2), kind
        if isinstance(done.exception, FaultmavenError | OSError):
            assert str(done.exception), kind
    assert sorted(path.name for path in surroundings.rglob(".fmkb-*.part")) == []


@pytest.mark.parametrize("words", sorted({each.words for each in PLACES if each.words[0] in _SERVERS}), ids=" ".join)
def test_no_server_hangs_at_a_pipe(words: tuple[str, ...], surroundings: Path) -> None:
    (surroundings / "pipe.md").rename(surroundings / "kb" / "pipe.md")
    command = [sys.executable, "-m", "faultmaven_kb", *words, "--kb", "kb"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    assert b"internal error" not in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_folder_with_all_of_them_is_read_and_each_is_named(surroundings: Path) -> None:
    base = KnowledgeBase.load(".")
    assert len(base) >= 1
    named = {Path(each.path).stem for each in base.diagnostics if each.code == "RB013"}
    assert named >= {"pipe", "socket", "loop"}
    for kind in ("pipe", "device", "socket"):
        with pytest.raises(FaultmavenError, match="expected a regular file"):
            parse_runbook(Path(f"{kind}.md"))


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "binary"])
def test_what_lies_in_the_cache_is_ignored(kind: str, surroundings: Path) -> None:
    arguments = [["search", "--kb", "kb", "memory"], ["validate", "kb", "--format", "json"]]
    expected = [_call(each).stdout for each in arguments]
    assert all(expected)
    sockets: list[socket.socket] = []
    for file in [path for path in (surroundings / "cache").rglob("*") if path.is_file()]:
        file.unlink()
        _plant(kind, file, sockets)
    assert [_call(each).stdout for each in arguments] == expected
    cleaned = _call(["cache", "clean"])
    assert cleaned.exit_code in (0, 2), cleaned.output
