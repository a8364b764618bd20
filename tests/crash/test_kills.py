"""A process may be killed anywhere: files are old or new, the next run leaves nothing behind and answers as always."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from faultmaven_kb import KnowledgeBase
from tests.crash import work
from tests.crash.harness import POSIX, Server, chosen, serving, surviving

pytestmark = POSIX

QUESTION = "the service reports: disk filling fast"
PAGE = "# {0}\n\n## Meaning\n\nThe service reports: {0}.\n\n## Mitigation\n\nRestart it.\n"
WORK = sorted(work.__all__)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def start(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runbooks that have something to fix, an older export, and a base of older runbooks."""
    folder = tmp_path_factory.mktemp("start")
    kb = folder / "kb" / "redis"
    kb.mkdir(parents=True)
    for name in ("queue-growing", "disk-filling"):
        (kb / f"{name}.md").write_text(PAGE.format(name), encoding="utf-8", newline="\r\n")
    for name in ("build", "export"):
        assert server.outcome(name, folder).code == 0
    (kb / "disk-filling.md").write_bytes(PAGE.format("disk filling fast").encode().rstrip())
    (kb / "new-fault.md").write_bytes(PAGE.format("new fault").encode().rstrip())
    return folder


def _content(folder: Path) -> dict[str, bytes]:
    """The files beside the cache, whose entries are named by what they hold; of a base what it answers."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".fmkb" and "cache" not in path.parts and ".fmkb-" not in path.name
    }


def _answers(folder: Path) -> object:
    base = KnowledgeBase.open(folder / "base.fmkb")
    found = base.search(QUESTION)
    return base.ids, found.verdict, [(hit.runbook.id, hit.score) for hit in found.hits], base.diagnostics


@pytest.mark.parametrize("named", [False, True], ids=["nameless", "named"])
@pytest.mark.parametrize("name", WORK)
def test_a_kill_before_any_step_leaves_old_or_new(
    name: str, named: bool, server: Server, start: Path, tmp_path: Path
) -> None:
    old = _content(start)
    done = Path(shutil.copytree(start, tmp_path / "done"))
    steps = server.outcome(name, done, named=named).steps
    new = _content(done)
    assert steps > 2, "nothing was written"
    for step in chosen(steps):
        folder = Path(shutil.copytree(start, tmp_path / "killed"))
        assert server.outcome(name, folder, step=step, named=named).code == -9, f"step {step} of {steps}"
        _judge(server, name, folder, old, new, done)
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", WORK)
def test_a_kill_within_a_write_leaves_old_or_new(name: str, server: Server, start: Path, tmp_path: Path) -> None:
    old = _content(start)
    done = Path(shutil.copytree(start, tmp_path / "done"))
    server.outcome(name, done)
    new = _content(done)
    written = [path for path in done.rglob("*") if path.is_file() and not _same(path, start / path.relative_to(done))]
    largest = max(path.stat().st_size for path in written)
    ended = set()
    for number in chosen(largest):
        folder = Path(shutil.copytree(start, tmp_path / "killed"))
        ended.add(server.outcome(name, folder, most=number).code)
        _judge(server, name, folder, old, new, done)
        shutil.rmtree(folder)
    assert -25 in ended, ended
    assert ended <= {-25, 0}


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _judge(server: Server, name: str, folder: Path, old: dict[str, bytes], new: dict[str, bytes], done: Path) -> None:
    """After a kill every file is as before or as after the work; when it is done again, all is as after it."""
    for path, content in _content(folder).items():
        assert content in (old.get(path), new.get(path)), f"{path} is torn"
    assert set(old) <= set(_content(folder))
    KnowledgeBase.open(folder / "base.fmkb")
    assert server.outcome(name, folder).code == 0
    assert _content(folder) == new
    assert surviving(folder) == []
    if name in ("append", "build", "join", "merge"):
        assert _answers(folder) == _answers(done)
