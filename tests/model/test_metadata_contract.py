"""The model and the published schema accept and reject the same front matter, and each fault is worded for a person."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from faultmaven_kb.model.metadata import check_metadata, read_metadata
from faultmaven_kb.model.schemas import schema

GOOD: dict[str, Any] = {
    "id": "mail-queue-growing",
    "title": "Mail - Queue Growing",
    "technology": "mail",
    "severity": "high",
    "tags": ["mail", "queue", "smtp"],
    "difficulty": "intermediate",
    "version": "1.0.0",
    "last_updated": "2026-01-15",
    "verified_by": "Mail Team",
    "status": "verified",
}
SCHEMA = schema("frontmatter")
VALIDATORS = (Draft7Validator(SCHEMA), Draft202012Validator(SCHEMA))

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(
        [
            *[
                "",
                " ",
                "\t\n",
                "high",
                "High",
                "a-b",
                "a-b\n",
                "A-b",
                "a_b",
                "a--b",
                "1.0.0",
                "1.0",
                "1.0.0-rc.1",
                "01.0.0",
            ],
            *["2026-02-28", "2026-02-29", "2024-02-29", "2000-02-29", "1900-02-29", "0000-01-01", "0001-01-01"],
            *[
                "2026-2-1",
                "2026-13-01",
                "2026-04-31",
                "2026-01-15\n",
                "٢٠٢٦-٠١-١٥",
                "draft",
                "verified\n",
                "9999-12-31",
            ],
        ]
    ),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(st.text(max_size=3), SCALARS, max_size=2))


@settings(max_examples=600)
@given(st.data())
def test_model_and_schema_accept_and_reject_the_same_front_matter(data: st.DataObject) -> None:
    values = dict(GOOD)
    for key in data.draw(st.sets(st.sampled_from([*GOOD, "aliases", "alerts", "owner"]), max_size=3)):
        if data.draw(st.booleans()):
            values[key] = data.draw(VALUES)
        else:
            values.pop(key, None)
    accepted = not check_metadata(values)
    assert [validator.is_valid(values) for validator in VALIDATORS] == [accepted, accepted]


@settings(max_examples=300)
@given(st.dates())
def test_every_real_day_is_accepted(day: Any) -> None:
    values = {**GOOD, "last_updated": day.isoformat()}
    assert check_metadata(values) == ()
    assert VALIDATORS[0].is_valid(values)
    assert read_metadata(values).last_updated == day


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (
            {"severity": "hgih"},
            "value",
            'severity is "hgih", expected one of critical, high, medium, low (did you mean "high"?)',
        ),
        ({"id": "Mail"}, "value", 'id is "Mail", expected a kebab-case id such as redis-out-of-memory'),
        ({"tags": []}, "empty", "tags is empty, expected a list of words"),
        ({"tags": ["a", 3]}, "type", "tags item 2 is a number, expected text or no item"),
        ({"tags": "a, b"}, "type", 'tags is the text "a, b", expected a list of words'),
        ({"title": None}, "empty", 'title is empty, expected text such as "Redis - Out of Memory"'),
        ({"version": 1.0}, "type", 'version is a number, expected a semantic version in quotes such as "1.0.0"'),
        (
            {"status": True},
            "type",
            "status is a yes/no value, expected one of draft, verified, verified in part, deprecated",
        ),
        ({"technology": {"a": 1}}, "type", "technology is a mapping, expected one lower-case word such as redis"),
    ],
)
def test_a_breach_says_what_is_there_and_what_was_expected(change: dict[str, Any], kind: str, message: str) -> None:
    (error,) = check_metadata({**GOOD, **change})
    assert (error.kind, error.message) == (kind, message)


def test_a_missing_field_is_named() -> None:
    values = {key: value for key, value in GOOD.items() if key != "status"}
    (error,) = check_metadata(values)
    assert (error.kind, error.field) == ("missing", "status")


def test_what_is_invalid_or_unknown_is_kept_as_it_stood() -> None:
    metadata = read_metadata({**GOOD, "severity": "hgih", "owner": ["me"]})
    assert metadata.severity is None
    assert metadata.title == "Mail - Queue Growing"
    assert metadata.other == {"severity": "hgih", "owner": ["me"]}


def test_alerts_are_a_list_of_names() -> None:
    (found,) = check_metadata({**GOOD, "alerts": "MailQueueGrowing"})

    assert found.message == (
        'alerts is the text "MailQueueGrowing", expected a list of names of alerts such as KubePodCrashLooping'
    )
    assert read_metadata({**GOOD, "alerts": ["MailQueueGrowing"]}).alerts == ("MailQueueGrowing",)
