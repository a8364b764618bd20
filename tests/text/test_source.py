"""Places: offsets, lines and columns agree, on every kind of line end and beyond the basic plane."""

from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.diagnostics import Edit, apply_edits
from faultmaven_kb.source import Position, Source, Span, utf8_column, utf16_column

TEXTS = st.text(alphabet=st.sampled_from("ab\n\r é🔍\u2028\x0b\x85"), max_size=60)


@given(TEXTS)
def test_a_position_leads_back_to_its_offset(text: str) -> None:
    source = Source(text)
    for offset in range(len(text) + 1):
        inside_crlf = 0 < offset < len(text) and text[offset - 1 : offset + 1] == "\r\n"
        if not inside_crlf:
            assert source.offset(source.position(offset)) == offset


@given(TEXTS)
def test_lines_end_at_line_feeds_and_carriage_returns_only(text: str) -> None:
    source = Source(text)
    assert source.lines == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@given(TEXTS, st.data())
def test_a_span_cuts_the_text_between_its_ends(text: str, data: st.DataObject) -> None:
    source = Source(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = source.span(start, end)
    assert source.slice(span) == text[source.offset(span.start) : source.offset(span.end)]


def test_columns_are_converted_for_consumers_that_count_otherwise() -> None:
    line = "é🔍x"
    assert [utf16_column(line, column) for column in (1, 2, 3, 4)] == [1, 2, 4, 5]
    assert [utf8_column(line, column) for column in (1, 2, 3, 4)] == [1, 3, 7, 8]


def test_a_column_beyond_the_line_is_its_end() -> None:
    assert Source("ab\ncd").offset(Position(1, 99)) == 2
    assert Source("ab").offset(Position(9, 1)) == 0


def test_find_gives_the_first_place_in_the_lines_asked_for() -> None:
    source = Source("one\ntwo one\none")
    assert source.find("one", 2, 3) == Span(2, 5, 2, 8)
    assert source.find("four", 1, 3) is None


def test_a_span_knows_its_lines() -> None:
    span = Span(2, 1, 4, 3)
    assert [span.contains_line(line) for line in (1, 2, 4, 5)] == [False, True, True, False]


def test_of_two_edits_that_overlap_the_earlier_one_wins() -> None:
    source = Source("abcdef\r\n")
    edits = [Edit(Span(1, 3, 1, 5), "Y"), Edit(Span(1, 2, 1, 4), "X")]
    assert apply_edits(source, edits) == "aXdef\r\n"


@given(TEXTS)
def test_no_edit_leaves_every_character(text: str) -> None:
    assert apply_edits(Source(text), []) == text
