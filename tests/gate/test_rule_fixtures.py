"""Every rule has a fixture folder: what it finds in `bad/`, to the letter, and that it is silent on `good/`.

A new rule is one folder `tests/fixtures/rules/CODE-name/`: `bad/` and `good/` hold runbooks, `expected.txt` what the
rule prints about `bad/`, `fixed/` (optional) the files after its fixes. They may have a `.fmkb.toml` and a baseline;
`before/` beside them is the state before a change. FMKB_UPDATE_FIXTURES=1 writes the expected files anew.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from faultmaven_kb.diagnostics import Diagnostic, apply_edits
from faultmaven_kb.gate.configuration.file import read_configuration
from faultmaven_kb.gate.engine.baseline import read_baseline
from faultmaven_kb.gate.engine.check import check_paths
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.facts.snapshot import Snapshot
from faultmaven_kb.gate.facts.tree import SnapshotTree
from faultmaven_kb.gate.rules.catalogue import RULES
from faultmaven_kb.gate.toolkit.rule_model import Profile
from faultmaven_kb.reports.findings.text_report import to_pieces

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
_TESTED_ELSEWHERE = {
    "RB006-file-too-large",
    "RB013-unreadable-file",
    "RB906-configuration-changed",
    "RB990-internal-error",
}
TODAY = date(2026, 11, 22)
FOLDERS = sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())


def _findings(name: str, part: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Report, tuple[Diagnostic, ...]]:
    monkeypatch.chdir(FIXTURES / name / part)
    config, known, before = Path(".fmkb.toml"), Path("fmkb-baseline.json"), FIXTURES / name / "before"
    settings = (
        read_configuration(config.read_text("utf-8"), ".fmkb.toml", read=_read).settings if config.exists() else None
    )
    baseline = read_baseline(known.read_text("utf-8"), known.name) if known.exists() else None
    since = _snapshot(before) if before.exists() else None
    report = check_paths(["."], today=TODAY, profile=Profile.CURATED, settings=settings, baseline=baseline, since=since)
    code = name.split("-", 1)[0]
    return report, tuple(diagnostic for diagnostic in report.diagnostics if diagnostic.code == code)


def _read(path: str) -> str:
    return Path(path).read_text("utf-8")


def _snapshot(folder: Path) -> Snapshot:
    files = {path.relative_to(folder).as_posix(): path.read_bytes for path in sorted(folder.rglob("*.md"))}
    return Snapshot("before", SnapshotTree(files, {place: place for place in files}))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_rule_prints_exactly_this_about_its_bad_sample(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report, found = _findings(name, "bad", monkeypatch)
    assert found, f"{name} finds nothing in its bad sample"
    text = "".join(piece for _, piece in to_pieces(Report(found, (), report.sources))).split("\n\n0 runbooks")[0] + "\n"
    file = FIXTURES / name / "expected.txt"
    if os.environ.get("FMKB_UPDATE_FIXTURES"):
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_rule_is_silent_on_its_good_sample(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report, found = _findings(name, "good", monkeypatch)
    assert report.files
    assert found == ()


@pytest.mark.parametrize("name", [name for name in FOLDERS if (FIXTURES / name / "fixed").is_dir()])
def test_the_fix_of_a_rule_gives_exactly_these_bytes_and_then_rests(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report, found = _findings(name, "bad", monkeypatch)
    for path in report.files:
        edits = [edit for each in found if each.path == path and each.fix for edit in each.fix.edits]
        fixed = apply_edits(report.sources[path], edits).encode()
        file = FIXTURES / name / "fixed" / path
        if os.environ.get("FMKB_UPDATE_FIXTURES"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(fixed)
        assert fixed == file.read_bytes()
    _, left = _findings(name, "fixed", monkeypatch)
    assert [each for each in left if each.fix] == []


def test_every_rule_has_a_fixture_folder() -> None:
    expected = {f"{rule.code}-{rule.name}" for rule in RULES} - _TESTED_ELSEWHERE
    assert expected == set(FOLDERS)
