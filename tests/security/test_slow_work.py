"""What takes long on a server runs in a process with a deadline, and everybody else is answered meanwhile."""

import os
import threading
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from faultmaven_kb import KnowledgeBase, PathError
from faultmaven_kb.serving.live_base import LiveBase
from faultmaven_kb.serving.workers import DeadlineError, Workers
from faultmaven_kb.storage.kept import Cache
from tests.documents import text_of
from tests.security import slow_to_import


def _for_ever() -> None:
    threading.Event().wait()


def _end() -> None:
    os._exit(7)


def _refuse() -> None:
    raise PathError("no such folder")


def test_work_that_does_not_end_is_ended_at_its_deadline_and_the_next_one_is_done() -> None:
    workers = Workers(seconds=0.2, most=1)
    with pytest.raises(DeadlineError, match=r"not done within 0\.2 seconds"):
        workers.run(_for_ever)
    assert Workers(seconds=60).run(len, "abc") == 3


def test_the_start_of_a_worker_takes_nothing_from_the_time_for_its_work() -> None:
    assert Workers(seconds=1.5, most=1).run(slow_to_import.answer) == 3


def test_a_worker_that_dies_or_raises_is_an_error_of_that_work_alone() -> None:
    workers = Workers(seconds=60, most=1)
    with pytest.raises(DeadlineError, match="ended before"):
        workers.run(_end)
    with pytest.raises(PathError, match="no such folder"):
        workers.run(_refuse)
    assert workers.run(len, "abc") == 3


def test_the_old_base_answers_while_a_change_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(text_of("sample.md"), encoding="utf-8")
    begun, finish = threading.Event(), threading.Event()

    def slow(paths: tuple[str | Path, ...], cache: Cache | None) -> KnowledgeBase:
        begun.set()
        assert finish.wait(60)
        return KnowledgeBase.load(*paths)

    live = LiveBase([tmp_path], patience=0.0, read=slow)
    old = live.current()
    (tmp_path / "b.md").write_text("# New\n\n## Meaning\n\nIt is new.\n", encoding="utf-8")
    assert live.current() is old
    assert begun.wait(60)
    assert live.current() is old
    finish.set()
    loading = live._loading
    if loading is not None:
        loading.join(60)
    assert "b" in live.current().ids


def test_a_change_that_cannot_be_read_leaves_the_old_base(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(text_of("sample.md"), encoding="utf-8")

    def fail(paths: tuple[str | Path, ...], cache: Cache | None) -> KnowledgeBase:
        raise DeadlineError("not done")

    live = LiveBase([tmp_path], patience=60.0, read=fail)
    old = live.current()
    (tmp_path / "b.md").write_text("# New\n", encoding="utf-8")
    assert live.current() is old
    assert live.current() is old


def test_a_change_is_read_in_a_worker_process(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(text_of("sample.md"), encoding="utf-8")
    live = LiveBase([tmp_path], patience=60.0)
    assert len(live.current()) == 1
    (tmp_path / "b.md").write_text("# New\n\n## Meaning\n\nIt is new.\n", encoding="utf-8")
    assert "b" in live.current().ids
