"""The engine: all findings of a run, in order, by profile, and a rule that crashes does not hide the others."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from faultmaven_kb import ConfigurationError, Level
from faultmaven_kb.gate.engine import document
from faultmaven_kb.gate.engine.check import check_paths, check_text
from faultmaven_kb.gate.facts.records import Facts
from faultmaven_kb.gate.rules import catalogue
from faultmaven_kb.gate.rules.catalogue import RULES, rule_named
from faultmaven_kb.gate.settings.settings import profile_named
from faultmaven_kb.gate.toolkit.rule_model import Base, Checked, Finding, Profile, base_rule, rule
from tests.documents import LAST_UPDATED, RUNBOOKS, text_of

TODAY = date(2026, 11, 22)


def test_the_codes_are_unique_and_every_rule_says_why() -> None:
    codes = [each.code for each in RULES]
    assert codes == sorted(set(codes))
    assert len({each.name for each in RULES}) == len(RULES)
    assert all(len(each.why) > 20 for each in RULES)


def test_ten_defects_are_found_in_one_run() -> None:
    text = text_of("sample.md")
    for old, new in [
        ("severity: high", "severity: hgih"),
        ("difficulty: intermediate", "difficulty: hard"),
        ('version: "1.0.0"', "version: 1.0"),
        ("  - delivery\n", "  - delivery\n  - Mail\n"),
        ("# Mail - Queue Growing", "# Mail"),
        ("## Diagnostic Steps", "##Diagnostic Steps"),
        ("## Solutions", "### Solutions"),
        ("⚡", "‚ö°"),
        ("Delivers mail", "Delivers mail"),
        ("- Mail arrives", "- \x07Mail arrives"),
        ('last_updated: "2026-01-15"', 'last_updated: "2026-02-30"'),
    ]:
        text = text.replace(old, new)
    report = check_text(text, today=TODAY, path="mail/mail-queue-growing.md", profile=Profile.CURATED)
    codes = {diagnostic.code for diagnostic in report.diagnostics}
    assert {"RB209", "RB210", "RB109", "RB216", "RB308", "RB315", "RB304", "RB005", "RB012", "RB213"} <= codes


def test_each_profile_contains_the_former() -> None:
    found = []
    for profile in Profile:
        report = check_text(text_of("sample-mojibake.md"), today=TODAY, path="x/y.md", profile=profile)
        found.append({(diagnostic.code, diagnostic.span) for diagnostic in report.diagnostics})
    assert found[0] <= found[1] <= found[2]
    assert found[0] < found[2]


def test_mojibake_is_a_warning_for_a_machine_and_an_error_for_a_merge() -> None:
    levels = []
    for profile in (Profile.INGEST, Profile.CONTRIBUTE):
        report = check_text(text_of("sample-mojibake.md"), today=TODAY, profile=profile)
        levels.append({diagnostic.level for diagnostic in report.diagnostics if diagnostic.code == "RB005"})
    assert levels == [{Level.WARNING}, {Level.ERROR}]


def test_a_rule_that_crashes_is_reported_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    @rule("RB998", "crashing", Level.ERROR, Profile.INGEST)
    def crashing(checked: Checked) -> Iterator[Finding]:
        """Crashes."""
        raise ZeroDivisionError("oops")
        yield  # type: ignore[unreachable]

    @base_rule("RB999", "crashing-too", Level.ERROR, Profile.INGEST)
    def crashing_too(base: Base) -> Iterator[tuple[Facts, Finding]]:
        """Crashes."""
        raise ZeroDivisionError("oops")
        yield  # type: ignore[unreachable]

    monkeypatch.setattr(catalogue, "all_rules", lambda: (crashing, *RULES, crashing_too))
    document.rules_in_force.cache_clear()
    report = check_text(text_of("sample-mojibake.md"), today=TODAY)
    document.rules_in_force.cache_clear()
    messages = [diagnostic.message for diagnostic in report.diagnostics if diagnostic.code == "RB990"]
    assert [message.split(";")[0] for message in messages] == [
        "rule RB998 failed with ZeroDivisionError: oops",
        "rule RB999 failed with ZeroDivisionError: oops",
    ]
    assert report.count(Level.ERROR) > 2


def test_the_shipped_runbooks_are_clean_under_the_whole_review_guide() -> None:
    report = check_paths(RUNBOOKS, today=LAST_UPDATED, profile=Profile.CURATED)
    assert report.diagnostics == ()
    assert not report.failed


def test_two_runs_find_the_same_in_the_same_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.md"):
        (tmp_path / name).write_text(text_of("sample-mojibake.md"), encoding="utf-8")
    first, second = (check_paths([tmp_path], today=TODAY) for _ in range(2))
    assert first.diagnostics == second.diagnostics
    assert list(first.diagnostics) == sorted(first.diagnostics, key=lambda diagnostic: diagnostic.sort_key)


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    try:
        (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    except OSError:
        pytest.skip("this system makes no links")
    report = check_paths([tmp_path], today=TODAY)
    assert [diagnostic.code for diagnostic in report.diagnostics] == ["RB013"]


def test_a_file_over_the_limit_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    (tmp_path / "big.md").write_bytes(b"# x\n" * 1_300_000)
    report = check_paths([tmp_path], today=TODAY)
    assert [diagnostic.code for diagnostic in report.diagnostics] == ["RB006"]


def test_rules_and_profiles_are_found_by_name_or_say_which_is_near() -> None:
    assert rule_named("rb205").name == "invalid-id"
    assert rule_named("mojibake").code == "RB005"
    with pytest.raises(ConfigurationError, match="mojibake"):
        rule_named("mojibak")
    assert profile_named("curated") is Profile.CURATED
    with pytest.raises(ConfigurationError, match="expected one of ingest, contribute, curated"):
        profile_named("strict")
