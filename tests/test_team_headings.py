"""The headings that a team chose in its configuration count wherever its runbooks are read."""

import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.checking.gate import Gate
from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.gate.fixes import fixes
from faultmaven_kb.gate.toolkit.rule_model import Profile
from faultmaven_kb.reading.reader import read_document
from faultmaven_kb.storage.building import is_built_from
from faultmaven_kb.storage.kept import Cache

PAGE = "# Queue\n\n## Was tun wir\n\n### Leeren\n\n```sh\nqueuectl purge\n```\n\n## Bedeutung\n\nVoll.\n"
CONFIGURATION = '[sections.aliases]\n"Was tun wir" = "Mitigation"\n'


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "team" / "runbooks"
    folder.mkdir(parents=True)
    (tmp_path / "team" / ".git").mkdir()
    (folder / "queue.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "team" / ".fmkb.toml").write_text(CONFIGURATION, encoding="utf-8")
    return folder


def _solutions(kb: KnowledgeBase) -> list[str]:
    return [solution.title for solution in kb["queue"].solutions]


def test_a_loaded_base_reads_the_headings_of_its_team(base: Path) -> None:
    kb = KnowledgeBase.load(base)
    assert _solutions(kb) == ["Leeren"]
    assert kb.search("queuectl purge").hits[0].runbook.solutions[0].title == "Leeren"
    assert _solutions(KnowledgeBase.load(base, aliases={})) == []


def test_a_kept_base_is_another_one_when_the_headings_change(base: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    assert _solutions(KnowledgeBase.load(base, cache=cache)) == ["Leeren"]
    (base.parent / ".fmkb.toml").write_text("", encoding="utf-8")
    assert _solutions(KnowledgeBase.load(base, cache=cache)) == []


def test_a_built_base_keeps_its_headings_and_is_out_of_date_when_they_change(base: Path, tmp_path: Path) -> None:
    file = tmp_path / "base.fmkb"
    built = KnowledgeBase.build(base, to=file)
    assert _solutions(built) == ["Leeren"]
    (base / "queue.md").write_text(PAGE.replace("Leeren", "Räumen"), encoding="utf-8")
    os.utime(base / "queue.md", (1_000_000_000, 1_000_000_000))
    assert _solutions(built.refresh()) == ["Räumen"]
    assert is_built_from(file, (base,), team_headings((base,)))
    assert not is_built_from(file, (base,))
    assert _solutions(KnowledgeBase.build(base, to=file, aliases={})) == []


def test_the_commands_that_take_a_file_read_them_too(base: Path) -> None:
    run = CliRunner()
    page = str(base / "queue.md")
    assert '"title": "Leeren"' in run.invoke(fmkb, ["show", page, "--json"]).output
    assert "Leeren" in run.invoke(fmkb, ["convert", page, "--to", "faultmaven"]).output
    assert 'heading "Was tun wir" (mitigation)' in run.invoke(fmkb, ["show", page, "--source"]).output
    assert '"Leeren"' in run.invoke(fmkb, ["show", page, "--dialect", "four-section", "--json"]).output


def test_a_fix_is_judged_with_the_headings_of_the_check(base: Path) -> None:
    page = base / "queue.md"
    page.write_text(PAGE.replace("Was tun wir", "Was tun wir ##").rstrip("\n"), encoding="utf-8")
    gate = Gate.open(base, profile=Profile.CURATED)
    report = gate.check()
    readings: list[dict[str, str]] = []

    def read(*args: Any, **options: Any) -> Any:
        readings.append(dict(options["aliases"]))
        return read_document(*args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fixes, "read_document", read)
        (fixed,) = gate.fix(report)
    assert fixed.changed
    assert readings
    assert all(each == dict(gate.settings.aliases) == {"Was tun wir": "Mitigation"} for each in readings)
    assert gate.check_text(PAGE, "queue.md").aliases == report.aliases


@pytest.mark.parametrize("text", ["[sections.aliases\n", "[sections]\naliases = 1\n", 'unknown = "aliases"\n'])
def test_a_configuration_that_is_not_understood_changes_nothing(base: Path, text: str) -> None:
    (base.parent / ".fmkb.toml").write_text(text, encoding="utf-8")
    assert team_headings((base,)) == {}
    assert len(KnowledgeBase.load(base)) == 1


def test_a_configuration_above_the_repository_is_another_team_s(base: Path) -> None:
    (base.parent / ".fmkb.toml").rename(base.parent.parent / ".fmkb.toml")
    assert team_headings((base,)) == {}


def test_a_folder_in_place_of_the_file_is_no_configuration(base: Path) -> None:
    (base.parent / ".fmkb.toml").unlink()
    (base.parent / ".fmkb.toml").mkdir()
    assert team_headings((base / "queue.md",)) == {}
    assert team_headings(()) == {}
