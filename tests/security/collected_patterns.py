"""Every regular expression of the package: found in its source, and found in what its modules hold once imported.

The source shows every call of a function of `re`, those inside of functions too; a pattern made of parts is evaluated
among the names of its module, and a part that only a run knows counts as the letter `x`. The modules show what no call
spells out: patterns made from tables. Both are needed, and together no pattern can hide.
"""

import ast
import dataclasses
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import faultmaven_kb

__all__ = ["Collected", "collected"]

PACKAGE = Path(faultmaven_kb.__file__).parent
_FUNCTIONS = ("compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")


@dataclass(frozen=True)
class Collected:
    """A pattern, where it comes from, and whether it is only ever tried at one place of a text."""

    pattern: "re.Pattern[Any]"
    place: str
    at_one_place: bool


@cache
def collected() -> tuple[Collected, ...]:
    """All of them, each once, in the order of their places."""
    found: dict[tuple[Any, int], Collected] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        if name.endswith("__main__"):
            continue
        module = importlib.import_module(name)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for each in (*_written(tree, path, module), *_held(tree, module)):
            key = (each.pattern.pattern, each.pattern.flags)
            known = found.get(key)
            if known is None or (known.at_one_place and not each.at_one_place):
                found[key] = each
    return tuple(found.values())


def _written(tree: ast.AST, path: Path, module: ModuleType) -> Iterator[Collected]:
    """The calls of `re` in a file. A call whose pattern is a variable is left to what the module holds."""
    used = _uses(tree)
    searched = _searched_variables(tree, module)
    names: dict[int, str] = {}
    for node in ast.walk(tree):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name) and node.value:
            names |= {id(inner): target.id for inner in ast.walk(node.value)}
        elif isinstance(node, ast.Attribute) and node.attr in ("match", "fullmatch"):
            names[id(node.value)] = "(matched)"
    used["(matched)"] = {"matched"}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) in {f"re.{name}" for name in _FUNCTIONS}):
            continue
        text = _evaluated(node.args[0], module)
        if text is None:
            continue
        function = ast.unparse(node.func).removeprefix("re.")
        flags = _flags(node, function, module)
        alone = function in ("match", "fullmatch") or _at_one_place(names.get(id(node), ""), used, searched)
        yield Collected(re.compile(text, flags), f"{path.relative_to(PACKAGE)}:{node.lineno}", alone)


def _evaluated(node: ast.expr, module: ModuleType) -> str | bytes | None:
    if isinstance(node, ast.Name):
        value = getattr(module, node.id, None)
        return value if isinstance(value, str | bytes) else None
    try:
        value = eval(ast.unparse(node), vars(module))
    except NameError:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts = (_evaluated(node.left, module) or "x", _evaluated(node.right, module) or "x")
            return parts[0] + parts[1]  # type: ignore[operator]
        if not isinstance(node, ast.JoinedStr):
            return None
        parts_of = [
            each.value if isinstance(each, ast.Constant) else _part(each, module)  # type: ignore[attr-defined]
            for each in node.values
        ]
        return "".join(map(str, parts_of))
    return value if isinstance(value, str | bytes) else None


def _part(node: ast.expr, module: ModuleType) -> str:
    try:
        return str(eval(ast.unparse(node.value), vars(module)))  # type: ignore[attr-defined]
    except NameError:
        return "x"


def _flags(node: ast.Call, function: str, module: ModuleType) -> int:
    position = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(function, 2)
    given = [each.value for each in node.keywords if each.arg == "flags"] or node.args[position : position + 1]
    try:
        return int(eval(ast.unparse(given[0]), vars(module))) if given else 0
    except NameError:
        return 0


def _at_one_place(name: str, used: Mapping[str, set[str]], searched: set[str]) -> bool:
    """Whether the pattern or the table with a name of a module is only ever matched, not searched for."""
    uses = used.get(name, {"searched"})
    return name[:1] in "_(" and "searched" not in uses and not ("handed on" in uses and searched)


def _uses(tree: ast.AST) -> dict[str, set[str]]:
    """How each name of a file is used: `matched`, `searched`, or `handed on` as a table or an argument is."""
    uses: dict[str, set[str]] = {}
    seen = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            seen.add(id(node.value))
            use = "matched" if node.attr in ("match", "fullmatch") else "searched"
            uses.setdefault(node.value.id, set()).add(use)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in seen:
            uses.setdefault(node.id, set()).add("handed on")
    return uses


def _searched_variables(tree: ast.AST, module: ModuleType) -> set[str]:
    """The local names of a module that a pattern of a table may have when it is searched for all over a text."""
    return {
        node.func.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
        if node.func.attr in ("search", "finditer", "findall", "sub", "subn") and node.func.value.id not in vars(module)
    }


def _held(tree: ast.AST, module: ModuleType) -> Iterator[Collected]:
    """The patterns in the values of a module, in its containers and records, and behind its cached tables."""
    used = _uses(tree)
    searched = _searched_variables(tree, module)
    compiles = any(isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile" for node in ast.walk(tree))
    for name, value in sorted(vars(module).items()):
        if name.startswith("__"):
            continue
        alone = _at_one_place(name, used, searched)
        for pattern in _patterns(value, set()):
            yield Collected(pattern, f"{module.__name__}.{name}", alone)
        is_own_table = hasattr(value, "cache_info") and getattr(value, "__module__", "") == module.__name__
        if compiles and is_own_table and not value.__wrapped__.__code__.co_argcount:
            for pattern in _patterns(value(), set()):
                yield Collected(pattern, f"{module.__name__}.{name}()", False)


def _patterns(value: Any, seen: set[int]) -> Iterator["re.Pattern[Any]"]:
    if isinstance(value, re.Pattern):
        yield value
    if id(value) in seen or isinstance(value, str | bytes | int | ModuleType | type):
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        inner: list[Any] = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner = list(value)
    elif dataclasses.is_dataclass(value):
        inner = [getattr(value, each.name) for each in dataclasses.fields(value)]
    else:
        return
    for each in inner:
        yield from _patterns(each, seen)
