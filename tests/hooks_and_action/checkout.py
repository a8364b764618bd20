"""A copy of this project as users get it (what Git tracks or would), and an environment that installs it offline."""

import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import ROOT

__all__ = ["copy_of_project", "git", "needs_git", "offline"]

needs_git = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="needs Git and a checkout"
)


def git(folder: Path, *arguments: str) -> str:
    """Run Git as nobody in particular and give back what it prints."""
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *who, "-c", "core.autocrlf=false", "-c", "init.defaultBranch=main", *arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, encoding="utf-8", env=environment
    ).stdout


def copy_of_project(folder: Path) -> Path:
    """The files of this checkout, uncommitted changes included, in a repository of one commit."""
    for name in git(ROOT, "ls-files", "-co", "--exclude-standard", "-z").split("\0"):
        if name and not name.startswith("tests/") and (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "everything")
    return folder


def offline(**more: str) -> dict[str, str]:
    """Environment variables with which pip takes everything but this project from the running interpreter."""
    packages = [path for path in sys.path if path.endswith("site-packages")] or site.getsitepackages()
    elsewhere = [path for path in sys.path if Path(path) == ROOT / "tests" / "elsewhere"]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "GITHUB_", "COVERAGE"))
    }
    return {
        **environment,
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this switch the other way round
        "PIP_NO_INDEX": "1",
        "PYTHONPATH": os.pathsep.join([*elsewhere, *packages]),
        **more,
    }
