"""How `fmkb validate` talks to a person and to a file."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from faultmaven_kb.cli.commands.validate import command
from faultmaven_kb.errors import PathError

PAGE = "# Queue stuck\n\n## Symptoms\n\n- slow\n\n## Resolution\n\n```bash\nqueuectl restart\n```\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("queue-stuck.md").write_text(PAGE, encoding="utf-8")
    Path("disk-full.md").write_text(f"{PAGE}\nA\u00a0b", encoding="utf-8")


def _run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(command, ["--today", "2026-01-01", *arguments], env=environment)


def test_a_terminal_shows_the_worst_first_one_cause_once_and_what_to_do_next() -> None:
    result = _run("--profile", "curated", ".", FORCE_COLOR="1", COLUMNS="80")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", result.output).splitlines()
    blocks = [line for line in lines if ".md:" in line and "RB" in line]
    ranks = [("error", "warning", "info").index(line.split(": ")[1].split(" ")[0]) for line in blocks]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}
    assert "queue-stuck.md:11:1: error RB301 missing-section: 6 findings here" in lines
    assert '     - section "## Version History" is missing' in lines
    assert "  fmkb validate . --fix   # 1 without a decision of yours" in lines
    assert lines[-1] == "  fmkb rules RB301   # why, with an example"
    assert max(map(len, lines)) <= 80


def test_statistics_count_each_rule() -> None:
    result = _run("--statistics", "--profile", "curated", ".")
    assert result.exit_code == 1
    assert result.output.splitlines()[0] == "    12  RB301  missing-section"
    assert "     1  RB008  no-final-newline  (1 with --fix)" in result.output.splitlines()


def test_a_report_goes_to_a_file_and_one_line_about_it_to_the_error_output() -> None:
    result = _run("--format", "json", "--output-file", "found.json", "queue-stuck.md")
    found = json.loads(Path("found.json").read_text("utf-8"))["diagnostics"]
    assert result.exit_code == 1
    assert result.output == f"fmkb: wrote {len(found)} findings to found.json\n"
    assert isinstance(_run("--output-file", "nowhere/found.json", ".").exception, PathError)
