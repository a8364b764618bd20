"""Texts on which a pattern of the package once took the square of their length, or for ever, each with its answer.

None of them asks a clock: with the pattern as it was, most of these tests do not end within the patience of anybody.
"""

from pathlib import Path

import pytest

from faultmaven_kb import parse_runbook
from faultmaven_kb.dialects.alerts.sections import ALERT_NAME
from faultmaven_kb.gate.hazards.credentials import credentials_in, private_keys_in
from faultmaven_kb.gate.settings.policy import matches_path
from faultmaven_kb.integrations.prometheus_rules import read_rules
from tests.documents import builtin_base


def test_a_title_of_many_capitals_is_no_alert_name() -> None:
    assert ALERT_NAME.fullmatch("Aa" + "A" * 60 + "!") is None
    assert ALERT_NAME.fullmatch("KubePodCrashLooping")


def test_headers_of_a_private_key_that_has_no_body_end() -> None:
    opening = "-----BEGIN RSA PRIVATE KEY-----\n"
    assert not list(private_keys_in(opening + "A: " * 60))
    assert len(list(private_keys_in(f"{opening}Proc-Type: 4,ENCRYPTED\n\n{'aB3d' * 8}\n"))) == 1


def test_a_long_word_of_dots_holds_no_credential() -> None:
    assert not list(credentials_in("." * 30_000, is_code=True))
    assert len(list(credentials_in("spring.datasource.password=aB3dE5fG7hJ9", is_code=True))) == 1


@pytest.mark.parametrize("question", ["Name: a\n" * 20_000, "a-" * 50_000, "\n" * 100_000 + "x", "a://" * 30_000])
def test_a_long_question_of_one_piece_finds_nothing(question: str) -> None:
    assert builtin_base().search(question).verdict == "none"


def test_a_value_of_front_matter_that_is_mostly_blanks_is_read() -> None:
    result = parse_runbook(f'---\ntitle: a: b{" " * 60_000}c "\n---\n\n# T\n\nText.\n')
    assert "RB104" in {each.code for each in result.diagnostics}


def test_a_rule_file_of_thousands_of_alerts_is_read_to_a_limit_that_is_named(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    head = "groups:\n- name: a\n  rules:\n"
    rules.write_text(head + "".join(f"  - alert: A{n}\n    expr: up\n" for n in range(1_002)), encoding="utf-8")
    read = read_rules(rules)
    assert len(read.alerts) == 1_000
    assert [(each.line, each.message) for each in read.problems] == [(2_004, "more than 1,000 alerts, split the file")]


def test_a_path_pattern_of_many_stars_takes_no_time() -> None:
    assert not matches_path("*a" * 40 + "b", "runbooks/" + "a" * 200)
    assert matches_path("*a" * 40 + "*", "runbooks/" + "a" * 200 + ".md")


@pytest.mark.parametrize(
    ("pattern", "place", "matches"),
    [
        ("*.md", "a/b.md", True),
        ("/*.md", "a/b.md", False),
        ("a/*.md", "a/b/c.md", False),
        ("a/**/c.md", "a/b/b/c.md", True),
        ("a/**/c.md", "a/c.md", True),
        ("a/**", "a/b/c.md", True),
        ("**/c?.md", "c1.md", True),
        ("c?.md", "c/.md", False),
        ("drafts", "x/drafts/a.md", True),
        ("drafts/", "drafts/a.md", True),
        ("draft", "drafts/a.md", False),
        ("./a.md", "a.md", True),
        ("a**d.md", "a/b/cd.md", False),
        ("a**d.md", "abcd.md", True),
        ("drafts/", "drafts", False),
        ("r[ae]d.md", "x/red.md", True),
        ("!a.md", "!a.md", True),
        ("#a.md", "#a.md", True),
        ("**/x/**/y", "x/x/y/y/z.md", True),
    ],
)
def test_a_path_pattern_means_what_it_means_in_gitignore(pattern: str, place: str, matches: bool) -> None:
    assert matches_path(pattern, place) is matches
