"""A file is replaced whole, keeps what it had beside its content, and is refused where that cannot be kept."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from faultmaven_kb.disk import replacing as room
from faultmaven_kb.disk.replacing import create_file, replace_file, replacing, swap_in
from faultmaven_kb.errors import PathError

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes, owners and links of POSIX")
ROOT_ONLY = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only the superuser gives files away")


def names(folder: Path) -> list[str]:
    """What lies in a folder, sorted."""
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture(params=["nameless", "named"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both kinds of drafts: those of Linux, and those of every other system and of network file systems."""
    if request.param == "named":
        monkeypatch.setattr(room, "_nameless", lambda _: None)
    return str(request.param)


def test_a_file_is_replaced_created_and_swapped_in_and_nothing_else_is_left(way: str, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    create_file(file, b"one")
    with pytest.raises(PathError, match="exists already"):
        create_file(file, b"two")
    assert file.read_bytes() == b"one"
    replace_file(file, b"three")
    assert file.read_bytes() == b"three"
    swap_in(file, b"four")
    assert file.read_bytes() == b"four"
    assert names(tmp_path) == ["a.md"]


@POSIX
def test_a_new_file_has_the_mode_of_the_users_umask_and_an_old_one_keeps_its_own(way: str, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    before = os.umask(0o027)
    try:
        replace_file(file, b"one")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    file.chmod(0o604)
    replace_file(file, b"two")
    assert stat.S_IMODE(file.stat().st_mode) == 0o604


@ROOT_ONLY
def test_the_superuser_does_not_become_the_owner(way: str, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"one")
    os.chown(file, 1234, 5678)
    file.chmod(0o640)
    replace_file(file, b"two")
    state = file.stat()
    assert (state.st_uid, state.st_gid, stat.S_IMODE(state.st_mode)) == (1234, 5678, 0o640)


@POSIX
def test_an_owner_that_cannot_be_kept_is_a_refusal(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"one")
    real = os.lstat

    def others(path: str | Path) -> os.stat_result:
        state = list(real(path))
        state[4] += 1
        return os.stat_result(state)

    def refuse(*_: int) -> None:
        raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr(os, "lstat", others)
    monkeypatch.setattr(os, "fchown", refuse)
    with pytest.raises(PathError, match="owner or group would change"):
        replace_file(file, b"two")
    assert file.read_bytes() == b"one"
    assert names(tmp_path) == ["a.md"]


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes as Linux has them")
def test_extended_attributes_are_kept(way: str, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"one")
    try:
        os.setxattr(file, "user.note", b"kept")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    replace_file(file, b"two")
    assert os.getxattr(file, "user.note") == b"kept"


@POSIX
@pytest.mark.parametrize("kind", ["link", "hard link", "read-only", "folder", "pipe"])
def test_what_is_not_replaced_is_named_and_stays(kind: str, tmp_path: Path) -> None:
    file, target = tmp_path / "a.md", tmp_path / "target"
    target.write_bytes(b"one")
    if kind == "link":
        file.symlink_to(target)
    elif kind == "hard link":
        file.hardlink_to(target)
    elif kind == "read-only":
        file.write_bytes(b"one")
        file.chmod(0o444)
    elif kind == "folder":
        file.mkdir()
    else:
        os.mkfifo(file)
    before = names(tmp_path)
    with pytest.raises(PathError, match=r"cannot write '.*a\.md': "):
        replace_file(file, b"two")
    assert names(tmp_path) == before
    assert target.read_bytes() == b"one"


def test_an_error_on_the_way_leaves_the_old_file_alone(way: str, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"one")
    with pytest.raises(ZeroDivisionError), replacing(file) as draft:
        draft.write(bytes(1 // 0))
    assert (names(tmp_path), file.read_bytes()) == (["a.md"], b"one")


@pytest.mark.skipif(os.name != "posix", reason="a limit for the size of files is one of POSIX")
def test_a_disk_that_takes_no_more_is_a_message_and_nothing_is_left(way: str, tmp_path: Path) -> None:
    import resource

    file = tmp_path / "a.md"
    file.write_bytes(b"one")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        with pytest.raises(PathError, match=r"cannot write '.*a\.md': File too large"):
            replace_file(file, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (names(tmp_path), file.read_bytes()) == (["a.md"], b"one")


def test_drafts_of_the_dead_are_removed_and_those_of_the_living_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_nameless", lambda _: None)
    dead = tmp_path / ".fmkb-00ff.part"
    dead.write_bytes(b"half")
    other = tmp_path / ".fmkb-notes"
    other.write_bytes(b"somebody's own")
    with replacing(tmp_path / "a.md") as draft:
        draft.write(b"one")
        code = "import sys; from pathlib import Path; from faultmaven_kb.disk.replacing import replace_file; "
        code += "replace_file(Path(sys.argv[1]), b'two')"
        subprocess.run([sys.executable, "-c", code, str(tmp_path / "b.md")], check=True)
        assert not dead.exists()
    assert names(tmp_path) == [".fmkb-notes", "a.md", "b.md"]
    assert (tmp_path / "a.md").read_bytes() == b"one"


def test_a_file_that_somebody_has_open_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where a scanner has a file open for a moment; one that stays open is a message."""
    monkeypatch.setattr(room, "_nameless", lambda _: None)
    monkeypatch.setattr(room, "_SHARED", True)
    monkeypatch.setattr(room, "_PAUSES", (0.0, 0.0, 0.0))
    file, left, real = tmp_path / "a.md", [2], Path.replace

    def sharing(name: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(errno.EACCES, "in use")
        return real(name, target)

    monkeypatch.setattr(Path, "replace", sharing)
    (tmp_path / ".fmkb-00ff.part").write_bytes(b"half")
    replace_file(file, b"one")
    assert file.read_bytes() == b"one"
    left[0] = 100
    with pytest.raises(PathError, match="in use"):
        replace_file(file, b"two")
    assert (names(tmp_path), file.read_bytes()) == (["a.md"], b"one")


def test_without_hard_links_a_new_file_still_replaces_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(room, "_nameless", lambda _: None)
    monkeypatch.setattr(os, "link", refuse)
    file = tmp_path / "a.md"
    create_file(file, b"one")
    with pytest.raises(PathError, match="exists already"):
        create_file(file, b"two")
    assert (names(tmp_path), file.read_bytes()) == (["a.md"], b"one")


def test_a_file_system_without_nameless_files_gets_named_drafts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if sys.platform == "linux" and flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "not here")
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    replace_file(tmp_path / "a.md", b"one")
    assert names(tmp_path) == ["a.md"]
    with pytest.raises(PathError, match="cannot write"):
        replace_file(tmp_path / "nowhere" / "a.md", b"one")
