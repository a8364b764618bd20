"""The ids for the shell's completion are those of the base, or there are none: then the base itself is asked."""

import os
from pathlib import Path

import pytest

from faultmaven_kb import Cache, KnowledgeBase
from faultmaven_kb.cli.shared.completing import ids_at_once
from faultmaven_kb.storage import listing
from faultmaven_kb.storage.listing import listed


def _write(file: Path, text: str) -> None:
    """Write a page as one that was changed a while ago: the time of a change a moment ago is not trusted."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"# {text}\n\n## Meaning\n\nFull.\n\n## Mitigation\n\nRestart.\n", encoding="utf-8")
    os.utime(file, (1_700_000_000, 1_700_000_000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pages, two of which are told apart by their folders."""
    for name in ("billing/disk", "search/disk", "search/net"):
        _write(tmp_path / "pages" / f"{name}.md", f"Fault of {name}")
    return tmp_path / "pages"


def test_the_ids_and_titles_are_those_of_the_base(folder: Path, tmp_path: Path) -> None:
    kb = KnowledgeBase.build(folder, to=tmp_path / "base.fmkb")
    _write(folder / "search" / "more.md", "More")
    kb = kb.refresh()
    expected = [(runbook_id, kb[runbook_id].title) for runbook_id in kb.ids]
    assert "billing/disk" in kb.ids
    assert listed(tmp_path / "base.fmkb", "", titles=9) == expected
    assert listed(tmp_path / "base.fmkb", "", titles=1) == [expected[0], *((name, "") for name in kb.ids[1:])]
    assert listed(tmp_path / "base.fmkb", "billing", titles=9) == [("billing/disk", "Fault of billing/disk")]


def test_a_base_of_other_files_or_another_library_and_a_damaged_one_list_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "base.fmkb"
    KnowledgeBase.build(folder, to=base)
    (folder / "search" / "net.md").unlink()
    assert listed(base, "", titles=9) is None
    assert len(listed(base, "", titles=9, as_built=True) or ()) == 3
    with monkeypatch.context() as changed:
        changed.setattr(listing, "library_stamp", lambda: "0.0.1 other")
        assert listed(base, "", titles=9, as_built=True) is None
    data = base.read_bytes()
    at = data.index(b"search/disk.md")
    base.write_bytes(data[:at] + b"x" + data[at + 1 :])
    assert listed(base, "", titles=9) is None
    assert listed(tmp_path / "none.fmkb", "", titles=9) is None


def test_ids_come_from_a_built_base_or_from_the_one_that_is_kept_of_a_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FMKB_CACHE_DIR", str(tmp_path / "cache"))
    assert ids_at_once((folder,), "") is None
    KnowledgeBase.load(folder, cache=Cache(tmp_path / "cache"))
    KnowledgeBase.build(folder, to=tmp_path / "base.fmkb")
    assert ids_at_once((folder,), "net") == [("net", "Fault of search/net")]
    assert ids_at_once((tmp_path / "base.fmkb",), "net") == [("net", "Fault of search/net")]
    assert ids_at_once((tmp_path / "base.fmkb", folder), "net") is None
