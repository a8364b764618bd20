"""SARIF against the schema that is published, a typed model of it, and what GitHub asks for."""

import json
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from sarif_pydantic import Sarif

from faultmaven_kb.diagnostics import Edit, Fix, Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.rules.catalogue import RULES
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.fingerprint import line_hashes
from faultmaven_kb.reports.formats import render
from faultmaven_kb.source import Span
from tests.documents import ROOT
from tests.reports.samples import CONTEXT, NASTY, broken_base, found, report_of


@pytest.fixture
def base(tmp_path: Path) -> tuple[Report, Context]:
    return broken_base(tmp_path)


def sarif_of(report: Report, context: Context) -> dict[str, Any]:
    text = render("sarif", report, context)
    Sarif.model_validate_json(text)
    log: dict[str, Any] = json.loads(text)
    return log["runs"][0]  # type: ignore[no-any-return]


def test_sarif_keeps_to_the_published_schema(base: tuple[Report, Context]) -> None:
    schema = json.loads((ROOT / "tests/data/sarif/sarif-2.1.0.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    fix = Fix("mend", (Edit(Span(1, 1, 1, 2), NASTY), Edit(Span(1, 2, 2, 1), "")), safe=True)
    odd = replace(found(1, message=NASTY, path="a b/ü%.md")[0], fix=fix)
    for report, context in (base, (report_of(odd, *found(3)), CONTEXT), (report_of(), CONTEXT)):
        log = json.loads(render("sarif", report, context))
        assert [each.message for each in validator.iter_errors(log)] == []
    assert list(validator.iter_errors({"version": "2.1.0", "runs": [{"tool": {}}]}))


def test_sarif_rules_have_all_that_github_shows(base: tuple[Report, Context]) -> None:
    rules = sarif_of(*base)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert ("security-severity" in rule["properties"]) == rule["id"].startswith("RB7")


def test_sarif_places_are_those_of_the_file(base: tuple[Report, Context]) -> None:
    report, context = base
    run = sarif_of(report, context)
    assert run["columnKind"] == "unicodeCodePoints"
    assert len(run["results"]) == len(report.diagnostics)
    for result in run["results"]:
        (location,) = result["locations"]
        place = location["physicalLocation"]
        uri = unquote(place["artifactLocation"]["uri"])
        text = (context.root / PurePosixPath(uri)).read_bytes().decode()  # type: ignore[attr-defined]
        line = place["region"]["startLine"]
        assert result["partialFingerprints"]["primaryLocationLineHash"] == line_hashes(text)[line - 1]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    garbled = next(result for result in run["results"] if "mac_roman" in result["message"]["text"])
    region = garbled["locations"][0]["physicalLocation"]["region"]
    assert region["endColumn"] - region["startColumn"] == 3
    replacement = garbled["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert (replacement["deletedRegion"], replacement["insertedContent"]) == (region, {"text": "✅"})
    twin = next(result for result in run["results"] if result["ruleId"] == "RB804")
    assert twin["relatedLocations"][0]["message"]["text"] == "also defined here"


def test_sarif_keeps_to_githubs_number_of_results_and_drops_the_mildest() -> None:
    run = sarif_of(report_of(*found(24_990, Level.INFO), *found(20)), CONTEXT)
    assert len(run["results"]) == 25_000
    assert [result["level"] for result in run["results"][:21]] == ["error"] * 20 + ["note"]


def test_sarif_names_a_file_outside_the_repository_by_its_whole_address() -> None:
    (result,) = sarif_of(report_of(*found(1, path="/else where/a.md")), CONTEXT)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///else%20where/a.md"}


def test_sarif_takes_a_finding_without_a_known_rule_or_text() -> None:
    unknown = replace(found(1)[0], code="XX001", path="gone.md")
    (result,) = sarif_of(Report((unknown,), ("gone.md",), {}), CONTEXT)["results"]
    assert "ruleIndex" not in result
    assert "partialFingerprints" not in result


def test_sarif_has_no_replacement_for_a_fix_without_edits() -> None:
    recode = replace(found(1)[0], fix=Fix("save it as UTF-8", (), safe=False))
    assert "fixes" not in sarif_of(report_of(recode), CONTEXT)["results"][0]
