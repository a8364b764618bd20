"""Which files of a change are renamed ones: equal content, else content of which half or more is the same.

git would say so too, but to compare with files of the working tree it runs the filters that their attributes name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

__all__ = ["renamed_files"]

_LEAST = 0.5
"""So much of the larger file's bytes is in both, as git asks for by default."""

_COMPARISONS = 10_000
"""More pairs than this are not compared, only equal files and equal names count then."""


def renamed_files(deleted: Mapping[str, bytes], new: Mapping[str, bytes]) -> dict[str, str]:
    """The old paths of files with the paths they have now; each path is used once."""
    renamed: dict[str, str] = {}
    targets: set[str] = set()
    for _, old, now in sorted(_alike(deleted, new)):
        if old not in renamed and now not in targets:
            renamed[old] = now
            targets.add(now)
    return renamed


def _alike(deleted: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[tuple[float, str, str]]:
    """The pairs that are alike, with how far they differ: less is better, and an equal name is better still."""
    many = len(deleted) * len(new) > _COMPARISONS
    equal: dict[bytes, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    for place, data in new.items():
        equal.setdefault(data, []).append(place)
        by_name.setdefault(_name(place), []).append(place)
    lines = {place: Counter(data.splitlines(keepends=True)) for place, data in new.items()} if deleted else {}
    for old, data in deleted.items():
        exact = equal.get(data, ())
        yield from ((-1.0 if _name(old) == _name(now) else 0.0, old, now) for now in exact)
        own = Counter(data.splitlines(keepends=True))
        for now in by_name.get(_name(old), ()) if many else new:
            common = sum(len(line) * count for line, count in (own & lines[now]).items())
            largest = max(len(data), len(new[now]))
            if now not in exact and largest and common / largest >= _LEAST:
                yield 1 - common / largest, old, now


def _name(place: str) -> str:
    return place.rpartition("/")[2]
