"""What a server does with the base that it has loaded; that it follows its files is tested with the servers."""

import gc
from collections.abc import Iterator

import pytest

from faultmaven_kb.serving.live_base import LiveBase
from tests.documents import DOCUMENTS


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
