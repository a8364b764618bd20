"""How far long work is, for somebody who sits at a terminal."""

import io
import sys

import pytest

from faultmaven_kb.cli.shared.surroundings import progress_bar


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := _Terminal())
    with progress_bar("embedding") as progress:
        assert progress is not None
        progress(10, 40)
        progress(40, 40)
    assert "embedding" in terminal.getvalue()
    assert "100%" in terminal.getvalue()


def test_where_no_terminal_is_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    with progress_bar("embedding") as progress:
        assert progress is None
    assert stream.getvalue() == ""
