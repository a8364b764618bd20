"""Texts in a base: one after the other with the place where each begins, and words found by their hash."""

import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TypeVar, overload

import numpy as np

from faultmaven_kb.search.arrays import Array
from faultmaven_kb.storage.file_format.sections import Sections

__all__ = ["Strings", "Vocabulary", "string_arrays", "vocabulary_arrays"]

_Default = TypeVar("_Default")
_KEPT = 50_000  # words, chosen: bounds the memory


def string_arrays(name: str, texts: Sequence[str]) -> dict[str, Array]:
    """The arrays that `Strings` reads."""
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    return {
        name: np.frombuffer(b"".join(raw), dtype=np.uint8),
        f"{name}_at": np.array(list(accumulate(map(len, raw), initial=0)), dtype=np.int64),
    }


def vocabulary_arrays(words: Sequence[str]) -> dict[str, Array]:
    """The arrays that `Vocabulary` reads: the words in the order of their numbers, and their hashes in order."""
    hashes = np.array([_hash(word) for word in words], dtype=np.uint32)
    order = np.argsort(hashes, kind="stable")
    return {**string_arrays("words", words), "hashes": hashes[order], "hashed": order.astype(np.int32)}


class Strings(Sequence[str]):
    """A sequence of texts in the file."""

    def __init__(self, sections: Sections, name: str) -> None:
        self._raw = sections[name]
        self._at = sections.whole(f"{name}_at")

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: int) -> str:  # type: ignore[override]
        start, stop = self._at[number : number + 2].tolist()
        return self._raw.part(start, stop).tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        raw = self._raw.whole().tobytes()
        ends = self._at.tolist()
        return (raw[start:stop].decode("utf-8", "surrogatepass") for start, stop in pairwise(ends))


class _Words:
    """The words of one segment, by their hash; the first has the number `first`."""

    def __init__(self, sections: Sections, first: int) -> None:
        self.words = Strings(sections, "words")
        self._hashes, self._hashed = sections.whole("hashes"), sections.whole("hashed")
        self.first = first

    def __len__(self) -> int:
        return len(self.words)

    def find(self, word: str, hashed: int) -> int:
        """The number of a word, -1 where the segment does not bring it."""
        at = int(self._hashes.searchsorted(np.uint32(hashed)))
        while at < len(self._hashes) and self._hashes[at] == hashed:
            number = int(self._hashed[at])
            if self.words[number] == word:
                return self.first + number
            at += 1
        return -1

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)


class Vocabulary(Mapping[str, int]):
    """The number of every word of some segments, each of which brings new ones."""

    def __init__(self, segments: Sequence[Sections]) -> None:
        self._parts: list[_Words] = []
        for sections in segments:
            self._parts.append(_Words(sections, len(self)))
        self._found = lru_cache(maxsize=_KEPT)(self._find)

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[str]:
        return (word for part in self._parts for word in part)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._found(word) >= 0

    def __getitem__(self, word: str) -> int:
        number = self._found(word)
        if number < 0:
            raise KeyError(word)
        return number

    @overload
    def get(self, word: str, default: None = None, /) -> int | None: ...
    @overload
    def get(self, word: str, default: int, /) -> int: ...
    @overload
    def get(self, word: str, default: _Default, /) -> int | _Default: ...
    def get(self, word: str, default: object = None, /) -> object:
        """The number of a word, or else `default`: without the exception that a mapping raises in between."""
        number = self._found(word)
        return number if number >= 0 else default

    def word(self, number: int) -> str:
        """The word with a number."""
        part = self._parts[bisect_right(self._parts, number, key=lambda part: part.first) - 1]
        return part.words[number - part.first]

    def _find(self, word: str) -> int:
        hashed = _hash(word)
        return next((number for part in self._parts if (number := part.find(word, hashed)) >= 0), -1)


def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))
