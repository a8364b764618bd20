"""The card, the steps and the tables in forms that people really write: right, wrong, and relaxed."""

import pytest

from faultmaven_kb.diagnostics import Diagnostic, Level, apply_edits
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.toolkit.rule_model import Profile, Settings
from faultmaven_kb.source import Source
from tests.gate.snippets import BASE, TODAY, check

CAUSES = BASE[BASE.index("**⚡ Common Causes:**") : BASE.index("**🚀 Quick Fix:**")]
FAMILIES = ("RB4", "RB5")


def _codes(text: str) -> list[str]:
    return [found.code for found in check(text) if found.code.startswith(FAMILIES)]


def _with_causes(*lines: str) -> str:
    return BASE.replace(CAUSES, "**⚡ Common Causes:**\n" + "\n".join(lines) + "\n\n")


def _fixed(text: str, *codes: str) -> str:
    edits = [edit for found in check(text) if found.code in codes and found.fix for edit in found.fix.edits]
    return apply_edits(Source(text), edits)


def _only(text: str, code: str) -> Diagnostic:
    (found,) = [found for found in check(text) if found.code == code]
    return found


@pytest.mark.parametrize(
    "lines",
    [
        ("1. **Keys without expiry** (70%) - a", "2. **Limit too low** (30%) - b"),
        ("1. Keys without expiry (70% of cases): a", "2. Limit too low (30 % of cases): b"),
        ("1. **Keys without expiry** (~70% of incidents) - a", "2. **Limit too low** (about 30% of cases)"),
        ("1. **Keys without expiry** (66.7% of cases) - a", "2. **Limit too low** (33.3% of cases) - (20% more data)"),
        ("1. **Keys - without expiry** (70% of cases)", "   - cache keys", "2. **Limit too low** (30% of cases)"),
        ("1. **Keys without expiry** (70% of cases)", "1. **Limit too low** (30% of cases)"),
        ("- **Keys without expiry** (70% of cases)", "- **Limit too low** (30% of cases)"),
        ("1. **Keys without expiry** (60-80%)", "2. **Limit too low** (20-30 %) - nearly full (90% used)"),
        ("1. **Keys without expiry** (~70 %)", "2. **Limit too low** - 30% of cases: the data grew"),
        ("1. **Keys without expiry** (50.1234% of cases)", "2. **Limit too low** (49,8766 percent)"),
        ("1) **Keys without expiry** (50% of cases)", "2) **Limit too low** (50% of cases)"),
    ],
)
def test_weights_in_every_usual_form_are_read(lines: tuple[str, ...]) -> None:
    assert _codes(_with_causes(*lines)) == []


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (("1. **Keys without expiry** (70% of cases)", "2. **Limit too low** - 30% full"), ["RB404"]),
        (("1. **Keys without expiry** (70% of cases)", "2. **Limit too low** (few% of cases)"), ["RB406"]),
        (("1. **Keys without expiry** (70% of cases)", "2. **Limit too low** (30-20% of cases)"), ["RB406"]),
        (("1. **Keys without expiry** (70% of cases)", "2. **Limit too low** (10-20% of cases)"), ["RB405"]),
        (("1. **Keys without expiry** (most common)", "2. **Limit too low** (30% of cases)"), ["RB404"]),
        (("1. **Keys without expiry** (70% of cases)", "2. **Limit too low** (90% used) - full"), ["RB404"]),
        (("1. **Keys without expiry** (70% of cases)", "2. **Limit too low** (-30% of cases)"), ["RB406"]),
        (("1. **Keys without expiry** (70% of cases)", "2. **Limit too low** (33% of cases)"), ["RB405"]),
        (("2. **Keys without expiry** (70% of cases)", "3. **Limit too low** (30% of cases)"), ["RB408"]),
        (("2. **Keys without expiry** (70% of cases)", "1. **Limit too low** (30% of cases)"), ["RB408"]),
        (("1. **Keys without expiry** (70% of cases)", "1. **Keys without expiry** (30% of cases)"), ["RB415"]),
    ],
)
def test_a_wrong_weight_or_number_is_one_finding(lines: tuple[str, ...], codes: list[str]) -> None:
    assert [code for code in _codes(_with_causes(*lines)) if code != "RB517"] == codes


def test_the_tolerance_of_the_weights_comes_from_the_settings() -> None:
    text = BASE.replace("(70% of", "(60% of")
    strict = check_text(text, today=TODAY, path="redis/redis-out-of-memory.md", settings=Settings(weight_tolerance=5))
    loose = check_text(text, today=TODAY, path="redis/redis-out-of-memory.md", settings=Settings(weight_tolerance=10))
    assert "RB405" in {found.code for found in strict.diagnostics}
    assert "RB405" not in {found.code for found in loose.diagnostics}


