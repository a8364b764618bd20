"""The git repository around the current folder, and git started on it so that nothing of a change is executed.

A contributed tree may contain whole repositories, with a configuration that names programs. So the repository is never
left to git to find: it is the nearest `.git` from the current folder upwards, a bare one never counts, and git is
called with its folders. Only plumbing runs that reads objects: no command here looks at files of the working tree or at
the index, which is where filters, attributes, file system monitors and submodules come in. What configuration could
start besides that (a pager, a hook, the fetch of a missing object) is switched off as well.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.disk.folders import real_path, repository_top
from faultmaven_kb.disk.regular import read_start
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.programs import program

__all__ = ["GitRefusedError", "Repository", "find_repository"]

_CONFIGURATION = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "protocol.allow=never",
)
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # wins over what a configuration allows: a missing object is never fetched
    "GIT_GRAFT_FILE": os.devnull,  # as below: what parents a commit has is what the commit says
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_POINTER_LIMIT = 10_000  # bytes, chosen: longer than any path


class GitRefusedError(ConfigurationError):
    """Git was started and said no: the text contains git's own words."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that was found: the top of its working tree and its own folder, both resolved."""

    top: Path
    git_folder: Path

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What a command of git prints. Raises `GitRefusedError` with git's own words when it fails."""
        return _run([f"--git-dir={self.git_folder}", f"--work-tree={self.top}", *arguments], self.top, stdin=stdin)

    def brings(self, place: str) -> bool:
        """Whether a file is in the present commit."""
        try:
            self.git("cat-file", "-e", f"HEAD:{place}")
        except ConfigurationError:
            return False
        return True

    def place(self, path: Path) -> str:
        """A path relative to the top, with forward slashes, the top itself empty.

        Raises `ConfigurationError` for a path outside, and for one in its own repository further down.
        """
        real = real_path(path)
        try:
            place = real.relative_to(self.top).as_posix().removeprefix(".")
        except ValueError as error:
            message = f"--since: {str(path)!r} lies outside of the repository {str(self.top)!r}"
            raise ConfigurationError(message) from error
        for folder in (real, *real.parents):
            if folder == self.top:
                break
            if os.path.lexists(folder / ".git"):
                message = f"--since: {str(path)!r} is in another repository, expected to be run in that one"
                raise ConfigurationError(message)
        return place


def find_repository(start: Path) -> Repository:
    """The repository around a folder. Raises `ConfigurationError` if there is none, or no git."""
    _program()
    folder = start.resolve()
    top = repository_top(folder)
    if top is None:
        raise ConfigurationError(f'--since: not a git repository: "{folder}" and the folders above have no .git')
    git_folder = _git_folder(top)
    # git looks for itself, at this one place, because only then it asks who owns the repository
    output = _run(["rev-parse", "--absolute-git-dir"], top, GIT_CEILING_DIRECTORIES=str(top.parent))
    if Path(os.fsdecode(output).rstrip("\n")).resolve() != git_folder:
        raise ConfigurationError(f'--since: "{top / ".git"}" is not a git repository')
    return Repository(top, git_folder)


def _git_folder(top: Path) -> Path:
    """The folder of a repository: `.git` itself, or where it points to in a linked worktree or a submodule."""
    entry = top / ".git"
    if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
        raise ConfigurationError(f'--since: "{entry}" is neither a folder nor a file, it is not used')
    if entry.is_dir():
        return entry.resolve()
    key, _, target = os.fsdecode(read_start(entry, most=_POINTER_LIMIT)).partition(": ")
    if key != "gitdir" or "\0" in target:
        raise ConfigurationError(f'--since: "{entry}" does not name a repository')
    folder = (top / target.rstrip("\n")).resolve()
    if folder.is_relative_to(top):  # files that are checked do not say what git is to do
        raise ConfigurationError(f'--since: "{entry}" leads to a folder among the files, it is not used')
    return folder


def _program() -> str:
    git = program("git")
    if git is None:
        raise ConfigurationError("--since needs git, which is not installed or not on the PATH")
    return str(git)


def _run(arguments: list[str], folder: Path, *, stdin: bytes = b"", **more: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    options = [part for setting in _CONFIGURATION for part in ("-c", setting)]
    command = [_program(), "--no-pager", *options, *arguments]
    try:
        process = subprocess.run(  # noqa: S603
            command,
            input=stdin,
            capture_output=True,
            check=False,
            cwd=folder,
            env={**environment, **_ENVIRONMENT, **more},
        )
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"--since needs git, which cannot be started: {error}") from error
    if process.returncode:
        lines = process.stderr.decode("utf-8", "replace").strip().split("\n")
        words = next((line for line in lines if line.startswith("fatal: ")), lines[-1]).removeprefix("fatal: ")
        raise GitRefusedError(f"--since: git says: {words or 'nothing'}")
    return process.stdout
