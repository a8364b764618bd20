"""`fmkb alerts` examines what alerts lead to, and the other runbooks where they may change the answer."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faultmaven_kb.cli.commands.alerts import command
from faultmaven_kb.gate.engine.document import Examined, examine
from faultmaven_kb.gate.settings.settings import Criteria


def _alerts(folder: Path, *arguments: str | Path) -> Result:
    rules = folder / "rules.yaml"
    rules.write_text("groups:\n- rules:\n  - alert: b-one\n", encoding="utf-8")
    return CliRunner().invoke(command, [str(argument) for argument in (rules, *arguments)])


def _pair(folder: Path) -> Path:
    """A base in which a sound runbook is pointed to and the one beside it names the same alert."""
    folder.mkdir()
    for name in ("a-one", "b-one"):
        page = f"---\nid: {name}\nalerts: [Shared, {name}]\n---\n\n# {name}\n\n## Mitigation\n\n- Mend it.\n"
        (folder / f"{name}.md").write_text(page, encoding="utf-8")
    return folder


def test_only_runbooks_that_alerts_lead_to_are_examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examined: list[str] = []

    def noted(data: bytes | str, path: str, criteria: Criteria) -> Examined:
        examined.append(Path(path).name)
        return examine(data, path, criteria)

    monkeypatch.setattr("faultmaven_kb.gate.engine.check.examine", noted)

    assert _alerts(tmp_path, "--kb", _pair(tmp_path / "kb"), "--no-cache").exit_code == 0
    assert examined == ["b-one.md"]


def test_what_only_a_comparison_with_all_runbooks_shows_still_makes_one_unfit(tmp_path: Path) -> None:
    folder = _pair(tmp_path / "kb")
    settings = 'profile = "ingest"\nextend-select = ["RB818"]\n[levels]\nRB818 = "error"\n'
    (folder / ".fmkb.toml").write_text(settings, encoding="utf-8")
    result = _alerts(tmp_path, "--kb", folder, "--json")
    faults = json.loads(result.stdout)["alerts"][0]["faults"]
    assert 'RB818 alert "Shared" is already named by "a-one", expected one runbook for it' in faults


def test_the_proposal_for_a_dead_link_may_be_a_runbook_that_no_alert_leads_to(tmp_path: Path) -> None:
    folder = _pair(tmp_path / "kb")
    with (folder / "b-one.md").open("a", encoding="utf-8") as page:
        page.write("\n## Related Issues\n\n- [a](a-onn.md)\n")
    settings = 'profile = "contribute"\nselect = ["RB801"]\n'
    (folder / ".fmkb.toml").write_text(settings, encoding="utf-8")
    result = _alerts(tmp_path, "--kb", folder)
    assert 'RB801 runbook "a-onn.md" does not exist (did you mean "a-one.md"?)' in result.stdout
