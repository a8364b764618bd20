"""The GitHub action: its file against the published schema, its steps' shell run as they stand."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documents import ROOT, copy_redis
from tests.hooks_and_action.checkout import copy_of_project, needs_git, offline
from tests.test_docs import _fences

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GOOD = (ROOT / "runbooks" / "redis" / "redis-out-of-memory.md").read_bytes()
HOW_TO = ROOT / "docs" / "how-to" / "check-runbooks-in-ci.md"


def check_schema(name: str, file: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_is_what_github_says_an_action_is() -> None:
    check_schema("vendor.github-actions", ROOT / "action.yml")


@pytest.mark.parametrize("file", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda file: file.name)
def test_the_projects_own_workflows_are_valid_and_pinned(file: Path) -> None:
    check_schema("vendor.github-workflows", file)
    used = re.findall(r"uses: (\S+)", file.read_text(encoding="utf-8"))
    assert used
    assert [name for name in used if not re.search(r"@[0-9a-f]{40}$", name)] == []


def test_inputs_reach_the_shell_through_the_environment_only() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
        assert "uses" not in step


def test_the_action_installs_nothing_without_a_hash() -> None:
    lines = [
        line for step in ACTION["runs"]["steps"] for line in step["run"].split("\n") if re.search(r"\bpip\b", line)
    ]
    common, *installs = [line.strip() for line in lines if not line.lstrip().startswith("#")]
    assert re.fullmatch(r"pip=\(.* -m pip install .*--no-deps\)", common)
    assert len(installs) == 2
    for line in installs:
        hashed = "--require-hashes --only-binary :all: --requirement" in line
        assert hashed or "--no-index --no-build-isolation" in line, line


def test_the_workflows_and_pipelines_of_the_docs_are_valid_and_pinned(tmp_path: Path) -> None:
    seen = set()
    for number, fence in enumerate(_fences(HOW_TO, "yaml")):
        kind = next(
            (name for name, mark in (("github-workflows", "jobs:"), ("gitlab-ci", "script:")) if mark in fence.code), ""
        )
        file = tmp_path / f"{number}.yml"
        file.write_text(fence.code, encoding="utf-8")
        if kind:
            check_schema(f"vendor.{kind}", file)
            seen.add(kind)
        for used in re.findall(r"uses: (\S+)", fence.code):
            assert re.search(r"@([0-9a-f]{40}|<[a-z-]+>)$", used), used
    assert seen == {"github-workflows", "gitlab-ci"}


def steps(folder: Path, project: Path, **inputs: str) -> tuple[int, str, str]:
    """Run the steps one after the other as a runner does: exit code, output, step summary."""
    values = {
        f"inputs.{name}": inputs.get(name.replace("-", "_"), spec["default"]) for name, spec in ACTION["inputs"].items()
    }
    values["github.action_path"] = str(project)
    path_file, summary, temporary = (folder.parent / name for name in ("path", "summary", "temp"))
    temporary.mkdir(exist_ok=True)
    path_file.touch()
    output = ""
    for number, step in enumerate(ACTION["runs"]["steps"]):
        script = folder.parent / f"step-{number}.sh"
        script.write_text(step["run"], encoding="utf-8", newline="\n")
        env = {
            key: re.sub(r"\$\{\{ (.+?) \}\}", lambda match: values[match[1]], text) for key, text in step["env"].items()
        }
        paths = [line for line in path_file.read_text(encoding="utf-8").splitlines() if line]
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=folder,
            capture_output=True,
            check=False,
            env=offline(
                **env,
                PATH=os.pathsep.join([*paths, os.environ["PATH"]]),
                RUNNER_TEMP=str(temporary),
                GITHUB_PATH=str(path_file),
                GITHUB_ACTIONS="true",
                GITHUB_STEP_SUMMARY=str(summary),
            ),
        )
        output += done.stdout.decode("utf-8") + done.stderr.decode("utf-8")
        if done.returncode:
            break
    return done.returncode, output, summary.read_text(encoding="utf-8") if summary.exists() else ""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, whose list names the versions that are installed here: another run has others than the lock."""
    folder = copy_of_project(tmp_path_factory.mktemp("action"))
    listed = folder / "requirements-action.txt"
    here = {each.name.lower(): each.version for each in distributions()}
    entries = re.split(r"\n(?=\w)", listed.read_text(encoding="utf-8").strip())[1:]
    parts = [re.fullmatch(r"([\w.-]+)==[^ ]+(.*)", entry, re.DOTALL) for entry in entries]
    found = [f"{part[1]}=={here[part[1]]}{part[2]}\n" for part in parts if part and part[1] in here]
    assert len(found) > len(entries) / 2
    listed.write_text("".join(found), encoding="utf-8")
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    for name in ("runbooks/redis", "other base"):
        (folder / name).mkdir(parents=True)
    copy_redis(folder / "runbooks" / "redis")
    # The action has no --today: one day the shipped runbooks are stale.
    (folder / ".fmkb.toml").write_text('ignore = ["RB219"]\n', encoding="utf-8")
    return folder


needs_bash = pytest.mark.skipif(shutil.which("bash") is None or os.name == "nt", reason="needs bash")


@needs_git
@needs_bash
def test_the_action_annotates_summarises_writes_sarif_and_fails(repository: Path, project: Path) -> None:
    bad = GOOD.replace(b"severity: ", b"severity: HIGH # ").replace(b"id: redis", b"id: valkey")
    (repository / "other base" / "redis-out-of-memory.md").write_bytes(bad)
    code, output, summary = steps(repository, project, paths="runbooks\n\nother base\n", sarif_file="fmkb.sarif")
    assert code == 1, output
    assert "::error file=other base/redis-out-of-memory.md,line=5,endLine=5,col=11" in output
    assert "| error | [RB209]" in summary
    log = json.loads((repository / "fmkb.sarif").read_bytes())
    assert "RB209" in {result["ruleId"] for result in log["runs"][0]["results"]}


@needs_git
@needs_bash
def test_a_link_of_the_change_is_not_written_through(repository: Path, project: Path) -> None:
    outside = repository.parent / "outside"
    outside.write_text("kept\n", encoding="utf-8")
    (repository / "fmkb.sarif").symlink_to(outside)
    code, output, _ = steps(repository, project, sarif_file="fmkb.sarif")
    assert (code, outside.read_text(encoding="utf-8")) == (1, "kept\n"), output
    assert "it is a link" in output


@needs_git
@needs_bash
def test_the_action_passes_on_sound_runbooks(repository: Path, project: Path) -> None:
    code, output, summary = steps(repository, project, profile="curated")
    assert (code, "::" in output) == (0, False), output
    count = len(list((repository / "runbooks" / "redis").glob("*.md")))
    assert f"{count} runbooks, 0 errors" in summary


@needs_git
@needs_bash
def test_what_an_input_says_is_never_run(repository: Path, project: Path) -> None:
    code, output, _ = steps(repository, project, paths="$(touch ran)\n`touch ran`\n--help; touch ran")
    assert code == 2, output
    assert not (repository / "ran").exists()
