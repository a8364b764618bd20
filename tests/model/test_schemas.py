"""What is written twice is compared: the committed schemas and the models, the JSON and the runbook it came from."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from faultmaven_kb import Runbook
from faultmaven_kb.model.schemas import SCHEMAS, schema, schema_text
from tests.documents import DOCUMENTS, ROOT, RUNBOOKS, needs_locked, read

ALL = [*RUNBOOKS, *sorted(DOCUMENTS.glob("*.md"))]


@needs_locked("pydantic")
@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_models(name: str) -> None:
    committed = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(name), f"run: fmkb schema {name} > schemas/{name}.schema.json"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_under_both_drafts_and_carries_its_identity(name: str) -> None:
    generated = schema(name)
    Draft7Validator.check_schema(generated)
    Draft202012Validator.check_schema(generated)
    assert generated["$id"].endswith(f"/v1/{name}.schema.json")
    assert generated["description"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_runbook_as_json_is_valid_and_comes_back_equal(path: Path) -> None:
    runbook = read(path)
    data = runbook.model_dump(mode="json")
    assert list(Draft7Validator(schema("runbook")).iter_errors(data)) == []
    assert list(Draft202012Validator(schema("runbook")).iter_errors(data)) == []
    assert Runbook.from_json(json.dumps(data)) == runbook
    assert Runbook.model_validate_json(runbook.model_dump_json()).model_dump() == runbook.model_dump()


def test_places_take_no_part_in_equality_but_words_do() -> None:
    text = (DOCUMENTS / "sample.md").read_text(encoding="utf-8")
    runbook, moved = read(text), read(text.replace("## Quick Reference Card", "\n\n## Quick Reference Card"))
    assert runbook.symptoms == moved.symptoms
    assert hash(runbook.symptoms) == hash(moved.symptoms)
    assert runbook.symptoms[0].span != moved.symptoms[0].span
    assert runbook == moved
    assert hash(runbook) == hash(moved)
    assert runbook != read(text.replace("hours late", "days late"))
    assert runbook.symptoms[0] != "a text"
    assert str(runbook) == "mail-queue-growing: Mail - Queue Growing"
