"""The state before a change, read from git.

Nothing is checked out and nothing is written, and git compares no file of the working tree: what was renamed is found
here, by content. The state is the one at the merge base with the given revision, so that what others merged meanwhile
is nobody's fault.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.gate.facts.snapshot import Snapshot
from faultmaven_kb.gate.facts.tree import SnapshotTree
from faultmaven_kb.git_renames import renamed_files
from faultmaven_kb.git_repository import GitRefusedError, Repository
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.reading.files import find_runbooks, is_runbook
from faultmaven_kb.reading.reader import parse_runbook
from faultmaven_kb.text.characters.decoding import read_bytes

__all__ = ["snapshot"]

_AUTHOR = re.compile(rb"^author ([^<\n]*?) ?<([^>\n]*)>", re.MULTILINE)


def snapshot(paths: Iterable[Path], revision: str, *, repository: Repository) -> Snapshot:
    """The runbooks at the paths as they were where `revision` and the present branch part.

    Raises `ConfigurationError` for a revision that does not exist and for a path that is not in the repository.
    """
    targets = list(paths)
    places = {path: repository.place(path) for path in targets}
    commit = _commit(repository, revision)
    blobs = _blobs(repository, commit)
    texts = _contents(repository, [blobs[place] for place in blobs if place.endswith(".md")])
    files: dict[str, Callable[[], bytes]] = {
        place: partial(_content, repository, blob, texts) for place, blob in blobs.items()
    }
    new = _new(targets, repository, blobs)
    deleted = {
        place: texts[blob] for place, blob in blobs.items() if blob in texts and not (repository.top / place).exists()
    }
    renamed = renamed_files(deleted, {place: data for place, _, data in new})
    names = _names(places, repository, blobs, renamed)
    retired = _retired([path for _, path, _ in new], repository, commit, blobs)
    return Snapshot(revision, SnapshotTree(files, names), renamed, retired, _authors(repository, commit))


def _commit(repository: Repository, revision: str) -> str:
    unknown = f'--since: "{revision}" is not a revision of this repository (in a shallow clone, fetch it first)'
    if "\0" in revision:
        raise ConfigurationError(unknown)
    try:
        name = repository.git("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    except GitRefusedError:
        raise ConfigurationError(unknown) from None
    commit = name.decode("ascii", "replace").strip()
    try:
        return repository.git("merge-base", commit, "HEAD").decode("ascii", "replace").strip() or commit
    except GitRefusedError:  # no common history that is known here
        return commit


def _blobs(repository: Repository, commit: str) -> dict[str, str]:
    """The object name of every plain file of a commit, by path; links and submodules are left out."""
    blobs = {}
    for row in _split(repository.git("ls-tree", "-r", "-z", "--full-tree", commit)):
        kind, _, place = row.partition("\t")
        mode, _, rest = kind.partition(" ")
        if mode in ("100644", "100755"):
            blobs[place] = rest.rpartition(" ")[2]
    return blobs


def _split(output: bytes) -> list[str]:
    return [row for row in output.decode("utf-8", "surrogateescape").split("\0") if row]


def _contents(repository: Repository, names: list[str]) -> dict[str, bytes]:
    """The bytes of many objects, from one process."""
    objects = sorted(set(names))
    output = repository.git("cat-file", "--batch", stdin="".join(f"{name}\n" for name in objects).encode())
    contents, begin = {}, 0
    for name in objects:
        end = output.index(b"\n", begin)
        size = output[begin:end].rsplit(b" ", 1)[-1]
        if not size.isdigit():
            raise ConfigurationError(f"--since: object {name} is missing, expected a clone with all of its files")
        contents[name] = output[end + 1 : end + 1 + int(size)]
        begin = end + 2 + int(size)
    return contents


def _content(repository: Repository, blob: str, texts: Mapping[str, bytes]) -> bytes:
    return texts[blob] if blob in texts else repository.git("cat-file", "blob", blob)


def _new(paths: list[Path], repository: Repository, blobs: Mapping[str, str]) -> list[tuple[str, Path, bytes]]:
    """The runbooks at the paths that are at no path of the state before: where each is, and its bytes."""
    ids = []
    for path in find_runbooks(paths):
        place = repository.place(path)
        if place not in blobs and path.is_file():
            try:
                ids.append((place, path, read_bytes(path)))
            except PathError:  # the check itself reports it
                continue
    return ids


def _names(
    places: Mapping[Path, str], repository: Repository, blobs: Mapping[str, str], renamed: Mapping[str, str]
) -> dict[str, str]:
    """The runbooks of the state before that the given paths mean: the name each has in a report, and its place."""
    names = {}
    before = {new: old for old, new in renamed.items()}
    for path, home in places.items():
        if path.is_dir():
            inside = f"{home}/" if home else ""
            for place in blobs:
                if place.startswith(inside) and is_runbook(place[len(inside) :]):
                    names[(path / place[len(inside) :]).as_posix()] = place
        else:
            place = before.get(home, home)
            if place in blobs:
                names[path.as_posix() if place == home else (repository.top / place).as_posix()] = place
    return names


def _retired(new: list[Path], repository: Repository, commit: str, blobs: Mapping[str, str]) -> dict[str, str]:
    """The ids of new runbooks that an earlier, deleted runbook had; one that comes back with its title is the same
    one."""
    if not new:
        return {}
    deleted = [place for _, place in _touched(repository, commit, "--diff-filter=D")]
    gone = {Path(place).stem: place for place in reversed(deleted) if place not in blobs}
    retired = {}
    for path in new:
        runbook = _runbook(path)
        old = gone.get(runbook.id) if runbook else None
        if runbook and old and _title_before(repository, commit, old) != runbook.title:
            retired[runbook.id] = f"deleted earlier, as {old}"
    return retired


def _touched(repository: Repository, revisions: str, *options: str) -> Iterator[tuple[str, str]]:
    """The Markdown files that the commits of a range touched, the last commit first: the commit and the path."""
    commits = repository.git("rev-list", "--no-merges", revisions, "--", "*.md")
    rows = repository.git(
        *("diff-tree", "--stdin", "-r", "-z", "--root", "--no-renames", "--name-only", *options, "--", "*.md"),
        stdin=commits,
    )
    commit = ""
    for row in _split(rows):
        if row.endswith(".md"):
            yield commit, row
        else:
            commit = row


def _authors(repository: Repository, commit: str) -> dict[str, frozenset[str]]:
    """The names and mail addresses of those whose commits since then touched a Markdown file, by its path.

    They are the commits' own: a change may not map them to other people's by a `.mailmap`.
    """
    touched = list(_touched(repository, f"{commit}..HEAD"))
    headers = _contents(repository, [name for name, _ in touched])
    authors: dict[str, set[str]] = {}
    for name, place in touched:
        author = _AUTHOR.search(headers[name].partition(b"\n\n")[0])
        parts = (part.decode("utf-8", "replace").strip() for part in author.groups()) if author else ()
        authors.setdefault(place, set()).update(part for part in parts if part)
    return {place: frozenset(names) for place, names in authors.items()}


def _runbook(path: Path) -> Runbook | None:
    try:
        return parse_runbook(path).runbook
    except PathError:  # the check itself reports it
        return None


def _title_before(repository: Repository, commit: str, place: str) -> str | None:
    """The title that a deleted runbook had at last."""
    last = repository.git("rev-list", "-1", commit, "--", f":(top,literal){place}").decode("ascii", "replace").strip()
    try:
        data = repository.git("cat-file", "blob", f"{last}^:{place}")
    except GitRefusedError:  # the commit before is not known here
        return None
    runbook = parse_runbook(data).runbook
    return runbook.title if runbook else None
