"""The three hooks, run by pre-commit itself on a scratch repository that takes them from a copy of this project."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from faultmaven_kb.cli.shared.starting import starting_files
from faultmaven_kb.gate.settings.settings import Profile
from tests.documents import LAST_UPDATED, ROOT, alone, copy_redis
from tests.hooks_and_action.checkout import copy_of_project, git, needs_git, offline

pytestmark = needs_git
_RESULT = re.compile(
    r"^(\w+ \w+ runbooks)\.+(?:\(.*\))?(Passed|Failed|Skipped)$(.*?)(?=^\w+ \w+ runbooks\.|\Z)",
    re.MULTILINE | re.DOTALL,
)
GOOD = alone((ROOT / "runbooks" / "redis" / "redis-out-of-memory.md").read_bytes().decode()).encode()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def scratch(tmp_path: Path, project: Path) -> Path:
    """A repository with two sound runbooks and the three hooks."""
    hooks = [{"id": name} for name in ("fmkb-fix", "fmkb-validate", "fmkb-validate-all")]
    revision = git(project, "rev-parse", "HEAD").strip()
    config = {"repos": [{"repo": str(project), "rev": revision, "hooks": hooks}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (tmp_path / "runbooks" / "redis").mkdir(parents=True)
    copy_redis(tmp_path / "runbooks" / "redis")
    (tmp_path / "README.md").write_text("# No runbook\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    return tmp_path


def run(scratch: Path, home: Path, *arguments: str) -> dict[str, tuple[str, str]]:
    """What pre-commit says of each hook: Passed, Failed or Skipped, and the lines below."""
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--color=never", *arguments],
        cwd=scratch,
        capture_output=True,
        check=False,
        env=offline(PRE_COMMIT_HOME=str(home)),
    )
    out = done.stdout.decode("utf-8", "replace")
    said = _RESULT.findall(out)
    assert len(said) == 3, out + done.stderr.decode("utf-8", "replace")
    assert (done.returncode == 0) == all(result != "Failed" for _, result, _ in said)
    return {name: (result, below) for name, result, below in said}


def test_sound_runbooks_pass_and_other_markdown_is_not_looked_at(scratch: Path, home: Path) -> None:
    said = run(scratch, home, "--all-files")
    assert {name: result for name, (result, _) in said.items()} == {
        "fix changed runbooks": "Passed",
        "check changed runbooks": "Passed",
        "check all runbooks": "Passed",
    }


def test_the_fix_hook_mends_and_the_commit_has_to_be_made_again(scratch: Path, home: Path) -> None:
    file = scratch / "runbooks" / "redis" / "redis-out-of-memory.md"
    file.write_bytes(GOOD.replace(b"severity: ", b"severity: HIGH # "))
    git(scratch, "add", "--all")
    said = run(scratch, home)
    assert said["fix changed runbooks"][0] == "Failed"
    assert "files were modified by this hook" in said["fix changed runbooks"][1]
    assert file.read_bytes() == GOOD.replace(b"severity: ", b"severity: high # ")
    git(scratch, "add", "--all")
    assert {result for result, _ in run(scratch, home).values()} == {"Passed"}


def test_the_check_of_everything_sees_what_a_changed_file_alone_does_not_show(scratch: Path, home: Path) -> None:
    git(scratch, "commit", "--quiet", "--no-verify", "--message", "first")
    twin = scratch / "runbooks" / "redis" / "redis-twin.md"
    twin.write_bytes(GOOD)
    git(scratch, "add", "--all")
    said = run(scratch, home)
    assert said["check changed runbooks"][0] == "Failed"
    assert "RB804" not in said["check changed runbooks"][1]
    assert "RB804 duplicate-id" in said["check all runbooks"][1]


def test_the_hooks_pass_on_the_runbooks_of_this_project(scratch: Path, home: Path) -> None:
    for file in (ROOT / "runbooks").rglob("*.md"):
        target = scratch / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    config = yaml.safe_load((scratch / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    for hook in config["repos"][0]["hooks"]:
        hook["args"] = ["--profile", "curated", *(["runbooks"] if hook["id"].endswith("-all") else [])]
    (scratch / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    git(scratch, "add", "--all")
    assert {result for result, _ in run(scratch, home, "--all-files").values()} == {"Passed"}


def test_a_file_s_name_is_no_option_of_the_hooks() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    written = starting_files("runbooks", profile=Profile.CONTRIBUTE, owner="", today=LAST_UPDATED)
    (local,) = yaml.safe_load(written[".pre-commit-config.yaml"])["repos"]
    named = [hook for hook in (*hooks, *local["hooks"]) if hook.get("pass_filenames", True)]
    assert len(named) == 3
    for hook in named:
        assert re.search(hook["exclude"], "--config=evil.md")
        assert not re.search(hook["exclude"], "runbooks/redis/-a.md")
