"""The picture in the README is what a search prints, and shows itself without asking another server."""

import re
from xml.etree import ElementTree

import pytest

from faultmaven_kb.cli.picture import search_picture
from tests.documents import ROOT, builtin_base, needs_locked

COMMITTED = ROOT / "docs" / "search.svg"


@needs_locked("rich")
def test_the_committed_picture_is_what_the_command_makes() -> None:
    command = "python -m faultmaven_kb.cli.picture > docs/search.svg"
    assert COMMITTED.read_text(encoding="utf-8") == search_picture(), f"run: {command}"


def test_the_surroundings_do_not_change_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = search_picture()
    for name, value in {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "40", "COLORTERM": ""}.items():
        monkeypatch.setenv(name, value)
    assert search_picture() == picture


def test_the_picture_refers_to_no_other_server() -> None:
    text = COMMITTED.read_text(encoding="utf-8")
    assert "@font-face" not in text
    assert "url(http" not in text
    assert not re.search(r"(?:href|src)=", text)


def test_every_line_of_the_first_command_is_in_the_picture_whole() -> None:
    root = ElementTree.fromstring(COMMITTED.read_text(encoding="utf-8"))
    shown = "".join(root.itertext()).replace("\u00a0", " ")
    code = builtin_base()["postgres-connection-pool-exhausted"].quick_fix[0].code
    lines = [line for line in code.rstrip("\n").split("\n") if not line.startswith("#")]
    rows = "".join(shown.split())  # a line that is wider than the picture goes on in its next row
    assert [line for line in lines if "".join(line.split()) not in rows] == []
    assert "monospace" in shown
