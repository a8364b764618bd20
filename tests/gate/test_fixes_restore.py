"""A fix that has one right answer gives back the very bytes that were there before, in the shipped runbooks."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.fixes.fixes import fix_report
from faultmaven_kb.gate.settings.settings import Profile, Settings
from tests.documents import ROOT, RUNBOOKS, SAMPLE

NAMES = [file.relative_to(ROOT).as_posix() for file in SAMPLE]
Break = Callable[[str], str]


def _swap(first: str, second: str) -> Break:
    """Put two neighbouring sections of level 2 the wrong way round."""
    pattern = re.compile(rf"(^## {first}\n.*?)(^## {second}\n.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    return lambda text: pattern.sub(lambda match: f"{match[2].rstrip()}\n\n{match[1].rstrip()}\n\n", text, count=1)


def _twice(pattern: str) -> Break:
    return lambda text: re.sub(rf"^{pattern}", r"\g<0>\g<0>", text, count=1, flags=re.MULTILINE)


def _replace(old: str, new: str) -> Break:
    return lambda text: text.replace(old, new, 1)


def _garble(code_page: str) -> Break:
    return lambda text: re.sub("[🔍⚡🚀✅❌]|⏱️", lambda match: match[0].encode().decode(code_page), text)


def _upper(text: str) -> str:
    return re.sub(r"(?<=\nseverity: ).*", lambda match: match[0].upper(), text, count=1)


SAFE: tuple[tuple[str, Break], ...] = (
    ("RB002", lambda text: "\ufeff" + text),
    ("RB003", _replace("\n", "\r\n")),
    ("RB003", lambda text: text.replace("\n", "\r\n")),
    ("RB008", lambda text: text.rstrip("\n")),
    ("RB009", _replace("## Solutions", "## Solu\u200btions")),
    ("RB009", _replace("id: ", "id\u200b: ")),
    ("RB101", lambda text: text.removeprefix("---\n")),
    ("RB102", lambda text: "\n" + text),
    ("RB105", _twice("severity: .*\n")),
    ("RB105", _twice("tags:\n(?:  - .*\n)+")),
    ("RB106", lambda text: re.sub(r"^  - ", "\t- ", text, count=1, flags=re.MULTILINE)),
    ("RB109", lambda text: re.sub(r'last_updated: "(.*)"', r"last_updated: \1", text)),
    ("RB204", _replace("severity: ", "severty: ")),
    ("RB209", _upper),
    ("RB213", lambda text: re.sub(r'last_updated: "(....)-(..)-', r'last_updated: "\1/\2/', text)),
    ("RB216", lambda text: re.sub(r"(tags:\n)(  - .*\n)", r"\1\2\2", text, count=1)),
    ("RB315", _replace("\n## Prevention", "\n##Prevention")),
)
UNSAFE: tuple[tuple[str, Break], ...] = (
    ("RB005", _garble("mac_roman")),
    ("RB005", _garble("latin-1")),
    ("RB103", lambda text: re.sub(r"\n---\n\n", "\n\n", text, count=1)),
    ("RB206", lambda text: re.sub(r"^id: .*", "id: another-name", text, count=1, flags=re.MULTILINE)),
    ("RB221", lambda text: re.sub(r"(id: .*\n)(title: .*\n)", r"\2\1", text, count=1)),
    ("RB302", _swap("Diagnostic Steps", "Root Cause Analysis")),
    ("RB302", _swap("Prevention", "Related Issues")),
    ("RB304", _replace("\n## Solutions", "\n### Solutions")),
    ("RB305", _replace("\n## Diagnostic Steps", "\n## Diagnostic Stepps")),
    ("RB308", lambda text: re.sub(r"^# .*", "# Other - Words", text, count=1, flags=re.MULTILINE)),
)


def _fixed(text: str, code: str, path: str, *, unsafe: bool) -> tuple[str, set[str]]:
    def check(text: str, path: str) -> Report:
        return check_text(
            text, path=path, today=date(2026, 11, 22), profile=Profile.CURATED, settings=Settings(select=(code,))
        )

    before = check(text, path)
    for fixed in fix_report(before, check=check, unsafe=unsafe):
        text = fixed.text
    return text, {each.code for each in before.diagnostics}


def _cases(rows: tuple[tuple[str, Break], ...]) -> list[object]:
    return [pytest.param(code, damage, id=f"{code}-{number}") for number, (code, damage) in enumerate(rows)]


@pytest.mark.parametrize(("code", "damage"), _cases(SAFE))
def test_a_safe_fix_restores_the_bytes(code: str, damage: Break) -> None:
    _restores(code, damage, unsafe=False)


@pytest.mark.parametrize(("code", "damage"), _cases(UNSAFE))
def test_an_unsafe_fix_with_one_answer_restores_the_bytes(code: str, damage: Break) -> None:
    _restores(code, damage, unsafe=True)


def _restores(code: str, damage: Break, *, unsafe: bool) -> None:
    damaged = 0
    for file, name in zip(SAMPLE, NAMES, strict=True):
        original = file.read_bytes().decode()
        broken = damage(original)
        if broken == original:
            continue
        damaged += 1
        fixed, found = _fixed(broken, code, name, unsafe=unsafe)
        assert found == {code}, name
        assert fixed == original, name
        assert _fixed(fixed, code, name, unsafe=unsafe) == (fixed, set()), name
    assert damaged >= len(SAMPLE) // 2


def test_a_value_that_breaks_the_yaml_is_quoted_and_its_comment_stays() -> None:
    original = RUNBOOKS[0].read_bytes().decode()
    for value, quoted in (
        ("labs: Debian 12", '"labs: Debian 12"'),
        ('a: "b"', "'a: \"b\"'"),
        ("@team", '"@team"'),
        ("it's: so", '"it\'s: so"'),
    ):
        broken = re.sub("verified_by: .*", lambda match, value=value: f"verified_by: {value}  # who", original)  # type: ignore[misc]
        fixed, found = _fixed(broken, "RB104", NAMES[0], unsafe=False)
        assert found == {"RB104"}
        assert f"\nverified_by: {quoted}  # who\n" in fixed
        assert fixed.replace(quoted, value) == broken


def test_a_quote_that_was_forgotten_is_written_where_the_line_ends() -> None:
    original = RUNBOOKS[0].read_bytes().decode()
    for line in (next(each for each in original.split("\n") if each.startswith(key)) for key in ("title:", "version:")):
        broken = original.replace(line, line[:-1], 1)
        assert _fixed(broken, "RB104", NAMES[0], unsafe=False) == (original, {"RB104"})


def test_yaml_that_quotes_cannot_mend_is_left_to_the_author() -> None:
    original = RUNBOOKS[0].read_bytes().decode()
    for damage in ("title: [a, b", 'title: "a" b', "title: {a: b"):
        broken = re.sub("title: .*", damage, original, count=1)
        assert _fixed(broken, "RB104", NAMES[0], unsafe=True) == (broken, {"RB104"})


def test_equal_keys_with_other_values_are_left_to_the_author() -> None:
    original = RUNBOOKS[0].read_bytes().decode()
    broken = re.sub("severity: .*\n", "severity: low\nseverity: high\n", original, count=1)
    assert _fixed(broken, "RB105", NAMES[0], unsafe=True) == (broken, {"RB105"})


def test_a_fence_inside_a_value_is_indented_as_the_value_is() -> None:
    original = RUNBOOKS[0].read_bytes().decode()
    broken = original.replace("status: ", "notes: |\n    a\n---\nstatus: ", 1)
    fixed, _ = _fixed(broken, "RB110", NAMES[0], unsafe=True)
    assert fixed == broken.replace("    a\n---\n", "    a\n    ---\n", 1)


def test_comments_go_with_the_field_below_them() -> None:
    original = RUNBOOKS[0].read_bytes().decode()
    broken = re.sub(r"(id: .*\n)(title: .*\n)", r"# on the title\n\2# on the id\n\1", original, count=1)
    fixed, _ = _fixed(broken, "RB221", NAMES[0], unsafe=True)
    assert fixed == re.sub(r"(id: .*\n)(title: .*\n)", r"# on the id\n\1# on the title\n\2", original, count=1)


def test_a_second_title_becomes_a_section() -> None:
    original = RUNBOOKS[0].read_bytes().decode()
    broken = original.replace("\n## Version History", "\n# Appendix\n\nWords.\n\n## Version History", 1)
    fixed, _ = _fixed(broken, "RB316", NAMES[0], unsafe=True)
    assert fixed == broken.replace("\n# Appendix", "\n## Appendix")
