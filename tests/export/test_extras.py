"""A missing extra is named with the line to type; a broken one is not mistaken for a missing one."""

import importlib
import sys
from pathlib import Path

import pytest

from faultmaven_kb import ConfigurationError
from faultmaven_kb.export.extras import from_extra


def test_a_module_that_is_there_is_handed_over() -> None:
    assert from_extra("json", extra="none").dumps([]) == "[]"


def test_a_missing_package_is_named_with_its_extra() -> None:
    with pytest.raises(ConfigurationError, match=r"pip install 'faultmaven-kb\[mcp\]'"):
        from_extra("no_such_package.inner", extra="mcp")


def test_a_package_that_fails_by_itself_is_no_missing_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_package.py").write_text("import something_else_entirely\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ModuleNotFoundError, match="something_else_entirely"):
        from_extra("broken_package", extra="mcp")


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [("langchain", "langchain_core", "langchain"), ("llama_index", "llama_index", "llama-index")],
)
def test_a_framework_that_is_not_installed_is_named_with_its_extra(
    module: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"faultmaven_kb.integrations.{module}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    for loaded in [each for each in sys.modules if each.split(".", 1)[0] == package]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(ModuleNotFoundError, match=rf"pip install 'faultmaven-kb\[{extra}\]'"):
        importlib.import_module(name)
