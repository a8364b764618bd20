"""Fixes: what they restore, what they leave alone, and what is refused."""

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faultmaven_kb.diagnostics import Diagnostic, Edit, Fix, Level, apply_edits
from faultmaven_kb.errors import PathError
from faultmaven_kb.gate.engine.check import check_paths, check_text
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.fixes.fixes import FixedFile, fix_report
from faultmaven_kb.gate.fixes.intent import unintended_change
from faultmaven_kb.gate.toolkit.rule_model import Profile
from faultmaven_kb.knowledge_base import builtin_path
from faultmaven_kb.reading.reader import ReadDocument, read_document
from faultmaven_kb.source import Source, Span

TODAY = date(2026, 11, 22)
PATH = "redis/redis-out-of-memory.md"
GOOD = (builtin_path() / PATH).read_bytes().decode()
EMOJI = ("🔍", "⚡", "🚀", "⏱️", "✅", "❌", "⚠️")


def check(text: str, path: str = PATH) -> Report:
    return check_text(text, path=path, today=TODAY, profile=Profile.CURATED)


def fixed(text: str, *, unsafe: bool = False, only: str = "") -> FixedFile:
    def check_some(text: str, path: str) -> Report:
        report = check(text, path)
        found = tuple(each for each in report.diagnostics if each.code.startswith(only))
        return Report(found, report.files, report.sources)

    (result,) = fix_report(check_some(text, PATH), check=check_some, unsafe=unsafe) or (
        FixedFile(Source(text, PATH), text),
    )
    return result


def read(text: str) -> ReadDocument:
    document, _ = read_document(text, path=PATH)
    assert document is not None
    return document


def garbled(text: str, code_page: str) -> str:
    """Each emoji as it looks when its UTF-8 bytes are read as something else."""
    pattern = "|".join(EMOJI)
    return re.sub(pattern, lambda match: match[0].encode().decode(code_page), text)


@pytest.mark.parametrize("code_page", ["mac_roman", "latin-1", "cp437"])
def test_the_repair_of_garbled_emoji_restores_every_byte(code_page: str) -> None:
    original = GOOD.replace("## Prevention", "- ✅ Do\n- ❌ Don't\n\n**⚠️ Warning:** text\n\n## Prevention", 1)
    broken = garbled(original, code_page)
    assert broken != original
    assert fixed(broken, unsafe=True, only="RB005").text == original


def test_the_label_shapes_of_the_format_come_back_from_mac_roman() -> None:
    labels = "**\uf8ffüîç Symptoms:** **‚ö° Common Causes:** **\uf8ffüöÄ Quick Fix:** **‚è±Ô∏è Estimated Time:**"
    labels += " ‚úÖ ‚ùå **‚ö†Ô∏è Note:**"
    result = fixed(f"{GOOD}\n{labels}\n", unsafe=True, only="RB005")
    expected = "**🔍 Symptoms:** **⚡ Common Causes:** **🚀 Quick Fix:** **⏱️ Estimated Time:** ✅ ❌ **⚠️ Note:**"
    assert result.text == f"{GOOD}\n{expected}\n"


