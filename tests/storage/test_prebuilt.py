"""The base that travels with its folder: found beside it, never trusted further than it goes."""

import pickle
import shutil
from pathlib import Path

import pytest

from faultmaven_kb import ConfigurationError, KnowledgeBase, knowledge_base
from faultmaven_kb.search.card import card_of
from faultmaven_kb.storage.prebuilt import build_beside, open_beside
from tests.documents import copy_redis


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """A folder of runbooks with its base beside it, both moved since and with other times of change."""
    copy_redis(tmp_path / "here" / "runbooks" / "redis")
    build_beside(tmp_path / "here" / "runbooks", tmp_path / "here" / "runbooks.fmkb")
    shutil.copytree(tmp_path / "here", tmp_path / "there", copy_function=shutil.copyfile)
    shutil.rmtree(tmp_path / "here")
    return tmp_path / "there" / "runbooks"


@pytest.fixture
def installed(moved: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same as the package's own."""
    monkeypatch.setattr(knowledge_base, "builtin_path", lambda: moved)
    return moved


def test_a_base_beside_its_folder_is_what_the_folder_is(installed: Path) -> None:
    base, read = KnowledgeBase.builtin(), KnowledgeBase.load(installed, aliases={})
    assert list(base) == list(read)
    assert [each.path for each in base] == [each.path for each in read]
    answer, expected = base.search("OOM command not allowed"), read.search("OOM command not allowed")
    assert answer.to_dict()["hits"] == expected.to_dict()["hits"]
    assert [hit.card for hit in answer.hits] == [card_of(hit.runbook) for hit in answer.hits]
    assert open_beside(installed) is not None


def test_an_installed_base_is_not_written_to_and_travels_to_other_processes(installed: Path) -> None:
    before = installed.with_suffix(".fmkb").read_bytes()
    base = KnowledgeBase.builtin()
    (installed / "redis" / "redis-new.md").write_text("# Redis - New\n\n## Meaning\n\nNew.\n", encoding="utf-8")
    assert base.refresh() is base
    assert installed.with_suffix(".fmkb").read_bytes() == before
    assert [each.path for each in pickle.loads(pickle.dumps(base))] == [each.path for each in base]
    assert "redis-new" in KnowledgeBase.builtin(), "a base of other files was opened"


def test_a_base_that_is_missing_damaged_or_of_other_code_is_not_opened(
    moved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = moved.with_suffix(".fmkb")
    data = file.read_bytes()
    file.write_bytes(data[:-1])
    assert open_beside(moved) is None
    at = data.index(b"\x78\x01")  # a text or a model, compressed
    file.write_bytes(data[: at + 9] + bytes([data[at + 9] ^ 1]) + data[at + 10 :])
    assert open_beside(moved) is None
    file.write_bytes(data)
    monkeypatch.setattr("faultmaven_kb.storage.base.library_stamp", lambda: "another")
    assert open_beside(moved) is None
    file.unlink()
    assert open_beside(moved) is None


@pytest.mark.parametrize(
    "text", ["---\nid: [\n---\n# Redis - Broken\n", "---\nid: redis-out-of-memory\n---\n# Redis - Twice\n\nText.\n"]
)
def test_runbooks_with_a_fault_are_not_put_into_a_wheel(text: str, tmp_path: Path) -> None:
    copy_redis(tmp_path / "runbooks" / "redis")
    (tmp_path / "runbooks" / "redis" / "redis-zz.md").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"redis-zz\.md"):
        build_beside(tmp_path / "runbooks", tmp_path / "runbooks.fmkb")


def test_the_same_runbooks_give_the_same_bytes(moved: Path, tmp_path: Path) -> None:
    build_beside(moved, tmp_path / "again.fmkb")
    assert (tmp_path / "again.fmkb").read_bytes() == moved.with_suffix(".fmkb").read_bytes()
