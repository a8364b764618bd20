"""What is read is a regular file of bounded size; everything else is an error that names it."""

import os
import sys
from pathlib import Path

import pytest

from faultmaven_kb.disk.regular import open_regular, read_regular, read_start
from faultmaven_kb.errors import PathError


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    assert read_regular(file) == read_regular(file, limit=5) == b"12345"
    assert read_start(file, most=2) == b"12"
    with pytest.raises(PathError, match="it is larger than 4 bytes"):
        read_regular(file, limit=4)


@pytest.mark.parametrize("name", ["nowhere", "", "a\0b"])
def test_what_is_not_a_file_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(PathError, match="cannot read"):
        read_regular(tmp_path / name)


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x")
    state = file.stat()
    file.unlink()
    os.mkfifo(file)
    monkeypatch.setattr(Path, "stat", lambda _: state)
    with pytest.raises(PathError, match="expected a regular file"):
        open_regular(file)


@pytest.mark.skipif(sys.platform != "linux", reason="a file of Linux that cannot be read at its beginning")
def test_an_error_while_reading_is_told() -> None:
    with pytest.raises(PathError, match="Input/output error"):
        read_regular(Path("/proc/self/mem"))
