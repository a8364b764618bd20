"""An organisation's schema ends in bounded steps on any document, or is refused with its reason."""

import json
from datetime import date
from typing import Any

import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.file import read_configuration
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.toolkit.bounded_schema import BoundedSchema, SchemaLimitError

_LONG = "a" * 30_000 + "!"


def _doubling(keyword: str, reference: str = "#/$defs/d{}", depth: int = 60) -> dict[str, Any]:
    """References of which each names the next twice."""
    steps = {
        f"d{number}": {"$anchor": f"d{number}", keyword: [{"$ref": reference.format(number + 1)}] * 2}
        for number in range(depth)
    }
    return {"$defs": {**steps, f"d{depth}": {"$anchor": f"d{depth}", "type": "string"}}, "$ref": reference.format(0)}


@pytest.mark.parametrize(
    "pattern",
    [
        *("^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(a*)*$", "(a*)*b", "^([a-z]+)*$", "(.*a){20}", "^(.*)(.*)(.*)(.*)$"),
        *(
            "(x+x+)+y",
            "^(\\w+\\s?)*$",
            "a*a*a*a*a*a*a*b",
            "(a?){50}a{50}",
            "^(([a-z])+.)+[A-Z]([a-z])+$",
            ".*.*.*.*=.*",
        ),
        *("(?:a+){2,}$", "([^x]*)*x", "^((a+)|b)+$", "\\s+$", "(a|b|ab)*c", "^(?:(?:a*)*)*$"),
    ],
)
@pytest.mark.parametrize("keyword", ["pattern", "patternProperties", "propertyNames", "additionalProperties"])
def test_a_pattern_takes_no_more_than_linear_time(pattern: str, keyword: str) -> None:
    """Each of these takes Python's own `re` years on a text of this length."""
    text = _LONG
    schemas: dict[str, Any] = {
        "pattern": {"properties": {"id": {"pattern": pattern}}},
        "patternProperties": {"patternProperties": {pattern: {"type": "string"}}},
        "propertyNames": {"propertyNames": {"pattern": pattern}},
        "additionalProperties": {"patternProperties": {pattern: {}}, "additionalProperties": False},
    }
    errors = BoundedSchema(json.dumps(schemas[keyword])).errors({"id": text, text: 1})
    assert all(error.validator for error in errors)


@pytest.mark.parametrize(
    "pattern", ["(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?P<x>a)(?P=x)", "(a{1000}){1000}"]
)
@pytest.mark.parametrize("place", ["pattern", "patternProperties", "deep"])
def test_a_pattern_that_has_no_bound_is_refused_with_its_reason(pattern: str, place: str) -> None:
    schemas: dict[str, Any] = {
        "pattern": {"properties": {"id": {"pattern": pattern}}},
        "patternProperties": {"patternProperties": {pattern: {}}},
        "deep": {"$defs": {"x": {"anyOf": [{"items": {"pattern": pattern}}]}}},
    }
    with pytest.raises(ConfigurationError, match="without look-around and back references"):
        BoundedSchema(json.dumps(schemas[place]))


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"$ref": "#"}, {}),
        ({"allOf": [{"$ref": "#"}]}, {}),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, {}),
        (_doubling("allOf"), {}),
        (_doubling("anyOf"), {}),
        (_doubling("oneOf"), {}),
        (_doubling("allOf", "#d{}"), {}),
        ({**_doubling("allOf"), "$schema": "http://json-schema.org/draft-07/schema#"}, {}),
        ({"properties": {"a": {"items": {"enum": list(range(5000))}}}}, {"a": list(range(100_000))}),
        ({"properties": {"a": {"items": {"required": ["x"] * 1}}}}, {"a": [{}] * 100_000}),
        ({"properties": {"a": {"contains": {"const": 1}, "minContains": 9}}}, {"a": [0] * 100_000}),
        ({"additionalProperties": {"type": "string"}}, {f"k{number}": 1 for number in range(100_000)}),
        ({"propertyNames": {"maxLength": 1}}, {f"k{number}": 1 for number in range(100_000)}),
        ({"allOf": [{"type": "string"}] * 900}, {"a": ["x"] * 100_000}),
        ({"properties": {"a": {"allOf": [{"pattern": "x$"}] * 900}}}, {"a": "a" * 900_000}),
    ],
)
def test_what_multiplies_ends_at_a_limit(schema: dict[str, Any], values: dict[str, Any]) -> None:
    with pytest.raises(SchemaLimitError):
        BoundedSchema(json.dumps(schema)).errors(values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps({"allOf": [{}] * 50_000}), "expected at most 1000"),
        ('{"not":' * 20_000 + "{}" + "}" * 20_000, "not JSON"),
        ('{"minLength": ' + "9" * 5000 + "}", "not JSON"),
        ('{"unevaluatedProperties": false}', 'uses "unevaluatedProperties"'),
        ('{"$defs": {"a": {"unevaluatedItems": {}}}}', 'uses "unevaluatedItems"'),
        ('{"$ref": "https://example.com/x.json"}', "expected a reference within the schema"),
        ('{"$ref": "file:///etc/passwd"}', "expected a reference within the schema"),
        ('{"$dynamicRef": "other.json#x"}', "expected a reference within the schema"),
        ('{"pattern": "("}', "not a JSON Schema"),
        ("null", "expected an object"),
        ("NaN", "expected an object"),
        ('{"$schema": 1}', "expected an object"),
    ],
)
def test_a_schema_without_a_bound_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        BoundedSchema(text)


