"""The recipes of images: what becomes an argument, a path or a line of a shell is plain words inside of its folder."""

import json
import os
import sys
from pathlib import Path

import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs.machines.images import ensure_image, read_images
from tests.cli.test_commands import fmkb
from tests.labs.parts import demo, needs_machine, tree

_HOSTILE = [
    ("suite", "--customize-hook=touch EXECUTED"),
    ("suite", "--setup-hook=id"),
    ("suite", "-h"),
    ("suite", "bookworm; id"),
    ("suite", "bookworm main\ndeb x"),
    ("suite", "../x"),
    ("suite", ""),
    ("mirror", "http://x/; id"),
    ("mirror", "http://x/$(id)"),
    ("mirror", "http://x/`id`"),
    ("mirror", "http://x/ y"),
    ("mirror", "http://x/\ny"),
    ("mirror", "http://x/'y"),
    ("mirror", "--mode=chrootless"),
    ("mirror", "file:///etc"),
    ("mirror", "copy:/etc"),
    ("mirror", "deb [trusted=yes] http://x y main"),
    ("mirror", "http://user:word@x/"),
    ("mirror", "http://-x/"),
    ("packages", ["--include=x"]),
    ("packages", ["a,b"]),
    ("packages", ["a b"]),
    ("packages", ["/etc/x.deb"]),
    ("packages", ["./x.deb"]),
    ("packages", ["?essential"]),
    ("packages", ["~i"]),
    ("packages", ["a\n"]),
    ("packages", ["a;id"]),
    ("files", "../outside"),
    ("files", "a/../../outside"),
    ("files", "/etc"),
    ("files", "link"),
    ("files", "inner"),
    ("files", "a\0b"),
    ("files", "-x"),
    ("prepare", "../outside/x"),
    ("prepare", "/etc/passwd"),
    ("prepare", "link/x"),
    ("prepare", "inner"),
    ("prepare", "loop"),
    ("prepare", "pipe"),
    ("build", {"source": "-x", "packages": [], "script": "x"}),
    ("build", {"source": "a'b", "packages": [], "script": "x"}),
    ("build", {"source": "a;id", "packages": [], "script": "x"}),
    ("build", {"source": "hello", "packages": ["-x"], "script": "x"}),
    ("build", {"source": "hello", "packages": [], "script": "../outside/x"}),
    ("build", {"source": "hello", "packages": [], "script": "/etc/passwd"}),
    ("build", {"source": "hello", "packages": [], "script": "link/x"}),
    ("build", {"source": "hello", "packages": [], "script": "loop"}),
]


def _recipe(folder: Path, /, *, image: str = "base", **values: object) -> Path:
    recipe = {"suite": "bookworm", "packages": ["curl"], **values}
    (folder / "images.yaml").write_text(json.dumps({image: recipe}), "utf-8")  # JSON is YAML
    return folder / "images.yaml"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A folder of labs with links that lead out of it, and a pipe."""
    folder, outside = tmp_path / "labs", tmp_path / "outside"
    for each in (folder / "inner", outside):
        each.mkdir(parents=True)
    (outside / "x").write_text("of the host", "utf-8")
    (folder / "link").symlink_to(outside)
    (folder / "loop").symlink_to("loop")
    (folder / "inner" / "shadow").symlink_to(outside / "x")
    os.mkfifo(folder / "pipe")
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes among the files")
@pytest.mark.parametrize(("key", "value"), _HOSTILE)
def test_a_recipe_with_more_than_plain_words_is_refused(folder: Path, key: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=r"images\.yaml|expected a plain file|cannot read"):
        read_images(_recipe(folder, image="base", **{key: value}))


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/b", ".", "..", "", "-x", "a b", "a;id", "a\nb", "a\0b", "A", "é", "a" * 100, "$(id)"]
)
def test_the_name_of_an_image_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"images\.yaml"):
        read_images(_recipe(tmp_path, image=name))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("suite", "bookworm-backports"),
        ("mirror", "https://deb.example.com:8080/debian/"),
        ("packages", ["libstdc++6", "g++=4:12.2.0-3"]),
        ("prepare", "inner/prepare.sh"),
    ],
)
def test_what_recipes_say_ordinarily_is_read(tmp_path: Path, key: str, value: object) -> None:
    assert set(read_images(_recipe(tmp_path, image="base", **{key: value}))) == {"base"}


def test_lint_reports_a_hostile_recipe(tmp_path: Path) -> None:
    demo(tmp_path)
    _recipe(tmp_path, suite="--customize-hook=touch EXECUTED")
    code, _, err = fmkb("lab", "lint", "--labs", tmp_path, "--runbooks", tmp_path)
    assert code == 2
    assert "images.yaml: base.suite" in err


@needs_machine
def test_what_prepares_an_image_cannot_reach_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for mmdebstrap that copies the tree of an image that is there, and plants links in it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "bin").mkdir()
    stand_in = tmp_path / "bin" / "mmdebstrap"
    stand_in.write_text(
        f'#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nbefore=$3\ncp -a --reflink=auto {tree()[-1]} $before\n'
        f"chroot $before userdel oncall 2> /dev/null\nrm -rf $before/home/oncall\nln -s {outside} $before/opt/out\n",
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    folder = tmp_path / "labs"
    (folder / "files" / "opt" / "out").mkdir(parents=True)
    (folder / "files" / "opt" / "out" / "laid").write_text("x", "utf-8")
    (folder / "prepare.sh").write_text(
        f"echo x > {outside}/written || true\necho x > /opt/out/written || true\n"
        "ip -o link > /links\nmount -t tmpfs x /sys 2> /dev/null || true\nmknod /disk b 8 0 2> /errors || true\n"
        "true\n",
        "utf-8",
    )
    with pytest.raises(ConfigurationError, match="opt/out/laid: Cannot open"):
        ensure_image(read_images(_recipe(folder, files="files"))["base"], tmp_path / "state", say=print)
    made = ensure_image(read_images(_recipe(folder, prepare="prepare.sh"))["base"], tmp_path / "state", say=print)
    assert list(outside.iterdir()) == []
    assert [line.split(":")[1].strip() for line in (made[0] / "links").read_text("utf-8").splitlines()] == ["lo"]
    assert not (made[0] / "disk").exists()
