"""What developers and CI install is locked: the committed list satisfies pyproject.toml and is of no one machine."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.documents import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
LOCKED = [Requirement(line.removesuffix("\\")) for line in LOCK.split("\n") if re.match(r"\w", line)]
ACTION_LOCK = (ROOT / "requirements-action.txt").read_text(encoding="utf-8")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = ({"sys_platform": "linux"}, {"sys_platform": "darwin"}, {"sys_platform": "win32"})
REQUIRED = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(
        line
        for extra, lines in PROJECT["project"]["optional-dependencies"].items()
        if extra != "semantic-torch"
        for line in lines
    ),
    *(line for lines in PROJECT["dependency-groups"].values() for line in lines if isinstance(line, str)),
]


def _environment(python: str, system: dict[str, str]) -> dict[str, str]:
    return {"python_version": python, "python_full_version": f"{python}.0", **system}


def _versions(name: str, python: str, system: dict[str, str]) -> list[Version]:
    """The versions that the lock names for a Python and a system."""
    environment = _environment(python, system)
    return [
        Version(next(iter(entry.specifier)).version)
        for entry in LOCKED
        if canonicalize_name(entry.name) == canonicalize_name(name)
        and (entry.marker is None or entry.marker.evaluate(environment))
    ]


@pytest.mark.parametrize("line", REQUIRED)
def test_the_lock_has_one_allowed_version_of_every_requirement_everywhere(line: str) -> None:
    wanted = Requirement(line)
    for python in PYTHONS:
        for system in SYSTEMS:
            if wanted.marker is not None and not wanted.marker.evaluate(_environment(python, system)):
                continue
            found = _versions(wanted.name, python, system)
            assert len(found) == 1, f"{wanted.name} for Python {python} on {system}: {found}; run .ci/lock"
            assert wanted.specifier.contains(found[0], prereleases=True), (
                f"{line} is locked at {found[0]}; run .ci/lock"
            )


def test_every_locked_version_is_exact_and_has_hashes() -> None:
    entries = re.split(r"\n(?=\w)", LOCK.split("\n", 2)[2])
    assert len(entries) == len(LOCKED)
    for entry, parsed in zip(entries, LOCKED, strict=True):
        assert [part.operator for part in parsed.specifier] == ["=="], entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


def test_the_action_installs_what_the_package_needs_and_exactly_as_the_checks_do() -> None:
    entries = ACTION_LOCK.split("\n", 2)[2]
    assert set(re.split(r"\n(?=\w)", entries.strip())) <= set(re.split(r"\n(?=\w)", LOCK.strip()))
    names = {canonicalize_name(name) for name in re.findall(r"^[\w.-]+", entries, re.MULTILINE)}
    needed = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]
    assert names >= {canonicalize_name(Requirement(line).name) for line in needed}
    assert not names & {"pytest", "chromadb", "mcp"}


def test_nothing_of_the_machine_that_wrote_the_lock_is_in_it() -> None:
    assert not re.search(r"/(?!lock$)|^ *-(?!-hash=sha256:)| @ ", LOCK, re.MULTILINE)


def test_torch_is_not_installed() -> None:
    assert not [entry.name for entry in LOCKED if entry.name in {"torch", "sentence-transformers", "transformers"}]
