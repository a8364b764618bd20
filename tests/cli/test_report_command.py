"""`fmkb report` as a user runs it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.commands.report import command

_RUNBOOK = (
    '---\nid: {0}\ntitle: {0}\nstatus: {1}\nlast_updated: "2026-05-01"\n---\n\n# {0}\n\n## Symptoms\n\n- {0} burns\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = tmp_path / "kb"
    base.mkdir()
    (base / "gizmo-stuck.md").write_text(_RUNBOOK.format("gizmo-stuck", "draft"), "utf-8")
    return base


def test_a_report_alone_is_no_failure_and_a_strict_one_is(folder: Path) -> None:
    arguments = ["--kb", str(folder), "--today", "2026-06-01"]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0
    assert done.output.startswith("1 runbook on 2026-06-01, 0 proofs, ")
    assert "  gizmo-stuck  status is draft\n" in done.output
    assert CliRunner().invoke(command, [*arguments, "--strict"]).exit_code == 1


def test_a_report_is_written_to_a_file(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    arguments = ["--kb", str(folder), "--no-cache", "--today", "2029-06-01", "--format", "json", "-o", str(file)]
    done = CliRunner().invoke(command, arguments)
    assert (done.exit_code, done.stdout) == (0, "")
    state = json.loads(file.read_text("utf-8"))
    assert [row["runbook"] for row in state["stale"]] == ["gizmo-stuck"]
    assert f"wrote {state['findings']} findings to " in done.stderr
