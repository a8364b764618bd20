"""Each format is read back by the parser of its consumer, or checked against the schema its consumer publishes."""

import io
import json
from dataclasses import replace
from pathlib import Path, PurePosixPath

import jsonschema
import pytest
from junitparser import Failure, JUnitXml

from faultmaven_kb.diagnostics import Edit, Fix, Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.toolkit.rule_model import Profile
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.findings.github_report import step_summary
from faultmaven_kb.reports.formats import format_names, render
from faultmaven_kb.source import Source, Span
from tests.reports.samples import CONTEXT, NASTY, broken_base, found, report_of


@pytest.fixture
def base(tmp_path: Path) -> tuple[Report, Context]:
    return broken_base(tmp_path)


@pytest.mark.parametrize("name", format_names())
def test_every_format_takes_hostile_text_and_gives_the_same_bytes_twice(name: str) -> None:
    report = report_of(*found(2, message=NASTY, path="a:b,c%.md"))
    once = render(name, report, CONTEXT)
    assert once == render(name, report, CONTEXT)
    assert "\x1b" not in once
    assert once.endswith("\n")
    assert once.encode()


@pytest.mark.parametrize("name", format_names())
def test_every_format_can_say_that_nothing_was_found(name: str) -> None:
    assert isinstance(render(name, Report((), ("a.md",), {"a.md": Source("x", "a.md")}), CONTEXT), str)


def test_concise_has_one_line_for_each_finding(base: tuple[Report, Context]) -> None:
    report, context = base
    lines = render("concise", report, context).splitlines()
    assert len(lines) == len(report.diagnostics)
    assert any(
        line.endswith('error RB005 mojibake: "‚úÖ" is "✅" read as mac_roman instead of UTF-8') for line in lines
    )


def test_json_lines_are_the_json_report_one_by_one(base: tuple[Report, Context]) -> None:
    report, context = base
    lines = [json.loads(line) for line in render("jsonl", report, context).splitlines()]
    assert lines == json.loads(render("json", report, context))["diagnostics"]


# GitHub annotations


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them: name, properties, message."""
    read = []
    for line in text.splitlines():
        if line.lstrip().startswith("::"):
            head, message = line.lstrip()[2:].split("::", 1)
            name, _, properties = head.partition(" ")
            values = dict(part.split("=", 1) for part in properties.split(","))
            read.append((name, {key: _plain(value) for key, value in values.items()}, _plain(message)))
    return read


def _plain(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_github_annotations_come_back_whole_from_the_runner(base: tuple[Report, Context]) -> None:
    report, context = base
    read = commands(render("github", report, context))
    assert len(read) == len(report.diagnostics)
    garbled = next(properties for _, properties, message in read if "mac_roman" in message)
    assert garbled["file"] == "runbooks/redis/a b, c%d.md"
    assert garbled["title"] == "RB005 mojibake"
    assert (int(garbled["endColumn"]) - int(garbled["col"]), garbled["line"]) == (3, garbled["endLine"])


def test_github_columns_are_left_out_where_lines_differ() -> None:
    (one,) = found(1)
    ((_, properties, _),) = commands(render("github", report_of(replace(one, span=Span(1, 3, 2, 1))), CONTEXT))
    assert (properties["line"], properties["endLine"]) == ("1", "2")
    assert not {"col", "endColumn"} & set(properties)


def test_github_has_errors_first_and_says_what_it_will_not_show() -> None:
    report = report_of(*found(3, Level.INFO), *found(14, Level.WARNING), *found(12))
    text = render("github", report, CONTEXT)
    assert [name for name, _, _ in commands(text)] == ["error"] * 12 + ["warning"] * 14 + ["notice"] * 3
    assert text.splitlines()[-1] == (
        "GitHub shows 10 annotations of a kind: 2 errors, 4 warnings more are in this log only"
    )


def test_a_runbook_cannot_give_the_runner_commands() -> None:
    report = report_of(*found(1, message="x\n::stop-commands::token\r::add-mask::y"))
    ((name, _, message),) = commands(render("github", report, CONTEXT))
    assert (name, message.split("\n")[0]) == ("error", "x")


def test_the_step_summary_has_every_finding_and_no_markup_of_theirs() -> None:
    report = report_of(*found(12, Level.WARNING), *found(2, message="a|b <img src=x> [l](u) $x$ @team"))
    rows = [line for line in step_summary(report, CONTEXT).splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 14
    assert rows[0].startswith("| error | [RB005](https://")
    assert "a\\|b \\<img src=x\\> \\[l\\](u) \\$x\\$ @\u2060team" in rows[0]


def test_the_step_summary_stays_below_githubs_limit() -> None:
    summary = step_summary(report_of(*found(12_000, message="m" * 100)), CONTEXT)
    assert len(summary.encode()) < 1024 * 1024
    assert "more findings do not fit here" in summary.splitlines()[-1 - 1] + summary.splitlines()[-1]


# GitLab

GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)(?!/).+"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer"}}},
                },
            },
        },
    },
}
"""What GitLab's documentation of the Code Quality report asks for."""


def test_gitlab_gets_relative_paths_and_unique_fingerprints(base: tuple[Report, Context]) -> None:
    issues = json.loads(render("gitlab", *base))
    jsonschema.validate(issues, GITLAB)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(base[0].diagnostics)
    assert {issue["location"]["path"].split("/")[0] for issue in issues} == {"runbooks"}


# JUnit


