"""The fixes of all rules pass the guard: applied as `--fix` does it, they give the fixture's files and then rest."""

from datetime import date
from functools import partial
from pathlib import Path

import pytest

from faultmaven_kb.gate.engine.check import check_paths, check_text
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.fixes.fixes import FixedFile, fix_report
from faultmaven_kb.gate.settings.settings import Profile, Settings
from tests.gate.test_rule_fixtures import FIXTURES, FOLDERS

TODAY = date(2026, 11, 22)


def _check(text: str, path: str, *, settings: Settings) -> Report:
    return check_text(text, path=path, today=TODAY, profile=Profile.CURATED, settings=settings, root=Path())


def _fixed(code: str) -> tuple[FixedFile, ...]:
    settings = Settings(select=(code,))
    report = check_paths(["."], today=TODAY, profile=Profile.CURATED, settings=settings)
    return fix_report(report, check=partial(_check, settings=settings), unsafe=True)


@pytest.mark.parametrize("name", [name for name in FOLDERS if (FIXTURES / name / "fixed").is_dir()])
def test_the_fix_of_a_rule_is_not_refused_and_a_second_one_has_nothing_to_do(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = name.split("-", 1)[0]
    if list((FIXTURES / name).glob("*/.fmkb.toml")):
        pytest.skip("needs its configuration")
    monkeypatch.chdir(FIXTURES / name / "bad")
    for each in _fixed(code):
        assert each.refused == (), each.refused
        assert each.text.encode() == (FIXTURES / name / "fixed" / each.source.path).read_bytes()
    monkeypatch.chdir(FIXTURES / name / "fixed")
    assert [each.applied for each in _fixed(code) if each.applied] == []