def test_shares_that_were_rounded_add_up_whatever_the_tolerance() -> None:
    for share, count in (("33.3", 3), ("17", 6), ("14", 7)):
        text = _with_causes(*(f"{number}. **Cause {number}** ({share}% of cases)" for number in range(1, count + 1)))
        found = check_text(
            text, today=TODAY, path="redis/redis-out-of-memory.md", settings=Settings(weight_tolerance=0)
        )
        assert "RB405" not in {each.code for each in found.diagnostics}
    assert "RB405" in _codes(_with_causes("1. **A** (16% of cases)", "2. **B** (16% of cases)"))


def test_a_weight_in_words_is_named_where_it_is_written() -> None:
    found = _only(_with_causes("1. **Keys without expiry** (most common)", "2. **Limit** (30% of cases)"), "RB404")
    assert found.message == 'weight is "most common", expected a number such as "(NN% of cases)"'
    assert found.span.column == len("1. **Keys without expiry** (") + 1


def test_ranking_the_causes_keeps_every_line_of_them() -> None:
    text = _with_causes(
        "1. **Limit too low** (30% of cases) - b", "   more", "2. **Keys without expiry** (70% of cases)"
    )
    fixed = _fixed(text, "RB407")
    assert "1. **Keys without expiry** (70% of cases)\n2. **Limit too low** (30% of cases) - b\n   more\n" in fixed
    assert _codes(fixed) == []


def test_numbers_below_a_label_that_are_no_list_are_counted_again() -> None:
    text = _with_causes("2. **Keys without expiry** (70% of cases)", "3. **Limit too low** (30% of cases)")
    assert _codes(_fixed(text, "RB408")) == []


@pytest.mark.parametrize(
    "time", ["15 min", "1-2 hours", "30 seconds - 5 minutes", "~90m", "under 10 minutes", "2 hours+"]
)
def test_usual_times_are_durations(time: str) -> None:
    assert (
        _codes(
            BASE.replace("**⏱️ Estimated Resolution Time:** 5-15 minutes", f"**⏱️ Estimated Resolution Time:** {time}")
        )
        == []
    )


@pytest.mark.parametrize("time", ["soon", "5-15", "it depends", "30-5 minutes", "2 hours - 10 minutes (quick fix)"])
def test_times_that_nobody_can_sort_are_found_where_they_stand(time: str) -> None:
    text = BASE.replace("Resolution Time:** 5-15 minutes", f"Resolution Time:** {time}")
    found = _only(text, "RB411")
    assert text.split("\n")[found.span.line - 1][found.span.column - 1 :] == time


def test_a_solution_may_take_a_time_that_varies_but_no_reversed_one() -> None:
    assert _codes(BASE.replace("~30 minutes", "varies")) == []
    assert _codes(BASE.replace("~30 minutes", "30-20 minutes")) == ["RB411"]


def test_an_empty_item_below_the_label_that_turns_it_into_a_heading_is_told_as_such() -> None:
    text = BASE.replace("**🔍 Symptoms:**\n", "**🔍 Symptoms:**\n-\n")
    assert _codes(text) == ["RB402"]
    assert text.split("\n")[_only(text, "RB402").span.line - 1] == "-"


def test_symptoms_in_one_sentence_are_no_list() -> None:
    start, end = BASE.index("**🔍 Symptoms:**"), BASE.index("**⚡")
    assert _codes(BASE[:start] + "**🔍 Symptoms:** writes fail with `OOM`\n\n" + BASE[end:]) == ["RB402"]


def test_a_card_with_headings_instead_of_labels_is_complete() -> None:
    text = BASE.replace("**🔍 Symptoms:**", "### Symptoms").replace("**⚡ Common Causes:**", "### Common Causes\n")
    text = text.replace("**🚀 Quick Fix:**", "### Quick Fix\n")
    text = text.replace("**⏱️ Estimated Resolution Time:**", "### Resolution Time\n\n")
    assert set(_codes(text)) == {"RB413"}


def test_the_label_fix_writes_the_label_of_the_format() -> None:
    text = BASE.replace("**⚡ Common Causes:**", "__Causes:__")
    assert _fixed(text, "RB413") == BASE


def test_mis_decoded_labels_are_left_to_the_rule_for_mis_decoding() -> None:
    text = BASE.replace("🔍", "\uf8ffüîç")
    assert [code for code in _codes(text) if code == "RB413"] == []


@pytest.mark.parametrize("status", ["draft", "deprecated"])
def test_what_a_draft_or_a_deprecated_runbook_lacks_is_an_info(status: str) -> None:
    text = BASE.replace("status: verified", f"status: {status}")
    for start, end in (("**🚀", "**⏱️"), ("**⏱️", "## Diag"), ("### Step 2", "## Root"), ("### Long-term", "### Best")):
        text = text[: text.index(start)] + text[text.index(end) :]
    found = [each for each in check(text) if each.code.startswith(FAMILIES)]
    assert {each.code for each in found} == {"RB409", "RB410", "RB501", "RB522"}
    assert {each.level for each in found} == {Level.INFO}


