"""JSON for front ends: valid against the published schema, and typed as a compiler checks it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from faultmaven_kb import PathError, parse_runbook
from faultmaven_kb.cli.exports.export import command
from faultmaven_kb.export.json_files import to_json, to_json_files
from faultmaven_kb.export.typescript import to_typescript
from faultmaven_kb.model.schemas import schema
from tests.documents import ROOT, builtin_base, needs_locked


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(command, ["json", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_list_and_the_files_are_valid_against_the_published_schema(tmp_path: Path) -> None:
    validator = Draft202012Validator(json.loads((ROOT / "schemas" / "runbook.schema.json").read_text("utf-8")))

    listed = json.loads(_run("--indent", "2"))
    _run("--split", str(tmp_path / "out"))

    files = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((tmp_path / "out").glob("*.json"))]
    assert listed == [runbook.model_dump(mode="json") for runbook in builtin_base()]
    assert sorted(listed, key=lambda value: str(value["id"])) == files
    for value in listed:
        validator.validate(value)


def test_ids_that_are_no_file_names_are_made_safe() -> None:
    runbook = parse_runbook("# x\n").runbook
    assert runbook is not None

    files = to_json_files(runbook.model_copy(update={"id": name}) for name in ("a b", "a:b", "A:B", ".."))

    assert list(files) == ["a-b.json", "a-b-2.json", "A-B-3.json", "runbook.json"]


def test_a_folder_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    result = CliRunner().invoke(command, ["json", "--split", str(tmp_path / "file" / "below")])

    assert isinstance(result.exception, PathError)


@needs_locked("pydantic")
def test_the_committed_types_are_those_of_the_schema() -> None:
    committed = (ROOT / "schemas" / "runbook.d.ts").read_text(encoding="utf-8")

    assert committed == to_typescript(schema("runbook")), "run: fmkb export json --types > schemas/runbook.d.ts"
    assert _run("--types") == committed


def test_a_schema_that_the_types_cannot_express_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot express"):
        to_typescript({"title": "X", "properties": {"a": {"not": {}}}})


def test_names_comments_and_optional_parts_are_written_out() -> None:
    text = to_typescript(
        {
            "title": "X",
            "description": "one\n\ntwo */",
            "properties": {"a-b": {"type": "array", "items": {"enum": ["x", "y"]}}},
        }
    )

    assert text.endswith(
        '/**\n * one\n *\n * two *\\/\n */\nexport interface X {\n  readonly "a-b"?: readonly ("x" | "y")[];\n}\n'
    )


def test_a_compiler_accepts_every_built_in_runbook_and_rejects_a_wrong_one(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None or os.environ.get("FMKB_OFFLINE"):
        pytest.skip("npm is not installed, or FMKB_OFFLINE forbids the network")
    fetched = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--silent", "typescript@5.9.3"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if fetched.returncode:
        pytest.skip(f"typescript cannot be fetched from npm: {fetched.stderr.strip()[-200:]}")
    (tmp_path / "runbook.d.ts").write_text(to_typescript(schema("runbook")), encoding="utf-8")
    values = to_json(builtin_base())
    good = f'import type {{ Runbook }} from "./runbook";\nexport const all: Runbook[] = {values};\n'
    (tmp_path / "good.ts").write_text(good, encoding="utf-8")
    bad = good.replace('"severity": "high"', '"severity": "hgih"')
    (tmp_path / "bad.ts").write_text(bad, encoding="utf-8")

    def compile_file(name: str) -> subprocess.CompletedProcess[str]:
        compiler = tmp_path / "node_modules" / ".bin" / ("tsc.cmd" if os.name == "nt" else "tsc")
        arguments = [str(compiler), "--strict", "--noEmit", name]
        return subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)

    accepted, rejected = compile_file("good.ts"), compile_file("bad.ts")
    assert accepted.returncode == 0, accepted.stdout
    assert rejected.returncode != 0
    assert "hgih" in rejected.stdout
