"""The licences in the docs: every direct dependency is listed, with the one that its authors declare."""

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.documents import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = sorted(
    Requirement(line).name
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
)
PAGE = (ROOT / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8")


def _listed() -> dict[str, list[str]]:
    """The licences of each package in the tables of the page: a row may name several packages."""
    found: dict[str, list[str]] = {}
    for row in re.findall(r"^\|(.+)\|$", PAGE, re.MULTILINE):
        cells = [cell.strip() for cell in row.split("|")][-3:]
        for name in cells[0].split(", "):
            found[canonicalize_name(name)] = cells[1].split(", ")
    return found


@pytest.mark.parametrize("name", DIRECT)
def test_the_licence_of_a_direct_dependency_is_listed_as_it_is_declared(name: str) -> None:
    licences = _listed().get(canonicalize_name(name))
    assert licences, f"{name} is in no table of dependencies.md; .ci/licences says what it declares"
    try:
        about = Distribution.from_name(name).metadata
    except PackageNotFoundError:
        pytest.skip("an extra that is not installed here")
    fields = {key: about.get_all(key) or [] for key in ("License-Expression", "License", "Classifier")}
    declared = " ".join(value[:200] for values in fields.values() for value in values).casefold()
    if "licen" not in declared and not (fields["License-Expression"] or fields["License"]):
        pytest.skip("this version declares none")
    for licence in licences:
        assert licence.casefold().removesuffix("-2.0") in declared, f"{name} declares {declared!r}"
