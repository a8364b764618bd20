"""A base on disk follows its files: what is small is joined, what is large stays, and nothing is lost."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faultmaven_kb import Cache, ConfigurationError, KnowledgeBase
from faultmaven_kb.reading.files import FileState
from faultmaven_kb.storage import base as base_module
from faultmaven_kb.storage import building, current
from faultmaven_kb.storage.base import StoredBase
from faultmaven_kb.storage.file_format.container import Container, appending
from faultmaven_kb.storage.file_format.sections import Sections
from faultmaven_kb.storage.listing import listed
from tests.storage.pages import page, write


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """More pages than are written anew for a change of one."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(600):
        text = page(f"fault {number}", f"The spindle of unit{number} reports overrun{number % 7}.")
        write(folder / f"fault-{number}.md", text)
    return folder


def test_a_change_of_a_large_base_is_a_segment_that_is_searched_with_the_rest(large: Path) -> None:
    before = KnowledgeBase.build(large, to=large.parent / "base.fmkb")
    write(large / "fault-3.md", page("fault 3", "The gearbox sings frobnicator."))
    write(large / "added.md", page("added", "The crankshaft reports wobbleitis."))
    (large / "fault-5.md").unlink()
    after = before.refresh()
    assert len(base_module.StoredBase(large.parent / "base.fmkb").segments) == 2
    clean = KnowledgeBase.load(large)
    assert after.ids == clean.ids
    assert list(after) == list(clean)
    for question in (
        "gearbox frobnicator",
        "crankshaft wobbleitis",
        "unit5 spindle",
        "unit3 spindle",
        "unit77 overrun0",
    ):
        found, expected = after.search(question), clean.search(question)
        assert found.verdict == expected.verdict, question
        assert [hit.runbook.id for hit in found.hits][:1] == [hit.runbook.id for hit in expected.hits][:1], question
    assert before.search("unit5 spindle").hits[0].runbook.id == "fault-5", "the old state goes on answering"
    assert after.refresh() is after


