"""How many steps a backtracking engine takes for a pattern: a model of the engine of `re` that counts, not times.

`re` says nothing about its work, and a clock would make a test depend on the machine. So the parse tree of a pattern
is run here by continuations, in the engine's own order: leftmost, greedy or lazy as written, one step for each
character or position that is looked at. Single characters and positions are decided by `re` itself, so that classes and
flags are the real ones; the tests compare the matches found here with those of `re`.

`hostile_texts` makes the texts that hurt a pattern from the pattern: what leads to a repeat, what it repeats, and what
lets it fail afterwards.
"""

import re
import re._compiler as compiler  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

__all__ = ["TooManySteps", "hostile_texts", "matches_and_steps"]

Continuation = Callable[[int], bool]
Matcher = Callable[[int, Continuation], bool]
_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL | re.ASCII | re.UNICODE | re.VERBOSE
_COMMON = "a A0 .-_\n\t*`[]()<>'\":=/|#@,é一"


class TooManySteps(Exception):
    """The budget is used up; the argument is the number of steps taken."""


class _Engine:
    """One pattern, compiled to closures; `text`, `steps` and `groups` are those of the current run."""

    def __init__(self, pattern: "re.Pattern[Any]") -> None:
        tree = parser.parse(pattern.pattern, pattern.flags & _FLAGS)
        self.state = tree.state
        self.is_bytes = isinstance(pattern.pattern, bytes)
        self.text: Any = ""
        self.steps, self.budget = 0, 0
        self.groups: dict[int, tuple[int, int]] = {}
        self.whole = self._sequence(list(tree), tree.state.flags)

    def run(self, text: Any, *, everywhere: bool, budget: int) -> list[tuple[int, int]]:
        self.text, self.steps, self.budget = text, 0, budget
        found: list[tuple[int, int]] = []
        start, least_end = 0, -1
        while start <= len(text):
            self.groups = {}
            self._step()
            end: list[int] = []

            def done(place: int, end: list[int] = end, start: int = start, least_end: int = least_end) -> bool:
                if place == start == least_end:  # as `finditer`: no second empty match at one place
                    return False
                end.append(place)
                return True

            if self.whole(start, done):
                found.append((start, end[0]))
                least_end = start if end[0] == start else -1
                start = end[0]
            else:
                start += 1
            if not everywhere:
                break
        return found

    def _step(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > self.budget:
            raise TooManySteps(self.steps)

    def _sequence(self, nodes: list[Any], flags: int) -> Matcher:
        matchers = [self._node(node, flags) for node in nodes]
        if len(matchers) == 1:
            return matchers[0]

        def match(place: int, then: Continuation, index: int = 0) -> bool:
            if index == len(matchers):
                return then(place)
            return matchers[index](place, lambda at: match(at, then, index + 1))

        return match

    def _node(self, node: Any, flags: int) -> Matcher:
        operation, value = node
        name = str(operation)
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self._single(_decider(self, node, flags))
        if name == "AT":
            position = self._compiled([node], flags)
            return lambda place, then: position.match(self.text, place) is not None and then(place)
        if name == "SUBPATTERN":
            group, added, removed, inside = value
            return self._group(group, self._sequence(list(inside), (flags | added) & ~removed))
        if name == "BRANCH":
            branches = [self._sequence(list(branch), flags) for branch in value[1]]
            return _either(branches)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeat(name, value, flags)
        if name in ("ASSERT", "ASSERT_NOT"):
            return self._assertion(value, flags, wanted=name == "ASSERT")
        if name == "ATOMIC_GROUP":
            return _atomic(self._sequence(list(value), flags))
        if name == "GROUPREF":
            return self._reference(value)
        if name == "GROUPREF_EXISTS":
            group, yes, no = value
            then_part, else_part = (self._sequence(list(part or []), flags) for part in (yes, no))
            return lambda place, then: (then_part if group in self.groups else else_part)(place, then)
        raise NotImplementedError(name)

    def _compiled(self, nodes: list[Any], flags: int) -> "re.Pattern[Any]":
        return compiler.compile(parser.SubPattern(self.state, nodes), flags)  # type: ignore[no-any-return]

    def _single(self, decides: Callable[[Any], bool]) -> Matcher:
        def match(place: int, then: Continuation) -> bool:
            self._step()
            return place < len(self.text) and decides(self.text[place]) and then(place + 1)

        return match

    def _group(self, group: int | None, inside: Matcher) -> Matcher:
        if group is None:
            return inside

        def match(place: int, then: Continuation) -> bool:
            def after(end: int) -> bool:
                before = self.groups.get(group)
                self.groups[group] = (place, end)
                if then(end):
                    return True
                if before is None:
                    self.groups.pop(group, None)
                else:
                    self.groups[group] = before
                return False

            return inside(place, after)

        return match

    def _reference(self, group: int) -> Matcher:
        def match(place: int, then: Continuation) -> bool:
            if group not in self.groups:
                return False
            start, end = self.groups[group]
            self._step(end - start)
            return self.text.startswith(self.text[start:end], place) and then(place + end - start)

        return match

    def _assertion(self, value: Any, flags: int, *, wanted: bool) -> Matcher:
        direction, inside = value
        width = inside.getwidth()[0] if direction < 0 else 0
        asserted = self._sequence(list(inside), flags)

        def match(place: int, then: Continuation) -> bool:
            holds = place >= width and asserted(place - width, lambda _: True)
            return holds is wanted and then(place)

        return match

    def _repeat(self, name: str, value: Any, flags: int) -> Matcher:
        least, most, inside = value
        most = 1 << 30 if most is parser.MAXREPEAT else int(most)
        lazy = name == "MIN_REPEAT"
        if len(inside) == 1 and str(inside[0][0]) in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            single = self._run_of_one(_decider(self, inside[0], flags), least, most, lazy=lazy)
            return _atomic(single) if name.startswith("POSS") else single
        body = self._sequence(list(inside), flags)

        def match(place: int, then: Continuation, count: int = 0, last: int = -1) -> bool:
            self._step()
            if count >= least and (lazy or count >= most or place == last):
                if then(place):
                    return True
                if count >= most or place == last:
                    return False
            if count < most and body(place, lambda at: match(at, then, count + 1, place)):
                return True
            return count >= least and not lazy and then(place)

        return _atomic(match) if name.startswith("POSS") else match

    def _run_of_one(self, decides: Callable[[Any], bool], least: int, most: int, *, lazy: bool) -> Matcher:
        def match(place: int, then: Continuation) -> bool:
            text, end = self.text, place
            limit = min(len(text), place + (least if lazy else most))
            while end < limit and decides(text[end]):
                end += 1
            self._step(end - place + 1)
            if end - place < least:
                return False
            if lazy:
                while not then(end):
                    self._step()
                    if end - place >= most or end >= len(text) or not decides(text[end]):
                        return False
                    end += 1
                return True
            while not then(end):
                self._step()
                end -= 1
                if end - place < least:
                    return False
            return True

        return match


def _either(branches: list[Matcher]) -> Matcher:
    def match(place: int, then: Continuation) -> bool:
        for branch in branches:  # noqa: SIM110 - `any` would recurse in C
            if branch(place, then):
                return True
        return False

    return match


def _atomic(inside: Matcher) -> Matcher:
    def match(place: int, then: Continuation) -> bool:
        ends: list[int] = []

        def after(end: int) -> bool:
            ends.append(end)
            return True

        return inside(place, after) and then(ends[0])

    return match


def _decider(engine: _Engine, node: Any, flags: int) -> Callable[[Any], bool]:
    compiled = engine._compiled([node], flags)
    known: dict[Any, bool] = {}

    def decides(character: Any) -> bool:
        if character not in known:
            known[character] = compiled.match(bytes([character]) if engine.is_bytes else character) is not None
        return known[character]

    return decides


@cache
def _engine(pattern: "re.Pattern[Any]") -> _Engine:
    return _Engine(pattern)


def matches_and_steps(
    pattern: "re.Pattern[Any]", text: Any, *, everywhere: bool = True, budget: int = 10_000_000
) -> tuple[list[tuple[int, int]], int]:
    """The spans that `finditer` (or `match`, unless `everywhere`) finds, and the steps it takes."""
    engine, depth = _engine(pattern), sys.getrecursionlimit()
    sys.setrecursionlimit(200_000)
    try:
        return engine.run(text, everywhere=everywhere, budget=budget), engine.steps
    finally:
        sys.setrecursionlimit(depth)


def hostile_texts(pattern: "re.Pattern[Any]") -> Iterator[tuple[str, str, str]]:
    """A start, what is repeated, and an end each: those that make a repeat run long and then fail.

    None for a pattern that repeats nothing often.
    """
    tree = parser.parse(pattern.pattern, pattern.flags & _FLAGS)
    samples = _Samples(_engine(pattern))
    samples.walk(list(tree), tree.state.flags, [""])
    if not samples.bodies:
        return
    starts = sorted(dict.fromkeys(samples.starts), key=len)
    bodies = list(dict.fromkeys(filter(None, samples.bodies)))[:3]
    for pump in dict.fromkeys([*bodies, *starts[:2], *starts[-1:], *samples.literals[:3], *" a\n"]):
        yield "", pump, "\n\x01"
    for pump in bodies:
        yield "".join(starts[-1:]), pump, "\n\x01"


class _Samples:
    """What the parts of a pattern match, shortest first: `bodies` of repeats and `starts`, what may come before one."""

    def __init__(self, engine: _Engine) -> None:
        self.engine = engine
        self.bodies: list[str] = []
        self.starts: list[str] = []
        self.literals = ""

    def walk(self, nodes: list[Any], flags: int, before: list[str]) -> list[str]:
        """What a sequence matches, three texts at most; `before` is what may stand before it."""
        found = [""]
        for node in nodes:
            around = [start + text for start in before[:2] for text in found[:2]]
            found = [text + one for text in found[:2] for one in self._of(node, flags, around)[:3]]
        return found[:3]

    def _of(self, node: Any, flags: int, before: list[str]) -> list[str]:
        operation, value = node
        name = str(operation)
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            if name == "LITERAL":
                self.literals += chr(value)
            decides = _decider(self.engine, node, flags)
            liked = [chr(value)] if name == "LITERAL" else self._members(value) if name == "IN" else []
            self.literals += "".join(liked[:4])
            known = [*liked, *(_COMMON.encode("ascii", "ignore").decode() if self.engine.is_bytes else _COMMON)]
            return [c for c in known if decides(ord(c) if self.engine.is_bytes else c)][:3] or [""]
        if name == "SUBPATTERN":
            return self.walk(list(value[3]), (flags | value[1]) & ~value[2], before)
        if name == "ATOMIC_GROUP":
            return self.walk(list(value), flags, before)
        if name == "BRANCH":
            return [one for branch in value[1] for one in self.walk(list(branch), flags, before)[:2]][:12]
        if name.endswith("REPEAT"):
            least, most, inside = value
            body = self.walk(list(inside), flags, before)
            if most is parser.MAXREPEAT or most > 8:
                self.starts += [start for start in before[:2] if start and start not in self.starts]
                for start in before[:2]:
                    self.starts += [one for one in (start + each for each in body[:2]) if one not in self.starts]
                self.bodies += body
            return [one * max(least, 1) for one in body] + ([""] if not least else [])
        return [""]

    @staticmethod
    def _members(value: Any) -> list[str]:
        found = []
        for operation, member in value:
            if str(operation) == "LITERAL":
                found.append(chr(member))
            elif str(operation) == "RANGE":
                found.append(chr(member[0]))
        return found
