"""Adopting the gate: a baseline that survives moved lines and only shrinks, and findings of a change alone."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import ConfigurationError, Diagnostic, Level, Span
from faultmaven_kb.gate.engine.baseline import Mark, baseline_text, mark_of, read_baseline, without_known
from faultmaven_kb.gate.engine.check import check_paths, marks_of
from faultmaven_kb.gate.toolkit.rule_model import Profile
from tests.cli.test_commands import fmkb
from tests.documents import LAST_UPDATED, copy_runbooks

_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@pytest.fixture(name="base")
def _base(tmp_path: Path) -> Path:
    base = tmp_path / "runbooks"
    copy_runbooks(base, "linux", "network", "nginx", "redis")
    _edit(base / "redis" / "redis-out-of-memory.md", "severity: ", "severity: very-")
    _edit(base / "linux" / "linux-disk-full.md", "## Root Cause Analysis\n", "## Root Cause Analysis\n\n[x]() [x]()\n")
    return base


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode("utf-8")
    assert old in text
    file.write_bytes(text.replace(old, new, 1).encode())


def _codes(base: Path, baseline: str, profile: Profile = Profile.CONTRIBUTE) -> list[str]:
    known = read_baseline(baseline, "baseline.json")
    report = check_paths([base], today=LAST_UPDATED, root=base.parent, baseline=known, profile=profile)
    return [found.code for found in report.diagnostics]


def _written(base: Path) -> str:
    return baseline_text(marks_of(check_paths([base], today=LAST_UPDATED, root=base.parent)))


def test_what_the_baseline_lists_is_not_reported_even_when_its_line_moves(base: Path) -> None:
    baseline = _written(base)
    assert baseline.count('"RB810"') == 1
    assert '"count": 2' in baseline
    assert _codes(base, baseline) == []
    _edit(
        base / "linux" / "linux-disk-full.md", "## Root Cause Analysis\n", "## Root Cause Analysis\n\nMore words.\n\n"
    )
    _edit(base / "redis" / "redis-out-of-memory.md", "technology: redis\n", "")
    assert _codes(base, baseline) == ["RB201"]


def test_one_more_of_the_same_is_reported(base: Path) -> None:
    baseline = _written(base)
    _edit(base / "linux" / "linux-disk-full.md", "[x]() [x]()\n", "[x]() [x]()\n\n[x]() [x]()\n")
    assert _codes(base, baseline) == ["RB810", "RB810"]


def test_what_is_mended_must_leave_the_baseline(base: Path) -> None:
    baseline = _written(base)
    _edit(base / "redis" / "redis-out-of-memory.md", "severity: very-", "severity: ")
    _edit(base / "linux" / "linux-disk-full.md", "[x]() [x]()", "[x]() y")
    assert _codes(base, baseline) == ["RB810", "RB905", "RB905"]
    assert _codes(base, baseline, profile=Profile.INGEST) == []
    (base / "linux" / "linux-disk-full.md").unlink()
    assert "RB905" in _codes(base, baseline)


def test_an_entry_of_a_file_that_is_not_checked_is_left_alone(base: Path) -> None:
    known = read_baseline(_written(base), "baseline.json")
    report = check_paths([base / "nginx"], today=LAST_UPDATED, root=base.parent, baseline=known)
    assert report.diagnostics == ()


def test_a_rule_across_files_is_not_taken_for_mended_when_some_files_are_checked(base: Path) -> None:
    copy = base / "redis" / "redis-second.md"
    shutil.copy(base / "redis" / "redis-connection-refused.md", copy)
    baseline = _written(base)
    assert '"RB804"' in baseline
    known = read_baseline(baseline, "baseline.json")
    report = check_paths([copy], today=LAST_UPDATED, root=base.parent, baseline=known)
    assert [found.code for found in report.diagnostics] == []


def test_credentials_never_hide_in_a_baseline() -> None:
    found = Diagnostic("RB701", "hardcoded-credential", Level.ERROR, "a password", "a.md", Span(1, 1, 1, 2))
    mark = mark_of(found, "a.md", None)
    assert '"RB701"' not in baseline_text([mark])
    assert '"RB701"' in baseline_text([mark], allow_credentials=True)
    assert list(without_known([(found, mark)], {mark: 1})) == [found]
    assert list(without_known([(found, mark)], {mark: 1}, allow_credentials=True)) == []


@given(st.lists(st.builds(Mark, _NAMES, _NAMES, _NAMES)))
def test_a_baseline_is_read_as_it_was_written_whatever_the_order(marks: list[Mark]) -> None:
    text = baseline_text(marks)
    assert text == baseline_text(reversed(marks))
    entries = read_baseline(text, "x").entries
    assert sorted(entry.mark for entry in entries for _ in range(entry.count)) == sorted(marks)
    assert all(entry.mark.code in text.split("\n")[entry.line - 1] or "\\" in text for entry in entries)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "findings": [{}]}', '{"version": 1, "findings": 3}'])
def test_what_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="not a baseline"):
        read_baseline(text, "x.json")


def test_a_baseline_of_another_version_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="version 9, expected 1"):
        read_baseline('{"version": 9, "findings": []}', "x.json")


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, "-C", folder, *arguments], check=True, capture_output=True)


@pytest.fixture(name="repository")
def _repository(base: Path) -> Path:
    _git(base.parent, "init", "-q", "-b", "main")
    _git(base.parent, "add", "-A")
    _git(base.parent, "commit", "-qm", "first")
    return base


def _since(base: Path, revision: str = "HEAD", *more: str) -> list[str]:
    day = ("--today", LAST_UPDATED.isoformat())
    code, out, err = fmkb("validate", "runbooks", "--since", revision, "--format", "json", *day, *more, cwd=base.parent)
    assert code in (0, 1), err
    return [f"{found['code']} {Path(found['path']).name}" for found in json.loads(out)["diagnostics"]]


def test_a_change_answers_for_what_it_breaks_and_not_for_what_was_there(repository: Path) -> None:
    assert _since(repository) == []
    _edit(
        repository / "redis" / "redis-out-of-memory.md",
        "## Root Cause Analysis\n",
        "## Root Cause Analysis\n\nMore.\n\n",
    )
    assert _since(repository) == ["RB904 redis-out-of-memory.md"]
    file = repository / "redis" / "redis-out-of-memory.md"
    text = re.sub(r'(?m)^version: "[0-9.]+"$', 'version: "99.0.0"', file.read_bytes().decode("utf-8"), count=1)
    text = re.sub(r"(?m)^last_updated: .*$", f'last_updated: "{LAST_UPDATED}"', text, count=1)
    file.write_bytes(text.encode("utf-8"))
    assert _since(repository) == []
    (repository / "nginx" / "nginx-502-bad-gateway.md").unlink()
    naming = {file.name for file in repository.rglob("*.md") if b"nginx-502-bad-gateway.md" in file.read_bytes()}
    assert "network-connection-timeout.md" in naming
    assert set(_since(repository)) == {f"RB801 {name}" for name in naming}


def test_a_change_answers_for_the_entries_of_the_baseline_that_it_mends_and_for_no_others(repository: Path) -> None:
    file, top = repository / "redis" / "redis-out-of-memory.md", repository.parent
    sound = file.read_bytes()
    file.write_bytes(re.sub(rb"(?m)^severity: .*$", b"severity: none", sound, count=1))
    fmkb("validate", "runbooks", "--write-baseline", "--baseline", "known.json", cwd=top)
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "a fault that is known")
    known = ("HEAD", "--baseline", "known.json")
    assert _since(repository, *known) == []
    file.write_bytes(sound)
    assert "RB905 known.json" in _since(repository, *known)
    _git(top, "commit", "-qam", "mended, but still listed")
    assert _since(repository, *known) == []


def test_a_renamed_runbook_answers_only_for_its_new_name(repository: Path) -> None:
    _git(repository.parent, "mv", "runbooks/linux/linux-disk-full.md", "runbooks/linux/linux-full-disk.md")
    found = _since(repository)
    assert "RB206 linux-full-disk.md" in found
    assert not any(each.startswith("RB810") for each in found)
    one = fmkb(
        "validate", "runbooks/linux/linux-full-disk.md", "--since", "HEAD", "--format", "json", cwd=repository.parent
    )
    assert [found["code"] for found in json.loads(one[1])["diagnostics"]] == ["RB206"]


def test_the_id_of_a_deleted_runbook_is_not_used_again(repository: Path) -> None:
    file = repository / "redis" / "redis-connection-refused.md"
    old = file.read_bytes()
    file.unlink()
    _git(repository.parent, "commit", "-qam", "gone")
    file.write_bytes(old)
    assert "RB816 redis-connection-refused.md" not in _since(repository)
    file.write_bytes(old.replace(b"Redis - Connection Refused", b"Redis - Sentinel Refused"))
    assert "RB816 redis-connection-refused.md" in _since(repository)


def test_others_commits_after_the_branch_are_nobody_s_fault(repository: Path) -> None:
    _git(repository.parent, "checkout", "-qb", "mine")
    _git(repository.parent, "checkout", "-q", "main")
    _edit(repository / "redis" / "redis-out-of-memory.md", "severity: very-", "severity: ")
    _git(repository.parent, "commit", "-qam", "others")
    _git(repository.parent, "checkout", "-q", "mine")
    assert _since(repository, "main") == []


def _author_of(base: Path, *edits: tuple[str, str]) -> list[str]:
    """What RB218 says about a commit of "a" that makes these edits to a runbook which Sam verified."""
    file = base / "nginx" / "nginx-502-bad-gateway.md"
    verifier = next(line for line in file.read_text("utf-8").split("\n") if line.startswith("verified_by:"))
    _edit(file, verifier, 'verified_by: "Sam"')
    _edit(
        file, "status: draft" if "status: draft" in file.read_text("utf-8") else "status: verified", "status: verified"
    )
    _git(base.parent, "commit", "-qam", "second")
    for old, new in edits:
        _edit(file, old, new)
    _git(base.parent, "commit", "-qam", "third")
    found = _since(base, "HEAD~1", "--profile", "curated", "--select", "RB218")
    assert "RB218 nginx-502-bad-gateway.md" not in _since(base, "HEAD", "--profile", "curated", "--select", "RB218")
    return found


@pytest.mark.parametrize("verifier", ["a", "A (on call)", "a@example.com"])
def test_who_wrote_a_change_did_not_verify_it(repository: Path, verifier: str) -> None:
    assert _author_of(repository, ('"Sam"', f'"{verifier}"')) == ["RB218 nginx-502-bad-gateway.md"]


@pytest.mark.parametrize("edit", [('"Sam"', '"Ab"'), ("## Prevention\n", "## Prevention\n\nMore.\n")])
def test_somebody_else_or_an_earlier_verification_is_fine(repository: Path, edit: tuple[str, str]) -> None:
    assert _author_of(repository, edit) == []


def test_what_was_verified_by_its_author_before_the_change_is_left_alone(repository: Path) -> None:
    file = repository / "nginx" / "nginx-502-bad-gateway.md"
    _author_of(repository, ('"Sam"', '"a"'))
    _edit(file, "## Prevention\n", "## Prevention\n\nMore.\n")
    _git(repository.parent, "commit", "-qam", "fourth")
    assert _since(repository, "HEAD~1", "--profile", "curated", "--select", "RB218") == []


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("nope", '"nope" is not a revision of this repository'),
        ("--output=x", '"--output=x" is not a revision of this repository'),
    ],
)
def test_a_revision_that_does_not_exist_is_wrong_usage(repository: Path, revision: str, message: str) -> None:
    code, _, err = fmkb("validate", "runbooks", f"--since={revision}", cwd=repository.parent)
    assert code == 2
    assert message in err


def test_without_a_repository_or_git_the_message_says_so(base: Path, tmp_path: Path) -> None:
    code, _, err = fmkb(
        "validate", "runbooks", "--since", "HEAD", cwd=base.parent, GIT_CEILING_DIRECTORIES=str(tmp_path.parent)
    )
    assert (code, "not a git repository" in err) == (2, True)
    code, _, err = fmkb(
        "validate", "runbooks", "--since", "HEAD", cwd=base.parent, PATH=str(Path(sys.executable).parent)
    )
    assert code == 2
    assert "--since needs git" in err


def test_the_command_line_writes_reads_and_tightens_a_baseline(base: Path) -> None:
    folder = base.parent
    assert fmkb("validate", "runbooks", "--baseline", "known.json", cwd=folder)[0] == 2
    code, out, err = fmkb("validate", "runbooks", "--baseline", "known.json", "--write-baseline", cwd=folder)
    assert (code, out, err) == (0, "", "fmkb: wrote 3 findings to known.json\n")
    assert fmkb("validate", "runbooks", "--baseline", "known.json", cwd=folder)[0] == 0
    (folder / ".fmkb.toml").write_text('baseline = "known.json"\n', "utf-8")
    assert fmkb("validate", "runbooks", cwd=folder)[0] == 0
    _edit(base / "redis" / "redis-out-of-memory.md", "severity: very-", "severity: ")
    code, out, _ = fmkb("validate", "runbooks", cwd=folder)
    assert code == 1
    assert "known.json:5:1: warning RB905" in out
    assert fmkb("validate", "runbooks", "--write-baseline", cwd=folder)[0] == 0
    assert fmkb("validate", "runbooks", cwd=folder)[0] == 0
    (folder / "known.json").write_text("{", "utf-8")
    assert fmkb("validate", "runbooks", cwd=folder)[0] == 2
