"""`fmkb validate --fix` and `--format` as a user sees them: files, output, exit codes."""

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import fmkb
from tests.documents import ROOT, alone, copy_redis

GOOD = alone((ROOT / "runbooks" / "redis" / "redis-out-of-memory.md").read_bytes().decode()).encode()
HIGH = GOOD.replace(b"severity: ", b"severity: HIGH # ")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "redis"
    copy_redis(folder)
    (folder / "redis-out-of-memory.md").write_bytes(HIGH)
    return tmp_path


def file_of(base: Path) -> Path:
    return base / "redis" / "redis-out-of-memory.md"


def test_fix_writes_the_file_and_ends_with_what_is_left(base: Path) -> None:
    code, out, err = fmkb("validate", "--fix", "redis", cwd=base)
    assert (code, err) == (0, "fmkb: fixed 1 finding in 1 runbook (RB209 1)\n")
    assert "nothing to report" in out
    assert file_of(base).read_bytes() == HIGH.replace(b"HIGH", b"high")


def test_fix_fails_when_a_finding_is_left(base: Path) -> None:
    file_of(base).write_bytes(HIGH.replace(b"difficulty: ", b"difficulty: expert # "))
    code, out, _ = fmkb("validate", "--fix", "--format", "concise", "redis", cwd=base)
    assert code == 1
    assert [line.split()[2] for line in out.splitlines()] == ["RB210"]
    assert b"severity: high" in file_of(base).read_bytes()


def test_unsafe_fixes_are_made_on_request_only(base: Path) -> None:
    file_of(base).write_bytes(GOOD.replace(b"severity: ", b"severity: hgih # "))
    assert fmkb("validate", "--fix", "redis", cwd=base)[0] == 1
    assert b"hgih" in file_of(base).read_bytes()
    assert fmkb("validate", "--unsafe-fixes", "redis", cwd=base)[0] == 0
    assert b"severity: high" in file_of(base).read_bytes()


def test_a_second_run_changes_nothing(base: Path) -> None:
    fmkb("validate", "--fix", "redis", cwd=base)
    once = file_of(base).read_bytes()
    code, _, err = fmkb("validate", "--fix", "redis", cwd=base)
    assert (code, err, file_of(base).read_bytes()) == (0, "fmkb: fixed 0 findings in 0 runbooks\n", once)


def test_diff_shows_the_change_and_writes_nothing(base: Path) -> None:
    code, out, err = fmkb("validate", "--diff", "redis", cwd=base)
    assert (code, err) == (1, "fmkb: would fix 1 finding in 1 runbook (RB209 1)\n")
    assert out.startswith("--- a/redis/redis-out-of-memory.md\n+++ b/redis/redis-out-of-memory.md\n@@ ")
    assert "-severity: HIGH # " in out
    assert "+severity: high # " in out
    assert file_of(base).read_bytes() == HIGH
    file_of(base).write_bytes(GOOD)
    assert fmkb("validate", "--diff", "redis", cwd=base)[:2] == (0, "")


def test_a_refused_fix_is_named(base: Path) -> None:
    file_of(base).write_bytes(GOOD.rstrip(b"\n") + b"\xe9")
    code, _, err = fmkb("validate", "--fix", "--profile", "curated", "redis", cwd=base)
    assert code == 1
    assert "fix of RB008 refused: the file is not UTF-8, its bytes could not be restored" in err


def test_in_a_github_workflow_annotations_are_the_default(base: Path) -> None:
    summary = base / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    code, out, _ = fmkb("validate", "redis", cwd=base, **variables)
    assert code == 1
    assert out.startswith("::error file=redis/redis-out-of-memory.md,line=5,endLine=5,col=11,endColumn=15,title=RB209")
    assert summary.read_text(encoding="utf-8").startswith(
        f"before\n### fmkb validate: {len(list((base / 'redis').iterdir()))} runbooks, 1 error,"
    )
    assert fmkb("validate", "--format", "concise", "redis", cwd=base, **variables)[1].startswith("redis/")


def test_paths_for_a_platform_begin_at_the_repository(base: Path) -> None:
    (base / ".git").mkdir()
    _, out, _ = fmkb("validate", "--format", "gitlab", "redis-out-of-memory.md", cwd=base / "redis")
    assert json.loads(out)[0]["location"]["path"] == "redis/redis-out-of-memory.md"
    assert fmkb("validate", "--format", "concise", "redis-out-of-memory.md", cwd=base / "redis")[1].startswith("redis-")


def test_the_language_server_says_what_it_needs() -> None:
    code, out, _ = fmkb("lsp", "--help")
    assert code == 0
    assert "an editor starts this" in out


def test_a_file_that_cannot_be_fixed_is_named_and_the_others_are_fixed(base: Path) -> None:
    other = base / "redis" / "another.md"
    other.write_bytes(HIGH.replace(b"id: redis-out-of-memory", b"id: another"))
    other.chmod(0o444)
    code, _, err = fmkb("validate", "--fix", "redis", cwd=base)
    assert code == 2
    assert "fixed 1 finding in 1 runbook (RB209 1)\n" in err
    assert "another.md': it is read-only" in err
    assert file_of(base).read_bytes() == HIGH.replace(b"HIGH", b"high")
    assert b"HIGH" in other.read_bytes()
    other.chmod(0o644)
