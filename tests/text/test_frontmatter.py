"""Front matter: what counts as a fence, where every value stands, and what python-frontmatter alone gets wrong."""

import frontmatter
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.source import Source, Span
from faultmaven_kb.text.values.frontmatter import StrictHandler, read_front_matter


def _read(text: str) -> tuple[dict[str, object], list[str]]:
    found = read_front_matter(Source(text))
    return found.values, [diagnostic.code for diagnostic in found.diagnostics]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_kind_of_line_end_is_read(end: str, mark: str) -> None:
    values, codes = _read(mark + "---\nid: a\ntags:\n  - b\n---\n# T\n".replace("\n", end))
    assert (values, codes) == ({"id": "a", "tags": ["b"]}, [])


def test_only_a_line_of_three_hyphens_alone_is_a_fence() -> None:
    text = "---\na: x --- y\nb: |\n  ---\n  z\nc: '----'\n---  \nbody\n"
    values, codes = _read(text)
    assert (values, codes) == ({"a": "x --- y", "b": "---\nz\n", "c": "----"}, [])


def test_values_and_keys_know_their_places_after_emoji_and_crlf() -> None:
    text = '---\r\ntitle: "🔍 x"\r\ntags: [a, "b c"]\r\nn:\r\n  m: 1\r\n---\r\n'
    found = read_front_matter(Source(text))
    assert found.value_span("title") == Span(2, 8, 2, 13)
    assert found.key_span("tags") == Span(3, 1, 3, 5)
    assert found.value_span("tags", 1) == Span(3, 11, 3, 16)
    assert found.value_span("n", "m") == Span(5, 6, 5, 7)
    assert found.value_span("n", "m", "deeper") == Span(5, 6, 5, 7)
    assert found.value_span("missing") == Span(1, 1, 1, 1)
    assert found.key_span("missing") == Span(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("# T\n", "RB101"),
        ("\n---\nid: a\n---\n", "RB102"),
        ("# comment\n---\nid: a\n---\n", "RB101"),
        ("---\nid: a\n# T\n\ntext\n", "RB103"),
        ("---\nid: a", "RB103"),
        ("---\n", "RB103"),
        ("---\n- a\n---\n", "RB107"),
        ("---\njust words\n---\n", "RB107"),
        ("---\n---\n", "RB112"),
        ("---\n# only a comment\n---\n", "RB112"),
        ("---\nid: a\nnote: x\n---\nmore: y\nlast: z\n---\n# T\n", "RB110"),
    ],
)
def test_what_is_no_front_matter_is_said(text: str, code: str) -> None:
    assert _read(text)[1] == [code]


def test_a_rule_between_paragraphs_is_no_split() -> None:
    assert _read("---\nid: a\n---\n\nSome words.\n\n---\n\nMore: words\n")[1] == []


def test_unclosed_front_matter_still_yields_its_values() -> None:
    values, _ = _read("---\nid: a\ntags:\n  - b\n\n# T\n")
    assert values == {"id": "a", "tags": ["b"]}


def test_a_curly_quote_inside_plain_words_is_fine() -> None:
    assert _read("---\ntitle: the “A” team\n---\n") == ({"title": "the “A” team"}, [])


def test_python_frontmatter_can_use_the_handler() -> None:
    post = frontmatter.loads("---\na: 1\nb: |\n  ---\n  x\n---\nbody", handler=StrictHandler())
    assert (post.metadata, post.content) == ({"a": 1, "b": "---\nx\n"}, "body")
    with pytest.raises(ValueError, match="no front matter"):
        StrictHandler().split("body")


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.from_regex(r"[A-Za-z ]{0,12}", fullmatch=True)))
def test_quoted_values_come_back_as_they_were(values: dict[str, str]) -> None:
    lines = "".join(f'{key}: "{value}"\n' for key, value in values.items())
    found, codes = _read(f"---\n{lines}---\nbody\n")
    assert found == values
    assert codes == ([] if values else ["RB112"])
