"""Text to search terms, the same way for runbooks and for questions.

An identifier is split and kept whole, on both sides: `CrashLoopBackOff`, `crash-loop-back-off` and "crash loop back
off" meet in the same terms. Words are stemmed with Porter2 (M. Porter, Snowball "english"); numbers stay as they are,
because `137` and `502` are words of this field. "VMs" is the plural of "VM", not a "V" before milliseconds. Negation
is a term of its own: "not ready", "isn't ready", "unready" and `NotReady` share `not~readi`, which a plain "ready" does
not have. Product names are never stemmed: the stem of "redis" is that of "redy". Chinese, Japanese and Korean have no
spaces to cut at, so a run of one script becomes its pairs of characters (F. Zhang and J. Nie, "Comparing
representations in Chinese information retrieval", SIGIR 1997).
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from Stemmer import Stemmer

from faultmaven_kb.search.vocabulary.tables import column, rows

__all__ = [
    "LINE_END",
    "NEGATED",
    "NEGATION",
    "SINGULAR",
    "STOP_WORDS",
    "Token",
    "is_cjk",
    "is_name",
    "line_terms",
    "product_names",
    "stem",
    "terms_of",
    "tokens_of",
    "words_in",
]

STOP_WORDS = frozenset(
    (
        "a about after again also am an and are as at be because been before being both but by could did "
        "do does doing done for from get gets getting give had has have having he her here hey hi his how i if im in "
        "into is it its just keep keeps let like make may me more most my need now of on or our out over own please "
        "same she should so such than that the their them then there these they this those through to too under "
        "until very was we were what when where which while who why will with would you your see seeing can "
    ).split()
)
"""Words that carry no symptom. "up", "down", "off", "only", "few" and "full" are not among them."""

LINE_END = "\n"
"""The term that marks the end of a line in `line_terms`."""

NEGATION = "not"
"""The term of every word that negates the next one."""

_NEGATORS = frozenset("not no never cannot cant without unable neither nor".split())
NEGATED = "not~"
"""What the term of a negated word begins with."""

_BETWEEN = frozenset(("yet", "longer", "abl", NEGATION))
_UN_WORDS = frozenset(
    "available assigned authorized bound healthy reachable ready recoverable reliable resolvable resolved responsive "
    "schedulable scheduled stable supported synced synchronised synchronized trusted used writable".split()
)
"""What "un" turns around in this field; "uninstall" and "unit" are other words."""

_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HIRAGANA, _KATAKANA, _HANGUL = "\u3041-\u309f", "\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f", "\uac00-\ud7af"
_CJK = f"{_HAN}{_HIRAGANA}{_KATAKANA}{_HANGUL}"
_FIRST_CJK = "\u3005"
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]\w*(?:[-.@']\w+)*", re.ASCII)
_ASCII_TOKEN_OR_END = re.compile(rf"\n|{_ASCII_TOKEN.pattern}", re.ASCII)
_TOKEN = re.compile(r"[^\W_]\w*(?:[-.@'’]\w+)*")
_TOKEN_OR_END = re.compile(rf"\n|{_TOKEN.pattern}")
_PART = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+(?:\.[0-9]+)*(?:[a-z]{1,2}(?![a-z]))?")
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")
_RUN = re.compile(r"[A-Za-z0-9]+(?:\.[0-9][A-Za-z0-9]*)*")
_WORD = re.compile(r"[^\W_]+")
_SHORT_MIX = re.compile(r"(?=.*[a-z])(?=.*[0-9])[a-z0-9]{2,5}", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s$")
_STEMMER = Stemmer("english")
_ACRONYMS = "cpu crd csr db gpu hdd hpa jvm lb pdb pg pv pvc rpc slo ssd ttl vm vmi vpc vpn".split()
SINGULAR = {f"{acronym}s": acronym for acronym in _ACRONYMS}
"""Plurals of the field in lower case that the stemmer leaves as they are, since it finds no vowel before the "s"."""

_LONGEST_TOKEN = 80  # characters, chosen: longer ones are data
_MOST_PARTS = 4
"""Of how many parts, cut where the case changes, the name of a product consists at most."""

_MOST_KNOWN = 200_000  # words, chosen: bounds the memory


class _Patterns(NamedTuple):
    """What finds the tokens of a text, without and with the ends of its lines."""

    token: re.Pattern[str]
    token_or_end: re.Pattern[str]


_ASCII = _Patterns(_ASCII_TOKEN, _ASCII_TOKEN_OR_END)
_LETTERS = _Patterns(_TOKEN, _TOKEN_OR_END)


@cache
def _cjk_patterns() -> _Patterns:
    """The patterns for Chinese, Japanese and Korean: large sets of characters, compiled for the first text that needs
    them."""
    token = re.compile(
        rf"[^\W_{_CJK}][^\W{_CJK}]*(?:[-.@'’][^\W{_CJK}]+)*|[{_HAN}]+|[{_HIRAGANA}]+|[{_KATAKANA}]+|[{_HANGUL}]+"
    )
    return _Patterns(token, re.compile(rf"\n|{token.pattern}"))


@cache
def _cjk_character() -> re.Pattern[str]:
    return re.compile(f"[{_CJK}]")


def _patterns_for(text: str) -> _Patterns:
    if text.isascii():
        return _ASCII
    return _cjk_patterns() if max(text) >= _FIRST_CJK else _LETTERS


class Token(NamedTuple):
    """A piece of a text with its terms; `start` and `end` are indexes into the text."""

    start: int
    end: int
    terms: tuple[str, ...]


def tokens_of(text: str) -> list[Token]:
    """The pieces of a text that carry terms, with their places; a negated word has its negation among its terms."""
    tokens: list[Token] = []
    negated = False
    for match in _patterns_for(text).token.finditer(text):
        terms = _KNOWN[match[0]]
        if not terms:
            continue
        token = Token(match.start(), match.end(), terms)
        if negated and terms[0] not in _BETWEEN:
            token = Token(match.start(), match.end(), (*terms, NEGATED + terms[0]))
            negated = False
        elif terms == (NEGATION,):
            negated = True
        elif terms[0] == NEGATION:
            negated = False
        tokens.append(token)
    return tokens


def terms_of(text: str) -> list[str]:
    """The terms of a text in order, repetitions included."""
    return [term for term in line_terms(text) if term != LINE_END]


def line_terms(text: str) -> list[str]:
    """The terms of a text in order, with `LINE_END` where a line ends."""
    tokens = _patterns_for(text).token_or_end.findall(text)
    terms = [term for token in tokens for term in _KNOWN[token]]
    return _with_negations(terms) if NEGATION in terms else terms


def _with_negations(terms: list[str]) -> list[str]:
    """The terms with a term of its own after each negated one."""
    extended: list[str] = []
    done = 0
    for at in [at for at, term in enumerate(terms) if term == NEGATION]:
        if at < done:
            continue
        end = at
        while end < len(terms) and terms[end] in _BETWEEN:
            end += 1
        negated = end < len(terms) and terms[end] != LINE_END
        extended += terms[done : end + negated]
        if negated and terms[end + 1 : end + 2] != [NEGATED + terms[end]]:  # NotReady has said so itself
            extended.append(NEGATED + terms[end])
        done = end + negated
    return extended + terms[done:]


class _Known(dict[str, tuple[str, ...]]):
    """The terms of every token that was met; emptied when it grows too large."""

    def __missing__(self, token: str) -> tuple[str, ...]:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        terms = self[token] = _terms(token)
        return terms


_KNOWN = _Known()


def _terms(token: str) -> tuple[str, ...]:
    """The terms of one token: its parts, and the whole when it has more than one."""
    if token == LINE_END:
        return (LINE_END,)
    if is_cjk(token):
        return tuple(map("".join, pairwise(token))) or (token,)
    if len(token) > _LONGEST_TOKEN:
        return ()
    if _SHORT_MIX.fullmatch(token):  # k8s, p99, eth0, 10gi: a split would leave nothing that means anything
        return (token.lower(),)
    plain = _POSSESSIVE.sub("", token).replace("'", "").replace("’", "")
    words = _words(plain)
    if len(words) == 1:
        return _word_terms(words[0], contracted=plain != token)
    parts = [term for word in words for term in _word_terms(word, contracted=False)]
    if not parts:
        return ()
    rest = _negated_parts([part for part in parts if len(part) > 1 or part.isdigit()])
    whole = stem("".join(_parts(plain)))
    return (*(part for part in rest if part != whole), *_wholes(plain), whole)


def _parts(token: str) -> list[str]:
    """The parts of a token in lower case; only ASCII is cut where the case changes, for "Überlast" is one word."""
    return [_singular(part).lower() for part in (_PART if token.isascii() else _WORD).findall(token)]


def _singular(part: str) -> str:
    """A part without the "s" of a plural acronym: "VM" of "VMs"."""
    return part[:-1] if _PLURAL_ACRONYM.fullmatch(part) else part


def _words(token: str) -> list[str]:
    """The parts of a token, those of a product's name as one word: the proxy of HAProxy is no proxy, Node.js no node.

    A part that is the name of a product itself stays beside it where it means the same one or is the last: MongoDB is
    also called Mongo and CoreDNS is about DNS, but JavaScript is not Java.
    """
    if "." in token and _is_written_name(token.replace(".", "").lower()):
        return [token.replace(".", "").lower()]
    if not token.isascii() or token == token.lower():
        return _parts(token)
    names: list[str] = []
    for run in _RUN.findall(token):
        parts = _parts(run)
        at = 0
        while at < len(parts):
            ends = range(min(len(parts), at + _MOST_PARTS), at + 1, -1)
            end = next((end for end in ends if _is_written_name("".join(parts[at:end]))), at + 1)
            if end > at + 1:
                product = _products()["".join(parts[at:end])]
                names += [part for part in parts[at : end - 1] if _products().get(part) == product]
                names += [part for part in parts[end - 1 : end] if is_name(part)]
            names.append("".join(parts[at:end]))
            at = end
    return names


def _is_written_name(word: str) -> bool:
    """Whether parts that were joined are the name of a product; "Apache2" may be the second of some."""
    return word.isalpha() and is_name(word)


def words_in(text: str) -> str:
    """The words of a text with identifiers cut into parts, so that no whole of an identifier is among its terms."""
    tokens = _patterns_for(text).token.findall(text)
    return " ".join(token if _SHORT_MIX.fullmatch(token) else " ".join(_words(token)) for token in tokens)


def _wholes(token: str) -> Iterable[str]:
    """The names between the dots of a token, each kept whole: the class of `org.example.PoolTimeoutException`."""
    if "." in token:
        for segment in token.split("."):
            parts = _parts(segment)
            if len(parts) > 1:
                yield stem("".join(parts))


@cache
def product_names() -> frozenset[str]:
    """The names of products, each as one word in lower case: they are never stemmed."""
    return frozenset(_products())


@cache
def _products() -> dict[str, str]:
    """The technology of every product's name."""
    return {
        "".join(_WORD.findall(name.lower())): row[0] for row in rows("technologies") for name in column(row, 1).split()
    }


def stem(word: str) -> str:
    """The term of a word in lower case: its stem, or itself if it is the name of a product."""
    return word if word in product_names() else _STEMMER.stemWord(SINGULAR.get(word, word))


def is_name(word: str) -> bool:
    """Whether a word in lower case is the name of a product, which is its own term."""
    return word in product_names()


def is_cjk(term: str) -> bool:
    """Whether a term or a token consists of Chinese, Japanese or Korean characters."""
    return term[:1] >= _FIRST_CJK and _cjk_character().match(term) is not None


def _word_terms(word: str, *, contracted: bool) -> tuple[str, ...]:
    if word in _NEGATORS or (contracted and word.endswith("nt")):
        return (NEGATION,)
    if word in STOP_WORDS:
        return ()
    if word.startswith("un") and word[2:] in _UN_WORDS:
        return stem(word), NEGATED + stem(word[2:])
    return (stem(word),)


def _negated_parts(parts: Sequence[str]) -> Iterable[str]:
    """The parts of an identifier; `NotReady` negates inside itself."""
    for before, part in zip(("", *parts), parts, strict=False):
        yield part
        if before == NEGATION and part != NEGATION:
            yield NEGATED + part
