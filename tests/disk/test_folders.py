"""A command writes into the folder that was named, through no link, and over nothing that it did not make."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.disk.entries import Entries
from faultmaven_kb.disk.folders import create_below, write_below, write_output
from faultmaven_kb.errors import PathError
from tests.documents import ROOT

LINKS = pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")


def names(folder: Path) -> list[str]:
    """What lies in a folder, sorted."""
    return sorted(each.name for each in folder.iterdir())


def test_a_second_export_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_below(folder, {"a/one.md": b"1", "two.json": b"2"})
    write_below(folder, {"a/one.md": b"1", "two.json": b"changed"})
    assert (folder / "two.json").read_bytes() == b"changed"
    (folder / "own.json").write_bytes(b"mine")
    with pytest.raises(PathError, match=r"own\.json.*was not exported; move it away"):
        write_below(folder, {"two.json": b"again", "own.json": b"theirs"})
    assert (folder / "two.json").read_bytes() == b"changed"
    write_below(folder, {"own.json": b"mine"})
    assert json.loads((folder / ".fmkb-export").read_text())["files"] == ["a/one.md", "own.json", "two.json"]


@pytest.mark.parametrize("planted", ["null", "[1]", '{"files": 3}', "[" * 100_000, "\xff"])
def test_a_planted_list_allows_nothing(planted: str, tmp_path: Path) -> None:
    (tmp_path / ".fmkb-export").write_bytes(planted.encode("latin-1"))
    (tmp_path / "a.json").write_bytes(b"mine")
    with pytest.raises(PathError, match="was not exported"):
        write_below(tmp_path, {"a.json": b"theirs"})


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/a", "", "..", "c:a", "a\\b", "a\0b"])
def test_a_name_leads_out_of_no_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(PathError, match="expected the name of a file inside"):
        write_below(tmp_path / "out", {"good": b"", name: b"x"})
    assert names(tmp_path / "out") == []


@LINKS
def test_nothing_is_written_into_the_folder_of_git_that_a_link_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git" / "hooks").mkdir(parents=True)
    for name, target in (("kb", ".git/hooks"), ("out", ".git")):
        (tmp_path / name).symlink_to(target)
    for write in (
        lambda: create_below(Path("kb"), "redis/post-commit", b""),
        lambda: write_below(Path("out"), {"config": b""}),
        lambda: write_output(Path("out", "config"), b""),
    ):
        with pytest.raises(PathError, match="a link leads to"):
            write()
    assert names(tmp_path / ".git") == ["hooks"]


@LINKS
@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "skills", "out"),
        ("export", "skills", "out", "--zip"),
        ("export", "skills", "out", "--catalog"),
        ("export", "json", "--split", "out"),
        ("convert", "redis-out-of-memory", "--to", "skills", "-o", "out"),
        ("new", "redis-out-of-memory", "--folder", "out"),
        ("lab", "new", "redis-out-of-memory", "--labs", "out", "--runbooks", "."),
        ("validate", "runbook.md", "--write-baseline", "--baseline", "out/base.json"),
        ("build", "runbook.md", "-o", "out/base.fmkb"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("what", ["folder", "file", "foreign"])
def test_nothing_is_written_through_a_planted_link(
    what: str, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout, outside = tmp_path / "checkout", tmp_path / "outside"
    (checkout / "redis").mkdir(parents=True)
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("FMKB_PATH", str(ROOT / "runbooks" / "redis"))
    text = CliRunner().invoke(fmkb, ["new", "redis-out-of-memory", "--stdout"]).stdout
    (checkout / "runbook.md").write_text(text, encoding="utf-8")
    (checkout / "redis" / "redis-out-of-memory.md").write_text(text, encoding="utf-8")
    outside.mkdir()
    if what == "folder":
        (checkout / "out").symlink_to(outside)
    else:  # where the command writes is found by letting it write, then each file is a link or somebody else's
        (checkout / "out").mkdir()
        CliRunner().invoke(fmkb, list(arguments))
        files = [file for file in (checkout / "out").rglob("*") if file.is_file()]
        assert files, arguments
        (checkout / "out" / ".fmkb-export").unlink(missing_ok=True)
        for number, file in enumerate(files):
            file.unlink(missing_ok=True)
            (outside / str(number)).write_bytes(b"somebody's own")
            if what == "file":
                file.symlink_to(outside / str(number))
            else:
                file.write_bytes(b"somebody's own")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and "cache" not in file.parts}
    done = CliRunner().invoke(fmkb, list(arguments))
    assert done.exit_code != 0
    assert isinstance(done.exception, PathError | SystemExit) or "base" in str(done.exception), done.exception
    assert "out" in f"{done.exception} {done.stderr}"
    after = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and "cache" not in file.parts}
    assert after == before


@LINKS
def test_a_folder_inside_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path)
    with pytest.raises(PathError, match="it is a link to"):
        write_below(tmp_path / "out", {"a/one.md": b"x"})
    with pytest.raises(PathError, match="it is a link to"):
        create_below(tmp_path / "out", "a/one.md", b"x")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    with pytest.raises(PathError, match="name that folder if it is meant"):
        write_below(tmp_path / "link", {"one.md": b"x"})
    with pytest.raises(PathError, match="name that folder if it is meant"):
        write_output(tmp_path / "link" / "one.md", b"x")
    assert names(tmp_path) == ["link", "out"]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(PathError, match=r"cannot make the folder '.*out'"):
        write_below(tmp_path / "out", {"a": b""})


def test_an_entry_that_was_touched_is_none_and_the_bound_is_kept(tmp_path: Path) -> None:
    cache = Entries(tmp_path / "lint", most=256 * 1000)
    for number in range(64):
        cache.put(f"ab{number % 16:x}{number:036x}", bytes(100))
    assert cache.get(f"ab0{48:036x}") == bytes(100)
    kept = list((tmp_path / "lint" / "ab").iterdir())
    assert sum(file.stat().st_size for file in kept) <= 1000 + 15 * 116
    newest = next(file for file in kept if file.name == f"0{48:036x}")
    newest.write_bytes(newest.read_bytes()[:-1] + b"x")
    assert cache.get(f"ab0{48:036x}") is None
    (tmp_path / "lint" / "ab" / "notes.txt").write_bytes(b"mine")
    (tmp_path / "lint" / "mine").mkdir()
    assert cache.clean() > 0
    assert [file.name for file in (tmp_path / "lint" / "ab").iterdir()] == ["notes.txt"]
    assert Entries(tmp_path / "nowhere").clean() == 0


@LINKS
def test_entries_follow_no_link_and_wait_for_no_pipe(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "lint").mkdir()
    (tmp_path / "lint" / "ab").symlink_to(outside)
    cache = Entries(tmp_path / "lint")
    cache.put(f"ab{0:038x}", b"x")
    (outside / f"{0:038x}").write_bytes(b"mine")
    cache.clean()
    assert [file.name for file in outside.iterdir()] == [f"{0:038x}"]
    (tmp_path / "lint" / "cd").mkdir()
    os.mkfifo(tmp_path / "lint" / "cd" / f"{0:038x}")
    assert cache.get(f"cd{0:038x}") is None
    cache.put(f"cd{0:038x}", b"new")
    assert cache.get(f"cd{0:038x}") == b"new"


@LINKS
def test_two_dots_behind_a_planted_link_lead_out_no_more_than_the_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout, outside = tmp_path / "checkout", tmp_path / "outside" / "deep"
    checkout.mkdir()
    outside.mkdir(parents=True)
    (checkout / "runbooks").symlink_to(outside)
    monkeypatch.chdir(checkout)
    with pytest.raises(PathError, match="a link leads to"):
        write_output(Path("runbooks/../report.md"), b"x")
    assert names(outside.parent) == ["deep"]
    (checkout / "docs").mkdir()
    write_output(Path("docs/../report.md"), b"x")
    assert (checkout / "report.md").read_bytes() == b"x"


@LINKS
def test_a_folder_too_deep_to_make_is_an_error_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PathError, match="cannot make the folder"):
        write_below(Path("a" + "/b" * 1_990), {"a.json": b"x"})
