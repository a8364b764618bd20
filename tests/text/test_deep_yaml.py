"""Front matter cannot end the process, however deeply it is nested."""

import pytest

from faultmaven_kb import parse_runbook


@pytest.mark.parametrize("nested", ["[" * 60_000, "{a: " * 15_000, "- " * 30_000, "[" * 60_000 + "]" * 3_000])
def test_deeply_nested_front_matter_is_a_finding(nested: str) -> None:
    result = parse_runbook(f"---\na: 1\nb:\n  {nested}\n---\n\n# X\n")

    assert result.runbook is not None
    assert {diagnostic.code for diagnostic in result.diagnostics} == {"RB104"}
