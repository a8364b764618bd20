"""Wiki markup and Markdown without its blanks are read line for line; everything else stays as it is."""

import pytest

from faultmaven_kb.text.near_markdown import as_markdown
from tests.documents import read

WIKI = """\
h1. Disk full
{toc}
h2. Diagnosis
# Look
{code:title=x|language=bash}
df -h *old*
{code}
#* with {{care}}
bq. said *once*, see [the page|https://example.org]
{warning:title=Careful}
All is lost.
{warning}
{expand}
more
{expand}
{noformat}
h2. no heading
{noformat}
"""


def test_every_line_of_a_wiki_page_stays_where_it_is() -> None:
    assert as_markdown(WIKI).split("\n") == [
        "# Disk full",
        "",
        "## Diagnosis",
        "1. Look",
        "```bash",
        "df -h *old*",
        "```",
        "   * with `care`",
        "> said **once**, see [the page](https://example.org)",
        ":::warning Careful",
        "All is lost.",
        ":::",
        ":::details",
        "more",
        ":::",
        "```",
        "h2. no heading",
        "```",
        "",
    ]


def test_a_wiki_page_is_a_runbook_with_the_places_of_its_file() -> None:
    runbook = read(WIKI)
    step = runbook.steps[0]
    assert (runbook.title, step.title, step.span.line) == ("Disk full", "Look", 4)
    assert step.commands[0].code == "df -h *old*\n"


@pytest.mark.parametrize(
    "text",
    ["# X\n\nh2. one heading in a text\n", "no marks\n", "# X\n\n#tag and\n##more\n##and\n", "#!/bin/sh\n\n#include\n"],
)
def test_other_texts_are_untouched(text: str) -> None:
    assert as_markdown(text) is text


def test_headings_and_points_get_the_blank_that_they_lack() -> None:
    text = "#Page\n\n##Symptoms\n-slow\n--- no\n\n```\n##not this\n-nor this\n```\n##Fix\n-`x y`\n"
    assert (
        as_markdown(text)
        == "# Page\n\n## Symptoms\n- slow\n--- no\n\n```\n##not this\n-nor this\n```\n## Fix\n- `x y`\n"
    )
