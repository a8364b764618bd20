"""Bytes of any origin are read as the person in front of the screen read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.text.characters.piped import as_shown, decode_piped

LINE = "FATAL: sorry, too many clients already\n"
UMLAUTS = "Zugriff verweigert für „größe“\n"
CHINESE = "错误: 无法连接到数据库 db-3, 连接被拒绝\n"


@pytest.mark.parametrize("text", [LINE, UMLAUTS, CHINESE, LINE * 300])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_every_form_of_unicode_gives_the_same_text(text: str, encoding: str) -> None:
    assert decode_piped(text.encode(encoding)) == text


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf16_with_its_mark_in_either_order(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert decode_piped(mark + LINE.encode(encoding)) == LINE


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_what_is_no_utf8_is_latin(encoding: str) -> None:
    text = "Verbindung für Größe abgelehnt\n"
    assert decode_piped(text.encode(encoding)) == text


def test_one_line_of_latin_does_not_spoil_the_others() -> None:
    assert decode_piped("größer\n".encode() + "größe\n".encode("latin-1") + b"\x81 odd\n") == "größer\ngröße\n  odd\n"


def test_a_character_that_the_end_cuts_in_two_is_left_out() -> None:
    assert decode_piped("größe ü".encode()[:-1]) == "größe "
    assert decode_piped(LINE.encode("utf-16")[:-1]) == LINE[:-1]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"redis-server\0--port\x006379\0", "redis-server --port 6379 "),
        (b"err\0", "err "),
        ("größe\0".encode("latin-1"), "größe "),
        (b"", ""),
        (b"\0", " "),
    ],
)
def test_a_nul_parts_words_and_is_no_sign_of_utf16(data: bytes, text: str) -> None:
    assert decode_piped(data) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;31mERROR\x1b[0m disk \x1b[4mfull\x1b[24m", "ERROR disk full"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\ \x1b]0;title\x07end", "link end"),
        ("\x1b(Bplain\x9b0m", "plain"),
        ("N\bNA\bAM\bME\bE  _\bx", "NAME  x"),
        ("pull  10%\rpull  80%\rpull 100%\nError: no space left\r\n", "pull 100%\nError: no space left\n"),
        ("disk full\rretry 1\rretry 2\nend", "disk full  retry 2\nend"),
        ("first\rsecond", "first\nsecond"),
        ("bell\x07 tab\tstays", "bell  tab\tstays"),
        ("nothing to do", "nothing to do"),
    ],
)
def test_what_a_terminal_obeys_is_not_part_of_the_text(text: str, shown: str) -> None:
    assert as_shown(text) == shown


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    text = decode_piped(data)
    assert as_shown(text) == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_text_without_control_characters_is_left_alone(text: str) -> None:
    assert as_shown(text) == text
    assert decode_piped(b"\xef\xbb\xbf" + text.encode()) == text