@pytest.mark.parametrize("status", ["draft", "deprecated"])
def test_safety_and_integrity_are_never_relaxed(status: str) -> None:
    text = BASE.replace("status: verified", f"status: {status}").replace("(70% of", "(95% of")
    text = text.replace("redis-cli CONFIG SET maxmemory 3gb", "redis-cli FLUSHALL")
    levels = {found.code: found.level for found in check(text)}
    assert levels["RB405"] is Level.ERROR
    assert levels["RB703"] is Level.ERROR


@pytest.mark.parametrize(
    ("heading", "codes"),
    [
        ("### Step 2: Look", []),
        ("### Step 2 - Look", ["RB505"]),
        ("### 2. Look", ["RB505"]),
        ("### Look", ["RB505"]),
        ("### Step Two: Look", ["RB505"]),
        ("#### Step 2: Look", ["RB501", "RB505"]),
        ("## Step 2: Look", ["RB501", "RB505"]),
    ],
)
def test_a_step_is_known_by_its_heading(heading: str, codes: list[str]) -> None:
    assert sorted(_codes(BASE.replace("### Step 2: Look for keys without expiry", heading))) == codes


def test_an_explanation_between_the_steps_is_no_step() -> None:
    text = BASE.replace("## Root Cause", "### How to read the results\n\nCompare both.\n\n## Root Cause")
    assert _codes(text) == []


def test_a_swap_of_steps_is_one_finding_and_renumbering_mends_it() -> None:
    text = (
        BASE.replace("### Step 1:", "### Step 9:")
        .replace("### Step 2:", "### Step 1:")
        .replace("### Step 9:", "### Step 2:")
    )
    assert _codes(text) == ["RB502"]
    assert _codes(_fixed(text, "RB502")) == []


def test_a_solution_without_a_number_among_numbered_ones_is_found() -> None:
    assert _codes(BASE.replace("### Solution 2: Give", "### Solution: Give")) == ["RB512"]


def test_the_output_of_a_session_is_the_expected_output() -> None:
    start = BASE.index("**How to check:**\n```bash\n# Count")
    end = BASE.index("## Root Cause")
    text = BASE[:start] + "```console\n$ redis-cli INFO keyspace\ndb0:keys=400\n```\n\n" + BASE[end:]
    assert _codes(text) == []


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", None),
        ("a | b\n---|---\n1 | `x \\| y`\n", None),
        ("| a | b |\n|---|---|\n| 1 | `x | y` |\n", 3),
        ("| a | b |\n|---|---|\n| 1 |\n", 3),
        ("| a | b |\n|---|---|\n| 1 | 2 |\nand so on\n", 4),
        ("| a | b |\n|---|\n| 1 | 2 |\n", 2),
        ("> | a | b |\n> |---|---|\n> | 1 | 2 | 3 |\n", 3),
        ("- | a | b |\n  |---|---|\n  | 1 | 2 | 3 |\n", 3),
    ],
)
def test_a_table_is_counted_as_it_is_rendered(table: str, line: int | None) -> None:
    text = BASE.replace("Redis refuses writes", f"{table}\nRedis refuses writes")
    first = text[: text.index(table)].count("\n")
    assert [found.span.line - first for found in check(text) if found.code == "RB525"] == ([line] if line else [])


def test_a_history_with_the_oldest_row_first_is_in_order() -> None:
    rows = "| 0.9.0   | 2026-10-01 | me     | Draft         |\n"
    assert _codes(BASE.replace("| 1.0.0   |", rows + "| 1.0.0   |")) == []


def test_a_history_row_without_a_date_is_shown() -> None:
    assert _codes(BASE.replace("| 1.0.0   | 2026-11-01", "| 1.0.0   | November  ")) == ["RB524"]


def test_places_are_right_behind_emoji_and_with_carriage_returns() -> None:
    text = BASE.replace("(30% of", "🚀🚀 (130% of").replace("\n", "\r\n")
    found = _only(text, "RB406")
    line = text.split("\r\n")[found.span.line - 1]
    assert line[found.span.column - 1 : found.span.end_column - 1] == "130"


def test_the_profiles_ask_for_more_and_more() -> None:
    text = BASE.replace("**Prerequisites:**\n- Access to redis-cli\n\n", "").replace("(70% of", "(95% of")
    text = text.replace("**🔍 Symptoms:**", "**🔍 Seen:**")

    def found(profile: Profile) -> set[str]:
        report = check_text(text, today=TODAY, path="redis/redis-out-of-memory.md", profile=profile)
        return {each.code for each in report.diagnostics if each.code.startswith(FAMILIES)}

    assert found(Profile.INGEST) == {"RB401"}
    assert found(Profile.CONTRIBUTE) == {"RB401", "RB405"}
    assert found(Profile.CURATED) == {"RB401", "RB405", "RB518"}
