"""What has one place keeps it: no second module replaces files, waits for a disk or walks up to a repository."""

import ast
from collections.abc import Iterator
from pathlib import Path

import faultmaven_kb

PACKAGE = Path(faultmaven_kb.__file__).parent

PLACES = {
    "os.replace": set(),
    "os.rename": set(),
    "os.link": {"disk/replacing.py"},
    "os.fsync": {"disk/replacing.py", "storage/file_format/container.py"},
    "os.open": {"cli/main.py", "disk/regular.py", "disk/replacing.py", "labs/machines/session.py"},
    "shutil.copymode": set(),
    "tempfile.mkstemp": set(),
    "tempfile.NamedTemporaryFile": set(),
    "write_text": {"labs/machines/builds.py", "labs/machines/cgroups.py"},
    "write_bytes": {"gate/rule_help/pages.py"},
    "user_cache_path": {"cli/shared/surroundings.py"},
    "yaml.SafeLoader": {"text/values/yaml_faults.py"},
    "yaml.CollectionEndEvent": {"text/values/yaml_faults.py", "text/values/yaml_values.py"},
}
"""Calls and names with the modules that may use them; a method is listed by its name alone."""


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
            if isinstance(node.value, ast.Name):
                yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_files_are_written_and_read_in_one_way() -> None:
    found: dict[str, set[str]] = {name: set() for name in PLACES}
    for file in PACKAGE.rglob("*.py"):
        names = set(_names(ast.parse(file.read_text(encoding="utf-8"))))
        for name in names & set(PLACES):
            found[name].add(file.relative_to(PACKAGE).as_posix())
    assert found == PLACES


def test_parts_of_sections_are_collected_and_numbers_worded_in_one_place() -> None:
    texts = {
        "for part in walk((section,)) for block in part.blocks": {"text/outline.py"},
        "part for part in (group.text, text_of(": {"dialects/pieces/parts.py"},
        " == 1 else 's'}": set(),
        '{word}s"': {"brief.py"},
        '.replace("|", ': {"text/inline.py"},
        '/ ".git").exists()': set(),
        ".parents) if os.path.lexists(": {"disk/folders.py"},
    }
    found: dict[str, set[str]] = {text: set() for text in texts}
    for file in PACKAGE.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        for text in texts:
            if text in source:
                found[text].add(file.relative_to(PACKAGE).as_posix())
    assert found == texts
