"""Links: GitHub's anchors, odd spellings of targets, the edge of the repository, defects put into real runbooks."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import Diagnostic, KnowledgeBase
from faultmaven_kb.gate.configuration.file import codes_named
from faultmaven_kb.gate.engine.check import check_paths, check_text
from faultmaven_kb.gate.engine.result_cache import ResultCache
from faultmaven_kb.gate.facts.similarity import resemblance, sketch_of
from faultmaven_kb.gate.toolkit.rule_model import Profile, Settings
from faultmaven_kb.text.slugs import anchor_key, heading_anchors
from tests.documents import ROOT, SAMPLE

TODAY = date(2026, 11, 22)
_OURS = Settings(select=codes_named(["RB8", "RB9"]))
HEAD = '---\nid: a-b\ntitle: "A - B"\n---\n\n# A - B\n\n## Related Issues\n\n'


def _of(text: str, code: str = "RB8", **files: str) -> list[str]:
    report = check_text(HEAD + text, today=TODAY, path="a/a-b.md", profile=Profile.CURATED)
    return [f"{found.code} {found.span.column}" for found in report.diagnostics if found.code.startswith(code)]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Step 1: Look at the **memory**", "step-1-look-at-the-memory"),
        ("🔍 Symptoms", "-symptoms"),
        ("⚠️ Warning", "-warning"),
        ("`pg_stat_activity` and max_connections", "pg_stat_activity-and-max_connections"),
        ("C++ & [links](x.md)", "c--links"),
        ("Größe über Ñ", "größe-über-ñ"),
        ("_emphasis_ a_b_c", "emphasis-a_b_c"),
        ("A &amp; B <kbd>x</kbd>", "a--b-x"),
        ("What's new?  (2.0)", "whats-new-20"),
    ],
)
def test_a_heading_has_the_anchor_that_github_gives_it(heading: str, anchor: str) -> None:
    assert heading_anchors([heading]) == (anchor,)


def test_equal_headings_are_counted() -> None:
    assert heading_anchors(["Notes", "notes", "Notes!"]) == ("notes", "notes-1", "notes-2")


@given(st.lists(st.text(max_size=30), max_size=8))
def test_anchors_never_hold_a_blank_and_are_as_many_as_headings(headings: list[str]) -> None:
    anchors = heading_anchors(headings)
    assert len(anchors) == len(headings)
    assert not any(" " in anchor for anchor in anchors)


def test_anchors_are_compared_without_escapes_and_variation_selectors() -> None:
    assert anchor_key("%EF%B8%8F-warning") == "-warning"


@pytest.mark.parametrize(
    "text",
    [
        "`[x]()` and ``[y] (https://example.com)``",
        "<!-- [x]() -->",
        r"\[x\]() and \[y] (https://example.com)",
        "```markdown\n[x]()\n```",
        "array[0][1], [redis-py 4.3] (and later), (see)[1]",
        "[a][b]\n\n[B]: https://example.com",
        "- [ ] open\n- [x] done",
        "note[^1]\n\n[^1]: text",
    ],
)
def test_what_is_no_link_is_no_malformed_link(text: str) -> None:
    assert _of(text, "RB810") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("👍 see [x]()", ["RB810 7"]),
        ("> [x](#)", ["RB810 3"]),
        ("| a |\n|---|\n| [x]( ) |", ["RB810 3"]),
        ("1. [x] (../a/b.md)", ["RB810 4"]),
        ("[x][nowhere]", ["RB810 1"]),
        ("[shape [1]]()", ["RB810 1"]),
    ],
)
def test_a_malformed_link_is_found_where_it_stands(text: str, found: list[str]) -> None:
    assert _of(text, "RB810") == found


def _base(folder: Path) -> Path:
    shutil.copytree(ROOT / "runbooks", folder / "runbooks")
    return folder / "runbooks"


def _found(folder: Path, root: Path | None = None) -> tuple[Diagnostic, ...]:
    """What the rules about links, the base and suppressions find; unchanged runbooks come from a cache."""
    cache = ResultCache(folder.parent / "cache")
    report = check_paths([folder], today=TODAY, profile=Profile.CURATED, settings=_OURS, root=root, cache=cache)
    return report.diagnostics


def _with(folder: Path, text: str) -> Path:
    """A base with one runbook whose first step says `text`."""
    base = _base(folder)
    file = base / "redis" / "redis-out-of-memory.md"
    old = file.read_text("utf-8")
    file.write_text(old.replace("## Root Cause Analysis\n", f"## Root Cause Analysis\n\n{text}\n", 1), "utf-8")
    return base


@pytest.mark.parametrize(
    "target",
    [
        "../redis/redis-connection-refused.md",
        "/runbooks/redis/redis-connection-refused.md",
        "./redis-connection-refused.md#solutions",
        "<redis-connection-refused.md>",
        "redis-connection-refused.md?plain=1",
        "redis%2Dconnection-refused.md",
        'redis-connection-refused.md "with a title"',
        "../../docs/a%20b.txt",
        "<../../docs/a b.txt>",
        "../../docs/",
        "#top",
        "mailto:a@example.com",
        "//example.com/x",
        "https://example.com/../../../x",
    ],
)
def test_a_target_that_is_there_is_found_however_it_is_written(tmp_path: Path, target: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a b.txt").write_text("x")
    base = _with(tmp_path, f"See [it]({target}).")
    assert [found for found in _found(base, tmp_path) if found.code != "RB807"] == []


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("redis-gone.md", "RB801"),
        ("../nginx/nginx-gone.md", "RB801"),
        ("../newtech/newtech-gone.md", "RB801"),
        ("../../LICENSE", "RB802"),
        ("../../docs/guide.md", "RB802"),
        ("../CONTRIBUTING.md", "RB802"),
        ("notes", "RB802"),
        ("../../../x.md", "RB813"),
        ("/../x.md", "RB813"),
        ("REDIS-Connection-refused.md", "RB815"),
        ("redis-connection-refused.md#nothing", "RB803"),
        ("#solution-99", "RB803"),
        ("redis-out-of-memory.md", "RB805"),
        ("http://redis.io/", "RB809"),
    ],
)
def test_a_bad_target_breaks_one_rule_at_its_own_place(tmp_path: Path, target: str, code: str) -> None:
    base = _with(tmp_path, f"👍 See [it]({target}).")
    (found,) = _found(base, tmp_path)
    line = (base / "redis" / "redis-out-of-memory.md").read_text("utf-8").split("\n")[found.span.line - 1]
    assert (found.code, line[found.span.column - 1 : found.span.end_column - 1]) == (code, target)


@pytest.mark.parametrize("text", ["# Redis\n\nAsk the database team.\n", "# Redis\n", ""])
def test_a_readme_that_lists_no_file_at_all_lacks_each_of_them(tmp_path: Path, text: str) -> None:
    base = _base(tmp_path)
    (base / "redis" / "README.md").write_text(text, encoding="utf-8")
    runbooks = sorted(path.name for path in (base / "redis").glob("*.md") if path.name != "README.md")
    found = [finding.message for finding in _found(base) if finding.code == "RB812"]
    assert found == [f'"{name}" is not listed in redis/README.md' for name in runbooks]


def test_nothing_outside_is_read_through_symbolic_links(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("---\nid: top-secret\n---\n# Secret\n", "utf-8")
    base = _with(tmp_path / "repo", "See [it](linked.md) and [more](out/secret.md#secret).")
    try:
        (base / "redis" / "linked.md").symlink_to(secret)
        (base / "redis" / "out").symlink_to(tmp_path)
    except OSError:
        pytest.skip("this system makes no links")
    report = check_paths([base], today=TODAY, profile=Profile.CURATED, settings=_OURS)
    codes = [(found.code, Path(found.path).name) for found in report.diagnostics]
    assert codes == [("RB813", "linked.md"), *[("RB813", "redis-out-of-memory.md")] * 2]
    assert not any("linked" in name for name in report.sources)
    assert "top-secret" not in KnowledgeBase.load(base).ids
    named = check_paths([base / "redis" / "linked.md"], today=TODAY, root=base)
    assert [found.code for found in named.diagnostics] == ["RB813"]


def test_a_link_of_a_single_file_is_looked_up_on_disk(tmp_path: Path) -> None:
    base = _base(tmp_path)
    file = base / "redis" / "redis-connection-refused.md"
    assert check_paths([file], today=TODAY, profile=Profile.CURATED).diagnostics == ()
    (base / "redis" / "redis-out-of-memory.md").unlink()
    found = check_paths([file], today=TODAY, profile=Profile.CURATED).diagnostics
    assert {each.code for each in found} == {"RB801"}


Change = Callable[[str, Path], str]


def _in_related(line: str) -> Change:
    return lambda text, file: text.replace("**Related runbooks:**\n", f"**Related runbooks:**\n{line}\n", 1)


DEFECTS: dict[str, Change] = {
    "RB801": _in_related("- [Gone](no-such-runbook.md)"),
    "RB802": _in_related("- [Picture](no-such-picture.png)"),
    "RB803": _in_related("See [below](#no-such-heading)."),
    "RB805": lambda text, file: _in_related(f"- [Itself]({file.name})")(text, file),
    "RB806": lambda text, file: "\n".join(
        line for line in text.split("\n") if not (line.startswith("- [") and ".md)" in line)
    ),
    "RB807": lambda text, file: text.replace("**Related runbooks:**\n- [", "**Related runbooks:**\n- [The ", 1),
    "RB809": lambda text, file: text.replace("- [", "- [old](http://www.freebsd.org/x)\n- [", 1),
    "RB810": _in_related("- [Empty]()"),
    "RB813": _in_related("- [Out](../../../../etc/hosts)"),
    "RB901": _in_related("<!-- fmkb: disable-next-line=RB801 -- was wrong once -->"),
    "RB902": _in_related("<!-- fmkb: disable-next-line=dangling-runbok-link -- typing error -->"),
    "RB903": _in_related("<!-- fmkb: disable-next-line=RB801 -->\n- [Gone](no-such-runbook.md)"),
}


@pytest.mark.parametrize("code", sorted(DEFECTS))
def test_a_defect_is_found_in_shipped_runbooks(code: str, tmp_path: Path) -> None:
    base = _base(tmp_path)
    files = [base / original.parent.name / original.name for original in SAMPLE]
    for file in files:
        file.write_bytes(DEFECTS[code](file.read_bytes().decode(), file).encode())
    places = {Path(finding.path) for finding in _found(base, tmp_path) if finding.code == code}
    assert [file.name for file in files if file not in places] == []


def test_a_copy_with_little_change_is_found_and_relatives_are_not(tmp_path: Path) -> None:
    base = _base(tmp_path)
    for original in SAMPLE:
        text = original.read_text("utf-8").replace(original.stem, f"{original.stem}-copy").replace("sudo ", "doas ")
        copy = base / original.parent.name / f"{original.stem}-copy.md"
        copy.write_text(text.replace("## Prevention", "## Prevention\n\nA sentence of its own."), "utf-8")
    findings = _found(base, tmp_path)
    for original in SAMPLE:
        name = f"{original.stem}-copy"
        codes = [finding.code for finding in findings if name in finding.path or name in finding.message]
        assert "RB811" in codes, original.name
        assert "RB817" not in codes


def test_a_symptom_of_another_runbook_is_found(tmp_path: Path) -> None:
    base = _base(tmp_path)
    symptom = "- `Could not connect to Redis at 127.0.0.1:6379: Connection refused` (redis-cli)"
    file = base / "nginx" / "nginx-502-bad-gateway.md"
    text = file.read_text("utf-8").replace("Symptoms:**\n", f"Symptoms:**\n{symptom}\n", 1)
    file.write_text(text, "utf-8")
    (found,) = _found(base, tmp_path)
    assert found.code == "RB817"


@given(st.lists(st.sampled_from("abcdefghijklmnop"), min_size=60, max_size=200))
def test_a_text_resembles_itself_fully_and_any_other_no_more(words: list[str]) -> None:
    sketch = sketch_of(" ".join(words))
    other = sketch_of(" ".join(reversed(words)))
    assert not sketch or resemblance(sketch, sketch) == 1.0
    assert 0.0 <= resemblance(sketch, other) <= 1.0
    assert resemblance(sketch, other) == resemblance(other, sketch)


def test_a_short_text_is_no_copy_of_anything() -> None:
    assert sketch_of("one two three four five six") == ()
    assert resemblance((), ()) == 0.0
