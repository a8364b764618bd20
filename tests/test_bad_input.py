"""Bad input is ordinary input: it gets a diagnostic that names the place, and nothing is raised or lost."""

import itertools
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faultmaven_kb import KnowledgeBase, PathError, parse_runbook
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.toolkit.rule_model import Profile
from faultmaven_kb.text.characters.decoding import SIZE_LIMIT
from tests.documents import read, text_of

SAMPLE = text_of("sample.md")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "RB011"),
        (b"\xef\xbb\xbf\r\n \t\n", "RB011"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff", "RB001"),
        (b"x" * (SIZE_LIMIT + 1), "RB006"),
        (b"x" * 5_000_000, "RB006"),
    ],
)
def test_what_cannot_be_a_runbook_is_refused_with_one_error(data: bytes, code: str) -> None:
    result = parse_runbook(data)
    assert result.runbook is None
    assert [diagnostic.code for diagnostic in result.diagnostics] == [code]


def test_one_wrong_byte_is_named_and_the_rest_is_read() -> None:
    result = parse_runbook(SAMPLE.encode().replace(b"hours late", b"hours l\xe9te"))
    assert result.runbook is not None
    assert len(result.runbook.solutions) == 4
    (found,) = result.diagnostics
    line = SAMPLE[: SAMPLE.index("hours late")].count("\n") + 1
    assert (found.code, found.span.line, found.span.column) == ("RB001", line, len("- Mail arrives hours l") + 1)
    assert "0xe9" in found.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_read_when_its_byte_order_mark_proves_it(encoding: str) -> None:
    mark = b"" if encoding == "utf-16" else b"\xfe\xff"
    result = parse_runbook(mark + SAMPLE.encode(encoding))
    assert result.runbook is not None
    assert result.runbook.id == "mail-queue-growing"
    assert [diagnostic.code for diagnostic in result.diagnostics] == ["RB001"]


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"


@pytest.mark.parametrize(
    ("yaml", "codes"),
    [
        (BOMB, {"RB108"}),
        ("a: &a [*a]\n", {"RB108"}),
        ("a: " + "[" * 5000 + "\n", {"RB104"}),
        ("a: " + "[" * 500 + "]" * 500 + "\n", {"RB104"}),
        ("a: !!python/object:os.system x\n", {"RB108"}),
        ("<<: {a: b}\nid: x\n", {"RB108"}),
        ("id: a\nid: b\n", {"RB105"}),
        ("? [a, b]\n: c\n", set()),
        ("id: 0o17777777777777777777777777777777\n", set()),
        ("version: .inf\n", set()),
        ("last_updated: 2026-99-99\n", set()),
        ("id: '\x07'\n", {"RB104"}),
        (("x: " + "y" * 20 + "\n") * 5_000, {"RB006"}),
    ],
)
def test_yaml_traps_are_diagnosed_and_the_body_is_still_read(yaml: str, codes: set[str]) -> None:
    body = SAMPLE.split("\n---\n", 1)[1]
    result = parse_runbook(f"---\n{yaml}---\n{body}")
    assert result.runbook is not None
    assert len(result.runbook.solutions) == 4
    assert {diagnostic.code for diagnostic in result.diagnostics} == codes


def _bomb(levels: int) -> str:
    names = [f"k{level}" for level in range(levels)]
    steps = (f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in itertools.pairwise(names))
    return "\n".join(("---", "k0: &k0 [lol, lol]", *steps, "---", SAMPLE.split("\n---\n", 1)[1]))


def test_a_bomb_of_aliases_is_refused_with_one_finding() -> None:
    result = parse_runbook(_bomb(8))
    assert result.runbook is None
    assert [(found.code, found.span.line) for found in result.diagnostics] == [("RB108", 6)]
    assert result.diagnostics[0].message.startswith("aliases expand to more than 64,000 characters")


def test_a_few_aliases_are_named_one_by_one_and_the_body_is_read() -> None:
    result = parse_runbook(_bomb(3))
    assert result.runbook is not None
    assert {found.code for found in result.diagnostics} == {"RB108"}
    assert len(result.diagnostics) == 3 + 2 * 9


@pytest.mark.parametrize("name", ["bomb", "large", "empty"])
def test_what_is_refused_needs_neither_the_parser_nor_the_rules(name: str, tmp_path: Path) -> None:
    file = tmp_path / "redis-out-of-memory.md"
    file.write_text({"bomb": _bomb(8), "large": SAMPLE * 1_000, "empty": "\n"}[name], encoding="utf-8")
    code = (
        "import sys; from faultmaven_kb.cli.main import fmkb\n"
        f"try: fmkb(['validate', {str(file)!r}])\n"
        "except SystemExit as end: print(end.code, *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    status, *modules = done.stderr.split()
    assert status == "1"
    assert "1 error" in done.stdout
    assert not {"pydantic", "markdown_it", "jsonschema", "rich.console", "faultmaven_kb.gate.rules.catalogue"} & set(
        modules
    )


def test_a_yaml_error_does_not_hide_the_findings_of_the_body() -> None:
    text = SAMPLE.replace("severity: high", "severity: [high").replace("## Prevention", "## Preventon")
    report = check_text(text, today=date(2026, 2, 1), profile=Profile.INGEST)
    codes = {diagnostic.code for diagnostic in report.diagnostics}
    assert {"RB104", "RB305"} <= codes
    assert "RB201" not in codes


def test_a_missing_path_is_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="no such file"):
        KnowledgeBase.load(tmp_path / "nowhere")
    with pytest.raises(PathError, match="cannot read"):
        parse_runbook(tmp_path)


def test_a_folder_that_contains_itself_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "mail-queue-growing.md").write_text(SAMPLE, encoding="utf-8")
    try:
        (tmp_path / "mail" / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    assert len(KnowledgeBase.load(tmp_path)) == 1


def test_a_file_that_vanishes_is_reported_and_the_others_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(SAMPLE, encoding="utf-8")
    try:
        (tmp_path / "b.md").symlink_to(tmp_path / "gone.md")
    except OSError:
        pytest.skip("this system makes no links")
    kb = KnowledgeBase.load(tmp_path)
    assert len(kb) == 1
    assert [(diagnostic.code, Path(diagnostic.path).name) for diagnostic in kb.diagnostics] == [("RB013", "b.md")]


@settings(max_examples=150)
@given(st.data())
def test_no_damage_to_a_runbook_raises(data: st.DataObject) -> None:
    text = SAMPLE if data.draw(st.booleans()) else text_of("template-forms.md")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 400)))
    filling = data.draw(
        st.one_of(st.text(max_size=40), st.sampled_from(["---\n", "```\n", "<!--", "\0", "\r", "> " * 50]))
    )
    report = check_text(text[:start] + filling + text[end:], today=date(2026, 2, 1))
    assert "RB990" not in {diagnostic.code for diagnostic in report.diagnostics}


@settings(max_examples=80)
@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    report = check_text(data, today=date(2026, 2, 1))
    assert "RB990" not in {diagnostic.code for diagnostic in report.diagnostics}


def test_a_truncated_runbook_is_read_as_far_as_it_goes() -> None:
    for end in range(0, len(SAMPLE), 97):
        report = check_text(SAMPLE[:end], today=date(2026, 2, 1))
        assert report.diagnostics
        assert "RB990" not in {diagnostic.code for diagnostic in report.diagnostics}
    assert len(read(SAMPLE[: SAMPLE.index("## Solutions")]).steps) == 3