def test_many_equal_looking_items_are_not_compared_each_with_each() -> None:
    schema = BoundedSchema('{"properties": {"a": {"uniqueItems": true}}}')
    assert schema.errors({"a": [{"x": number} for number in range(50_000)]}) == []
    assert len(schema.errors({"a": [{"x": 1, "y": 2}, {"y": 2, "x": 1}]})) == 1
    assert len(schema.errors({"a": [1, 1.0]})) == 1
    assert schema.errors({"a": [1, True, "1"]}) == []


def test_additional_properties_are_those_that_no_pattern_allows() -> None:
    schema = {"properties": {"a": {}}, "patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}
    (error, *rest) = BoundedSchema(json.dumps(schema)).errors({"a": 1, "x-b": "1", "c": 1})
    assert (error.instance, rest) == ({"c": 1}, [])
    inner = {"patternProperties": {"^x-": {}}, "additionalProperties": {"type": "string"}}
    assert [list(each.path) for each in BoundedSchema(json.dumps(inner)).errors({"x-a": 1, "b": 1})] == [["b"]]


def test_references_end_at_a_limit_of_their_own_and_not_at_that_of_the_interpreter() -> None:
    schema = BoundedSchema(json.dumps({"properties": {"a": {"$ref": "#"}}}))
    nested: dict[str, object] = {}
    for _ in range(20):
        nested = {"a": nested}
    assert schema.errors(nested) == []
    for _ in range(30):
        nested = {"a": nested}
    with pytest.raises(SchemaLimitError):
        schema.errors(nested)
    assert schema.errors({"a": {}}) == []  # what was counted is counted anew


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"$ref": "#/nowhere"}, 1),
        ({"$ref": "#anchor"}, 1),
        ({"$ref": "#/title", "title": "no schema"}, 1),
        ({"$ref": "#/default", "default": 5}, 1),
        ({"properties": {"a": {"multipleOf": 0.1}}}, 10**400),
    ],
)
def test_a_schema_that_cannot_be_applied_is_a_finding(schema: dict[str, Any], value: object) -> None:
    configuration = read_configuration('schema = "x.json"', ".fmkb.toml", read=lambda _: json.dumps(schema))
    report = check_text(f"---\nid: a\na: {value}\n---\n", today=date(2026, 11, 22), settings=configuration.settings)
    (message,) = [each.message for each in report.diagnostics if each.code == "RB223"]
    assert message.startswith("front matter cannot be checked by the organisation's schema: ")
    assert "RB990" not in {each.code for each in report.diagnostics}


def test_a_document_over_the_limit_is_one_finding() -> None:
    configuration = read_configuration('schema = "x.json"', ".fmkb.toml", read=lambda _: json.dumps({"$ref": "#"}))
    report = check_text("---\nid: a\n---\n", today=date(2026, 11, 22), settings=configuration.settings)
    assert [each.message for each in report.diagnostics if each.code == "RB223"] == [
        "front matter takes too many steps to check by the organisation's schema, expected less of either"
    ]
