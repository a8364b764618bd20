"""Rules that were wrong, too mild or a line off: each with its whole kind, both sides."""

import re
from pathlib import Path

import pytest

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.hazards.hosts import sensitive_in
from faultmaven_kb.gate.rules.catalogue import rule_named
from faultmaven_kb.gate.toolkit.rule_model import Checked, Profile
from faultmaven_kb.model.template import new_runbook
from faultmaven_kb.reading.reader import read_document
from tests.documents import SAMPLE
from tests.gate.snippets import BASE, TODAY, check


def _found(text: str, code: str) -> list[Diagnostic]:
    return [each for each in check(text) if each.code == code]


def _moved_analysis(text: str, before: str) -> str:
    """The text with Root Cause Analysis directly before another section."""
    match = re.search(r"^## Root Cause Analysis\n(?:(?!## ).*\n)*", text, re.MULTILINE)
    assert match
    rest = text[: match.start()] + text[match.end() :]
    return rest.replace(f"## {before}\n", f"{match[0]}## {before}\n", 1)


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.stem)
@pytest.mark.parametrize("profile", [Profile.CONTRIBUTE, Profile.CURATED])
def test_a_shipped_runbook_with_its_analysis_after_the_solutions_is_right(path: Path, profile: Profile) -> None:
    text = path.read_text(encoding="utf-8")
    before, after = (
        check_text(each, path=f"{path.parent.name}/{path.name}", today=TODAY, profile=profile).diagnostics
        for each in (text, _moved_analysis(text, "Prevention"))
    )
    assert [each.code for each in after] == [each.code for each in before]
    assert "RB302" not in {each.code for each in after}


@pytest.mark.parametrize("other", ["Quick Reference Card", "Diagnostic Steps", "Related Issues", "Version History"])
def test_an_analysis_anywhere_else_is_out_of_order(other: str) -> None:
    (found,) = _found(_moved_analysis(BASE, other), "RB302")
    assert '"Root Cause Analysis"' in found.message


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("bash", "# look at the log"),
        ("bash", "#!/bin/sh\n\n# nothing yet"),
        ("sql", "-- which sessions wait\n/* later\n   more */"),
        ("", "# look"),
    ],
)
def test_a_fence_of_comments_alone_is_no_command(language: str, code: str) -> None:
    start = BASE.index("```", BASE.index("### Step 1"))
    end = BASE.index("```", start + 3) + 3
    assert _found(BASE[:start] + f"```{language}\n{code}\n```" + BASE[end:], "RB503")


def test_in_a_session_the_hash_is_the_prompt_of_root() -> None:
    start = BASE.index("```", BASE.index("### Step 1"))
    end = BASE.index("```", start + 3) + 3
    assert not _found(BASE[:start] + "```console\n# redis-cli ping\n```" + BASE[end:], "RB503")


def test_a_replacement_character_is_an_error_at_its_place_and_a_warning_on_the_way_in() -> None:
    text = BASE.replace("## Solutions\n", "## Solutions\n\nA na\ufffdve way.\n", 1)
    (found,) = _found(text, "RB005")
    assert (found.level, found.span.column) == (Level.ERROR, len("A na") + 1)
    ingest = check_text(text, path="redis/redis-out-of-memory.md", today=TODAY, profile=Profile.INGEST).diagnostics
    assert [each.level for each in ingest if each.code == "RB005"] == [Level.WARNING]


def test_bytes_that_are_not_utf8_are_told_once() -> None:
    document, found = read_document(BASE.encode().replace(b"## Solutions\n", b"## Solutions\n\nna\xefve\n", 1))
    assert document is not None
    assert [each.code for each in found] == ["RB001"]
    rule = rule_named("RB005")
    assert rule.check is not None
    assert list(rule.check(Checked(document, TODAY))) == []


@pytest.mark.parametrize(
    "line",
    ["Kafka Connect 1.1.0.2 loses them", "fixed in 12.1.0.2", "upgrade to 11.2.0.4 first", "`19.3.0.0` is affected"],
)
def test_four_small_numbers_that_nothing_calls_an_address_are_a_version(line: str) -> None:
    assert list(sensitive_in(line)) == []


@pytest.mark.parametrize(
    "line",
    ["ping 1.1.0.2", "http://1.1.0.2/x", "root@1.1.0.2", "host 1.1.0.2", "1.1.0.2:443", "4.2.0.0/16", "8.30.24.9"],
)
def test_an_address_is_found_however_small_its_numbers(line: str) -> None:
    assert len(list(sensitive_in(line))) == 1


@pytest.mark.parametrize("place", ["redis-cli\u00a0ping", 'redis-cli "a\u00a0b"'])
def test_one_no_break_space_in_a_command_is_one_finding(place: str) -> None:
    text = BASE.replace("### Step 2", f"```bash\n# look\n{place}\n```\n\n### Step 2", 1)
    assert [each.code for each in check(text) if each.code in ("RB009", "RB605")] == ["RB009"]


def test_too_few_tags_are_told_at_the_key() -> None:
    match = re.search(r"^tags:.*\n(?: +- .*\n)*", BASE, re.MULTILINE)
    assert match
    line = BASE.count("\n", 0, match.start()) + 1
    for tags in ("tags:\n  - redis\n  - memory\n", "tags: [redis, memory]\n"):
        (found,) = _found(BASE.replace(match[0], tags), "RB215")
        assert found.span.line == line


def test_the_template_breaks_no_rule_but_those_of_what_is_left_to_do() -> None:
    text = new_runbook("redis-out-of-memory", "redis", TODAY)
    found = check_text(text, path="redis/redis-out-of-memory.md", today=TODAY, profile=Profile.CURATED).diagnostics
    assert sorted({each.code for each in found}) == ["RB220", "RB806"]
