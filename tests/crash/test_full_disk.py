"""A disk that is full or read-only: a message, exit code 2, the old files as they were, and nothing left behind."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from faultmaven_kb import KnowledgeBase
from tests.documents import RUNBOOKS, copy_runbooks

NEEDS_MOUNT = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only the superuser of Linux mounts a small disk"
)
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}


def _mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)):
        pytest.skip("this machine does not let the superuser mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(disk: Path, *, leave: int = 0) -> None:
    """Fill a disk but for some bytes."""
    state = os.statvfs(disk)
    with (disk / "filling").open("wb", buffering=0) as file:
        left = max(state.f_bavail * state.f_frsize - leave, 0)
        while left > 0:
            left -= file.write(bytes(min(left, 65536)))


def _fmkb(folder: Path, *arguments: str, cache: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {**ENVIRONMENT, "FMKB_CACHE_DIR": str(cache or folder.parent / "cache")}
    command = [sys.executable, "-m", "faultmaven_kb", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def kb(disk: Path) -> Path:
    """Two runbooks on the disk that have something to fix."""
    (disk / "kb").mkdir()
    for path in sorted(RUNBOOKS)[:2]:
        (disk / "kb" / path.name).write_bytes(path.read_bytes() + b"Word.  \r\n" * 20)
    return disk


CALLS = (
    ("validate", "kb", "--fix", "--no-cache"),
    ("validate", "kb", "--write-baseline", "--baseline", "base.json"),
    ("build", "kb", "-o", "base.fmkb"),
    ("export", "skills", "out", "--kb", "kb", "--catalog"),
    ("export", "json", "--split", "out", "--kb", "kb"),
    ("new", "redis-high-latency", "--folder", "kb"),
    ("convert", "redis-out-of-memory", "--to", "skills", "-o", "out"),
)


@NEEDS_MOUNT
@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_full_disk_is_a_message_and_the_old_files(arguments: tuple[str, ...], kb: Path) -> None:
    _fill(kb)
    before = _state(kb)
    done = _fmkb(kb, *arguments)
    assert (done.returncode, "No space left on device" in done.stderr) == (2, True), done.stderr
    assert _state(kb) == before


@NEEDS_MOUNT
@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_read_only_disk_is_a_message_and_the_old_files(arguments: tuple[str, ...], kb: Path) -> None:
    before = _state(kb)
    assert _mount("-o", "remount,ro", str(kb))
    done = _fmkb(kb, *arguments)
    assert (done.returncode, "ead-only" in done.stderr) == (2, True), done.stderr
    assert _state(kb) == before


@NEEDS_MOUNT
@pytest.mark.parametrize("leave", [0, 40_000])
def test_a_cache_on_a_full_disk_changes_no_answer_and_leaves_nothing(leave: int, disk: Path, tmp_path: Path) -> None:
    copy_runbooks(tmp_path / "kb", "linux", "redis")
    calls = (("search", "--kb", "kb", "memory"), ("validate", "kb", "--format", "json"))
    expected = [_fmkb(tmp_path, *call, cache=tmp_path / "cache").stdout for call in calls]
    assert all(expected)
    (disk / "cache").mkdir()
    _fill(disk, leave=leave)
    for call, output in zip(calls, expected, strict=True):
        done = _fmkb(tmp_path, *call, cache=disk / "cache")
        assert (done.stdout, done.stderr) == (output, "")
    assert not [path for path in (disk / "cache").rglob("*") if path.name.startswith((".", "tmp"))]


@NEEDS_MOUNT
def test_a_change_that_finds_the_disk_full_leaves_the_old_base(kb: Path) -> None:
    assert _fmkb(kb, "build", "kb", "-o", "base.fmkb").returncode == 0
    before = KnowledgeBase.open(kb / "base.fmkb").ids
    (kb / "kb" / "another-fault.md").write_text("# Another fault\n\n## Meaning\n\nIt is broken.\n", encoding="utf-8")
    _fill(kb)
    assert _fmkb(kb, "build", "kb", "-o", "base.fmkb").returncode == 2
    assert KnowledgeBase.open(kb / "base.fmkb").ids == before
    (kb / "filling").unlink()
    assert _fmkb(kb, "build", "kb", "-o", "base.fmkb").returncode == 0
    assert len(KnowledgeBase.open(kb / "base.fmkb")) == len(before) + 1


def test_sixteen_processes_on_a_cold_cache_give_one_answer(tmp_path: Path) -> None:
    copy_runbooks(tmp_path / "kb", "linux", "redis")
    calls = (("search", "--kb", "kb", "memory", "--json"), ("validate", "kb", "--format", "json", "--jobs", "1"))
    expected = {call: _fmkb(tmp_path, *call, cache=tmp_path / "alone").stdout for call in calls}
    assert all(expected.values())
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: _fmkb(tmp_path, *calls[number % 2], cache=tmp_path / "cold"), range(16)))
    for number, done in enumerate(found):
        assert (done.stdout, done.stderr) == (expected[calls[number % 2]], ""), number
    assert not list((tmp_path / "cold").rglob(".*"))
