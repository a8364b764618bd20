"""One bad file is one finding: the others are checked, listed, searched and exported as if it were not there."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from faultmaven_kb import KnowledgeBase, parse_runbook
from faultmaven_kb.gate.engine import document as document_module
from faultmaven_kb.gate.engine.check import check_paths, check_text
from faultmaven_kb.gate.settings.settings import Profile
from faultmaven_kb.labs.declarations.declaration import read_lab
from faultmaven_kb.reading import reader
from faultmaven_kb.text.values.frontmatter import read_front_matter
from tests.documents import text_of

TODAY = date(2026, 11, 22)
GOOD = text_of("sample.md")
HEAD = "---\nid: a\n---\n"

CRASHES = {
    "a version in base 60 beyond any float": "---\nid: a\nversion: 1" + ":59" * 200 + ".5\n---\n# T\n",
    "an integer of thousands of digits": "---\nid: a\nversion: " + "9" * 5000 + "\n---\n# T\n",
    "a quoted version of thousands of digits": '---\nid: a\nversion: "' + "9" * 5000 + '"\n---\n# T\n',
    "a version of three long numbers": f'---\nid: a\nversion: "{"9" * 5000}.1.1"\n---\n# T\n',
    "an entity of thousands of digits in a heading": HEAD + "# T &#" + "9" * 4400 + ";\n",
    "an entity of thousands of digits in a link": HEAD + "# T\n\n[a](x&#" + "9" * 4400 + ";)\n",
    "a number of thousands of digits in a list": HEAD
    + "# T\n\n## Quick Reference Card\n\n**Common Causes:**\ntext\n"
    + "9" * 4400
    + ". a\n",
    "half of a surrogate pair": "# T \ud800\n",
    "half of a surrogate pair in a YAML escape": '---\nid: "a\\ud800"\n"\\ud800": "x\\udc00"\n---\n# T\n',
    "a superscript where a number is expected": HEAD + "# T\n\n<!-- lab: rc ² -->\n\n```bash\nls\n```\n",
    "quotes nested 3,000 deep": HEAD + "> " * 3_000 + "x\n",
    "lists nested 3,000 deep": HEAD + "- " * 3_000 + "x\n",
}


@pytest.mark.parametrize("text", CRASHES.values(), ids=CRASHES)
def test_content_that_once_ended_the_run_is_read_or_is_a_finding(text: str) -> None:
    parse_runbook(text)
    report = check_text(text, today=TODAY, profile=Profile.CURATED)
    assert [each.message for each in report.diagnostics if each.code == "RB990"] == []
    json.dumps([each.message for each in report.diagnostics], ensure_ascii=False).encode()


def test_a_stage_that_fails_is_one_finding_and_parse_runbook_does_not_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a\nb")

    monkeypatch.setattr(reader, "read_blocks", fail)
    result = parse_runbook(GOOD, path="x.md")
    assert result.runbook is None
    (found,) = result.diagnostics
    assert (found.code, found.path) == ("RB990", "x.md")
    assert "ZeroDivisionError: a b" in found.message


def test_a_stage_that_fails_for_one_document_leaves_the_findings_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.md").write_text("BAD", encoding="utf-8")
    (tmp_path / "empty.md").write_text("", encoding="utf-8")

    def fail(source: object) -> object:
        if getattr(source, "text", "") == "BAD":
            raise MemoryError
        return read_front_matter(source)  # type: ignore[arg-type]

    monkeypatch.setattr(document_module, "read_front_matter", fail)
    report = check_paths([tmp_path], today=TODAY)
    assert {(Path(each.path).name, each.code) for each in report.diagnostics} == {
        ("bad.md", "RB990"),
        ("empty.md", "RB011"),
    }


def _base(folder: Path) -> Path:
    """A folder with one good runbook and files that cannot be read."""
    (folder / "good.md").write_text(GOOD, encoding="utf-8")
    (folder / "loop.md").symlink_to("loop.md")
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "pipe.md")
    (folder / "queue.md").symlink_to("pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xffad.md")).write_text(GOOD, encoding="utf-8")
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such names and pipes do not exist")
def test_files_that_cannot_be_read_are_named_and_the_rest_is_loaded(tmp_path: Path) -> None:
    folder = _base(tmp_path)
    base = KnowledgeBase.load(folder)
    report = check_paths([folder], today=TODAY)
    for diagnostics in (base.diagnostics, report.diagnostics):
        unread = {Path(each.path).name: each.message for each in diagnostics if each.code == "RB013"}
        assert set(unread) == {"b\\xffad.md", "loop.md", "pipe.md", "queue.md"}
        assert unread["b\\xffad.md"] == "file name is not UTF-8, rename the file"
        assert unread["queue.md"].endswith("expected a regular file")
        assert unread["pipe.md"].endswith("expected a regular file")
    assert base.ids == ("mail-queue-growing",)


COMMANDS = (
    ("list", "--kb", "{}"),
    ("show", "mail-queue-growing", "--kb", "{}"),
    ("search", "mail queue", "--kb", "{}"),
    ("export", "json", "--kb", "{}"),
    ("validate", "--format", "sarif", "{}"),
    ("validate", "{}/loop.md", "{}/good.md"),
)


def _run(arguments: tuple[str, ...], folder: Path, **streams: object) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "FMKB_CACHE_DIR": str(folder / "cache")}
    command = [sys.executable, "-m", "faultmaven_kb", *(part.format(folder / "kb") for part in arguments)]
    return subprocess.run(command, env=environment, check=False, stdin=subprocess.DEVNULL, **streams)  # type: ignore[call-overload, no-any-return]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such names and pipes do not exist")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_ends_with_an_internal_error_over_such_a_folder(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    _base(tmp_path / "kb")
    done = _run(arguments, tmp_path, capture_output=True)
    assert done.returncode in (0, 1, 2), done.stderr
    assert b"internal error" not in done.stderr
    assert done.stdout or b"no such file" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [("list",), ("rules",), ("validate", "--format", "json", "{}")], ids=" ".join)
def test_a_full_disk_is_a_message_and_no_internal_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "good.md").write_text(GOOD, encoding="utf-8")
    with Path("/dev/full").open("wb") as full:
        done = _run(arguments, tmp_path, stdout=full, stderr=subprocess.PIPE)
        assert (done.returncode, done.stderr) == (2, b"fmkb: No space left on device\n")
        assert _run(arguments, tmp_path, stdout=full, stderr=full).returncode == 2


@pytest.mark.parametrize("key", ["a\\x1b[2J", "\\0", "a\\nb", "\\ud800"])
def test_a_lab_with_a_control_character_as_key_is_a_finding(key: str) -> None:
    found = read_lab(f'"{key}": 1\nlab: 1\nrunbook: x\n').diagnostics
    assert found
    for each in found:
        assert not set(each.message) & set("\n\0\x1b\ud800"), each.message