def test_a_refresh_looks_at_the_files_once(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(large.parent / "cache")
    KnowledgeBase.load(large, cache=cache)
    kb = KnowledgeBase.build(large, to=large.parent / "base.fmkb")
    looks: list[object] = []

    def states_now(*arguments: Any) -> list[FileState]:
        looks.append(arguments)
        return current.states_now(*arguments)

    monkeypatch.setattr(base_module, "states_now", states_now)
    monkeypatch.setattr(building, "find_states", None)
    write(large / "fault-3.md", page("fault 3", "The gearbox sings frobnicator."))
    for refreshed in (kb.refresh(), KnowledgeBase.load(large, cache=cache)):
        assert refreshed.search("gearbox frobnicator").hits[0].runbook.id == "fault-3"
    assert len(looks) == 2


@pytest.mark.parametrize("added", [False, True])
def test_only_files_that_look_changed_are_compared_one_by_one(
    large: Path, monkeypatch: pytest.MonkeyPatch, *, added: bool
) -> None:
    for file in large.iterdir():
        os.utime(file, (1_700_000_000, 1_700_000_000))  # a time that can be trusted
    kb = KnowledgeBase.build(large, to=large.parent / "base.fmkb")
    os.utime(large / "fault-7.md", (1_700_000_000, 1_700_000_001))
    write(large / "fault-3.md", page("fault 3", "The gearbox sings frobnicator."))
    if added:
        write(large / "added.md", page("added", "The crankshaft reports wobbleitis."))
    compare, compared = building._held, []

    def held(state: FileState, known: Any) -> range:
        compared.append((Path(state.name).stem, bool(places := compare(state, known))))
        return places

    monkeypatch.setattr(building, "_held", held)
    after = kb.refresh()
    assert after.search("gearbox frobnicator").hits[0].runbook.id == "fault-3"
    assert list(after) == list(KnowledgeBase.load(large))
    assert len(compared) == (601 if added else 2)
    assert {("fault-3", False), ("fault-7", True)} <= set(compared), "another time of change, and the same text"


def test_many_changes_are_joined_and_nothing_is_lost(large: Path) -> None:
    target = large.parent / "base.fmkb"
    kb = KnowledgeBase.build(large, to=target)
    for number in range(20):
        (large / "moving.md").write_text(page("moving", f"Stage stagenumber{number} blocked."), encoding="utf-8")
        write(
            large / f"fault-{10 * number}.md", page(f"fault {10 * number}", f"Valve valvenumber{number} frobnicates.")
        )
        if number % 3 == 0:
            (large / f"fault-{10 * number + 5}.md").unlink()
        kb = kb.refresh()
        assert kb.search(f"stagenumber{number} blocked").hits[0].runbook.id == "moving"
    assert 1 < len(base_module.StoredBase(target).segments) <= 6
    clean = KnowledgeBase.load(large)
    assert list(kb) == list(clean)
    for number in range(20):
        for question in (
            f"valvenumber{number} frobnicates",
            f"unit{10 * number + 7} spindle",
            f"unit{number + 300} reports",
        ):
            found, expected = kb.search(question), clean.search(question)
            assert found.verdict == expected.verdict, question
            assert [hit.runbook.id for hit in found.hits][:1] == [hit.runbook.id for hit in expected.hits][:1], question


def test_a_change_writes_nothing_again_but_the_small_segments_before_it(large: Path) -> None:
    target = large.parent / "base.fmkb"
    kb = KnowledgeBase.build(large, to=target)
    first = Container(target).directory["segments"][0]
    sizes = []
    for number in range(12):
        write(large / f"fault-{number}.md", page(f"fault {number}", f"Valve valvenumber{number} frobnicates."))
        kb = kb.refresh()
        assert Container(target).directory["segments"][0] == first
        sizes.append([segment.size for segment in base_module.StoredBase(target).segments[1:]])
    assert sizes == [[1], [2], [2, 1], [4], [4, 1], [4, 2], [4, 2, 1], [8], [8, 1], [8, 2], [8, 2, 1], [8, 4]]
    assert list(kb) == list(KnowledgeBase.load(large))
    assert len(KnowledgeBase.build(large, to=target)) == 600
    assert len(base_module.StoredBase(target).segments) == 1


def _state_and_changes(target: Path) -> tuple[object, list[int]]:
    """The state that is written whole, and the files that were changed since."""
    directory, base = Container(target).directory, StoredBase(target)
    return directory["state"], base.changes.whole("rows").tolist() if base.changes else []


def test_a_change_that_brings_no_file_and_no_id_does_not_write_the_names_and_hashes_of_all_again(large: Path) -> None:
    """Seen from outside: whatever is written, the base is the one of the files."""
    target = large.parent / "base.fmkb"

    def refreshed() -> KnowledgeBase:
        kb = KnowledgeBase.open(target).refresh()
        clean = KnowledgeBase.load(large)
        assert list(kb) == list(clean)
        assert kb.diagnostics == clean.diagnostics
        assert kb.refresh() is kb
        assert listed(target, "", titles=1000) == [(runbook.id, runbook.title) for runbook in clean]
        return kb

    for name in ("billing", "search"):
        (large / name).mkdir()
        write(large / name / "pump.md", page("pump", f"The pump of {name} is dry."))

    def many() -> None:
        for number in range(20, 40):
            write(large / f"fault-{number}.md", page(f"fault {number}", "Many at once."))

    KnowledgeBase.build(large, to=target)
    whole, _ = _state_and_changes(target)
    names = StoredBase(target).files.names
    rows = [names.index((large / f"fault-{number}.md").as_posix()) for number in (7, 300)]
    for count, number in enumerate((7, 300), 1):
        write(large / f"fault-{number}.md", page(f"fault {number}", f"Valve valvenumber{number} frobnicates."))
        assert refreshed().search(f"valvenumber{number}").hits[0].runbook.id == f"fault-{number}"
        assert _state_and_changes(target) == (whole, sorted(rows[:count]))
    os.utime(large / "fault-8.md", (1_700_000_500, 1_700_000_500))  # only its time
    refreshed()
    assert _state_and_changes(target)[0] == whole
    changes: tuple[Callable[[], object], ...] = (
        lambda: write(large / "billing" / "pump.md", page("pump", "The pump of billing is noisy again.")),
        lambda: write(large / "fault-9.md", "---\nid: another-id\n---\n" + page("fault 9", "Named by its author.")),
        lambda: write(large / "fault-9a.md", page("fault 9a", "It is new.")),
        lambda: (large / "fault-10.md").unlink(),
        lambda: write(large / "fault-11.md", page("fault 11", "One.") + page("fault 11b", "Two.")),
        many,
    )
    for change in changes:
        before = _state_and_changes(target)[0]
        change()
        refreshed()
        now = _state_and_changes(target)
        assert now[0] != before
        assert now[1] == []


def test_a_file_of_which_little_counts_is_copied_without_the_rest(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = large.parent / "base.fmkb"
    kb = KnowledgeBase.build(large, to=target)
    for number in range(4):
        write(large / f"added-{number}.md", page(f"added {number}", f"Valve valvenumber{number} frobnicates."))
        kb = kb.refresh()
    write(large / "fault-3.md", page("fault 3", "The gearbox sings frobnicator."))
    kb = kb.refresh()
    size = target.stat().st_size
    assert not Container(target).is_sparse
    monkeypatch.setattr(Container, "is_sparse", True)
    write(large / "added-9.md", page("added 9", "The crankshaft reports wobbleitis."))
    kb = kb.refresh()
    assert target.stat().st_size < size
    assert list(kb) == list(KnowledgeBase.load(large))
    StoredBase(target).verify()


def test_a_base_that_is_changed_file_by_file_stays_below_twice_its_size(large: Path) -> None:
    target = large.parent / "base.fmkb"
    kb = KnowledgeBase.build(large, to=target)
    size = target.stat().st_size
    for number in range(60):
        write(large / f"added-{number}.md", page(f"added {number}", f"Valve valvenumber{number} frobnicates."))
        kb = kb.refresh()
    assert target.stat().st_size < 2.5 * size
    assert len(kb) == 660


@pytest.mark.parametrize(("name", "value"), [("rows", 10**6), ("place_rows", 10**6), ("places", 10**6), ("sizes", [])])
def test_hostile_changes_are_an_error_and_nothing_else(large: Path, name: str, value: int | list[int]) -> None:
    target = large.parent / "base.fmkb"
    kb = KnowledgeBase.build(large, to=target)
    write(large / "fault-3.md", page("fault 3", "The gearbox sings frobnicator."))
    container = kb.refresh()._base.container  # type: ignore[union-attr]
    sections = Sections(container, container.directory["changes"])
    arrays = {each: sections.whole(each) for each in container.directory["changes"]}
    arrays[name] = np.array(value, dtype=np.int64).reshape(-1)
    with appending(container) as writer:
        assert writer is not None
        writer.publish({**container.directory, "changes": writer.add(arrays)})
    with pytest.raises(ConfigurationError, match="fmkb build"):
        KnowledgeBase.open(target).refresh()
    assert listed(target, "", titles=9) is None
