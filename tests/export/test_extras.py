"""A missing extra is named with the line to type; a broken one is not mistaken for a missing one."""

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
