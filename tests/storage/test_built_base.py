"""A base on disk answers as one in memory, follows its files, and is an error with a remedy when it is damaged."""

import json
import pickle
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faultmaven_kb import Cache, ConfigurationError, FaultmavenError, KnowledgeBase, PathError
from faultmaven_kb.search.card import card_of
from faultmaven_kb.search.fields import FIELDS
from faultmaven_kb.storage import base as base_module
from faultmaven_kb.storage.base import StoredBase
from faultmaven_kb.storage.file_format.container import Container, creating
from faultmaven_kb.storage.file_format.sections import Sections
from faultmaven_kb.storage.stamp import library_stamp
from tests.documents import ROOT, copy_runbooks
from tests.storage.pages import page

QUESTIONS = [
    json.loads(line)["text"]
    for name in ("questions-with-a-runbook", "questions-without-a-runbook")
    for line in (ROOT / "tests" / "data" / "search" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A base of some of the shipped runbooks."""
    copy_runbooks(tmp_path / "runbooks", "linux", "nginx", "postgresql", "redis")
    return tmp_path / "runbooks"


@pytest.fixture
def built(folder: Path) -> Path:
    target = folder.parent / "base.fmkb"
    KnowledgeBase.build(folder, to=target)
    return target


def test_a_built_base_gives_the_same_answers_as_one_in_memory(tmp_path: Path) -> None:
    folder = ROOT / "runbooks"
    memory, disk = KnowledgeBase.load(folder), KnowledgeBase.build(folder, to=tmp_path / "base.fmkb")
    assert disk.ids == memory.ids
    assert list(disk) == list(memory)
    assert disk.diagnostics == memory.diagnostics
    assert disk.technologies == memory.technologies
    for question in QUESTIONS:
        expected, found = memory.search(question), disk.search(question)
        assert found.verdict == expected.verdict, question
        assert [hit.runbook.id for hit in found.hits] == [hit.runbook.id for hit in expected.hits], question
        assert found.reason == expected.reason
        assert [hit.card for hit in found.hits] == [card_of(hit.runbook) for hit in expected.hits], question
        assert pickle.loads(pickle.dumps(found.distinctions)) == expected.distinctions, question


def test_what_is_read_without_the_model_is_what_the_model_says(built: Path) -> None:
    (segment,) = StoredBase(built).segments
    for place in range(segment.size):
        seen, model = segment.seen(place), segment.runbook(place)
        assert card_of(seen) == card_of(model)
        assert type(seen).__name__ != "Runbook"
        for field in FIELDS:
            assert list(field.segments(seen)) == list(field.segments(model)), field.name


def test_a_built_base_reads_no_runbook_before_a_hit_is_asked_for_it(built: Path) -> None:
    base = KnowledgeBase.open(built)
    answer = base.search("FATAL: sorry, too many clients already")
    assert isinstance(base._base, StoredBase)
    read = base._base.runbooks._make.cache_info
    assert (answer.verdict, answer.hits[0].confidence > 0.9, read().misses) == ("match", True, 0)
    assert answer.hits[0].runbook.id == "postgres-connection-pool-exhausted"
    assert answer.hits[0].evidence[0].field == "symptoms"
    assert read().misses == 1


@pytest.mark.parametrize(
    "filters", [{"technology": "REDIS"}, {"severity": "critical"}, {"tag": "Memory"}, {"status": "verified"}]
)
def test_filters_are_those_in_memory(folder: Path, built: Path, filters: dict[str, Any]) -> None:
    memory, disk = KnowledgeBase.load(folder), KnowledgeBase.open(built)
    assert disk.filter(**filters) == memory.filter(**filters)
    question = "connections are refused and memory is full"
    assert [hit.runbook.id for hit in disk.search(question, **filters).hits] == [
        hit.runbook.id for hit in memory.search(question, **filters).hits
    ]


def test_when_the_first_of_two_equal_ids_goes_the_second_answers(folder: Path) -> None:
    text = (folder / "redis" / "redis-out-of-memory.md").read_text(encoding="utf-8")
    (folder / "zz").mkdir()
    (folder / "zz" / "redis-out-of-memory.md").write_text(text, encoding="utf-8")
    kb = KnowledgeBase.build(folder, to=folder.parent / "base.fmkb")
    assert [diagnostic.code for diagnostic in kb.unread] == ["RB804"]
    assert kb.diagnostics == KnowledgeBase.load(folder).diagnostics
    (folder / "redis" / "redis-out-of-memory.md").unlink()
    kb = kb.refresh()
    assert not kb.unread
    assert str(kb["redis-out-of-memory"].path).endswith("zz/redis-out-of-memory.md")


def _damages(data: bytes) -> Iterator[bytes]:
    dice = random.Random(5)
    for size in (0, 1, 100, 1_024, 4_096, *(dice.randrange(len(data)) for _ in range(25))):
        yield data[:size]
    for _ in range(150):
        changed = bytearray(data)
        changed[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        yield bytes(changed)


def _answers(path: Path, questions: list[str]) -> list[dict[str, object]] | str:
    """The answers of the base in a file, or its error."""
    try:
        kb = KnowledgeBase.open(path)
        answers = [kb.search(question).to_dict() for question in questions]
        kb.search(questions[0], technology="redis")
        assert len(list(kb)) == len(kb)
        kb.search(questions[0], tag="cache")
    except ConfigurationError as error:
        return str(error)
    return answers


def test_a_damaged_file_is_an_error_with_a_remedy_or_does_not_matter(built: Path) -> None:
    questions = QUESTIONS[::60]
    expected = [KnowledgeBase.open(built).search(question).to_dict() for question in questions]
    refused = 0
    for number, data in enumerate(_damages(built.read_bytes())):
        damaged = built.with_name(f"{number}.fmkb")
        damaged.write_bytes(data)
        found = _answers(damaged, questions)
        assert found == expected or (isinstance(found, str) and "fmkb build" in found)
        refused += isinstance(found, str)
    assert refused > 30


def _rewritten(path: Path, name: str, values: object) -> Path:
    """The base with an array of its segment or its state replaced, its checksums right."""
    container = Container(path)
    directory = dict(container.directory)
    (segment,) = directory["segments"]
    state = directory["state"]
    target = path.with_name("hostile.fmkb")

    def read(entries: dict[str, list[object]]) -> dict[str, np.ndarray]:
        return {key: Sections(container, entries).whole(key) for key in entries}

    with creating(target) as writer:
        parts = [read(segment), read(state)]
        for arrays in parts:
            if name in arrays:
                was = arrays[name]
                arrays[name] = np.array(values, dtype=was.dtype) if isinstance(values, list) else was + values
        directory |= {"segments": [writer.add(parts[0])], "state": writer.add(parts[1])}
        writer.publish(directory)
    return target


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("documents", 2_000_000_000),
        ("starts", -5),
        ("starts", 10**15),
        ("starts", 1),
        ("tag_starts", 1),
        ("passage_starts", -1),
        ("subject_starts", 1),
        ("models", 1),
        ("texts", 1),
        ("models_at", 10**12),
        ("bounds", 7),
        ("passage_starts", 10**9),
        ("passage_segments", 10**6),
        ("columns", 99_999),
        ("words_at", 10**6),
        ("hashed", 10**8),
        ("ids", []),
        ("ids", 200),
        ("places", -5),
        ("information", []),
        ("columns", [1, 2, 3]),
    ],
)
def test_a_hostile_file_is_an_error_and_nothing_else(built: Path, name: str, values: object) -> None:
    found = _answers(_rewritten(built, name, values), QUESTIONS[::20])
    assert isinstance(found, str)
    assert "fmkb build" in found


@pytest.mark.parametrize(("times", "fault"), [(5_000, "more than 256 segments"), (2, "share a part of the file")])
def test_a_file_that_lists_a_segment_again_and_again_is_refused_before_they_are_read(
    built: Path, times: int, fault: str
) -> None:
    container, target = Container(built), built.with_name("hostile.fmkb")
    directory = dict(container.directory)
    parts = [*directory["segments"], directory["state"]]
    arrays = [{name: Sections(container, part).whole(name) for name in part} for part in parts]
    with creating(target) as writer:
        segment, state = map(writer.add, arrays)
        writer.publish(directory | {"segments": [segment] * times, "state": state})
    found = _answers(target, QUESTIONS[:1])
    assert isinstance(found, str)
    assert fault in found
    assert "fmkb build" in found


def test_a_base_of_another_version_says_so_and_a_kept_one_is_made_again(
    folder: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_module, "library_stamp", lambda: "0.0.1 other")
    with pytest.raises(ConfigurationError, match="another version"):
        KnowledgeBase.open(built)
    monkeypatch.undo()
    assert KnowledgeBase.build(folder, to=built).ids == KnowledgeBase.load(folder).ids


def test_a_base_made_with_another_stemmer_is_of_another_version(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("Stemmer.version", lambda: "0.0.1")
    library_stamp.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match="another version"):
            KnowledgeBase.open(built)
    finally:
        library_stamp.cache_clear()


def test_a_base_that_cannot_be_written_leaves_the_old_one(folder: Path, built: Path) -> None:
    with pytest.raises(PathError, match="cannot write"):
        KnowledgeBase.build(folder, to=folder / "nowhere" / "base.fmkb")
    (folder.parent / "taken.fmkb").mkdir()
    with pytest.raises(FaultmavenError):
        KnowledgeBase.build(folder, to=folder.parent / "taken.fmkb")
    assert not list(folder.parent.glob(".*.part"))
    assert len(KnowledgeBase.open(built)) == len(list(folder.rglob("*.md")))


def test_what_a_killed_process_left_is_removed_by_the_next_build(folder: Path, built: Path) -> None:
    left = built.with_name(".fmkb-0123456789abcdef.part")
    left.write_bytes(b"half of a base")
    (folder / "new.md").write_text(page("new", "A new fault."), encoding="utf-8")
    KnowledgeBase.build(folder, to=built)
    assert not left.exists()


def test_a_built_file_stands_alone(folder: Path, built: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be combined"):
        KnowledgeBase.load(built, folder)
    assert KnowledgeBase.load(built).ids == KnowledgeBase.load(folder).ids


def test_a_cache_stays_within_its_bound_and_can_be_cleaned(folder: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", most=1)
    for name in ("redis", "linux", "nginx"):
        assert len(KnowledgeBase.load(folder / name, cache=cache)) >= 1
    assert len(list(cache.folder.rglob("*.fmkb"))) == 1
    assert cache.clean() > 0
    assert not list(cache.folder.rglob("*.fmkb"))


def test_names_and_values_that_are_no_utf8_are_kept(tmp_path: Path) -> None:
    (tmp_path / "odd.md").write_text('---\nid: "a\\ud800b"\n---\n# Odd\n\nThe flux is odd.\n', encoding="utf-8")
    kb = KnowledgeBase.build(tmp_path, to=tmp_path / "base.fmkb")
    assert list(kb) == list(KnowledgeBase.load(tmp_path))
