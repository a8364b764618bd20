"""What `fmkb validate` says when something around it is missing, and what it looks like on a terminal."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_commands import fmkb
from tests.documents import ROOT

RUNBOOK = ROOT / "runbooks" / "redis" / "redis-out-of-memory.md"


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    shutil.copy(RUNBOOK, tmp_path / RUNBOOK.name)
    (tmp_path / "broken.md").write_text("---\nid: broken\n---\n# Broken\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(name="repository")
def _repository(folder: Path) -> Path:
    for arguments in (["init"], ["add", "."], ["commit", "-m", "first"]):
        _git(folder, *arguments)
    return folder


def test_a_baseline_that_is_not_there_names_the_option_that_makes_it(folder: Path) -> None:
    code, _, err = fmkb("validate", "--baseline", "none.json", ".", cwd=folder)
    assert code == 2
    assert "no baseline at 'none.json'; --write-baseline makes it" in err


def test_a_baseline_that_is_a_folder_is_wrong_usage(folder: Path) -> None:
    code, _, err = fmkb("validate", "--baseline", ".", ".", cwd=folder)
    assert code == 2
    assert "cannot read '.'" in err


def test_a_baseline_that_cannot_be_written_is_wrong_usage(folder: Path) -> None:
    code, _, err = fmkb("validate", "--write-baseline", "--baseline", "no/such/folder.json", ".", cwd=folder)
    assert code == 2
    assert "cannot write" in err


def test_credentials_cannot_be_ignored_on_the_command_line(folder: Path) -> None:
    code, _, err = fmkb("validate", "--ignore", "RB701", ".", cwd=folder)
    assert code == 2
    assert "RB701 cannot be ignored unless the configuration allows it" in err


def test_since_needs_a_repository_and_a_revision_it_knows(folder: Path, repository: Path, tmp_path: Path) -> None:
    code, _, err = fmkb("validate", "--since", "no-such-branch", ".", cwd=repository)
    assert code == 2
    assert '"no-such-branch" is not a revision of this repository' in err
    shutil.rmtree(folder / ".git")
    code, _, err = fmkb("validate", "--since", "main", ".", cwd=folder)
    assert code == 2
    assert "--since" in err


def test_since_without_git_says_what_is_missing(repository: Path) -> None:
    code, _, err = fmkb("validate", "--since", "HEAD", ".", cwd=repository, PATH=str(repository))
    assert code == 2
    assert "--since needs git, which is not installed or not on the PATH" in err


def test_since_refuses_files_outside_of_the_repository(repository: Path) -> None:
    code, _, err = fmkb("validate", "--since", "HEAD", "broken.md", RUNBOOK, cwd=repository)
    assert code == 2
    assert "lies outside of the repository" in err


def test_an_id_of_a_deleted_runbook_does_not_come_back_as_another(repository: Path) -> None:
    text = (repository / RUNBOOK.name).read_text(encoding="utf-8")
    _git(repository, "rm", RUNBOOK.name)
    _git(repository, "commit", "-m", "gone")
    (repository / RUNBOOK.name).write_text(
        text.replace("Redis - Out of Memory", "Redis - Something Else"), encoding="utf-8", newline="\n"
    )
    _, out, _ = fmkb("validate", "--since", "HEAD", "--format", "concise", ".", cwd=repository)
    assert f"deleted earlier, as {RUNBOOK.name}" in out


def test_colours_stand_on_a_terminal_and_nowhere_else(folder: Path) -> None:
    _, plain, _ = fmkb("validate", "broken.md", cwd=folder)
    _, coloured, _ = fmkb("validate", "broken.md", cwd=folder, FORCE_COLOR="1")
    assert "\x1b[" not in plain
    assert "\x1b[" in coloured


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals that Python can open")
def test_a_long_check_shows_its_progress_on_a_terminal(folder: Path) -> None:
    import pty

    for number in range(220):
        shutil.copy(folder / "broken.md", folder / f"broken-{number}.md")
    outside, inside = pty.openpty()
    command = [sys.executable, "-m", "faultmaven_kb", "validate", "--format", "concise", "."]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=inside,
        env={**os.environ, "TERM": "xterm", "FMKB_CACHE_DIR": str(folder.parent / "cache")},
    ) as running:
        os.close(inside)
        shown = b""
        while True:
            try:
                piece = os.read(outside, 4096)
            except OSError:  # the other end was closed
                break
            if not piece:
                break
            shown += piece
    os.close(outside)
    assert running.returncode == 1
    assert b" of 222 runbooks" in shown
    assert shown.endswith(b"\r\x1b[K")


def test_a_workflow_gets_annotations_and_a_summary(folder: Path) -> None:
    summary = folder / "summary.md"
    _, out, _ = fmkb("validate", ".", cwd=folder, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    assert out.startswith("::error ")
    assert "broken.md" in summary.read_text(encoding="utf-8")


def test_a_fault_of_the_library_is_a_message_and_code_3(tmp_path: Path) -> None:
    fault = "import faultmaven_kb.cli.commands.search as module\ndef fails(*a, **k): raise ZeroDivisionError('oops')\n"
    script = f"import sys\nsys.argv[1:] = ['search', 'x']\n{fault}module.load = fails\n"
    script += "from faultmaven_kb.cli.main import main\nmain()\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 3
    assert b"fmkb: internal error: ZeroDivisionError: oops" in done.stderr
    assert b"Traceback" not in done.stderr
