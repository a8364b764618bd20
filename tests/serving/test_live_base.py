"""What a server does with the base that it has loaded; that it follows its files is tested with the servers."""

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.serving.live_base import LiveBase
from tests.documents import DOCUMENTS, text_of


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_no_question_waits_while_cycles_are_sought_among_what_was_loaded() -> None:
    base = LiveBase([DOCUMENTS / "sample.md"]).current()
    assert gc.get_freeze_count() > 10_000
    assert not any(each is base for each in gc.get_objects())


def test_a_server_without_paths_serves_the_built_in_runbooks() -> None:
    assert "redis-out-of-memory" in LiveBase().current()


def test_a_look_at_the_files_serves_the_questions_that_came_before_it_and_no_later_one(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(text_of("sample.md"), encoding="utf-8")
    live = LiveBase([tmp_path], patience=60.0, read=lambda paths, cache: KnowledgeBase.load(*paths))
    asked = time.perf_counter()
    time.sleep(0.05)  # longer than a tick of any system's clock
    assert len(live.current(asked=asked)) == 1
    (tmp_path / "b.md").write_text("# New\n\n## Meaning\n\nIt is new.\n", encoding="utf-8")
    time.sleep(0.05)
    assert "b" not in live.current(asked=asked).ids
    assert "b" in live.current(asked=time.perf_counter()).ids
