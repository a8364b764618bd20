"""The public names are one sorted list, each documented, and importing the package imports little."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import faultmaven_kb

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(faultmaven_kb.__path__, "faultmaven_kb.")
    if not module.name.endswith("__main__")
)


def test_the_list_is_sorted_and_every_name_is_there() -> None:
    assert faultmaven_kb.__all__ == sorted(faultmaven_kb.__all__)
    for name in faultmaven_kb.__all__:
        assert getattr(faultmaven_kb, name) is not None
    assert set(faultmaven_kb.__all__) <= set(dir(faultmaven_kb))


def test_each_name_is_imported_from_the_room_that_type_checkers_are_told() -> None:
    """The table of lazy imports holds strings; the typed imports beside it are what mypy checks."""
    tree = ast.parse(Path(faultmaven_kb.__file__).read_text(encoding="utf-8"))
    typed = {
        alias.asname: (node.module or "").removeprefix("faultmaven_kb.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    assert typed == faultmaven_kb._ROOMS
    assert {*typed, "__version__"} == set(faultmaven_kb.__all__)


def test_a_name_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = faultmaven_kb.nothing


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_has_a_docstring(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    for public in getattr(module, "__all__", ()):
        thing = getattr(module, public)
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__.startswith("faultmaven_kb"):
            assert inspect.getdoc(thing), f"{name}.{public}"
        for attribute, member in vars(thing).items() if inspect.isclass(thing) else ():
            documented = isinstance(member, property | classmethod) or inspect.isfunction(member)
            if documented and not attribute.startswith("_"):
                assert inspect.getdoc(member), f"{name}.{public}.{attribute}"


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, faultmaven_kb; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"numpy", "pydantic", "markdown_it", "yaml", "bm25s", "click", "rich", "jsonschema"}
    assert heavy.isdisjoint(loaded)
