"""Folders deeper than functions can call each other, and chains of more links than a system follows.

Git checks both out; once the check ended at them and said nothing about any file.
"""

import inspect
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.disk.folders import write_below
from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.integrations.prometheus_rules import find_rule_files
from faultmaven_kb.labs.declarations.plan import find_labs
from faultmaven_kb.reading.files import find_other_markup, find_runbooks, find_states
from tests.hooks_and_action.checkout import git, needs_git

pytestmark = pytest.mark.skipif(os.name != "posix", reason="long paths and links")

_LINKS = 1_100


@contextmanager
def few_calls() -> Iterator[None]:
    """Fewer calls within each other than a deep folder has levels."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 120)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first of many links, each to the next, in a repository."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "links").mkdir()
    (tmp_path / "runbooks" / "a.md").write_text("# A\n\npassword=aB3dE5fG7hJ9kL1\n", encoding="utf-8")
    for number in range(_LINKS):
        (tmp_path / "links" / str(number)).symlink_to(str(number + 1))
    (tmp_path / "runbooks" / "chain.md").symlink_to("../links/0")
    return tmp_path / "links" / "0"


def test_what_lies_in_a_deep_folder_is_found(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*"a" * 150)
    folder.mkdir(parents=True)
    for name in ("a.md", "a.adoc", "a.yaml", "a.lab.yaml"):
        (folder / name).write_text("a: b\n", encoding="utf-8")
    with few_calls():
        assert list(find_runbooks([tmp_path])) == [folder / "a.md"]
        assert [Path(state.path) for state in find_states([tmp_path])] == [folder / "a.md"]
        assert list(find_other_markup([tmp_path])) == [folder / "a.adoc"]
        assert list(find_rule_files([tmp_path])) == [folder / "a.lab.yaml", folder / "a.yaml"]
        assert find_labs([tmp_path]) == (folder / "a.lab.yaml",)


@needs_git
def test_a_chain_of_links_hides_no_finding(chain: Path) -> None:
    git(Path(), "init", "--quiet")
    git(Path(), "add", "links")
    git(Path(), "commit", "--quiet", "--message", "before")
    done = CliRunner().invoke(fmkb, ["validate", "--since", "HEAD", "--format", "concise", "runbooks"])
    assert done.exit_code == 1, done.output
    assert "RB013" in done.output
    assert "runbooks/a.md:1:1: error RB101" in done.output


def test_a_chain_of_links_is_no_configuration_and_no_place_to_write_to(chain: Path) -> None:
    (Path("runbooks") / ".fmkb.toml").symlink_to(chain)
    assert team_headings(["runbooks"]) == {}
    done = CliRunner().invoke(fmkb, ["validate", "runbooks"])
    assert isinstance(done.exception, ConfigurationError)
    with pytest.raises(PathError, match="cannot make the folder"):
        write_below(chain, {"a.md": b""})


@pytest.mark.skipif(not Path("/proc/kmsg").exists(), reason="needs a file that waits for more")
def test_a_link_to_a_file_that_waits_for_more_is_not_read_for_headings(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".fmkb.toml").symlink_to("/proc/kmsg")
    assert team_headings([tmp_path]) == {}
