"""The current folder may be a stranger's checkout: no module in it is imported, by whatever process is started."""

import os
import re
from pathlib import Path

import pytest

from faultmaven_kb.processes import outside_current_folder
from faultmaven_kb.serving.workers import Workers
from tests.documents import ROOT

_STARTS = re.compile(r"\bProcessPoolExecutor\(|\.Process\(|\bMultiprocess\(|\bsys\.executable\b")


def test_a_worker_takes_no_module_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("multiprocessing", "pickle", "runpy", "struct", "tempfile"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'EXECUTED')!r}, 'w')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert Workers(seconds=60).run(len, "abc") == 3
    assert not (tmp_path / "EXECUTED").exists()


def test_what_an_embedding_program_starts_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for own in (None, "", "0"):
        if own is None:
            monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
        else:
            monkeypatch.setenv("PYTHONSAFEPATH", own)
        first, second = outside_current_folder(), outside_current_folder()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert os.environ["PYTHONSAFEPATH"] == "1"
        second.__exit__(None, None, None)
        assert os.environ.get("PYTHONSAFEPATH") == own


def test_every_place_that_starts_a_python_says_so() -> None:
    texts = {file: file.read_text("utf-8") for file in (ROOT / "faultmaven_kb").rglob("*.py")}
    starting = {file.name: text for file, text in texts.items() if _STARTS.search(text)}
    assert {"check.py", "running.py", "workers.py"} <= set(starting), "the pattern finds what starts a Python"
    assert [name for name, text in starting.items() if "outside_current_folder()" not in text] == []


def test_the_action_starts_python_outside_of_the_change() -> None:
    action = (ROOT / "action.yml").read_text("utf-8")
    calls = re.findall(r'python"? (-\S+(?: -\S+)*)', action)
    assert len(calls) >= 2
    assert 'PYTHONSAFEPATH: "1"' in action
    assert all(call.startswith("-P ") for call in calls)
