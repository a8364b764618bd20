"""Anchors of headings are those that the extensions of Markdown for GitHub's form give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.text.slugs import heading_anchors


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Solution 1: Raise the limit", "solution-1-raise-the-limit"),
        ("What's this?", "whats-this"),
        ("🔍 Symptoms", "-symptoms"),
        ("Größe & Übersicht", "größe--übersicht"),
        ("`INFO memory` / use_of_it", "info-memory--use_of_it"),
    ],
)
def test_a_heading_has_the_anchor_that_github_gives_it(heading: str, anchor: str) -> None:
    assert heading_anchors([heading]) == (anchor,)


def test_repeated_headings_are_numbered() -> None:
    assert heading_anchors(["Notes", "Notes", "Notes"]) == ("notes", "notes-1", "notes-2")


@given(st.text(alphabet="abcXYZ019 -ÄÖéßñ日本語:;,.!?/()'\"+=#🔍✅—’", max_size=40))
def test_an_anchor_of_plain_text_is_the_one_of_pymdownx(text: str) -> None:
    slugs = pytest.importorskip("pymdownx.slugs")
    slugify = slugs.slugify(case="lower")
    heading = " ".join(text.split())
    assert heading_anchors([heading])[0] == slugify(heading, "-")
