"""`fmkb build`, and a built base wherever a folder is taken."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faultmaven_kb.cli.main import fmkb
from tests.documents import ROOT, RUNBOOKS


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(fmkb, [str(argument) for argument in arguments], env=environment)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    target = tmp_path / "base.fmkb"
    result = run("build", ROOT / "runbooks", "-o", target)
    assert result.exit_code == 0, result.output
    assert f"{len(RUNBOOKS)} runbooks" in result.output
    return target


def test_a_built_base_is_taken_wherever_a_folder_is(built: Path) -> None:
    question = "OOM command not allowed when used memory"
    assert "redis-out-of-memory" in run("search", question, "--kb", built).output
    assert "redis-out-of-memory" in run("search", question, FMKB_PATH=str(built)).output
    assert run("show", "redis-out-of-memory", "--kb", built).exit_code == 0
    redis = [path for path in RUNBOOKS if path.parent.name == "redis"]
    assert run("list", "--technology", "redis", "--kb", built).output.count("\n") == len(redis)
    assert run("export", "json", "--kb", built).output == run("export", "json", "--kb", ROOT / "runbooks").output


def test_check_says_whether_the_file_is_up_to_date(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n\nA fault.\n", encoding="utf-8")
    assert run("build", folder, "-o", built, "--check").exit_code == 1
    assert run("build", folder, "-o", built).exit_code == 0
    (folder / "two.md").write_text("# Two\n\nAnother fault.\n", encoding="utf-8")
    assert run("build", folder, "-o", built, "--check").exit_code == 1


def test_mistakes_are_usage_errors(built: Path, tmp_path: Path) -> None:
    assert run("build", ROOT / "runbooks", "-o", tmp_path / "base.db").exit_code == 2
    built.write_bytes(b"nothing")
    result = run("show", "redis-out-of-memory", "--kb", built)
    assert "build it again" in str(result.exception)


def test_the_cache_is_made_used_cleaned_and_can_be_left_alone(tmp_path: Path) -> None:
    place = {"FMKB_CACHE_DIR": str(tmp_path / "cache")}
    arguments = ("search", "disk full", "--kb", ROOT / "runbooks")
    uncached = run(*arguments, "--no-cache", **place)
    assert not (tmp_path / "cache").exists()
    assert run(*arguments, **place).output == run(*arguments, **place).output == uncached.output
    assert len(list((tmp_path / "cache").rglob("*.fmkb"))) == 1
    assert "MB removed" in run("cache", "clean", **place).output
    assert not list((tmp_path / "cache").rglob("*.fmkb"))
