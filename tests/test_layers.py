"""Imports go downwards only, typing imports included, and there is no cycle by any count."""

import ast
from pathlib import Path

import faultmaven_kb

PACKAGE = Path(faultmaven_kb.__file__).parent

FLOORS: tuple[tuple[str, ...], ...] = (
    ("_version", "errors", "programs", "source"),
    ("diagnostics", "plugins"),
    ("text",),
    ("model",),
    ("dialects", "reading"),
    ("fences",),
    ("proofs",),
    ("gate", "search", "export"),
    ("semantic", "evaluation", "differential", "labs", "storage", "git_repository", "git_renames"),
    ("knowledge_base", "git_history"),
    ("reports",),
    ("checking",),
    ("cli", "mcp_server", "language_server", "integrations"),
    ("__main__",),
)
"""The rooms from the ground up; a room may use its own floor and those below. The package itself stands above all."""

FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def _modules() -> dict[str, Path]:
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        found[name] = file
    return found


MODULES = _modules()


def _imports(file: Path) -> set[str]:
    """The modules of this package that a file imports anywhere: at the top, in a function, for typing only."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("faultmaven_kb"):
            base = node.module.removeprefix("faultmaven_kb").lstrip(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                found.add(inner if inner in MODULES else base)
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.removeprefix("faultmaven_kb").lstrip(".")
                for alias in node.names
                if alias.name.startswith("faultmaven_kb")
            }
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
    return found


def test_every_room_has_a_floor() -> None:
    assert {name.split(".")[0] for name in MODULES if name} <= set(FLOOR)


def test_imports_go_down_only() -> None:
    for name, file in MODULES.items():
        if name:
            room = name.split(".")[0]
            above = {other for other in _imports(file) if FLOOR.get(other.split(".")[0], 99) > FLOOR[room]}
            assert not above, f"{name} imports {above} from a floor above"


def test_nobody_below_imports_the_package_itself() -> None:
    for name, file in MODULES.items():
        if name:
            assert "" not in _imports(file), f"{name} imports from the package's list of names"


def test_there_is_no_import_cycle() -> None:
    graph = {name: _imports(file) & set(MODULES) for name, file in MODULES.items() if name}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " imports ".join((*path, name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_modules_are_small() -> None:
    lengths = sorted(len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES.values())
    assert lengths[len(lengths) // 2] <= 150
