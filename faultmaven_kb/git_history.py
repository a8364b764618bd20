"""The state before a change, read from git: the one place that starts another program.

Only git's plumbing is called, with fixed arguments and without a shell; nothing is checked out and nothing is written.
The state is that of the merge base with the given revision, so that what others merged meanwhile is nobody's fault.
"""

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.gate.engine.engine import Snapshot
from faultmaven_kb.gate.facts.tree import SnapshotTree
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.reading.files import find_runbooks, is_runbook
from faultmaven_kb.reading.reader import parse_runbook

__all__ = ["repository_of", "snapshot"]

_CONFIG = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")


def repository_of(folder: Path) -> Path:
    """The top folder of the repository around a folder. Raises `ConfigurationError` where there is none, or no git."""
    top = _git(folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    return Path(top).resolve()


def snapshot(paths: Iterable[Path], revision: str, *, root: Path) -> Snapshot:
    """The runbooks at the paths as they were where `revision` and the present branch part.

    `root` is the repository's top folder. Raises `ConfigurationError` for a revision that does not exist.
    """
    given = list(paths)
    commit = _commit(root, revision)
    blobs = _blobs(root, commit)
    renamed = _renamed(root, commit)
    names = _names(given, root, blobs, renamed)
    texts = _contents(root, [blobs[place] for place in blobs if place.endswith(".md")])
    files: dict[str, Callable[[], bytes]] = {
        place: partial(_content, root, blob, texts) for place, blob in blobs.items()
    }
    retired = _retired(given, root, commit, blobs)
    return Snapshot(revision, SnapshotTree(files, names), renamed, retired, _authors(root, commit))


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """What git prints. Raises `ConfigurationError` with git's own words when it fails."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", *_CONFIG, "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=environment)  # noqa: S603
    except FileNotFoundError as error:
        raise ConfigurationError("--since needs git, which is not installed or not on the PATH") from error
    except OSError as error:
        raise ConfigurationError(f"--since needs git, which cannot be started: {error.strerror}") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1].removeprefix("fatal: ")
        raise ConfigurationError(f"--since: git says: {words or 'nothing'}")
    return done.stdout


def _commit(root: Path, revision: str) -> str:
    try:
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    except ConfigurationError as error:
        if "needs git" in str(error):
            raise
        raise ConfigurationError(
            f'--since: "{revision}" is no revision of this repository (in a shallow clone, fetch it first)'
        ) from None
    commit = found.decode("ascii", "replace").strip()
    try:
        return _git(root, "merge-base", commit, "HEAD").decode("ascii", "replace").strip() or commit
    except ConfigurationError:  # no common history that is known here
        return commit


def _blobs(root: Path, commit: str) -> dict[str, str]:
    """The object name of every plain file of a commit, by path; links and submodules are left out."""
    found = {}
    for row in _split(_git(root, "ls-tree", "-r", "-z", "--full-tree", commit)):
        kind, _, place = row.partition("\t")
        mode, _, rest = kind.partition(" ")
        if mode in ("100644", "100755"):
            found[place] = rest.rpartition(" ")[2]
    return found


def _split(output: bytes) -> list[str]:
    return [row for row in output.decode("utf-8", "surrogateescape").split("\0") if row]


def _contents(root: Path, names: list[str]) -> dict[str, bytes]:
    """The bytes of many objects, from one process."""
    wanted = sorted(set(names))
    output = _git(root, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in wanted).encode())
    found, begin = {}, 0
    for name in wanted:
        end = output.index(b"\n", begin)
        size = int(output[begin:end].rsplit(b" ", 1)[-1])
        found[name] = output[end + 1 : end + 1 + size]
        begin = end + 2 + size
    return found


def _content(root: Path, blob: str, texts: Mapping[str, bytes]) -> bytes:
    return texts[blob] if blob in texts else _git(root, "cat-file", "blob", blob)


def _renamed(root: Path, commit: str) -> dict[str, str]:
    """The files that have another path now: old to new."""
    rows = iter(_split(_git(root, "diff-index", "-M", "-z", "--name-status", "--diff-filter=R", commit)))
    return {next(rows): next(rows) for status in rows if status.startswith("R")}


def _names(given: list[Path], root: Path, blobs: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    """The runbooks of the state before that the given paths mean: the name each has in a report, and its place."""
    names = {}
    before = {new: old for old, new in renamed.items()}
    for path in given:
        home = _place(path, root)
        if path.is_dir():
            inside = f"{home}/" if home else ""
            for place in blobs:
                if place.startswith(inside) and is_runbook(place[len(inside) :]):
                    names[(path / place[len(inside) :]).as_posix()] = place
        else:
            place = before.get(home, home)
            if place in blobs:
                names[path.as_posix() if place == home else (root / place).as_posix()] = place
    return names


def _place(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root).as_posix().removeprefix(".")
    except ValueError as error:
        raise ConfigurationError(f"--since: {str(path)!r} lies outside of the repository {str(root)!r}") from error


def _retired(given: list[Path], root: Path, commit: str, blobs: Mapping[str, str]) -> dict[str, str]:
    """The ids of new runbooks that an earlier, deleted runbook had; one that comes back with its title is no other."""
    new = {path: _place(path, root) for path in find_runbooks(given) if _place(path, root) not in blobs}
    if not new:
        return {}
    deleted = _split(
        _git(root, "log", "--diff-filter=D", "--no-renames", "--name-only", "-z", "--format=", commit, "--", "*.md")
    )
    gone = {Path(place.strip()).stem: place.strip() for place in deleted if place.strip() not in blobs}
    retired = {}
    for path in new:
        runbook = _runbook(path)
        old = gone.get(runbook.id) if runbook else None
        if runbook and old and _title_before(root, commit, old) != runbook.title:
            retired[runbook.id] = f"deleted earlier, as {old}"
    return retired


def _authors(root: Path, commit: str) -> dict[str, frozenset[str]]:
    """The names and mail addresses of those whose commits since then touched a Markdown file, by its path."""
    rows = _split(
        _git(
            root, "log", "--no-merges", "--name-only", "-z", "--format=%x01%aN%x01%aE", f"{commit}..HEAD", "--", "*.md"
        )
    )
    found: dict[str, set[str]] = {}
    author: set[str] = set()
    for row in rows:
        text = row.strip("\n")
        if text.startswith("\x01"):
            author = {part for part in text.split("\x01") if part}
        elif text:
            found.setdefault(text, set()).update(author)
    return {place: frozenset(names) for place, names in found.items()}


def _runbook(path: Path) -> Runbook | None:
    try:
        return parse_runbook(path).runbook
    except PathError:  # the check itself reports it
        return None


def _title_before(root: Path, commit: str, place: str) -> str | None:
    """The title that a deleted runbook had at last."""
    last = _git(root, "rev-list", "-1", commit, "--", place).decode("ascii", "replace").strip()
    try:
        data = _git(root, "cat-file", "blob", f"{last}^:{place}")
    except ConfigurationError:  # the commit before is not known here
        return None
    runbook = parse_runbook(data).runbook
    return runbook.title if runbook else None
