"""The cache and more processes change how long a check takes, never what it finds; no input makes it raise."""

import ast
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import faultmaven_kb
from faultmaven_kb.gate.engine import check as check_room
from faultmaven_kb.gate.engine import result_cache
from faultmaven_kb.gate.engine.check import check_paths, check_text
from faultmaven_kb.gate.engine.document import Examined, examine
from faultmaven_kb.gate.engine.result_cache import ResultCache
from faultmaven_kb.gate.settings.settings import Criteria, Profile, Settings
from faultmaven_kb.reading.code_stamp import READING_ROOMS, code_stamp
from tests.documents import LAST_UPDATED, ROOT, RUNBOOKS, copy_runbooks

TODAY = date(2026, 11, 22)
FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").rglob("*.md"))
CRITERIA = Criteria(TODAY, Profile.CURATED, Settings(extend_select=("RB811",)))


def test_a_result_comes_back_from_the_cache_as_it_was(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path / "cache")
    for path in [*FIXTURES[::16], *RUNBOOKS[:2]]:
        data = path.read_bytes()
        result = examine(data, path.name, CRITERIA)
        assert cache.get(data, path.name, CRITERIA) is None
        cache.put(data, path.name, CRITERIA, result)
        assert cache.get(data, path.name, CRITERIA) == result
        shutil.rmtree(tmp_path / "cache")


def test_another_name_day_profile_or_setting_is_examined_anew(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path)
    cache.put(b"x", "a.md", CRITERIA, Examined("a.md", ()))
    assert cache.get(b"x", "a.md", CRITERIA) == Examined("a.md", ())
    assert cache.get(b"y", "a.md", CRITERIA) is None
    assert cache.get(b"x", "b.md", CRITERIA) is None
    for other in (
        Criteria(date(2026, 11, 23), Profile.CURATED, CRITERIA.settings),
        Criteria(TODAY, Profile.INGEST, CRITERIA.settings),
        Criteria(TODAY, Profile.CURATED, Settings()),
    ):
        assert cache.get(b"x", "a.md", other) is None


def test_a_changed_module_of_any_room_below_makes_results_stale() -> None:
    """Moved files once left the stamp looking at a folder that no longer existed."""
    package = Path(faultmaven_kb.__file__).parent
    examined = ast.parse((package / "gate" / "engine" / "document.py").read_text(encoding="utf-8"))
    used = {
        node.module.split(".")[1]
        for node in ast.walk(examined)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("faultmaven_kb.")
    }
    rooms = {room for room in used if (package / room).is_dir()}
    assert rooms
    assert rooms <= set(result_cache._ROOMS)
    for room in (*result_cache._ROOMS, *READING_ROOMS):
        assert list((package / room).rglob("*.py")), room
        assert code_stamp(room) != code_stamp()


def test_a_cache_that_cannot_be_read_or_written_is_no_error(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path)
    cache.put(b"x", "a.md", CRITERIA, Examined("a.md", ()))
    (entry,) = (path for path in tmp_path.rglob("*") if path.is_file())
    entry.write_bytes(b"{")
    assert cache.get(b"x", "a.md", CRITERIA) is None
    (tmp_path / "file").write_bytes(b"")
    ResultCache(tmp_path / "file").put(b"x", "a.md", CRITERIA, Examined("a.md", ()))


def test_an_unchanged_base_is_not_examined_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_runbooks(tmp_path / "runbooks", "linux", "redis")
    cache = ResultCache(tmp_path / "cache")
    file = tmp_path / "runbooks" / "redis" / "redis-out-of-memory.md"
    file.write_bytes(file.read_bytes().replace(b"severity: ", b"severity: very-"))
    first = check_paths([tmp_path / "runbooks"], today=TODAY, cache=cache)
    seen: list[str] = []

    def counting(data: bytes | str, path: str, criteria: Criteria) -> Examined:
        seen.append(path)
        return examine(data, path, criteria)

    monkeypatch.setattr(check_room, "examine", counting)
    again = check_paths([tmp_path / "runbooks"], today=TODAY, cache=cache)
    assert again == first
    assert seen == []
    file.write_bytes(file.read_bytes() + b"\n")
    check_paths([tmp_path / "runbooks"], today=TODAY, cache=cache)
    assert [Path(name).name for name in seen] == [file.name]


