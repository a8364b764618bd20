"""Markdown of a runbook in a page: nothing of it is markup, and what helps under stress is there."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.site.markup import Fragment, command_markup, first_command, render, visible
from tests.site.hostile import ATTACKS, ATTRIBUTES, TAGS, Page


def html(text: str, **values: object) -> str:
    return str(render(text, Fragment(1, {"redis.md": "redis.html"}.get, **values)))  # type: ignore[arg-type]


def commands(code: str, language: str = "bash") -> list[str]:
    """What each copy button of a block copies."""
    rows = str(command_markup(code, language)).split('<div class="row">')[1:]
    runs = [re.findall(r'<span class="run">(.*?)\n</span>', row, re.DOTALL) for row in rows]
    return ["\n".join(lines) for lines in runs]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "form", ["{}", "# {}", "- {}", "1. {}", "> {}", "`{}`", "```\n{}\n```", "```bash\n{}\n```", "**{}**"]
)
def test_nothing_that_a_runbook_says_becomes_markup(attack: str, form: str) -> None:
    page = Page(html(form.format(attack)))

    assert page.tags <= TAGS - {"script", "base", "form"}
    assert page.attributes <= ATTRIBUTES
    assert not page.scripts
    assert all(link.startswith(("https://", "http://", "mailto:")) or link == "redis.html" for link in page.links)


@given(
    st.lists(
        st.sampled_from([*"<>&\"'`[]()!*_#-|:/\\ \n{}=1.", "javascript:", "onerror=", "script", "img"]), max_size=60
    )
)
def test_no_mix_of_marks_becomes_markup(marks: list[str]) -> None:
    page = Page(html("".join(marks)))

    assert page.tags <= TAGS - {"script", "base", "form", "link", "meta"}
    assert page.attributes <= ATTRIBUTES
    assert not any(link.lower().startswith(("javascript:", "data:", "vbscript:", "//", "\\")) for link in page.links)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](https://e.example/x)", '<a class="away" rel="noopener noreferrer" href="https://e.example/x">a</a>'),
        ("[a](mailto:ops@e.example)", '<a class="away" rel="noopener noreferrer" href="mailto:ops@e.example">a</a>'),
        ("[a](redis.md)", '<a href="redis.html">a</a>'),
        ("[a](gone.md)", '<span class="no-page" title="gone.md">a</span>'),
        ("[a](file:///etc/passwd)", "[a](file:///etc/passwd)"),
        ("[a](javascript:x)", "[a](javascript:x)"),
    ],
)
def test_a_link_leads_to_the_web_or_to_a_page_of_the_site(link: str, expected: str) -> None:
    assert html(link) == f"<p>{expected}</p>\n"


def test_each_statement_of_a_block_is_copied_by_itself_without_its_comments() -> None:
    code = "# Show\nredis-cli INFO | grep x\n# Loop\nfor i in 1 2; do\n  echo $i\ndone\n"
    code += "cat <<EOF\n# kept\nEOF\necho a \\\n  b\n"

    assert commands(code) == [
        "redis-cli INFO | grep x",
        "for i in 1 2; do\n  echo $i\ndone",
        "cat &lt;&lt;EOF\n# kept\nEOF",
        "echo a \\\n  b",
    ]


def test_a_block_that_no_shell_reads_is_copied_whole() -> None:
    assert commands("if true; then\necho 'open\n") == ["if true; then\necho 'open"]


def test_of_a_session_only_what_is_typed_is_run() -> None:
    assert commands("$ uptime\n up 3 days\n$ whoami\nroot\n", "console") == ["$ uptime\n$ whoami"]


def test_comments_of_sql_are_not_copied() -> None:
    assert commands("-- who is there\nSELECT 1;\n", "sql") == ["SELECT 1;"]


def test_the_first_command_of_a_block_is_whole() -> None:
    assert first_command('# a\npsql -c "\nSELECT 1\n"\ndf\n', "bash") == 'psql -c "\nSELECT 1\n"'
    assert not first_command("# nothing\n", "bash")


def test_placeholders_carry_their_name_and_templates_do_not() -> None:
    block = str(command_markup("kubectl logs <pod-name> --template '{{.State}}'", "bash"))

    assert '<span class="placeholder" data-name="pod-name">&lt;pod-name&gt;</span>' in block
    assert '<span class="placeholder">{{.State}}</span>' in block


def test_expected_output_is_folded_and_a_warning_is_a_box() -> None:
    page = html(
        "**Expected output:**\n```text\nok\n```\n\n**⚠️ Warning:** deletes all\n\n> [!CAUTION]\n> mind\n\nNote that x.\n"
    )

    assert (
        '<details class="expected"><summary>Expected output</summary><pre class="sample" tabindex="0"><code>ok' in page
    )
    assert '<p class="callout warning"><strong>⚠️ Warning:</strong> deletes all</p>' in page
    assert '<blockquote class="callout warning">' in page
    assert "<p>Note that x.</p>" in page


def test_a_cause_has_its_share_as_a_bar_and_an_instruction_a_box_to_tick() -> None:
    page = html("1. one\n2. two\n", shares={1: 0.4}, tasks="solution-1")

    assert '<li class="cause">one' in page
    assert '<rect class="bar-share" width="40" height="8"/></svg></li>' in page
    assert 'data-task="solution-1-1"' in page


def test_comments_are_left_out_wherever_they_stand() -> None:
    page = html("a <!-- secret --> b\n\n<!-- secret\n\nsecret -->\n\n- c\n  <!-- secret -->\n\n`<!-- code -->`\n")

    assert "secret" not in page
    assert "<code>&lt;!-- code --&gt;</code>" in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rm\u200b -rf", "rm<U+200B> -rf"),
        ("a\u202eb", "a<U+202E>b"),
        ("pay\u00adload", "pay<U+00AD>load"),
        ("tag\U000e0041", "tag<U+E0041>"),
        ("a\u200db", "a<U+200D>b"),
        ("👩\u200d💻 ⚠️", "👩\u200d💻 ⚠️"),
        ("line\u2028end", "line<U+2028>end"),
        ("\x1b[31m", "\u241b[31m"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_an_invisible_character_is_not_in_what_is_copied() -> None:
    assert commands(visible("rm\u200b x")) == ["rm&lt;U+200B&gt; x"]
    assert "&lt;U+200B&gt;" in html("```bash\nrm\u200b x\n```")
