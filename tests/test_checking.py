"""The gate for programs says what the command line says, with nothing private."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb import (
    ConfigurationError,
    Gate,
    PathError,
    Profile,
    Settings,
    builtin_path,
    check,
    check_text,
    fix,
    write_report,
)
from faultmaven_kb.cli.main import fmkb
from tests.documents import LAST_UPDATED, text_of

TODAY = date(2026, 11, 22)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runbooks" / "mail"
    folder.mkdir(parents=True)
    (folder / "mail-queue-growing.md").write_text(
        text_of("sample.md").replace("severity: high", "severity: hgih"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _by_command(*arguments: str) -> list[dict[str, object]]:
    command = ["validate", "--format", "json", "--today", TODAY.isoformat(), *arguments, "runbooks"]
    done = CliRunner().invoke(fmkb, command)
    found: list[dict[str, object]] = json.loads(done.stdout)["diagnostics"]
    return found


@pytest.mark.parametrize("configured", ["", 'ignore = ["RB209"]\n', 'profile = "ingest"\n'])
def test_check_finds_what_the_command_finds_with_the_same_configuration(base: Path, configured: str) -> None:
    if configured:
        (base / ".fmkb.toml").write_text(configured, encoding="utf-8")
    report = check("runbooks", today=TODAY)
    assert json.loads(write_report(report, "json"))["diagnostics"] == _by_command()
    assert [found.code for found in report.diagnostics].count("RB209") == (0 if "ignore" in configured else 1)


def test_settings_and_profile_of_the_call_count_more_than_the_file(base: Path) -> None:
    (base / ".fmkb.toml").write_text('ignore = ["RB209"]\nprofile = "ingest"\n', encoding="utf-8")
    report = check("runbooks", today=TODAY, settings=Settings(select=("RB209",)), profile=Profile.CURATED)
    assert [found.code for found in report.diagnostics] == ["RB209"]


def test_a_baseline_that_was_written_is_found_through_the_configuration(base: Path) -> None:
    (base / ".fmkb.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    (base / "known.json").write_text('{"version": 1, "findings": []}', encoding="utf-8")
    gate = Gate.open("runbooks", today=TODAY)
    before = gate.check()
    path, number = gate.write_baseline()
    assert (path.name, number) == ("known.json", len(before.diagnostics))
    assert number > 0
    assert check("runbooks", today=TODAY).diagnostics == ()


def test_the_files_of_a_report_are_fixed_and_written(base: Path) -> None:
    gate = Gate.open("runbooks", today=TODAY, settings=Settings(select=("RB209",)))
    (fixed,) = gate.fix(gate.check(), unsafe=True)
    assert "+severity: high\n" in fixed.diff()
    fixed.write()
    assert gate.check().diagnostics == ()


def test_a_text_is_fixed_and_what_is_not_safe_stays(base: Path) -> None:
    text = (
        text_of("sample.md").replace("severity: high", "severity: High").replace("status: verified", "status: verifid")
    )
    fixed = fix(text, path="mail/mail-queue-growing.md", today=TODAY)
    assert "severity: high" in fixed.text
    assert "status: verifid" in fixed.text
    assert "RB209" in [found.code for found in fixed.applied]
    assert check_text(fixed.text, path="mail/mail-queue-growing.md", today=TODAY).failed


@pytest.mark.parametrize("text", ["", "\0"])
def test_what_is_refused_is_left_as_it_is(text: str) -> None:
    assert fix(text).text == text


def test_a_wrong_call_says_what_is_wrong(base: Path) -> None:
    with pytest.raises(PathError, match="nowhere"):
        check("nowhere", today=TODAY)
    with pytest.raises(ConfigurationError, match="no path is given"):
        check()
    with pytest.raises(ConfigurationError, match='did you mean "sarif"'):
        write_report(check_text(""), "sarfi")


def test_the_shipped_runbooks_are_clean() -> None:
    assert check(builtin_path(), profile=Profile.CURATED, settings=Settings(), today=LAST_UPDATED).diagnostics == ()
