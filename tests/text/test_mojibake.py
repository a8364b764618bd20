"""Garbled text is restored exactly, and text that is right is never touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb.text.characters.mojibake import find_mojibake, repair

EMOJI = "🔍⚡🚀⏱️⚠️✅❌📊🔧—“”…é"


@pytest.mark.parametrize("code_page", ["mac_roman", "cp1252", "latin-1", "cp437"])
@pytest.mark.parametrize("char", ["🔍", "⚡", "🚀", "✅", "❌", "—", "é"])
def test_each_emoji_comes_back_from_each_code_page(char: str, code_page: str) -> None:
    try:
        garbled = char.encode().decode(code_page)
    except UnicodeDecodeError:
        pytest.skip("this code page has no such byte")
    if code_page == "latin-1" and not garbled.isprintable():
        pytest.skip("control characters are another rule's")
    assert repair(f"**{garbled} Label:**") == f"**{char} Label:**"


@given(st.text(alphabet=EMOJI + "ab :*", max_size=30))
def test_right_text_is_left_alone(text: str) -> None:
    if not find_mojibake(text):
        assert repair(text) == text
    else:  # only a run that really is UTF-8 bytes in disguise may be called garbled
        for garbled in find_mojibake(text):
            assert garbled.text.encode(garbled.code_page).decode() == garbled.repaired


@given(st.text(alphabet=EMOJI, min_size=1, max_size=8))
def test_what_mac_roman_garbled_is_restored(text: str) -> None:
    garbled = text.encode().decode("mac_roman")
    if not find_mojibake(text):
        assert repair(garbled) == text


@pytest.mark.parametrize(
    "text",
    [
        "café",
        "naïve façade",
        "Größe",
        "“quoted” — so",
        "日本語",
        "l’été",
        "«état»",
        "“école”",
        "Spaß“",
        "±5 °C",
        "👩\u200d🚒 ok",
    ],
)
def test_words_of_living_languages_are_no_mojibake(text: str) -> None:
    assert find_mojibake(text) == ()


@pytest.mark.parametrize("code_page", ["mac_roman", "cp1252", "latin-1", "cp437", "cp1250", "cp1251"])
def test_what_ftfy_restores_is_restored_to_the_same_characters(code_page: str) -> None:
    ftfy = pytest.importorskip("ftfy")
    restored = 0
    for char in "🔍⚡🚀✅❌📊🔧—–“”‘’…éüßçñ€™→≥µ°":
        text = f"**{char} Symptoms:** seen"
        try:
            garbled = text.encode().decode(code_page)
        except UnicodeDecodeError:
            continue  # the code page has no such byte
        if ftfy.fix_encoding(garbled) == text:
            restored += 1
            assert repair(garbled) == text
    assert restored >= 3
