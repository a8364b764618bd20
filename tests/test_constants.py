"""Every numeric constant says where it comes from: a benchmark, a paper, a convention, or that it was chosen."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import ROOT

MODULES = sorted(
    file
    for file in (ROOT / "faultmaven_kb").rglob("*.py")
    if "dialects" not in file.parts and file.name not in ("ranking.py", "calibration.py")
)
"""Without the modules whose constants do not say it yet."""


def _is_numeric(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and not isinstance(node.value, bool)
    if isinstance(node, ast.UnaryOp):
        return _is_numeric(node.operand)
    return isinstance(node, ast.BinOp) and _is_numeric(node.left) and _is_numeric(node.right)


def _constants_without_origin(source: str) -> Iterator[str]:
    lines, body = source.split("\n"), ast.parse(source).body
    for node, following in zip(body, [*body[1:], None], strict=True):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names = [target.id for target in targets if isinstance(target, ast.Name) and target.id.isupper()]
        if not names or not isinstance(node, ast.Assign | ast.AnnAssign) or not _is_numeric(node.value):
            continue
        above_or_beside = "#" in lines[node.lineno - 1] or lines[node.lineno - 2].startswith("#")
        below = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
        if not above_or_beside and not below:
            yield f"{node.lineno}: {names[0]}"


def test_a_constant_without_a_word_is_noticed() -> None:
    source = '_A = 3\n_B = 4  # chosen\n# a paper\n_C = 5\n_D = 6\n"""The convention of shells."""\n_E = -2.5 * 3\n'
    assert list(_constants_without_origin(source)) == ["1: _A", "7: _E"]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_every_numeric_constant_says_where_it_comes_from(module: Path) -> None:
    assert list(_constants_without_origin(module.read_text(encoding="utf-8"))) == []