def test_a_garbled_file_needs_unsafe_fixes() -> None:
    broken = garbled(GOOD, "mac_roman")
    assert fixed(broken).text == broken


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("final", ["", "END"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_fix_touches_its_own_characters_only(line_end: str, final: str, mark: str) -> None:
    lines = (mark + re.sub("severity: .*", "severity: HIGH  # paged", GOOD).rstrip("\n")).split("\n")
    text = line_end.join(lines) + final.replace("END", line_end)
    assert fixed(text, only="RB209").text == text.replace("HIGH", "high")


@pytest.mark.parametrize("mark", ["", '"', "'"])
@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [("severity", "High", "high"), ("id", "Redis_Out_Of_Memory", "redis-out-of-memory")],
)
def test_a_fix_keeps_the_quotes_of_a_value(mark: str, field: str, wrong: str, right: str) -> None:
    text = re.sub(f"{field}: .*", f"{field}: {mark}{wrong}{mark}", GOOD, count=1)
    assert fixed(text, unsafe=True, only="RB20").text == text.replace(wrong, right)


@pytest.mark.parametrize("mark", ['"', "'"])
def test_a_fix_keeps_the_quotes_of_a_version(mark: str) -> None:
    text = re.sub("version: .*", f"version: {mark}1.0{mark}", GOOD, count=1)
    assert f"version: {mark}1.0.0{mark}\n" in fixed(text, unsafe=True, only="RB212").text


def test_what_a_fix_inserts_has_the_line_ends_of_the_file() -> None:
    text = GOOD.replace("\n", "\r\n").removesuffix("\r\n")
    assert fixed(text, only="RB008").text == text + "\r\n"


def test_mixed_line_ends_become_line_feeds_without_another_change() -> None:
    lines = GOOD.split("\n")
    mixed = "\r\n".join(lines[:40]) + "\n" + "\n".join(lines[40:])
    assert fixed(mixed, only="RB003").text == GOOD


def test_many_faults_are_mended_in_one_call_and_a_second_finds_nothing() -> None:
    broken = garbled(GOOD, "mac_roman").replace("\n## Solutions", "\n##Solutions").replace("\n", "\r\n", 7)
    broken = "\ufeff" + broken.replace("severity: high", "severity: High").rstrip("\n")
    once = fixed(broken, unsafe=True)
    assert once.text == GOOD
    assert {each.code for each in once.applied} >= {"RB002", "RB003", "RB005", "RB008", "RB315"}
    assert fixed(once.text, unsafe=True).applied == ()


def test_a_fix_that_uncovers_another_is_followed_by_it() -> None:
    broken = GOOD.replace('version: "1.0.0"', "version: 1.0")
    result = fixed(broken, unsafe=True)
    assert 'version: "1.0.0"' in result.text
    assert [each.code for each in result.applied if each.code in ("RB109", "RB212")] == ["RB109", "RB212"]


def offering(span: Span, replacement: str, code: str = "RB999") -> Diagnostic:
    fix = Fix("try", (Edit(span, replacement),), safe=True)
    return Diagnostic(code, "test", Level.ERROR, f"{code} {replacement!r}", PATH, span, fix)


def outcome(text: str, *offers: Diagnostic) -> FixedFile:
    """Fix with a check that finds exactly these offers, until their place reads otherwise."""

    def look(now: str, path: str) -> Report:
        left = tuple(each for each in offers if now == text)
        return Report(left, (path,), {path: Source(now, path)})

    (result,) = fix_report(look(text, PATH), check=look)
    return result


def place_of(needle: str, text: str = GOOD) -> Span:
    start = text.index(needle)
    return Source(text).span(start, start + len(needle))


def test_a_fix_that_changes_a_command_elsewhere_is_refused() -> None:
    fence = place_of("```bash")
    result = outcome(GOOD, offering(Span(fence.line, 1, fence.line, 8), "text"))
    assert result.text == GOOD
    assert "would change as well" in result.refused[0].reason


def test_a_fix_that_swallows_the_next_field_is_refused() -> None:
    result = outcome(GOOD, offering(place_of("severity: "), "severity: >\n  "), offering(place_of("id: "), "id:   "))
    assert [each.reason for each in result.refused] == []
    swallowing = offering(place_of("severity: "), 'severity: "')
    result = outcome(GOOD, swallowing)
    assert result.text == GOOD
    assert len(result.refused) == 1


def test_of_two_fixes_only_the_harmful_one_is_refused() -> None:
    harmless = offering(place_of("severity: "), "severity:  ", "RB998")
    result = outcome(GOOD, harmless, offering(place_of("technology: "), 'technology: "', "RB999"))
    assert result.text == GOOD.replace("severity: ", "severity:  ")
    assert [each.diagnostic.code for each in result.refused] == ["RB999"]


def test_a_fix_that_does_not_mend_its_finding_is_refused() -> None:
    offer = offering(place_of("severity: "), "severity:  ")

    def stubborn(text: str, path: str) -> Report:
        return Report((offer,), (path,), {path: Source(text, path)})

    (result,) = fix_report(stubborn(GOOD, PATH), check=stubborn)
    assert result.text == GOOD
    assert result.refused[0].reason == "the finding would still be there"


def _counted(text: str, *offers: Diagnostic) -> tuple[FixedFile, int]:
    """What `outcome` gives, and how often a text was checked for it; the first report is known to be complete."""
    checks = 0

    def look(now: str, path: str) -> Report:
        nonlocal checks
        checks += 1
        return Report(tuple(each for each in offers if now == text), (path,), {path: Source(now, path)}, complete=True)

    (result,) = fix_report(look(text, PATH), check=look)
    return result, checks


def _lines_with(end: str) -> tuple[str, list[Diagnostic]]:
    """A runbook with 100 more lines, and a harmless fix for each."""
    start = len(GOOD.splitlines()) + 2
    places = [Span(start + number, 5, start + number, 5) for number in range(100)]
    text = f"{GOOD}\n" + "".join(f"Line {number}\n" for number in range(100)) + end
    return text, [offering(place, " ", f"RB{number}") for number, place in enumerate(places, 100)]


def test_a_complete_report_is_not_made_again_and_one_round_reads_each_text_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_texts: list[str] = []

    def counted(text: str, *, path: str, aliases: Mapping[str, str]) -> object:
        read_texts.append(text)
        return read_document(text, path=path, aliases=aliases)

    monkeypatch.setattr("faultmaven_kb.gate.fixes.fixes.read_document", counted)
    broken = GOOD.replace('version: "1.0.0"', "version: 1.0")
    checks: list[str] = []

    def look(text: str, path: str = PATH) -> Report:
        checks.append(text)
        return check(text, path)

    (result,) = fix_report(look(broken), check=look, unsafe=True)
    assert len(result.applied) >= 2
    assert len(checks) == len(set(checks))
    assert len(read_texts) == len(set(read_texts))


def test_one_harmful_fix_among_a_hundred_is_sought_by_halves() -> None:
    text, offers = _lines_with("")
    harmful = offering(place_of("technology: ", text), 'technology: "', "RB999")
    result, checks = _counted(text, *offers, harmful)
    assert [each.diagnostic.code for each in result.refused] == ["RB999"]
    assert len(result.applied) == 100
    assert checks < 25


def test_fixes_that_all_do_harm_are_tried_as_often_as_the_size_of_the_file_allows() -> None:
    text, offers = _lines_with("word " * 20_000)
    swallowing = [offering(each.span, "\n```\n", each.code) for each in offers]
    result, checks = _counted(text, *swallowing)
    assert checks < 8
    assert any(each.reason.startswith("too many fixes of this document") for each in result.refused)


def test_a_fix_that_leaves_nothing_is_refused() -> None:
    lines = GOOD.split("\n")
    result = outcome(GOOD, offering(Span(1, 1, len(lines), 1), ""))
    assert result.refused[0].reason == "nothing could be read afterwards"


def test_fixes_that_go_in_circles_end() -> None:
    def restless(text: str, path: str) -> Report:
        word, other = ("high", "low") if "severity: high" in text else ("low", "high")
        return Report((offering(place_of(word, text), other),), (path,), {path: Source(text, path)})

    text = re.sub("severity: .*", "severity: high", GOOD)
    (result,) = fix_report(restless(text, PATH), check=restless)
    assert result.text.count("severity: ") == 1


def test_two_fixes_at_one_place_are_made_one_after_the_other() -> None:
    broken = GOOD.replace("severity: high", "severity: High")
    span = place_of("High", broken)
    result = outcome(broken, offering(span, "high", "RB998"), offering(span, "low", "RB999"))
    assert result.text == GOOD
    assert [each.code for each in result.applied] == ["RB998"]


def test_a_heading_that_becomes_one_may_turn_what_follows_into_other_parts() -> None:
    broken = GOOD.replace("\n## Solutions", "\n##Solutions")
    before, after = read(broken), read(GOOD)
    edit = Edit(Span(place_of("##Solutions", broken).line, 3, place_of("##Solutions", broken).line, 3), " ")
    assert apply_edits(before.source, [edit]) == GOOD
    assert before.runbook.solutions != after.runbook.solutions
    assert unintended_change(before, after, [edit]) == ""


@settings(max_examples=60)
@given(st.data())
def test_an_edit_of_one_place_never_passes_when_a_change_is_elsewhere(data: st.DataObject) -> None:
    """The guard against a fix whose text and edits disagree: a word is changed where no edit was made."""
    before = read(GOOD)
    number = data.draw(st.integers(22, len(before.source.lines) - 1))
    line = before.source.line(number)
    words = list(re.finditer(r"[A-Za-z]{4,}", line))
    if not words or line.startswith(("#", "*", "-", "|")):
        return
    word = data.draw(st.sampled_from(words))
    span = Span(number, word.start() + 1, number, word.end() + 1)
    after = read(apply_edits(before.source, [Edit(span, "zzzz")]))
    elsewhere = [Edit(Span(1, 4, 1, 4), " ")]
    assert unintended_change(before, after, elsewhere) != ""
    assert unintended_change(before, after, [Edit(span, "zzzz")]) == ""


def write(folder: Path, data: bytes) -> Path:
    path = folder / "redis" / "redis-out-of-memory.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return path


def fixes_on_disk(path: Path, *, unsafe: bool = True) -> tuple[FixedFile, ...]:
    report = check_paths([path], today=TODAY, profile=Profile.CURATED)
    return fix_report(report, check=check, unsafe=unsafe)


def test_a_file_is_written_with_its_mode_and_no_trace_beside_it(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.rstrip("\n").encode())
    path.chmod(0o640)
    mode = path.stat().st_mode
    for each in fixes_on_disk(path):
        each.write()
    assert path.read_bytes() == GOOD.encode()
    assert path.stat().st_mode == mode
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_that_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.rstrip("\n").encode())
    (fix,) = fixes_on_disk(path)
    path.write_bytes(b"new words")
    with pytest.raises(PathError, match="changed while it was checked"):
        fix.write()
    assert path.read_bytes() == b"new words"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_is_not_replaced(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.rstrip("\n").encode())
    link = tmp_path / "link.md"
    link.symlink_to(path)
    (fix,) = fixes_on_disk(link, unsafe=False)
    with pytest.raises(PathError, match="is a link"):
        fix.write()
    assert link.is_symlink()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_cannot_be_written_leaves_the_file_alone(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.rstrip("\n").encode())
    (fix,) = fixes_on_disk(path)
    path.parent.chmod(0o500)
    with pytest.raises(PathError, match="cannot write"):
        fix.write()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_becomes_utf_8_and_only_on_request(encoding: str, tmp_path: Path) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    path = write(tmp_path, (mark + GOOD).encode(encoding))
    (safe,) = fixes_on_disk(path, unsafe=False) or (None,)
    assert safe is None or not safe.changed
    for each in fixes_on_disk(path):
        each.write()
    assert path.read_bytes() == GOOD.encode()


def test_a_file_that_is_not_utf_8_is_never_written(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.encode().rstrip(b"\n") + b" caf\xe9")
    (fix,) = fixes_on_disk(path)
    assert not fix.changed
    assert {refusal.reason for refusal in fix.refused} == {"the file is not UTF-8, its bytes could not be restored"}


def test_a_diff_names_the_missing_line_end() -> None:
    result = fixed(GOOD.rstrip("\n"), only="RB008")
    assert result.diff().endswith("\\ No newline at end of file\n+" + GOOD.rstrip("\n").split("\n")[-1] + "\n")
    assert fixed(GOOD).diff() == ""


def test_a_byte_order_mark_before_a_page_without_front_matter_is_removed() -> None:
    """The mark is no part of the first section's text, so removing it changes nothing that is read."""
    assert fixed("\ufeff# Queue - Stuck\n\nNothing moves.\n", only="RB002").text.startswith("# Queue")
