"""UTF-8 that was decoded as something else: finds it and restores the characters exactly.

The format marks labels with emoji, and files arrive in which `🔍` has become `üîç` (UTF-8 read as Mac Roman). A run of
such characters is re-encoded with each likely code page and believed only when the bytes are UTF-8 again, so the repair
is exact or does not happen. Used by the reader (to tell ✅ from ❌ all the same) and by the rule that reports it.
"""

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Garbled", "find_lost", "find_mojibake", "repair"]

_CODE_PAGES = ("mac_roman", "cp1252", "latin-1", "cp437", "cp850", "cp1250", "cp1251")
_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_LOST = re.compile("ðŸ[^\x00-\x7f]{0,2}|â€(?![^\x00-\x7f])|ÔøΩ|ï¿½")
_JOINERS = "\ufe0f\u200d\u20e3\u00a0"
_WRITABLE = frozenset({"So", "Sm", "Sc", "Sk", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Ll", "Lu", "Lo", "No"})
_LAST_NEAR_LETTER = 0x17F  # U+017F, the end of Latin Extended-A
_ENOUGH_FAR_LETTERS = 2  # chosen: one letter of another script among Latin ones is garbled
_UNDEFINED_IN_1252 = frozenset("\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True, slots=True)
class Garbled:
    """A garbled run: its index in the text, what is there, what it was, and the code page that explains it."""

    start: int
    text: str
    repaired: str
    code_page: str


def find_mojibake(text: str) -> tuple[Garbled, ...]:
    """The runs of a text that are mis-decoded UTF-8, from left to right."""
    if text.isascii():
        return ()
    explained = (_explain(match) for match in _RUN.finditer(text))
    return tuple(garbled for garbled in explained if garbled is not None)


def find_lost(text: str) -> tuple[tuple[int, int], ...]:
    """Where a text is garbled beyond repair: runs of which a character is missing, as start and end.

    cp1252 has no character for five bytes, and programs drop them: `ðŸ”` was 🔍, `â€` a closing quote.
    """
    if text.isascii():
        return ()
    known = [(garbled.start, garbled.start + len(garbled.text)) for garbled in find_mojibake(text)]
    spans = (match.span() for match in _LOST.finditer(text))
    return tuple(span for span in spans if not any(start <= span[0] < end for start, end in known))


def repair(text: str) -> str:
    """The text with each garbled run restored; equal to the text if there is none."""
    for garbled in reversed(find_mojibake(text)):
        end = garbled.start + len(garbled.text)
        text = text[: garbled.start] + garbled.repaired + text[end:]
    return text


def _explain(match: re.Match[str]) -> Garbled | None:
    run = match[0]
    for code_page in _CODE_PAGES:
        data = _encode(run, code_page)
        if data is None:
            continue
        try:
            repaired = data.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if _plausible(repaired):
            return Garbled(match.start(), run, repaired, code_page)
    return None


def _encode(run: str, code_page: str) -> bytes | None:
    """The bytes of a run; the five bytes that cp1252 leaves undefined pass as themselves, as browsers do."""
    try:
        if code_page == "cp1252":
            return b"".join(
                char.encode("latin-1") if char in _UNDEFINED_IN_1252 else char.encode(code_page) for char in run
            )
        return run.encode(code_page)
    except UnicodeEncodeError:
        return None


def _plausible(text: str) -> bool:
    """Whether a repaired run is what people write: symbols, punctuation, letters of a likely script.

    One letter of a far script proves nothing (`’é` of "l’été" is also Armenian in Mac Roman); several do.
    """
    far = sum(1 for char in text if char.isalpha() and ord(char) > _LAST_NEAR_LETTER)
    return (far == 0 or far >= _ENOUGH_FAR_LETTERS) and all(map(_writable, text))


def _writable(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char) in _WRITABLE
