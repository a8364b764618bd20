"""Agent Skills: they pass the format's own linter, survive a naive loader, and read back as the same runbook."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from faultmaven_kb import PathError, Runbook, parse_runbook
from faultmaven_kb.cli.exports.export import command
from faultmaven_kb.export.skills import catalog, skill_of, skills_of, zipped
from tests.documents import builtin_base, copy_redis, read

AWKWARD = """---
id: "Weird__ID with -- hyphens and a very long name that goes on and on and on until the end"
---

# What --- a <b>title</b>: 'quotes' & "more"

## Meaning

A table\u200b that --- is dashed.

## Diagnosis

```yaml
a: 1
---
b: 2
```

```text
name
---
```

````md
```
nested
```
````

## Mitigation

```bash
echo done
```
"""
RULES = (
    "agentskill-name",
    "agentskill-valid",
    "agentskill-description",
    "agentskill-structure",
    "agentskill-unreferenced-files",
    "agentskill-evals",
    "agentskill-rename-refs",
)


def _all() -> list[Runbook]:
    return [*builtin_base(), read(AWKWARD)]


def _export(folder: Path, *arguments: str) -> None:
    result = CliRunner().invoke(command, ["skills", str(folder), *arguments])
    assert result.exit_code == 0, result.output


def test_the_export_has_no_finding_of_the_format_s_own_linter(tmp_path: Path) -> None:
    pytest.importorskip("skillsaw", reason="skillsaw is not installed")
    source = tmp_path / "awkward.md"
    source.write_text(AWKWARD, encoding="utf-8")
    folder = tmp_path / "skills"
    _export(folder)
    _export(folder, "--kb", str(source))

    arguments = [part for rule in RULES for part in ("--rule", rule)]
    check = subprocess.run(
        [sys.executable, "-m", "skillsaw", "lint", *arguments, "--strict", "--no-plugins", "--format", "json", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    report = json.loads(check.stdout)
    assert check.returncode == 0, check.stdout
    assert report["violations"] == []


@pytest.mark.parametrize("runbook", _all(), ids=lambda runbook: runbook.id)
def test_a_loader_that_splits_at_the_first_two_marks_finds_the_front_matter(runbook: Runbook) -> None:
    skill = skill_of(runbook)

    nothing, head, body = skill.text.split("---", 2)

    values = yaml.safe_load(head)
    assert nothing == ""
    assert values["name"] == skill.name
    assert 1 <= len(skill.name) <= 64
    assert values["description"] == skill.description
    assert len(skill.description) <= 256
    assert all(isinstance(value, str) for value in values.get("metadata", {}).values())
    assert "---" not in [line.strip() for line in body.split("\n")]
    assert all(f"\n## {part}\n" in body for part in ("Goal", "Workflow", "Synthesis", "Remediation"))


def test_the_description_says_what_and_when() -> None:
    skill = skill_of(builtin_base()["postgres-connection-pool-exhausted"])

    assert skill.description.startswith("PostgreSQL - Connection Pool Exhausted: ")
    assert "Use when seeing" in skill.description
    assert "FATAL: sorry, too many clients already" in skill.description


def test_a_mark_inside_code_becomes_one_that_no_loader_takes_for_a_fence() -> None:
    text = skill_of(read(AWKWARD)).text

    assert "\n--- # next document\n" in text
    assert "\n----\n" in text
    assert "\u200b" not in text


def test_names_that_would_be_equal_get_a_number() -> None:
    found = [parse_runbook("# x\n", path=f"{name}.md").runbook for name in ("a-b", "a--b", "a_b", "!")]

    skills = skills_of(runbook for runbook in found if runbook)

    assert [skill.name for skill in skills] == ["a-b", "a-b-2", "a-b-3", "runbook"]


@pytest.mark.parametrize("runbook", builtin_base(), ids=lambda runbook: runbook.id)
def test_a_skill_reads_back_as_the_same_runbook(runbook: Runbook) -> None:
    again = read(skill_of(runbook).text)

    assert again.dialect == "skill"
    for part in ("id", "title", "purpose", "impact", "symptoms", "causes", "quick_fix", "steps", "solutions"):
        assert getattr(again, part) == getattr(runbook, part), part
    assert again.metadata.model_copy(update={"id": again.id, "other": {}}) == runbook.metadata


def test_a_zip_holds_the_file_at_its_root_and_is_the_same_every_time() -> None:
    skill = skill_of(builtin_base()["redis-out-of-memory"])

    data = zipped(skill)

    assert data == zipped(skill)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["SKILL.md"]
        assert archive.read("SKILL.md").decode() == skill.text


def test_the_command_line_writes_folders_zips_and_the_catalogue(tmp_path: Path) -> None:
    copy_redis(tmp_path / "redis")
    base = ("--kb", str(tmp_path / "redis"))
    _export(tmp_path / "folders", "--catalog", "--link-base", "https://example.org/", *base)
    _export(tmp_path / "zips", "--zip", *base)

    rows = json.loads((tmp_path / "folders" / "catalog.json").read_text(encoding="utf-8"))
    assert {tuple(row) for row in rows} == {("id", "update_date", "description", "link")}
    assert rows[0]["link"] == f"https://example.org/{rows[0]['id']}/SKILL.md"
    assert all((tmp_path / "folders" / row["id"] / "SKILL.md").is_file() for row in rows)
    assert {path.stem for path in (tmp_path / "zips").glob("*.zip")} == {row["id"] for row in rows}
    assert json.loads(catalog([])) == []


def test_a_folder_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")

    copy_redis(tmp_path / "redis")

    result = CliRunner().invoke(command, ["skills", str(blocked / "below"), "--kb", str(tmp_path / "redis")])

    assert isinstance(result.exception, PathError)
    assert "cannot make the folder" in str(result.exception)
