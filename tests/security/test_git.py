"""A change cannot make `--since` execute anything, wherever it puts repositories, attributes and programs."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.git_history import snapshot
from faultmaven_kb.git_renames import renamed_files
from faultmaven_kb.git_repository import find_repository
from faultmaven_kb.programs import program
from tests.cli.test_commands import fmkb
from tests.documents import ROOT, copy_redis

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts")

_PROMISOR = '[extensions]\npartialClone = origin\n[remote "origin"]\npromisor = true\nurl = "ext::sh -c RUN"\n'
_CONFIGURATIONS = {
    "clean filter": '[filter "x"]\nclean = "RUN; cat"\n',
    "clean filter that is required": '[filter "x"]\nclean = "RUN; cat"\nrequired = true\n',
    "smudge filter": '[filter "x"]\nsmudge = "RUN; cat"\n',
    "filter process": '[filter "x"]\nprocess = "RUN"\n',
    "text conversion": '[diff "x"]\ntextconv = "RUN; cat"\n',
    "difference driver": '[diff "x"]\ncommand = "RUN"\n',
    "external difference": '[diff]\nexternal = "RUN"\n',
    "merge driver": '[merge "x"]\ndriver = "RUN"\n',
    "file system monitor": '[core]\nfsmonitor = "RUN"\n',
    "pager": '[core]\npager = "RUN"\n[pager]\nlog = "RUN"\nrev-list = "RUN"\ncat-file = "RUN"\n',
    "hooks": '[core]\nhooksPath = "HOOKS"\n',
    "editor": '[core]\neditor = "RUN"\n',
    "alias": '[alias]\nrev-parse = "!RUN"\nls-tree = "!RUN"\ncat-file = "!RUN"\nrev-list = "!RUN"\n',
    "ssh command": '[core]\nsshCommand = "RUN"\n[remote "origin"]\nurl = "ssh://x/y"\npromisor = true\n',
    "missing objects": _PROMISOR + '[protocol]\nallow = always\n[protocol "ext"]\nallow = always\n',
    "signatures": '[log]\nshowSignature = true\n[gpg]\nprogram = "RUN"\n',
    "credentials": '[credential]\nhelper = "!RUN"\n',
    "included file": '[include]\npath = "INCLUDED"\n',
    "submodule": '[submodule "x"]\nupdate = "!RUN"\n',
    "references of others": '[core]\nalternateRefsCommand = "RUN"\n',
}


def _git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, "-C", folder, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Path:
    """A repository with two runbooks on `main`, and a change to one of them that is not committed."""
    top = tmp_path / "repository"
    copy_redis(top / "runbooks" / "redis")
    _git(tmp_path, "init", "-q", "-b", "main", str(top))
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "first")
    return top


def _marker(top: Path) -> Path:
    return top.parent / "EXECUTED"


def _command(top: Path) -> str:
    script = top.parent / "trap"
    script.write_text(f"#!/bin/sh\ntouch '{_marker(top)}'\n", "utf-8")
    script.chmod(0o755)
    return str(script)


def _bare(top: Path, folder: Path, configuration: str) -> None:
    """A bare repository among the files, with an index in which a runbook is renamed and one is changed."""
    run, hooks = _command(top), top.parent / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout"):
        shutil.copy(run, hooks / name)
    text = configuration.replace("RUN", run).replace("HOOKS", str(hooks)).replace("INCLUDED", str(folder / "more"))
    (folder / "more").write_text(_CONFIGURATIONS["clean filter"].replace("RUN", run), "utf-8")
    for name in ("objects", "refs"):
        shutil.copytree(top / ".git" / name, folder / name, dirs_exist_ok=True)
    shutil.copy(top / ".git" / "HEAD", folder / "HEAD")
    plain = "[core]\nrepositoryformatversion = 0\nbare = false\nworktree = .\n"
    (folder / "config").write_text(plain, "utf-8")
    if (top / "runbooks/redis/redis-out-of-memory.md").exists():
        (top / "runbooks/redis/redis-out-of-memory.md").rename(top / "runbooks/redis/redis-oom.md")
    own = [f"--git-dir={folder}", f"--work-tree={folder}"]
    _git(folder, *own, "add", "-A", ".")
    changed = top / "runbooks/redis/redis-oom.md"
    changed.write_text(changed.read_text("utf-8") + "\nMore.\n", "utf-8")
    (folder / "config").write_text(plain + text, "utf-8")
    (folder / ".gitattributes").write_text("*.md filter=x diff=x merge=x\n", "utf-8")


def _validate(folder: Path, *paths: str, **environment: str) -> tuple[int, str]:
    code, _, err = fmkb("validate", "--since", "main", *paths, cwd=folder, **environment)
    assert code in (0, 1, 2), err
    return code, err


def test_the_trap_is_a_real_one(repository: Path) -> None:
    """Started in the folder of the change as it used to be, git runs the filter."""
    _bare(repository, repository / "runbooks", _CONFIGURATIONS["clean filter"])
    _git(repository / "runbooks", "diff-index", "-M", "-z", "--name-status", "main")
    assert _marker(repository).exists()


@pytest.mark.parametrize("place", ["runbooks", "runbooks/redis", "."])
@pytest.mark.parametrize("configuration", _CONFIGURATIONS.values(), ids=_CONFIGURATIONS)
def test_a_bare_repository_among_the_files_is_not_used(repository: Path, place: str, configuration: str) -> None:
    _bare(repository, repository / place, configuration)
    snapshot([repository / "runbooks"], "main", repository=find_repository(repository))
    snapshot([repository / place], "main", repository=find_repository(repository / place))
    assert not _marker(repository).exists()


def test_the_command_runs_no_filter_of_a_bare_repository(repository: Path) -> None:
    _bare(repository, repository / "runbooks", _CONFIGURATIONS["clean filter"])
    code, err = _validate(repository, "runbooks")
    assert (code, err) == (1, "")
    assert _validate(repository / "runbooks", ".")[0] == 1
    assert not _marker(repository).exists()


@pytest.mark.parametrize("configuration", _CONFIGURATIONS.values(), ids=_CONFIGURATIONS)
def test_attributes_of_a_change_start_no_program_that_the_own_configuration_names(
    repository: Path, configuration: str
) -> None:
    """As with a filter for large files: the user has set it up, the change says for which files it runs."""
    run = _command(repository)
    own = repository / ".git" / "config"
    own.write_text(own.read_text("utf-8") + configuration.replace("RUN", run), "utf-8")
    for folder in (repository, repository / "runbooks"):
        (folder / ".gitattributes").write_text("* filter=x diff=x merge=x\n", "utf-8")
    file = repository / "runbooks/redis/redis-out-of-memory.md"
    file.rename(file.with_name("redis-oom.md"))
    with contextlib.suppress(ConfigurationError):  # a configuration that git itself refuses
        snapshot([repository / "runbooks"], "main", repository=find_repository(repository))
    assert not _marker(repository).exists()


def test_a_missing_object_is_not_fetched(repository: Path) -> None:
    own = repository / ".git" / "config"
    allowed = _CONFIGURATIONS["missing objects"].replace("RUN", _command(repository))
    own.write_text(own.read_text("utf-8").replace("version = 0", "version = 1") + allowed, "utf-8")
    blob = _git(repository, "rev-parse", "main:runbooks/redis/redis-out-of-memory.md").strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(ConfigurationError, match="--since"):
        snapshot([repository / "runbooks"], "main", repository=find_repository(repository))
    assert not _marker(repository).exists()


def _folder(entry: Path, top: Path) -> None:
    _git(top.parent, "init", "-q", str(entry.parent))


def _pointer(entry: Path, top: Path) -> None:
    entry.write_text("gitdir: ../planted\n", "utf-8")


def _link(entry: Path, top: Path) -> None:
    entry.symlink_to(top / "planted")


def _dangling(entry: Path, top: Path) -> None:
    entry.symlink_to(top / "nowhere")


def _empty(entry: Path, top: Path) -> None:
    entry.write_bytes(b"")


@pytest.mark.parametrize("plant", [_folder, _pointer, _link, _dangling, _empty])
@pytest.mark.parametrize("place", ["runbooks", "runbooks/redis"])
def test_a_path_in_a_repository_of_its_own_is_refused(
    repository: Path, plant: Callable[[Path, Path], None], place: str
) -> None:
    _git(repository.parent, "init", "-q", "--bare", str(repository / "planted"))
    plant(repository / place / ".git", repository)
    code, err = _validate(repository, "runbooks/redis")
    assert code == 2
    assert "is in another repository" in err


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (lambda entry, top: entry.write_text("gitdir: planted\n"), "leads to a folder among the files"),
        (lambda entry, top: entry.write_text("gitdir: ./a/../planted\n"), "leads to a folder among the files"),
        (lambda entry, top: entry.write_text(f"gitdir: {top}/planted\n"), "leads to a folder among the files"),
        (lambda entry, top: entry.write_text("gitdir: .\n"), "leads to a folder among the files"),
        (lambda entry, top: entry.write_text("gitdir: a\0b\n"), "does not name a repository"),
        (lambda entry, top: entry.write_bytes(b""), "does not name a repository"),
        (lambda entry, top: entry.write_bytes(b"\xff\xfe" * 20), "does not name a repository"),
        (lambda entry, top: entry.symlink_to("planted"), "neither a folder nor a file"),
        (lambda entry, top: entry.symlink_to("/dev/zero"), "neither a folder nor a file"),
        (lambda entry, top: entry.symlink_to(".git"), "neither a folder nor a file"),
        (lambda entry, top: os.mkfifo(entry), "neither a folder nor a file"),
        (lambda entry, top: entry.mkdir(), "git says: not a git repository"),
    ],
)
def test_what_calls_itself_the_repository_is_looked_at(
    repository: Path, plant: Callable[[Path, Path], None], message: str
) -> None:
    (repository / ".git").rename(repository / "planted")
    (repository / "planted" / "config").write_text(
        "[core]\nrepositoryformatversion = 0\nbare = false\nworktree = ..\n"
        + _CONFIGURATIONS["file system monitor"].replace("RUN", _command(repository)),
        "utf-8",
    )
    plant(repository / ".git", repository)
    with pytest.raises(ConfigurationError, match=message):
        find_repository(repository)
    assert not _marker(repository).exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_DIR", "TOP/runbooks"),
        ("GIT_WORK_TREE", "TOP/runbooks"),
        ("GIT_INDEX_FILE", "TOP/runbooks/index"),
        ("GIT_COMMON_DIR", "TOP/runbooks"),
        ("GIT_OBJECT_DIRECTORY", "TOP/runbooks/redis"),
        ("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='RUN'"),
        ("GIT_EXTERNAL_DIFF", "RUN"),
        ("GIT_PAGER", "RUN"),
        ("GIT_SSH_COMMAND", "RUN"),
        ("GIT_EXEC_PATH", "TOP/runbooks"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_NAMESPACE", "x"),
    ],
)
def test_what_the_environment_says_to_git_does_not_count(repository: Path, name: str, value: str) -> None:
    """As in a hook, which git starts with a repository of its own in the environment."""
    _bare(repository, repository / "runbooks", _CONFIGURATIONS["clean filter"])
    text = value.replace("TOP", str(repository)).replace("RUN", _command(repository))
    assert _validate(repository, "runbooks", **{name: text}) == (1, "")
    assert not _marker(repository).exists()


@pytest.mark.parametrize("path", ["", ".", "runbooks", "./runbooks", "..", ":", "runbooks/../runbooks"])
def test_a_program_among_the_files_is_not_started(repository: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (repository, repository / "runbooks", repository.parent):
        shutil.copy(_command(repository), folder / "git")
    monkeypatch.chdir(repository)
    assert program("git", path=path) is None
    git = shutil.which("git")
    assert git is not None
    assert program("git", path=f"{path}:{Path(git).parent}") == Path(git)
    monkeypatch.setenv("PATH", f"{path}:{Path(git).parent}")
    snapshot([Path("runbooks")], "main", repository=find_repository(Path()))
    assert not _marker(repository).exists()


def test_a_submodule_with_a_configuration_of_its_own_is_not_entered(repository: Path) -> None:
    inner = repository.parent / "inner"
    shutil.copytree(ROOT / "runbooks" / "linux", inner / "linux")
    _git(repository.parent, "init", "-q", "-b", "main", str(inner))
    _git(inner, "add", "-A")
    _git(inner, "commit", "-qm", "inner")
    _git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "runbooks/inner")
    _git(repository, "commit", "-qm", "with a submodule")
    config = repository / ".git" / "modules" / "runbooks" / "inner" / "config"
    trap = _CONFIGURATIONS["file system monitor"].replace("RUN", _command(repository))
    config.write_text(config.read_text("utf-8") + trap, "utf-8")
    assert find_repository(repository / "runbooks" / "inner").top == (repository / "runbooks" / "inner").resolve()
    before = snapshot([repository / "runbooks/redis"], "main", repository=find_repository(repository))
    assert len(before.tree.names) == len(list((repository / "runbooks/redis").iterdir()))
    assert not _marker(repository).exists()


def test_a_linked_worktree_and_folders_below_the_top_are_the_repository(repository: Path) -> None:
    work = repository.parent / "work"
    _git(repository, "worktree", "add", "-q", "-b", "mine", str(work))
    assert find_repository(work / "runbooks").top == work.resolve()
    assert _validate(work, "runbooks") == (0, "")
    assert _validate(repository / "runbooks", "redis") == (0, "")
    assert _validate(repository, str(repository / "runbooks")) == (0, "")


def test_a_path_outside_is_refused(repository: Path) -> None:
    outside = repository.parent / "outside"
    shutil.copytree(repository / "runbooks", outside)
    code, err = _validate(repository, "../outside")
    assert (code, "lies outside of the repository" in err) == (2, True)


@pytest.mark.parametrize("revision", ["-h", "--help", "--upload-pack=x", "a\0b", "..", ":/x", "", " "])
def test_a_revision_is_never_an_option(repository: Path, revision: str) -> None:
    with pytest.raises(ConfigurationError, match="not a revision of this repository"):
        snapshot([repository / "runbooks"], revision, repository=find_repository(repository))


@pytest.mark.parametrize("way", ["grafts", "replaced"])
def test_the_parents_of_a_commit_are_what_it_says_itself(repository: Path, way: str) -> None:
    """Else the change could be its own merge base, and its configuration would be the one in force."""
    base = _git(repository, "rev-parse", "main").strip()
    _git(repository, "checkout", "-qb", "mine")
    (repository / "runbooks/redis/new.md").write_text("# T\n", "utf-8")
    _git(repository, "add", "-A")
    _git(repository, "commit", "-qm", "second")
    change = _git(repository, "rev-parse", "mine").strip()
    if way == "grafts":
        (repository / ".git/info").mkdir(exist_ok=True)
        (repository / ".git/info/grafts").write_text(f"{base} {change}\n", "utf-8")
    else:
        _git(repository, "replace", base, change)
    before = snapshot([repository / "runbooks"], "main", repository=find_repository(repository))
    assert "runbooks/redis/new.md" not in before.tree.names.values()


def test_a_mailmap_of_the_change_does_not_rename_its_author(repository: Path) -> None:
    _git(repository, "checkout", "-qb", "mine")
    file = repository / "runbooks/redis/redis-out-of-memory.md"
    file.write_text(file.read_text("utf-8") + "\nMore.\n", "utf-8")
    (repository / ".mailmap").write_text("Somebody Else <else@example.com> a <a@example.com>\n", "utf-8")
    _git(repository, "add", "-A")
    _git(repository, "commit", "-qm", "second")
    before = snapshot([repository / "runbooks"], "main", repository=find_repository(repository))
    assert before.authors == {"runbooks/redis/redis-out-of-memory.md": frozenset({"a", "a@example.com"})}


def test_a_file_name_does_not_pass_for_an_author(repository: Path) -> None:
    _git(repository, "checkout", "-qb", "mine")
    (repository / "runbooks/redis" / "\x01Sam\x01sam@example.com.md").write_text("# T\n", "utf-8")
    (repository / "runbooks/redis" / f"{'0' * 40}.md").write_text("# T\n", "utf-8")
    _git(repository, "add", "-A")
    _git(repository, "commit", "-qm", "second")
    before = snapshot([repository / "runbooks"], "main", repository=find_repository(repository))
    assert set(before.authors.values()) == {frozenset({"a", "a@example.com"})}


def test_renamed_files_are_found_by_content() -> None:
    long = b"".join(b"line %d\n" % number for number in range(20))
    gone = {"a/one.md": long, "a/two.md": b"x\n", "a/three.md": long.replace(b"line 1", b"Line 1")}
    new = {"b/one.md": long + b"more\n", "b/zwei.md": b"x\n", "b/other.md": b"nothing alike\n"}
    assert renamed_files(gone, new) == {"a/one.md": "b/one.md", "a/two.md": "b/zwei.md"}
    assert renamed_files({}, new) == renamed_files(gone, {}) == {}


def test_of_many_renamed_files_those_with_their_name_are_found() -> None:
    gone = {f"a/{number}.md": b"%d\nsame\nsame\n" % number for number in range(200)}
    new = {f"b/{number}.md": b"%d!\nsame\nsame\n" % number for number in range(200)}
    assert renamed_files(gone, new) == {f"a/{number}.md": f"b/{number}.md" for number in range(200)}
