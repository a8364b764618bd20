"""`fmkb init` sets a folder up in one step, and what it writes works."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from faultmaven_kb.checking.gate import Gate
from faultmaven_kb.cli.commands.init import command
from faultmaven_kb.cli.commands.validate import command as validate
from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.gate.engine.report import Report
from tests.documents import ROOT
from tests.hooks_and_action.checkout import git

PAGE = "# Queue stuck\n\n## Symptoms\n\n- slow\n\n## Resolution\n\n```bash\nqueuectl restart\n```\n"


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs" / "run books").mkdir(parents=True)
    (tmp_path / "docs" / "run books" / "queue-stuck.md").write_text(PAGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _init(*arguments: str, answer: str = "") -> str:
    result = CliRunner().invoke(command, [str(Path("docs", "run books")), *arguments], input=answer)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_base_with_faults_passes_from_then_on_and_a_new_fault_fails(base: Path) -> None:
    before = CliRunner().invoke(validate, ["docs/run books"])
    assert before.exit_code == 1

    output = _init("--yes", "--owner", "@acme/sre")

    assert "1 runbook in" in output
    assert CliRunner().invoke(validate, ["docs/run books"]).exit_code == 0
    assert "/docs/run\\ books/ @acme/sre" in (base / ".github" / "CODEOWNERS").read_text("utf-8")
    page = base / "docs" / "run books" / "queue-stuck.md"
    page.write_text(PAGE + "\n```bash\nrm -rf /var/queue\n```\n", encoding="utf-8")
    assert CliRunner().invoke(validate, ["docs/run books"]).exit_code == 1


def test_the_plan_is_shown_and_nothing_written_before_an_answer(base: Path) -> None:
    names = sorted(path.name for path in base.rglob("*"))
    output = _init("--dry-run")
    assert "write   .fmkb.toml" in output
    assert "write   fmkb-baseline.json with the findings of today" in output
    refused = CliRunner().invoke(command, ["docs/run books"], input="n\n")
    assert refused.exit_code == 1
    assert sorted(path.name for path in base.rglob("*")) == names
    assert "done; next" in _init(answer="y\n")


def test_what_is_there_is_left_alone_unless_force_says_otherwise(base: Path) -> None:
    hook = base / ".pre-commit-config.yaml"
    hook.write_text("repos: []\n", encoding="utf-8")
    output = _init("--yes")
    assert "keep    .pre-commit-config.yaml" in output
    assert "by hand" in output
    assert hook.read_text("utf-8") == "repos: []\n"
    assert "keep    fmkb-baseline.json" in _init("--yes")
    assert "replace .pre-commit-config.yaml" in _init("--yes", "--force")
    assert "fmkb-validate" in hook.read_text("utf-8")


def test_the_workflow_and_the_hook_are_valid(base: Path) -> None:
    _init("--yes")
    for tool, file in (
        (["check_jsonschema", "--builtin-schema", "vendor.github-workflows"], ".github/workflows/runbooks.yml"),
        (["pre_commit", "validate-config"], ".pre-commit-config.yaml"),
    ):
        found = subprocess.run([sys.executable, "-m", *tool, file], check=False, capture_output=True, text=True)
        assert found.returncode == 0, found.stdout + found.stderr
    assert json.loads((base / "fmkb-baseline.json").read_text("utf-8"))


@pytest.mark.skipif(os.name != "posix", reason="the step of the workflow is a shell line")
def test_the_workflow_judges_a_change_by_the_rules_before_it(base: Path) -> None:
    shutil.rmtree(base / ".git")
    git(base, "init", "--quiet")
    git(base, "add", "--all")
    git(base, "commit", "--quiet", "--message", "before")
    git(base, "update-ref", "refs/remotes/origin/main", "HEAD")
    _init("--yes")
    assert _checked(base) == 0, "the change that brings the check itself"
    git(base, "add", "--all")
    git(base, "commit", "--quiet", "--message", "with the check")
    git(base, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert _checked(base) == 0
    (base / ".fmkb.toml").write_text('[[exclude]]\nreason = "x"\npaths = ["**"]\n', encoding="utf-8")
    assert _checked(base) == 0, "a change of the rules alone"
    page = base / "docs" / "run books" / "queue-stuck.md"
    page.write_text(PAGE + "\n```bash\nrm -rf /var/queue\n```\n", encoding="utf-8")
    assert _checked(base) == 1


def _checked(top: Path) -> int:
    """The exit code of the last step of the workflow, for a pull request to main whose changes are not committed."""
    workflow = yaml.safe_load((top / ".github" / "workflows" / "runbooks.yml").read_text("utf-8"))
    checkout, *_, step = workflow["jobs"]["check"]["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    environment = {name: value.replace("${{ github.base_ref }}", "main") for name, value in step["env"].items()}
    line = f'fmkb() {{ "$PYTHON" -P -m faultmaven_kb "$@"; }}\n{step["run"]}'
    environment |= {"PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    return subprocess.run(["bash", "-ec", line], cwd=top, env={**os.environ, **environment}, check=False).returncode


def test_a_folder_outside_of_the_repository_is_refused(base: Path) -> None:
    result = CliRunner().invoke(command, [str(base), "--yes"])
    assert result.exit_code == 2
    assert "is not a folder below" in result.output


@pytest.mark.parametrize(
    "name", ["$(id)", 'a"; id; "', "-x", "a\nb: c", "${{ github.token }}", "a`id`", "a\u202eb", "a#b", "*"]
)
def test_a_folder_whose_name_would_do_something_in_a_file_is_refused(base: Path, name: str) -> None:
    (base / name).mkdir()
    result = CliRunner().invoke(command, ["--yes", "--", name])
    assert result.exit_code == 2
    assert "expected letters" in result.output
    assert not (base / ".github").exists()
    assert "\u202e" not in result.output


def test_what_is_not_text_in_an_option_is_no_internal_error(base: Path) -> None:
    _init("--yes", "--owner", "@a\udcff")
    assert (base / ".github" / "CODEOWNERS").read_text("utf-8").endswith("@a?\n")
    refused = CliRunner().invoke(fmkb, ["new", "queue-slow", "--folder", "docs", "--technology", "a\udcff\u202e"])
    assert (refused.exit_code, sorted(path.name for path in (base / "docs").iterdir())) == (2, ["run books"])
    assert 'technology is "a<U+DCFF><U+202E>", expected a word' in refused.output


def test_the_findings_that_stay_are_counted_with_one_check(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = base / "docs" / "run books" / "queue-stuck.md"
    page.write_text(PAGE.replace("queuectl restart", "export AWS_KEY=AKIAZ7Q2M4N8P6R5T3W1"), encoding="utf-8")
    checks: list[Gate] = []
    check = Gate.check

    def counted(gate: Gate, **named: Any) -> Report:
        checks.append(gate)
        return check(gate, **named)

    monkeypatch.setattr(Gate, "check", counted)
    output = _init("--yes")
    assert len(checks) == 1
    left = len(check(Gate.open(Path("docs", "run books"))).diagnostics)
    assert left
    assert f"{left} findings cannot be put there" in output
