"""`fmkb site`: the folder it writes, what it refuses, and the server that ends with Ctrl+C."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.servers.site import command
from tests.cli.test_commands import fmkb
from tests.documents import ROOT


def test_a_site_is_built_from_a_folder_and_says_where_it_begins(tmp_path: Path) -> None:
    code, out, err = fmkb("site", "build", ROOT / "runbooks/redis", "-o", tmp_path / "out", "--title", "Shop")

    assert (code, err) == (0, "")
    assert re.fullmatch(r".*index\.html: 4 runbooks, \d+ files\n", out)
    assert "<title>Shop</title>" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
    page = (tmp_path / "out/runbooks/redis-out-of-memory.html").read_text(encoding="utf-8")
    assert "<code>redis-out-of-memory.md</code>" in page


def test_a_line_links_to_its_source(tmp_path: Path) -> None:
    url = "https://git.example/{path}#L{line}"
    fmkb("site", "build", ROOT / "runbooks", "-o", tmp_path / "out", "--source-url", url)
    page = (tmp_path / "out/runbooks/redis-out-of-memory.html").read_text(encoding="utf-8")

    lines = (ROOT / "runbooks" / "redis" / "redis-out-of-memory.md").read_text(encoding="utf-8").split("\n")
    first = lines.index("## Quick Reference Card") + 1
    assert f'href="https://git.example/redis/redis-out-of-memory.md#L{first}"' in page


def test_a_source_that_is_no_address_of_the_web_is_refused(tmp_path: Path) -> None:
    code, _, err = fmkb("site", "build", "-o", tmp_path / "out", "--source-url", "javascript:alert(1)")

    assert code == 2
    assert 'the source URL is "javascript:alert(1)", expected https://' in err
    assert not (tmp_path / "out").exists()


def test_folders_that_have_nothing_in_common_are_one_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows two folders may be on two drives; there is no path that both begin with."""

    def refuse(_: object) -> str:
        raise ValueError("Paths don't have the same drive")

    monkeypatch.setattr(os.path, "commonpath", refuse)
    folders = [str(ROOT / "runbooks" / name) for name in ("redis", "nginx")]
    done = CliRunner().invoke(command, ["build", *folders, "-o", str(tmp_path / "site")])
    assert done.exit_code == 0, done.output


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    code, _, err = fmkb("site", "build", "-o", tmp_path)

    assert code == 2
    assert "contains other files, expected a new folder" in err


def test_without_the_extra_the_line_to_type_is_named(tmp_path: Path) -> None:
    (tmp_path / "jinja2.py").write_text("raise ImportError\n", encoding="utf-8")
    path = os.pathsep.join((str(tmp_path), str(ROOT), os.environ.get("PYTHONPATH", "")))
    code, _, err = fmkb("site", "build", "-o", tmp_path / "out", PYTHONPATH=path)

    assert code == 2
    assert "pip install 'faultmaven-kb[site]'" in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_a_preview_is_served_until_ctrl_c(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-u",
        "-m",
        "faultmaven_kb",
        "site",
        "serve",
        str(ROOT / "runbooks/redis"),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[0]
        with urllib.request.urlopen(url) as answer:
            page = answer.read().decode("utf-8")
        server.send_signal(signal.SIGINT)
        _, err = server.communicate()

    assert "What do you see?" in page
    assert (server.returncode, err) == (0, "")
