"""Suppressions answer exactly the findings they name, where they stand, and nothing about credentials."""

from collections.abc import Iterator
from datetime import date

import pytest

from faultmaven_kb import Diagnostic, Level
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.facts.records import Named, Suppression
from faultmaven_kb.gate.rules.catalogue import codes_by_word
from faultmaven_kb.gate.rules.suppressions import apply_suppressions
from faultmaven_kb.gate.toolkit.rule_model import Profile, Settings
from faultmaven_kb.source import Span

TODAY = date(2026, 11, 22)
HEAD = '---\nid: a-b\ntitle: "A - B"\n---\n\n# A - B\n\n'


def _found(text: str, *, settings: Settings | None = None, profile: Profile = Profile.CURATED) -> list[str]:
    report = check_text(text, today=TODAY, path="a/a-b.md", profile=profile, settings=settings)
    codes = ("RB810", "RB9")
    return [f"{found.code}:{found.span.line}" for found in report.diagnostics if found.code.startswith(codes)]


BAD = "[x]()\n"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"<!-- fmkb: disable-next-line=RB810 -- later -->\n{BAD}\n{BAD}", ["RB810:11"]),
        (f"<!-- fmkb: disable-next-line=malformed-link -- later -->\n\n{BAD}", []),
        ("[x]() <!-- fmkb: disable-line=rb810 -- later -->\n", []),
        (f"{BAD}\n<!-- fmkb: disable-file=RB810 -- later -->\n", []),
        (
            f"<!-- fmkb: disable=RB810 -- later -->\n\n{BAD}\n<!-- fmkb: enable=RB810 -->\n\n{BAD}",
            ["RB810:14"],
        ),
        (f"<!-- fmkb: disable=RB810 -- later -->\n\n{BAD}\n<!-- fmkb: enable -->\n\n{BAD}", ["RB810:14"]),
        (f"<!-- fmkb: disable=RB810 -- later -->\n\n{BAD}\n<!-- fmkb: enable=RB805 -->\n\n{BAD}", []),
        (f"<!-- fmkb: disable-next-line=RB805,RB810 -- later -->\n{BAD}", []),
        (f"<!-- fmkb: disable-next-line=RB810 -->\n{BAD}", ["RB903:8"]),
        (f"<!-- fmkb: disable-next-line=RB810 -- -->\n{BAD}", ["RB903:8"]),
        (f"`<!-- fmkb: disable-next-line=RB810 -- an example -->`\n{BAD}", ["RB810:9"]),
        (f"```html\n<!-- fmkb: disable-file=RB810 -- an example -->\n```\n\n{BAD}", ["RB810:12"]),
        (f"<!-- fmkb disable-next-line=RB810 -- no colon -->\n{BAD}", ["RB902:8"]),
        (f"<!-- fmkb: mute=RB810 -- no such word -->\n{BAD}", ["RB902:8", "RB810:9"]),
        ("<!-- fmkb wrote this -->\n<!-- fmkb: -->\n", []),
        ("<!-- fmkb: disable-file=RB999 -- who -->\n", ["RB902:8"]),
        ("<!-- fmkb: disable-line= -- what -->\n", ["RB902:8"]),
    ],
)
def test_a_suppression_answers_what_it_names_where_it_stands(body: str, found: list[str]) -> None:
    assert _found(HEAD + body) == found


def test_a_rule_across_files_that_did_not_run_leaves_its_suppression_alone() -> None:
    body = "<!-- fmkb: disable-next-line=RB801,RB816,RB219 -- not asked here -->\n"
    assert _found(HEAD + body, profile=Profile.CONTRIBUTE) == []
    assert _found(HEAD + body) == ["RB901:8"]  # only RB219 ran on a document that is no file


def test_front_matter_has_suppressions_behind_a_hash() -> None:
    head = HEAD.replace('title: "A - B"\n', 'title: "AB" # fmkb: disable-line=RB207 -- a product name\n')
    report = check_text(head, today=TODAY, path="a/a-b.md", profile=Profile.CURATED)
    assert not {"RB207", "RB901", "RB902"} & {found.code for found in report.diagnostics}
    quoted = HEAD.replace('"A - B"\n', '"A - B # fmkb: disable-file=RB810 -- a title"\n')
    assert _found(quoted + BAD) == ["RB810:8"]


def test_a_fence_below_a_suppression_is_meant_whole() -> None:
    body = "<!-- fmkb: disable-next-line=RB004 -- shows the attack -->\n\n```text\na\nb \u202e c\n```\n"
    report = check_text(HEAD + body, today=TODAY, path="a/a-b.md", profile=Profile.CURATED)
    assert not {"RB004", "RB901"} & {found.code for found in report.diagnostics}


def test_no_more_than_two_hundred_suppressions_are_read() -> None:
    text = HEAD + "<!-- fmkb: disable-file=RB810 -->\n" * 300
    assert len(_found(text)) <= 400


def _credential(settings: Settings) -> Iterator[Diagnostic]:
    found = Diagnostic("RB701", "hardcoded-credential", Level.ERROR, "a password", "a.md", Span(9, 1, 9, 5))
    named = Named("RB701", Span(8, 30, 8, 35))
    suppression = Suppression("disable-next-line", (named,), "an example", Span(8, 1, 8, 50), 9, 9)
    codes = {**codes_by_word(), "rb701": "RB701"}
    yield from apply_suppressions(
        [found],
        (suppression,),
        path="a.md",
        codes=codes,
        runs=lambda code: True,
        settings=settings,
        profile=Profile.CURATED,
    )


def test_credentials_are_suppressed_only_where_the_configuration_says_so() -> None:
    found = list(_credential(Settings()))
    assert [each.code for each in found] == ["RB701", "RB901"]
    assert "cannot be suppressed" in found[1].message
    assert list(_credential(Settings(allow_credential_suppression=True))) == []


def test_the_rules_about_suppressions_obey_the_selection() -> None:
    body = f"<!-- fmkb: disable-next-line=RB810 -->\n{BAD}"
    assert _found(HEAD + body, settings=Settings(ignore=("RB903",))) == []
    assert _found(HEAD + body, profile=Profile.CONTRIBUTE) == []
