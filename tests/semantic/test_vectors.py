"""Vectors: embedded in even batches, kept part by part, read again only where the file is whole, a byte each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from faultmaven_kb.semantic import kept_vectors
from faultmaven_kb.semantic.embedders import Vectors
from faultmaven_kb.semantic.quantised import LARGEST_SCALE, Quantised, unit
from faultmaven_kb.semantic.vectors import VectorStore
from faultmaven_kb.storage.file_format.container import Container, appending
from tests.semantic.letters import Letters


def test_vectors_are_kept_by_content_and_are_the_same_when_read_again(tmp_path: Path) -> None:
    groups = [["one", "two"], ["three"], []]
    first = Letters()
    before = Quantised.together(VectorStore(first, tmp_path).embed(groups))
    assert sorted(first.asked) == ["one", "three", "two"]
    second = Letters()
    after = Quantised.together(VectorStore(second, tmp_path).embed(groups))
    assert second.asked == []
    assert (before.codes == after.codes).all()
    assert (before.scales == after.scales).all()
    third = Letters()
    VectorStore(third, tmp_path).embed([["three!"], ["three"], ["one", "two"]])
    assert third.asked == ["three!"]
    assert VectorStore(Letters(), tmp_path).embed([]) == []


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    groups = [[f"text {number} {'x' * (number % 7)}"] for number in range(700)]

    class Killed(Letters):
        def embed(self, texts: Sequence[str]) -> Vectors:
            if len(self.asked) > 600:
                raise KeyboardInterrupt
            return super().embed(texts)

    with pytest.raises(KeyboardInterrupt):
        VectorStore(Killed(), tmp_path).embed(groups)
    told: list[tuple[int, int]] = []
    again = Letters()
    found = Quantised.together(VectorStore(again, tmp_path, lambda *each: told.append(each)).embed(groups))
    assert len(again.asked) < 250
    assert told[-1] == (len(again.asked), len(again.asked))
    assert (found.codes == Quantised.together(VectorStore(Letters()).embed(groups)).codes).all()


def test_batches_are_of_even_length_and_bounded(tmp_path: Path) -> None:
    batches: list[list[int]] = []

    class Watched(Letters):
        def embed(self, texts: Sequence[str]) -> Vectors:
            batches.append([len(text) for text in texts])
            return super().embed(texts)

    VectorStore(Watched()).embed([["a" * (1 + 37 * number % 1000) for number in range(200)]])
    assert all(max(batch) * len(batch) <= 8_000 and len(batch) <= 32 for batch in batches)
    lengths = [length for batch in batches for length in batch]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize("content", [b"", b"not a container", b"fmkb\r\n\x1a\n" + bytes(5000)])
def test_a_file_of_vectors_that_is_none_is_made_again(tmp_path: Path, content: bytes) -> None:
    VectorStore(Letters(), tmp_path).embed([["one"]])
    (file,) = (each for each in tmp_path.rglob("*") if each.is_file())
    file.write_bytes(content)
    _assert_made_again(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"codes": np.zeros(25, "u1")},
        {"codes": np.zeros(26, "f4")},
        {"scales": np.array([np.nan], "f4")},
        {"scales": np.array([1e30], "f4")},
        {"scales": np.zeros(2, "f4")},
        {"counts": np.array([-1], "i8")},
        {"counts": np.array([1 << 62], "i8")},
        {"counts": np.array([0.5], "f8")},
        {"keys": np.zeros(19, "u1")},
    ],
    ids=lambda change: "-".join(change),
)
def test_whole_parts_with_wrong_sizes_or_values_are_made_again(tmp_path: Path, change: dict[str, np.ndarray]) -> None:
    sound = {
        "keys": np.zeros(20, "u1"),
        "counts": np.ones(1, "i8"),
        "codes": np.zeros(26, "u1"),
        "scales": np.zeros(1, "f4"),
    }
    VectorStore(Letters(), tmp_path).embed([["one"]])
    (file,) = (each for each in tmp_path.rglob("*") if each.is_file())
    directory = Container(file).directory
    with appending(Container(file)) as writer:
        assert writer
        writer.publish({**directory, "segments": [*directory["segments"], writer.add(sound | change)]})
    _assert_made_again(tmp_path)


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"kind": "base"}, {"model": "other"}, {"segments": None}, {"segments": [7]}]
)
def test_a_file_of_another_kind_version_or_model_is_made_again(tmp_path: Path, change: dict[str, object]) -> None:
    VectorStore(Letters(), tmp_path).embed([["one"]])
    (file,) = (each for each in tmp_path.rglob("*") if each.is_file())
    directory = Container(file).directory
    with appending(Container(file)) as writer:
        assert writer
        writer.publish({**directory, **change})
    _assert_made_again(tmp_path)


def _assert_made_again(folder: Path) -> None:
    for asked in (["one"], []):
        letters = Letters()
        (rows,) = VectorStore(letters, folder).embed([["one"]])
        assert letters.asked == asked
        assert rows.vectors() @ unit(letters.embed(["one"]))[0] == pytest.approx([1.0], abs=0.01)


def test_many_parts_become_one_and_a_large_file_keeps_what_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_vectors, "_MOST_SEGMENTS", 3)
    for number in range(6):
        VectorStore(Letters(), tmp_path).embed([[f"text {number}"]])
    (file,) = (each for each in tmp_path.rglob("*") if each.is_file())
    assert len(Container(file).directory["segments"]) <= 3
    letters = Letters()
    assert len(VectorStore(letters, tmp_path).embed([[f"text {number}"] for number in range(6)])) <= 6
    assert letters.asked == []
    monkeypatch.setattr(kept_vectors, "_MOST", 10)
    VectorStore(letters, tmp_path).embed([["text 1"]])
    VectorStore(letters, tmp_path).embed([["text 2"]])
    assert letters.asked == ["text 2"]


def test_a_folder_that_cannot_be_written_or_is_a_link_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert len(VectorStore(Letters(), tmp_path / "file").embed([["one"]])) == 1
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "vectors").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert len(VectorStore(Letters(), tmp_path).embed([["one"]])) == 1
    assert list((tmp_path / "elsewhere").rglob("*")) == []


def test_quantised_vectors_are_near_the_ones_they_stand_for() -> None:
    vectors = unit(np.random.default_rng(1).standard_normal((3000, 64)).astype(np.float32))
    quantised = Quantised.of(vectors)
    assert np.abs(quantised.vectors() - vectors).max() < 0.5 * LARGEST_SCALE
    assert np.abs(quantised.similar(vectors[0]) - vectors @ vectors[0]).max() < 0.02
    assert not Quantised.of(np.zeros((2, 3), np.float32)).vectors().any()


def test_vectors_have_length_one_and_nothing_stays_nothing() -> None:
    found = unit(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32))
    assert found.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]