def test_two_processes_find_what_one_finds_and_say_how_far_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_room, "_WORTH_A_PROCESS", 4)
    for number, path in enumerate(FIXTURES[:40]):
        (tmp_path / f"{number:02}-{path.name}").write_bytes(path.read_bytes())
    steps: list[tuple[int, int]] = []
    both = [
        check_paths(
            [tmp_path], today=TODAY, processes=processes, progress=lambda done, total: steps.append((done, total))
        )
        for processes in (1, 2)
    ]
    assert both[0] == both[1]
    assert steps == [(done, 40) for done in range(1, 41)] * 2


def test_where_no_process_can_be_started_the_check_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    copy_runbooks(tmp_path / "runbooks", "linux", "redis")
    monkeypatch.setattr(check_room, "_WORTH_A_PROCESS", 4)
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
    assert check_paths([tmp_path], today=LAST_UPDATED, processes=2).diagnostics == ()


def _examined(data: bytes) -> None:
    result = examine(data, "runbooks/redis/redis-out-of-memory.md", CRITERIA)
    crashes = [found.message for found in result.diagnostics if found.code == "RB990"]
    assert not crashes
    report = check_text(data, today=TODAY, path="runbooks/redis/x.md", profile=Profile.CURATED, root=ROOT / "runbooks")
    assert not [found.message for found in report.diagnostics if found.code == "RB990"]
    for found in report.diagnostics:
        assert found.span.line >= 1
        assert found.span.column >= 1
        assert found.span.start <= found.span.end, found


def _cuts() -> Iterator[bytes]:
    """Each different document cut at every 97th byte, thinned out to what a test run can bear.

    FMKB_ALL_CUTS=1 takes all of them, which is a matter of minutes.
    """
    different = sorted({path.read_bytes() for path in (*FIXTURES, *RUNBOOKS)})
    cuts = [data[:end] for data in different for end in range(0, len(data), 97)]
    yield from cuts if os.environ.get("FMKB_ALL_CUTS") else cuts[:: max(1, len(cuts) // 60)]


def test_no_truncated_fixture_makes_a_rule_crash() -> None:
    for data in _cuts():
        _examined(data)


_WORDS = (
    """--- ``` ~~~ <!-- --> <!--~fmkb:~disable=RB8 [ ]( ) | ` ~-~ > # ** :~ &a~ *a {{ 🔍 (50%~of~cases) ../../../.. %"""
)
_MARKS = st.sampled_from([*(word.replace("~", " ") for word in _WORDS.split()), *"\n\r\t\x00\u2028\ufeff\ud800"])


@settings(max_examples=30)
@given(st.data())
def test_no_edited_fixture_makes_a_rule_crash(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([*FIXTURES, *RUNBOOKS]))
    text = path.read_bytes().decode("utf-8", "replace")
    for _ in range(data.draw(st.integers(1, 6))):
        begin = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(begin, min(len(text), begin + 200)))
        text = text[:begin] + data.draw(_MARKS | st.text(max_size=5)) + text[end:]
    _examined(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=40)
@given(st.binary(max_size=400))
def test_no_bytes_make_a_rule_crash(data: bytes) -> None:
    _examined(data)


@pytest.mark.parametrize(
    "piece", ["<!-- fmkb: a", "[a](", "[[a", "`` ` ", "<a id=", "- [x", "[x] (", "(x)[", "_a ", "<!--"]
)
def test_open_marks_without_end_are_read_in_one_pass_or_refused(piece: str) -> None:
    """Quadratic patterns would not end within the life of a test run."""
    head = "---\nid: a-b\n---\n\n# A\n\n"
    paragraph = piece * (200 // len(piece))
    assert examine(head + "\n\n".join([paragraph] * 8), "a.md", CRITERIA).facts
    whole = examine(head + piece * (60_000 // len(piece)), "a.md", CRITERIA)
    assert [each.code for each in whole.diagnostics if each.code == "RB014"] == ["RB014"]