def test_junit_has_a_case_for_each_finding_and_for_each_clean_file() -> None:
    dirty = (*found(2), *found(1, Level.INFO))
    report = Report(dirty, ("a.md", "clean.md"), {})
    suites = JUnitXml.fromstring(render("junit", report, CONTEXT).encode())
    assert (suites.tests, suites.failures, suites.errors) == (4, 2, 0)
    assert "skipped" not in render("junit", report, CONTEXT).split("<testsuite ")[0]
    cases = [(suite.name, case.name, case.is_passed) for suite in suites for case in suite]
    assert cases == [
        ("a.md", "RB005 mojibake (line 1)", False),
        ("a.md", "RB005 mojibake (line 2)", False),
        ("a.md", "RB005 mojibake (line 1)", True),
        ("clean.md", "no findings", True),
    ]


def test_junit_can_write_what_xml_cannot_hold() -> None:
    suites = JUnitXml.fromstring(render("junit", report_of(*found(1, message=NASTY)), CONTEXT).encode())
    (failure,) = next(iter(next(iter(suites)))).result
    assert isinstance(failure, Failure)
    assert "<b>@all</b>" in str(failure.message)


# rdjson

RDJSON = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "properties": {
        "source": {"type": "object", "required": ["name"]},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location"],
                "properties": {
                    "message": {"type": "string"},
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "location": {"$ref": "#/$defs/location"},
                    "code": {
                        "type": "object",
                        "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
                    },
                    "suggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["range", "text"],
                            "properties": {"range": {"$ref": "#/$defs/range"}, "text": {"type": "string"}},
                            "additionalProperties": False,
                        },
                    },
                    "related_locations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "message": {"type": "string"},
                                "location": {"$ref": "#/$defs/location"},
                            },
                            "additionalProperties": False,
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
    "$defs": {
        "position": {
            "type": "object",
            "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
            "additionalProperties": False,
        },
        "range": {
            "type": "object",
            "required": ["start"],
            "properties": {"start": {"$ref": "#/$defs/position"}, "end": {"$ref": "#/$defs/position"}},
            "additionalProperties": False,
        },
        "location": {
            "type": "object",
            "required": ["path"],
            "properties": {"path": {"type": "string"}, "range": {"$ref": "#/$defs/range"}},
            "additionalProperties": False,
        },
    },
}
"""The messages of the Reviewdog Diagnostic Format, closed, so that a misspelt field is noticed."""


def test_rdjson_counts_bytes_and_carries_safe_fixes_only(base: tuple[Report, Context]) -> None:
    report, context = base
    result = json.loads(render("rdjson", report, context))
    jsonschema.validate(result, RDJSON)
    by_code = {each["code"]["value"]: each for each in result["diagnostics"]}
    garbled = by_code["RB005"]
    assert "suggestions" not in garbled
    place = garbled["location"]
    line = (context.root / place["path"]).read_bytes().split(b"\n")[place["range"]["start"]["line"] - 1]
    start, end = (place["range"][side]["column"] - 1 for side in ("start", "end"))
    assert line[start:end].decode() == "‚úÖ"
    (suggestion,) = by_code["RB209"]["suggestions"]
    assert suggestion["text"] == "'high'"
    assert by_code["RB804"]["related_locations"][0]["location"]["path"] == "runbooks/redis/a b, c%d.md"


# the curator's report


def test_the_curator_sees_what_is_answered_and_what_is_left(base: tuple[Report, Context]) -> None:
    text = render("markdown", *base)
    assert text.count("\n## ") == 4
    assert "- [x] The front matter is there and is valid YAML" in text
    assert "- [ ] The commands were run against the versions that the text names (a person must say)" in text
    garbled = next(line for line in text.splitlines() if "mac\\_roman" in line)
    assert garbled.startswith("  - error RB005, line ")


def test_the_curator_is_told_what_the_profile_left_out(base: tuple[Report, Context]) -> None:
    report, context = base
    text = render("markdown", report, replace(context, profile=Profile.INGEST))
    assert "- [ ] All text of the template was replaced (not looked at in this profile)" in text


def test_the_curators_form_loses_no_finding() -> None:
    report = report_of(replace(found(1)[0], code="RB990", name="internal-error", message="rule failed"))
    assert "### Also found\n\n- error RB990, line 1: rule failed" in render("markdown", report, CONTEXT)


# paths


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.md", "kb/a.md"),
        ("./a.md", "kb/a.md"),
        ("../b/a.md", "b/a.md"),
        ("/repo/kb/x/a.md", "kb/x/a.md"),
        ("../../a.md", "/a.md"),
        ("/repository/a.md", "/repository/a.md"),
    ],
)
def test_paths_are_relative_to_the_repository(path: str, expected: str) -> None:
    assert Context(PurePosixPath("/repo/kb"), PurePosixPath("/repo")).relative(path) == expected


def test_without_a_repository_paths_stay_as_they_are() -> None:
    assert Context().relative("./x/a.md") == "x/a.md"


def test_a_fix_of_two_edits_is_no_replacement() -> None:
    two = Fix("two", (Edit(Span(1, 1, 1, 1), "a"), Edit(Span(1, 2, 1, 2), "b")), safe=True)
    result = json.loads(render("rdjson", report_of(replace(found(1)[0], fix=two)), CONTEXT))
    assert len(result["diagnostics"][0]["suggestions"]) == 2
    assert io.StringIO(render("jsonl", report_of(*found(1)), CONTEXT)).readline()
