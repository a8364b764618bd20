"""Code spans, comments and bold text within a line, and that a mark without its partner is sought once."""

import pytest

from faultmaven_kb.text.inline import code_spans, literals, outside_comments, plain, without_comments


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("`a` and ``b ` c``", ("a", "b ` c")),
        ("``a` b`` `c", ("a` b",)),
        ("` `a` `", (" ", " ")),
        ("` a ` and `` ` ``", ("a", "`")),
        ("```a``b`c", ()),
        ("no code", ()),
    ],
)
def test_a_code_span_reaches_to_the_next_run_of_as_many_backticks(text: str, codes: tuple[str, ...]) -> None:
    assert literals(text) == codes


def test_the_places_of_a_code_span_are_those_of_its_marks_and_its_code() -> None:
    assert [tuple(span) for span in code_spans("x ``a`` y")] == [(2, 4, 5, 7)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a <!-- b --> c", "a  c"),
        ("a `<!-- b -->` c", "a `<!-- b -->` c"),
        ("a <!-- ` --> b ` c", "a  b ` c"),
        ("a ` <!-- b --> c", "a `  c"),
        ("a <!-- b", "a <!-- b"),
        ("a <!-- b --> <!-- c", "a  <!-- c"),
        ("<!--->x-->", ""),
    ],
)
def test_a_comment_is_left_out_where_it_is_closed_and_not_code(text: str, left: str) -> None:
    assert without_comments(text) == outside_comments(text).strip() == left


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**a** and __b__", "a and b"),
        ("**a __b** c__", "a __b c__"),
        ("** a **b**", "** a b"),
        ("**a ** b", "**a ** b"),
        ("***a*** b", "*a* b"),
        ("**a __b__ **c", "**a b **c"),
        ("[a](b(c)d) and `` ` ``", "a and `"),
    ],
)
def test_plain_text_has_no_marks_of_emphasis_code_and_links(text: str, words: str) -> None:
    assert plain(text) == words


@pytest.mark.parametrize("text", ["**a " * 40_000, "__a " * 40_000, "[a](" * 40_000, "`a``b"])
def test_marks_without_a_partner_stay(text: str) -> None:
    assert plain(text) == text.strip()


def test_comments_that_are_never_closed_stay() -> None:
    assert without_comments("a <!-- b\n" * 20_000) == ("a <!-- b\n" * 20_000).strip()
