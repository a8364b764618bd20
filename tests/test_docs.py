"""What the docs show is true: Python examples run, commands exist, links lead somewhere, all is in the index."""

import os
import re
import shlex
import subprocess
import sys
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

import faultmaven_kb
from faultmaven_kb.cli.main import COMMANDS, fmkb
from faultmaven_kb.source import Source
from faultmaven_kb.text.markdown import Fence, Html, read_blocks
from tests.documents import ROOT, needs_locked

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_CODE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1[ \t]*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


def _fences(page: Path, *languages: str) -> list[Fence]:
    blocks = read_blocks(Source(page.read_text(encoding="utf-8")))
    return [block for block in blocks if isinstance(block, Fence) and block.language in languages]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_python_examples_run(page: Path) -> None:
    blocks = read_blocks(Source(page.read_text(encoding="utf-8")))
    for before, fence in pairwise((None, *blocks)):
        if not isinstance(fence, Fence) or fence.language != "python":
            continue
        if isinstance(before, Html) and before.text.startswith("<!-- not run: "):
            compile(fence.code, page.name, "exec")
            continue
        exec(compile(fence.code, f"{page.name}:{fence.span.line}", "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_that_is_shown_exists_with_its_options(page: Path) -> None:
    for fence in _fences(page, "bash", "console"):
        for line in fence.code.splitlines():
            for part in re.findall(r"fmkb ([^|>&\n]*)", line.split(" #")[0]):
                try:
                    words = shlex.split(part)
                except ValueError:  # cut inside quotes by a redirection
                    words = part.split()
                if not words or words[0].startswith("-"):
                    continue
                assert words[0] in COMMANDS, f"{page.name}: {line}"
                is_group = "COMMAND [ARGS]" in _help(words[0])
                inner = [word for word in words[1:2] if is_group and not word.startswith("-")]
                help_text = _help(words[0], *inner)
                for word in words[1:]:
                    if re.fullmatch(r"--?[a-z][a-z-]*", word):
                        assert word in help_text, f"{page.name}: {line}"


@lru_cache
def _help(*command: str) -> str:
    return CliRunner().invoke(fmkb, [*command, "--help"], terminal_width=200).output


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_reachable_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    linked = {page for page in re.findall(r"\]\(([^)#]+\.md)\)", index) if not page.startswith("../")}
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")} - {"index.md"}
    rules = {page for page in pages if page.startswith("reference/rules/RB")}
    assert pages - rules == linked


def test_every_public_name_is_on_one_page_of_the_reference_and_in_an_example_that_runs() -> None:
    pages = [page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs" / "reference" / "api").glob("*.md"))]
    described = re.findall(r"^::: faultmaven_kb\.(\w+)$", "\n".join(pages), re.MULTILINE)
    assert sorted(described) == [name for name in faultmaven_kb.__all__ if name != "__version__"]
    examples = "\n".join(fence.code for page in PAGES for fence in _fences(page, "python"))
    assert [name for name in described if not re.search(rf"\b{name}\b", examples)] == []


@needs_locked("click")
def test_the_command_line_reference_is_that_of_the_commands() -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    command = "python -m faultmaven_kb.cli.reference > docs/reference/command-line.md"
    # The page holds words of click, so a process that does not reword them writes it.
    folders = [folder for folder in sys.path if not folder.endswith("elsewhere")]
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "faultmaven_kb.cli.reference"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        check=True,
    )
    assert page == done.stdout.decode("utf-8").replace("\r\n", "\n"), f"run: {command}"


def test_every_file_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    rows = text.partition("## Which file to change")[2].partition("## Decisions")[0]
    paths = set(re.findall(r"`((?:faultmaven_kb|tests|docs|schemas)/[\w./-]+)`", rows))
    assert len(re.findall(r"^\| ", rows, re.MULTILINE)) > 20
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []
    packages = re.findall(r"`([a-z_]+(?:/[a-z_]*)?)`", text.partition("## Which file to change")[0])
    root = ROOT / "faultmaven_kb"
    assert [name for name in packages if not (root / name).is_dir() and not (root / f"{name}.py").is_file()] == []
