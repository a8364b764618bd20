"""Makes the arrays of one segment out of records, with as little in memory as many records allow.

The compressed models and texts go to temporary files at once. Postings need a second look at all texts, because they
lie term by term: first how often each term occurs, then each posting to its place, chunk by chunk.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, NamedTuple, Self

import numpy as np

from faultmaven_kb.search.arrays import Array, Floats, Numbers, ranges
from faultmaven_kb.search.fields import FIELDS
from faultmaven_kb.search.index import (
    END,
    Text,
    average_lengths,
    common_terms,
    field_lengths,
    information,
    parts_in,
    passages_in,
    row_of,
    subjects_in,
)
from faultmaven_kb.search.passages import SubjectArrays
from faultmaven_kb.search.vocabulary.terms import LINE_END
from faultmaven_kb.storage.file_format.compressed import packed
from faultmaven_kb.storage.file_format.container import BLOCK, Streamed
from faultmaven_kb.storage.file_format.records import Record, text_from
from faultmaven_kb.storage.file_format.strings import string_arrays, vocabulary_arrays

__all__ = ["Before", "SegmentWriter"]

_CHUNK = 2_048  # runbooks whose terms are counted at once, chosen
_IN_MEMORY = 8_000_000  # postings, chosen: bounds the memory
_BUFFERED = 32_000_000  # bytes, chosen


class _Heap:
    """Byte strings one after the other, with the place where each begins; in a file when they become many."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._buffer = bytearray()
        self._file: IO[bytes] | None = None
        self.ends = [0]

    def append(self, data: bytes) -> None:
        self._buffer += data
        self.ends.append(self.ends[-1] + len(data))
        if len(self._buffer) > _BUFFERED:
            self._file = self._file or TemporaryFile(dir=self._folder)  # noqa: SIM115 - lives as long as the writer
            self._file.write(self._buffer)
            self._buffer.clear()

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`; nothing is appended any more."""
        if self._file is None:
            return bytes(self._buffer[start:stop])
        if self._buffer:
            self._file.write(self._buffer)
            self._buffer.clear()
        self._file.seek(start)
        return self._file.read(stop - start)

    def streamed(self, kind: str = "u1") -> Streamed:
        """All of it as an array."""
        end = self.ends[-1]
        return Streamed(kind, (self.read(start, min(start + BLOCK, end)) for start in range(0, end, BLOCK)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


class Before(NamedTuple):
    """What the segments before a new one know: the number of a word, what each word tells, the mean lengths of the
    fields that texts are measured against (None: those of the new segment itself), and how many runbooks they
    contain."""

    numbers: Mapping[str, int]
    information: Floats
    averages: Floats | None
    size: int


class SegmentWriter:
    """Collects records; `arrays` is the segment. Large parts wait in temporary files in `folder` until it is closed."""

    def __init__(self, folder: Path, before: Before | None = None) -> None:
        self._before = Before({}, np.empty(0), None, 0) if before is None else before
        self._folder = folder
        self._numbers: dict[str, int] = {}
        self._first = len(self._before.information)
        self._words: list[str] = []
        self._models, self._diagnostics, self._texts = _Heap(folder), _Heap(folder), _Heap(folder)
        self._bounds: list[tuple[int, ...]] = []
        self._values: list[tuple[str, ...]] = []
        self._unread: list[bool] = []
        self._by_file: list[bool] = []
        self._tags: list[tuple[str, ...]] = []
        self._lengths: list[Numbers] = []
        self._pending: list[Text] = []
        self._frequency = np.zeros(self._first + 1024, dtype=np.int64)
        self._about = np.zeros(self._first + 1024, dtype=np.int64)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for heap in (self._models, self._diagnostics, self._texts):
            heap.__exit__(kind, error, trace)

    def __len__(self) -> int:
        return len(self._bounds)

    @property
    def ids(self) -> list[str | None]:
        """The id of each record's runbook, None where it has none."""
        sizes = zip(self._models.ends, self._models.ends[1:], strict=False)
        return [values[0] if stop > start else None for values, (start, stop) in zip(self._values, sizes, strict=True)]

    def add(self, records: Iterable[Record], words: Sequence[str]) -> None:
        """Add records whose terms are numbered by `words`."""
        numbers = np.array([self._number(word) for word in words], dtype=np.int32)
        for record in records:
            text = record.text._replace(terms=numbers[record.text.terms]) if len(record.text.terms) else record.text
            self._models.append(record.model)
            self._diagnostics.append(record.diagnostics)
            self._texts.append(packed(text.terms.astype("<i4").tobytes()) if len(text.terms) else b"")
            self._bounds.append(text.starts)
            self._values.append(record.values)
            self._unread.append(record.unread)
            self._by_file.append(record.by_file)
            self._tags.append(record.tags)
            self._pending.append(text)
        if len(self._pending) >= _CHUNK:
            self._count()

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._before.numbers.get(word)
            if number is None:
                number = self._first + len(self._words)
                self._words.append(word)
            self._numbers[word] = number
        return number

    def _count(self) -> None:
        """Count what was added since the last time."""
        size = self._first + len(self._words)
        if size > len(self._frequency):
            self._frequency = np.pad(self._frequency, (0, size))
            self._about = np.pad(self._about, (0, size))
        for text in self._pending:
            self._frequency[np.unique(text.terms)] += 1
            self._about[np.unique(text.terms[: text.pointed])] += 1
        if self._pending:
            self._lengths.append(field_lengths(self._pending))
        self._pending.clear()

    def arrays(self) -> Iterator[dict[str, Array | Streamed]]:
        """The segment's arrays, in portions that are written one after the other."""
        self._count()
        size = self._first + len(self._words)
        self._frequency[END] = 0
        frequency, about = self._frequency[:size], self._about[:size].astype(np.float64)
        lengths = np.concatenate([np.empty((0, len(FIELDS)), dtype=np.int64), *self._lengths])
        averages = average_lengths(lengths) if self._before.averages is None else self._before.averages
        new = self._information(frequency, about)
        yield {
            **_heap_arrays("models", self._models),
            **_heap_arrays("diagnostics", self._diagnostics),
            **_heap_arrays("texts", self._texts),
            **string_arrays("ids", [values[0] for values in self._values]),
            **self._columns(),
            **vocabulary_arrays(self._words),
            "bounds": np.array(self._bounds, dtype=np.int32).reshape(-1),
            "unread": np.array(self._unread, dtype=np.uint8),
            "by_file": np.array(self._by_file, dtype=np.uint8),
            "averages": averages,
            "information": new,
        }
        yield from self._postings(frequency, averages)
        yield from self._passages(np.concatenate([self._before.information, new]))

    def _information(self, frequency: Numbers, about: Floats) -> Floats:
        """What the new words tell."""
        size = max(self._before.size + len(self), 1)
        if not self._first:
            return information(self._words, about, frequency, size)
        words = [LINE_END, *self._words]  # a later segment's first word is not the end of a line
        return information(words, about[self._first - 1 :], frequency[self._first - 1 :], size)[1:]

    def _chunks(self) -> Iterator[tuple[int, list[Text]]]:
        for at in range(0, len(self), _CHUNK):
            bounds = self._bounds[at : at + _CHUNK]
            ends = self._texts.ends[at : at + len(bounds) + 1]
            data = memoryview(self._texts.read(ends[0], ends[-1]))
            pieces = (bytes(data[start - ends[0] : stop - ends[0]]) for start, stop in pairwise(ends))
            yield at, [text_from(*pair) for pair in zip(pieces, bounds, strict=True)]

    def _postings(self, frequency: Numbers, averages: Floats) -> Iterator[dict[str, Array | Streamed]]:
        """Term by term the runbooks that have it, and what it counts in each but for the rarity of the term."""
        used = np.flatnonzero(frequency)
        starts = np.concatenate(([0], np.cumsum(frequency[used])))
        next_free = np.zeros(len(frequency), dtype=np.int64)
        next_free[used] = starts[:-1]
        total = int(starts[-1])
        documents: Array = self._large(total, "<i4")
        weights: Array = self._large(total, "<f4")
        for at, texts in self._chunks():
            parts = parts_in(texts, averages)
            terms, counts = np.unique(parts.terms, return_counts=True)
            places = ranges(next_free[terms], next_free[terms] + counts)
            next_free[terms] += counts
            documents[places] = parts.texts + at
            weights[places] = parts.values
        yield {"terms": used.astype(np.int32), "starts": starts, "documents": documents, "weights": weights}
        common, size = common_terms(starts, len(self)), len(self)
        rows: Array = self._large(len(common) * size, "<f4")
        for number, place in enumerate(common.tolist()):
            here = slice(int(starts[place]), int(starts[place + 1]))
            rows[number * size : (number + 1) * size] = row_of(documents[here], weights[here], size)
        yield {"common_terms": used[common].astype(np.int32), "rows": rows}

    def _passages(self, weights: Floats) -> Iterator[dict[str, Array | Streamed]]:
        """The short texts of each runbook as sets of terms; segments count from 0 in the whole of this segment."""
        ends = [np.zeros(1, dtype=np.int64)]
        subjects: list[SubjectArrays] = []
        segments_before = terms_before = 0
        with _Heap(self._folder) as terms, _Heap(self._folder) as segments, _Heap(self._folder) as worth:
            for _, texts in self._chunks():
                subjects.append(subjects_in(texts))
                passages = passages_in(texts, weights)
                ends.append(passages.starts[1:] + terms_before)
                terms.append(passages.terms.astype("<i4").tobytes())
                segments.append((passages.segments + segments_before).astype("<i4").tobytes())
                worth.append(passages.information.astype("<f8").tobytes())
                segments_before += len(passages.information)
                terms_before += len(passages.terms)
            yield {
                "passage_starts": np.concatenate(ends),
                "passage_terms": terms.streamed("i4"),
                "passage_segments": segments.streamed("i4"),
                "passage_worth": worth.streamed("f8"),
                "subject_terms": np.concatenate([np.empty(0, dtype=np.int32), *(batch.terms for batch in subjects)]),
                "subject_starts": np.cumsum(np.concatenate([[0], *(np.diff(batch.starts) for batch in subjects)])),
            }

    def _large(self, count: int, kind: str) -> Array:
        """An array that is filled in no order, in a file where it would fill the memory."""
        if count < _IN_MEMORY:
            return np.empty(count, dtype=kind)
        with TemporaryFile(dir=self._folder) as file:  # the map keeps it
            return np.memmap(file, dtype=kind, mode="w+", shape=(count,))

    def _columns(self) -> dict[str, Array]:
        words: dict[str, int] = {"": 0}
        coded = [[words.setdefault(value, len(words)) for value in values[1:]] for values in self._values]
        tags = [words.setdefault(tag.casefold(), len(words)) for tags in self._tags for tag in tags]
        return {
            "columns": np.array(coded, dtype=np.int32).reshape(-1),
            "tags": np.array(tags, dtype=np.int32),
            "tag_starts": np.array(list(accumulate(map(len, self._tags), initial=0)), dtype=np.int64),
            **string_arrays("values", list(words)),
        }


def _heap_arrays(name: str, heap: _Heap) -> dict[str, Array | Streamed]:
    return {name: heap.streamed(), f"{name}_at": np.array(heap.ends, dtype=np.int64)}
