"""Imports go downwards only, typing imports included, and no module and no folder takes part in a cycle."""

import ast
from collections.abc import Collection, Mapping
from pathlib import Path

import faultmaven_kb

PACKAGE = Path(faultmaven_kb.__file__).parent

FLOORS: tuple[tuple[str, ...], ...] = (
    ("_version", "brief", "errors", "processes", "programs", "source"),
    ("diagnostics", "disk", "plugins"),
    ("text",),
    ("model",),
    ("dialects", "reading"),
    ("fences",),
    ("proofs",),
    ("gate", "search", "export"),
    ("semantic", "evaluation", "differential", "labs", "storage", "git_repository", "git_renames"),
    ("knowledge_base", "git_history"),
    ("reports", "site"),
    ("checking", "serving"),
    ("mcp_server",),
    ("cli", "http_server", "language_server", "integrations"),
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


def _assert_no_cycle(graph: Mapping[str, Collection[str]], where: str) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"{where}: " + " imports ".join((*path, name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_there_is_no_import_cycle() -> None:
    _assert_no_cycle({name: _imports(file) & set(MODULES) for name, file in MODULES.items() if name}, "the package")


SHELVES: dict[str, tuple[tuple[str, ...], ...]] = {
    "gate": (
        ("settings", "facts"),
        ("hazards",),
        ("toolkit",),
        ("rules",),
        ("rule_help",),
        ("configuration",),
        ("engine",),
        ("fixes",),
    ),
    "cli": (
        ("shared",),
        ("display",),
        ("screens",),
        ("commands", "exports", "labs", "servers"),
        ("main",),
        ("picture", "reference"),
    ),
    "dialects": (
        ("pieces",),
        ("drawn",),
        ("dialect",),
        ("headings", "labels"),
        ("loose",),
        ("alerts",),
        ("faultmaven", "four_section", "generic"),
        ("causal_chain", "causal_chain_options", "skill"),
        ("typed_front_matter",),
    ),
    "labs": (("machines",), ("declarations",), ("proving",), ("pytest_plugin",)),
    "storage": (
        ("file_format",),
        ("current", "memory", "reported", "stamp", "stored_index"),
        ("listing", "base"),
        ("batches", "kept", "building", "prebuilt"),
    ),
}
"""The floors within a room that has folders, from the ground up, read as `FLOORS` is."""


def _modules_in(room: str) -> dict[str, str]:
    """The folder or module of a room that each of its modules belongs to."""
    return {name: name.split(".")[1] for name in MODULES if name.startswith(f"{room}.")}


def test_the_folders_of_a_room_have_floors_of_their_own() -> None:
    for room, floors in SHELVES.items():
        number = {folder: index for index, folders in enumerate(floors) for folder in folders}
        shelf = _modules_in(room)
        assert set(shelf.values()) == set(number), room
        for name, folder in shelf.items():
            used = {shelf[other] for other in _imports(MODULES[name]) if other in shelf}
            above = {other for other in used if number[other] > number[folder]}
            assert not above, f"{name} imports {room}.{above} from a floor above"


def _folder_graph() -> dict[str, dict[str, set[str]]]:
    """For each folder, which of its folders and modules imports which other one, at every depth."""
    graph: dict[str, dict[str, set[str]]] = {}
    for name, file in MODULES.items():
        for other in _imports(file) & set(MODULES):
            mine, theirs = name.split("."), other.split(".")
            shared = 0
            while shared < min(len(mine), len(theirs)) and mine[shared] == theirs[shared]:
                shared += 1
            if name and other and shared < min(len(mine), len(theirs)):
                folder = graph.setdefault(".".join(mine[:shared]), {})
                folder.setdefault(mine[shared], set()).add(theirs[shared])
    return graph


def test_no_two_folders_import_each_other_at_any_depth() -> None:
    for folder, graph in _folder_graph().items():
        _assert_no_cycle(graph, folder or "the package")


MOST_FILES = 15
"""About as many as a reader takes in at a glance."""


def _depths(folder: str) -> dict[str, int]:
    """How deep each module of a folder stands on others of the same folder, 0 for one that uses none of them."""
    inside = {name for name in MODULES if name.rpartition(".")[0] == folder and MODULES[name].name != "__init__.py"}
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            depths[name] = max((depth(other) + 1 for other in _imports(MODULES[name]) & inside), default=0)
        return depths[name]

    return {name: depth(name) for name in inside}


def test_no_folder_is_a_drawer() -> None:
    folders = {name.rpartition(".")[0] for name in MODULES if "." in name}
    crowded = {}
    for folder in folders:
        depths = list(_depths(folder).values())
        most = max((depths.count(depth) for depth in set(depths)), default=0)
        if most > MOST_FILES:
            crowded[folder] = most
    assert crowded == {}
